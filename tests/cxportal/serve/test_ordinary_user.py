"""The portal of somebody without any rights beyond a folder: it starts, it stops, and it says what it lacks."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cxportal.serve.portals import (
    ORDINARY,
    Portal,
    alive,
    as_ordinary_user,
    environment,
    free_port,
    give_to_ordinary_user,
    manage,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home whose path no socket fits into, with a space and letters beyond ASCII; pytest's own folders are closed."""
    with tempfile.TemporaryDirectory() as folder:
        give_to_ordinary_user(Path(folder))
        path = Path(folder) / ("Ada Wölf " + "x" * 90)
        path.mkdir()
        give_to_ordinary_user(path)
        yield path


@pytest.fixture(scope="module")
def data(home: Path) -> Path:
    """The data folder of a portal that an ordinary user started, used and stopped with Ctrl-C."""
    portal = Portal(home / "data", as_ordinary_user(), HOME=str(home), LC_ALL="C")
    portal.start()
    assert portal.get("/account/login/")[0] == 200
    family = portal.family()
    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in family}
    assert portal.stop() == 0
    assert not alive(family)
    assert owners == {ORDINARY if not os.geteuid() else os.geteuid()}
    return portal.data


def test_an_ordinary_user_starts_and_stops_a_portal_of_their_own(data: Path) -> None:
    owners = {path.lstat().st_uid for path in [data, *data.rglob("*")]}
    assert owners == {ORDINARY if not os.geteuid() else os.geteuid()}
    assert data.stat().st_mode & 0o077 == 0


def _refusal(data: Path) -> str:
    done = manage("serve", env=environment(data, free_port()), before=as_ordinary_user())
    assert done.returncode == 1, done.stdout + done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


@contextlib.contextmanager
def _with_mode(path: Path, mode: int) -> Iterator[None]:
    before = path.stat().st_mode
    path.chmod(mode)
    yield
    path.chmod(before)


def test_a_log_without_the_right_to_write_it_is_one_sentence(data: Path) -> None:
    log = data / "postgresql.log"
    with _with_mode(log, 0o400):
        assert (
            _refusal(data) == f"cxportal: {log} can't be used (Permission denied): give this account the right to it."
        )


def test_the_log_of_a_service_without_the_right_to_write_it_is_one_sentence(data: Path) -> None:
    log = data / "logs" / "pages.log"
    with _with_mode(log, 0o400):
        assert f"{log} can't be used (Permission denied)" in _refusal(data)


def test_a_folder_of_somebody_else_is_one_sentence(tmp_path: Path) -> None:
    if os.geteuid():
        tmp_path.chmod(0o500)
    assert f"{tmp_path / 'data'} can't be made (Permission denied): name a folder of your own" in _refusal(
        tmp_path / "data"
    )


def test_a_database_that_others_may_read_tells_the_servers_reason_and_the_ways_out(data: Path) -> None:
    with _with_mode(data / "postgresql", 0o755):
        told = _refusal(data)
    assert f'did not start (data directory "{data / "postgresql"}" has invalid permissions): mend that, or' in told
    assert str(data / "postgresql.log") in told


def test_a_database_whose_files_are_gone_is_told_at_once(data: Path) -> None:
    base, aside = data / "postgresql" / "base", data / "postgresql" / "aside"
    base.rename(aside)
    try:
        assert 'did not start (database "postgres" does not exist): ' in _refusal(data)
    finally:
        aside.rename(base)


def test_a_database_without_its_control_file_tells_what_was_said_in_this_start(data: Path) -> None:
    control, aside = data / "postgresql" / "global" / "pg_control", data / "pg_control"
    control.rename(aside)
    try:
        assert "did not start (postgres: could not find the database system): " in _refusal(data)
    finally:
        aside.rename(control)


def test_an_empty_version_file_is_told_as_damage(data: Path) -> None:
    version = data / "postgresql" / "PG_VERSION"
    kept = version.read_text()
    version.write_text("")
    try:
        assert "is damaged (PG_VERSION is missing or empty): restore a backup" in _refusal(data)
    finally:
        version.write_text(kept)
