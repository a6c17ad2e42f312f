"""What can't start says so in one sentence, with exit code 1 and nothing left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxportal.serve import embedded
from tests.cxportal.serve.portals import environment, free_port, manage


def _refusal(data: Path, **more: str) -> str:
    done = manage("serve", env=environment(data, free_port(), **more))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("cxportal: ")
    return lines[0]


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"PORT": "eighty"}, "PORT=eighty is not a port"),
        ({"DATABASE_URL": "mysql://cx@localhost/cx"}, "DATABASE_URL must look like postgresql://"),
        ({"DATABASE_URL": "postgresql://cx:pw@127.0.0.1:9/cx"}, "can't be reached"),
        ({"CXPORTAL_ORIGIN": "http://cx.example.com"}, "must begin with https://"),
        ({"CXPORTAL_ORIGIN": "https://cx.example.com"}, "CXPORTAL_SECRET_KEY is missing"),
        ({"CXPORTAL_ORIGIN": "https://cx.example.com", "CXPORTAL_SECRET_KEY": "changeme"}, "too weak"),
        ({"CXPORTAL_HOST": "192.0.2.7"}, "can't be listened on"),
    ],
)
def test_a_setting_that_cannot_be_used(tmp_path: Path, setting: dict[str, str], sentence: str) -> None:
    assert sentence in _refusal(tmp_path / "data", **setting)


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    assert "is a file: name a folder in CXPORTAL_DATA" in _refusal(tmp_path / "data")


def test_a_data_folder_without_the_right_to_it() -> None:
    assert "name a folder of your own in CXPORTAL_DATA" in _refusal(Path("/proc/cxportal"))


def test_a_broken_database_folder(tmp_path: Path) -> None:
    (tmp_path / "data" / "postgresql").mkdir(parents=True)
    (tmp_path / "data" / "postgresql" / "base").mkdir()
    assert "PG_VERSION is missing" in _refusal(tmp_path / "data")


def test_a_database_folder_of_another_version(tmp_path: Path) -> None:
    (tmp_path / "data" / "postgresql").mkdir(parents=True)
    (tmp_path / "data" / "postgresql" / "PG_VERSION").write_text("14\n")
    assert "holds data of PostgreSQL 14" in _refusal(tmp_path / "data")


def test_a_damaged_database_tells_the_servers_reason(tmp_path: Path) -> None:
    (tmp_path / "data" / "postgresql").mkdir(parents=True)
    (tmp_path / "data" / "postgresql" / "PG_VERSION").write_text("18\n")
    assert "did not start" in _refusal(tmp_path / "data")


def test_a_service_on_tables_of_an_older_version(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with embedded.running(data):
        done = manage("service", "pages", env=environment(data, free_port()))
    assert done.returncode == 1
    told = "cxportal: The database's tables are older than this version: run manage.py prepare first.\n"
    assert done.stderr == told


def test_a_command_without_its_database(tmp_path: Path) -> None:
    env = environment(tmp_path, free_port(), DATABASE_URL="postgresql://cx:s3cret@127.0.0.1:9/cx")
    done = manage("create_admin", "ada@example.org", env=env)
    assert done.returncode == 1
    assert done.stderr.startswith("cxportal: The database can't be reached (")
    assert len(done.stderr.splitlines()) == 1
    assert "s3cret" not in done.stderr
