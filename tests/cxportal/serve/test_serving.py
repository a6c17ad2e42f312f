"""`manage.py serve` as people meet it: one command, lines, a clean end, and faults that heal."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cxportal.serve.portals import ROOT, Portal, alive, descendants, eventually, manage

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal that was started once before: what follows are later starts, as after years of use."""
    served = Portal(tmp_path_factory.mktemp("a portal") / "data")
    served.first_start = served.start()  # type: ignore[attr-defined]
    yield served
    served.stop()


@pytest.fixture
def served(portal: Portal) -> Portal:
    """The portal, started again when a test before has stopped it."""
    assert portal.process is not None
    if portal.process.poll() is not None:
        portal.start()
    eventually(lambda: portal.get("/health/ready")[0] == 200)
    return portal


def test_a_line_for_each_service_and_the_address_to_open(served: Portal) -> None:
    text = "".join(served.lines)
    for name in ("database", "pages", "streams", "jobs"):
        assert f"\n{name} " in "\n" + text
    assert f"http://localhost:{served.port}/" in text
    assert "Traceback" not in text
    status, body = served.get("/account/login/")
    assert status == 200
    styles = re.findall(r'/static/[^"]+\.[0-9a-f]{12}\.css', body.decode())
    assert styles
    assert served.get(styles[0])[0] == 200


def test_a_second_start_takes_seconds_and_keeps_all_data(served: Portal) -> None:
    with served.database() as connection:
        connection.execute("INSERT INTO cache VALUES ('kept', 'x', now()) ON CONFLICT (cache_key) DO NOTHING")
    assert served.stop() == 0
    again = served.start()
    assert again < 60  # 4 s on an idle machine; other tests run beside this one
    assert "migrations to run" not in "".join(served.lines)
    with served.database() as connection:
        assert connection.execute("SELECT 1 FROM cache WHERE cache_key = 'kept'").fetchone()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_and_leaves_no_orphan(served: Portal, sign: signal.Signals) -> None:
    family = served.family()
    assert len(family) > 6
    began = time.monotonic()
    assert served.stop(sign) == 0
    assert time.monotonic() - began < 15
    assert not alive(family)
    assert "stopped" in served.lines[-1]
    assert not (served.data / "services.json").exists()


def test_a_kill_of_the_parent_leaves_no_orphan_and_the_next_start_works(served: Portal) -> None:
    family = served.family()
    served.stop(signal.SIGKILL)
    eventually(lambda: not alive(family), 20)
    served.start()
    assert served.get("/health/ready")[0] == 200


def test_a_terminal_that_goes_away_takes_nothing_with_it(served: Portal) -> None:
    served.stop()
    command = [sys.executable, str(ROOT / "manage.py"), "serve"]
    with subprocess.Popen(command, env=served.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"database ")
        process.stdout.close()
        try:
            eventually(lambda: served.get("/health/live", port=served.port + 1)[0] == 200, 60)
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(40) == 0


@pytest.mark.parametrize("name", ["pages", "streams", "jobs"])
def test_a_killed_service_comes_back(served: Portal, name: str) -> None:
    before = served.services()[name]
    left = descendants(before)
    os.kill(before, signal.SIGKILL)
    eventually(lambda: served.services().get(name) not in {None, before})
    eventually(lambda: not alive(left))
    eventually(lambda: served.get("/health/ready")[0] == 200)
    eventually(lambda: served.get("/health/live", port=served.port + 1)[0] == 200)
    eventually(lambda: any(line.startswith(name) and "ended (SIGKILL)" in line for line in served.lines))


def test_a_killed_page_worker_comes_back_without_its_service(served: Portal) -> None:
    main = served.services()["pages"]
    for worker in descendants(main) - {main}:
        os.kill(worker, signal.SIGKILL)
    eventually(lambda: served.get("/health/ready")[0] == 200)
    assert served.services()["pages"] == main


