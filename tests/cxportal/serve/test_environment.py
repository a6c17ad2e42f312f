"""What the environment says, and the sentence for each value that can't be used."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from cxportal.serve import services
from cxportal.serve.environment import (
    Unusable,
    data_folder,
    database_address,
    is_on,
    port_number,
    production_origin,
    secret_key,
    served_names,
    whole_number,
)
from cxportal.serve.preflight import check_database

GOOD_SECRET = "q7Zr0VwK1tYb3NcX5mLd8JhG2sFa9PoIuEyTrWqAzSxDcFvGbHnJmK4L6"


def test_a_database_address_is_read_into_parts() -> None:
    found = database_address("postgresql://cx:p%40ss@db.example:6543/portal?sslmode=require")
    assert found.keywords() == {
        "host": "db.example",
        "port": "6543",
        "dbname": "portal",
        "user": "cx",
        "password": "p@ss",
        "sslmode": "require",
    }


@pytest.mark.parametrize(
    "url", ["postgresql://cx@%2Frun%2Fpg%20sql:5432/portal", "postgresql://cx@/portal?host=/run/pg%20sql&port=5432"]
)
def test_a_socket_folder_may_stand_in_the_host_or_beside_it(url: str) -> None:
    assert database_address(url).keywords()["host"] == "/run/pg sql"


@pytest.mark.parametrize(
    "url", ["mysql://a/b", "postgresql://host:port/x", "postgresql://host", "portal", "postgresql:///"]
)
def test_an_address_of_another_kind_names_its_variable(url: str) -> None:
    with pytest.raises(Unusable, match="DATABASE_URL"):
        database_address(url)


@pytest.mark.parametrize("text", ["0", "65535", "70000", "-1", "http", ""])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Unusable, match="PORT="):
        port_number(text, "PORT")


def test_switches_read_as_people_write_them() -> None:
    assert [is_on(text, default=False) for text in ("1", "true", "Yes", "on")] == [True] * 4
    assert [is_on(text, default=True) for text in ("0", "false", "No", "off", "")] == [False] * 5
    assert is_on(None, default=True)


@pytest.mark.parametrize(
    "origin", ["http://cx.example.com", "ftp://cx.example.com", "https://", "https://a/b", "cx.example.com"]
)
def test_an_unsafe_or_broken_origin_stops_the_start(origin: str) -> None:
    with pytest.raises(Unusable, match="CXPORTAL_ORIGIN"):
        production_origin({"CXPORTAL_ORIGIN": origin})


def test_https_and_this_machine_are_origins() -> None:
    assert production_origin({"CXPORTAL_ORIGIN": "https://cx.example.com/"}) == "https://cx.example.com"
    assert production_origin({"CXPORTAL_ORIGIN": "http://localhost:8080"}) == "http://localhost:8080"
    assert production_origin({}) == ""


@pytest.mark.parametrize("weak", ["short", "a" * 60, "changeme" * 10, "django-insecure-" + GOOD_SECRET])
def test_a_weak_secret_stops_the_start(weak: str, tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="CXPORTAL_SECRET_KEY is too weak"):
        secret_key({"CXPORTAL_SECRET_KEY": weak}, tmp_path, production=False)


def test_production_without_a_secret_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="CXPORTAL_SECRET_KEY is missing"):
        secret_key({}, tmp_path, production=True)
    assert secret_key({"CXPORTAL_SECRET_KEY": GOOD_SECRET}, tmp_path, production=True) == GOOD_SECRET


def test_elsewhere_the_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    made = secret_key({}, tmp_path / "data", production=False)
    assert secret_key({}, tmp_path / "data", production=False) == made
    assert stat.S_IMODE((tmp_path / "data" / "secret-key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_damaged_secret_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("half")
    with pytest.raises(Unusable, match="damaged"):
        secret_key({}, tmp_path, production=False)


def test_a_data_folder_that_is_a_file_or_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unusable, match="is a file"):
        data_folder(tmp_path / "file")
    with pytest.raises(Unusable, match="CXPORTAL_DATA"):
        data_folder(tmp_path / "file" / "below")


def test_names_under_which_browsers_may_ask() -> None:
    assert served_names("https://cx.example.com", "127.0.0.1") == ["cx.example.com"]
    assert served_names("https://cx.example.com", "0.0.0.0") == ["cx.example.com"]
    assert served_names("", "127.0.0.1") == []
    assert served_names("", "0.0.0.0") == ["*"]


def test_an_ipv6_address_goes_to_the_driver_without_its_brackets() -> None:
    assert database_address("postgresql://cx@[::1]:5432/portal").keywords()["host"] == "::1"


@pytest.mark.parametrize(
    "origin", ["https://[cx", "https://cx.example:door", "https://cx.example?a=b", "https://me@cx.example"]
)
def test_an_origin_that_is_more_or_less_than_one_is_told(origin: str) -> None:
    with pytest.raises(Unusable, match="CXPORTAL_ORIGIN must be scheme and host only"):
        production_origin({"CXPORTAL_ORIGIN": origin})


@pytest.mark.parametrize("text", ["many", "-1", "1.5", "", "99999", "0"])
def test_a_number_of_things_that_is_none_is_told_with_its_variable(text: str) -> None:
    with pytest.raises(Unusable, match="CXPORTAL_THREADS"):
        whole_number(text, "CXPORTAL_THREADS", 1)


@pytest.mark.parametrize("option", ["connect_timeout=1", "sslmod=require"])
def test_an_option_of_the_address_is_used_or_told(option: str) -> None:
    with pytest.raises(Unusable, match="DATABASE_URL can't be reached"):
        check_database(database_address(f"postgresql://cx@127.0.0.1:1/portal?{option}"), "DATABASE_URL")


@pytest.mark.parametrize(
    ("host", "near"), [("::", "[::1]"), ("::1", "[::1]"), ("0.0.0.0", "127.0.0.1"), ("10.0.0.5", "10.0.0.5")]
)
def test_a_service_is_asked_for_its_health_where_it_listens(host: str, near: str) -> None:
    assert services.pages(host, 8000, 4).ready == f"http://{near}:8000/health/ready"
    assert services.streams(host, 8001).ready == f"http://{near}:8001/health/live"