def test_a_killed_database_loses_no_acknowledged_write_and_heals_without_a_restart(served: Portal) -> None:
    main, database = served.services()["pages"], served.postgres()
    acknowledged: list[int] = []
    statuses: list[int] = []
    done = threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            try:
                with served.database() as connection:
                    while not done.is_set():
                        number += 1
                        connection.execute(
                            "INSERT INTO core_idempotencykey (scope, key, body_digest, status, body, created_at)"
                            " VALUES ('load', %s, '', 200, '{}', now())",
                            [str(number)],
                        )
                        acknowledged.append(number)
            except psycopg.OperationalError:
                time.sleep(0.05)

    def read() -> None:
        while not done.is_set():
            statuses.append(served.get("/account/login/")[0])

    threads = [threading.Thread(target=each) for each in (write, read, read)]
    for thread in threads:
        thread.start()
    try:
        eventually(lambda: len(acknowledged) > 200)
        os.kill(database, signal.SIGKILL)
        eventually(lambda: served.get("/health/ready")[0] == 503 or served.postgres() != database)
        eventually(lambda: served.get("/health/ready")[0] == 200, 60)
        reached = len(acknowledged)
        eventually(lambda: len(acknowledged) > reached + 100)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    with served.database() as connection:
        kept = {int(key) for (key,) in connection.execute("SELECT key FROM core_idempotencykey WHERE scope = 'load'")}
    assert not set(acknowledged) - kept
    assert set(statuses) <= {200, 503}
    assert served.services()["pages"] == main
    eventually(lambda: "jobs" in served.services())


def test_a_request_in_flight_is_answered_before_the_end(served: Portal) -> None:
    answers: list[int] = []

    def ask() -> None:
        answers.append(served.get("/account/login/")[0])

    with served.database() as connection:
        connection.autocommit = False
        # The page's reading of its rate limit waits for this lock, so that the request is open when the signal comes.
        connection.execute("LOCK TABLE django_session IN ACCESS EXCLUSIVE MODE")
        cookie = {"Cookie": f"cxportal_session_{served.port}={'x' * 32}"}
        thread = threading.Thread(target=lambda: answers.append(served.get("/", headers=cookie)[0]))
        thread.start()
        time.sleep(0.5)
        assert served.process is not None
        served.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        connection.rollback()
    thread.join()
    assert served.stop() == 0
    assert answers == [302]


def test_the_application_runs_without_the_owners_rights(served: Portal) -> None:
    with served.database() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("DELETE FROM teams_userevent")
    users = (
        "SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name ~ '^cxportal-(pages|streams|listen|jobs)'"
    )
    with served.database("postgres") as connection:
        assert {name for (name,) in connection.execute(users)} == {"cxportal_app"}


def test_a_port_in_use_and_a_second_start_are_one_sentence_each(served: Portal, tmp_path: Path) -> None:
    taken = manage("serve", env={**served.env, "CXPORTAL_DATA": str(tmp_path / "other")})
    assert taken.returncode == 1
    assert (
        taken.stderr == f"cxportal: Port {served.port} is in use: stop what uses it, or choose another with PORT=….\n"
    )
    twice = manage(
        "serve", env={**served.env, "PORT": str(served.port + 2), "CXPORTAL_STREAMS_PORT": str(served.port + 3)}
    )
    assert twice.returncode == 1
    assert "already runs on" in twice.stderr
    assert len(twice.stderr.splitlines()) == 1


def test_a_command_uses_the_running_database(served: Portal) -> None:
    ask = "SELECT current_user, current_setting('application_name')"
    code = (
        "import json; from django.db import connection as c; k = c.cursor();"
        f" k.execute({ask!r}); print(json.dumps(k.fetchone()))"
    )
    assert served.shell(code) == ["cxportal_app", "cxportal-commands"]


def test_a_backup_of_the_running_portal_restores_with_equal_checksums(served: Portal, tmp_path: Path) -> None:
    kept = served.data / "imports" / "rejected.csv"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("line,reason\n")
    folder = tmp_path / "backup"
    made = manage("backup", str(folder), env=served.env)
    assert made.returncode == 0, made.stderr
    assert "already" in manage("backup", str(folder), env=served.env).stderr

    other = {**served.env, "CXPORTAL_DATA": str(tmp_path / "other")}
    restored = manage("restore", str(folder), env=other)
    assert restored.returncode == 0, restored.stderr
    assert "every checksum is equal" in restored.stdout
    assert (tmp_path / "other" / "imports" / "rejected.csv").read_text() == "line,reason\n"
    assert "The database is not empty" in manage("restore", str(folder), env=other).stderr

    with (folder / "database.dump").open("r+b") as dump:
        dump.seek(2000)
        dump.write(b"\0damaged\0")
    refused = manage("restore", str(folder), env={**other, "CXPORTAL_DATA": str(tmp_path / "third")})
    assert refused.returncode == 1
    assert refused.stderr == f"cxportal: {folder} is damaged (database.dump): take another backup.\n"
