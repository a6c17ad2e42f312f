"""What every test is held to: no undefined template variable, no unexpected error log, no socket beyond loopback."""

from __future__ import annotations

import inspect
import ipaddress
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

OURS = Path(__file__).resolve().parent.parent / "templates"


PHASES: tuple[Literal["setup", "call"], ...] = ("setup", "call")


class UndefinedInTemplate(AssertionError):
    """A template of ours used a variable that its view doesn't give."""


class LoudUndefined(str):
    """Django's ``string_if_invalid`` that raises for our own templates and is silent for others'."""

    __slots__ = ()

    def __new__(cls) -> LoudUndefined:
        """A non-empty text with a place for the name, or Django would not ask."""
        return super().__new__(cls, "%s")

    def __mod__(self, name: object) -> str:
        """Called with the undefined variable; the template is found on the stack."""
        for frame in inspect.stack(context=0):
            node = frame.frame.f_locals.get("self")
            origin = getattr(getattr(node, "origin", None), "name", None)
            if isinstance(origin, str) and node is not None and hasattr(node, "token"):
                if Path(origin).is_relative_to(OURS):
                    raise UndefinedInTemplate(f"{name} is undefined in {origin}, line {node.token.lineno}")
                return ""
        return ""


def pytest_configure(config: pytest.Config) -> None:
    """Name the marks that belong to this strictness."""
    config.addinivalue_line("markers", "expects_error_log: the test provokes an ERROR log line and checks it")


@pytest.fixture(autouse=True)
def _no_unexpected_error_log(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    if request.node.get_closest_marker("expects_error_log"):
        return
    records = [record for phase in PHASES for record in caplog.get_records(phase)]
    errors = [f"{record.name}: {record.getMessage()}" for record in records if record.levelno >= logging.ERROR]
    if errors:
        pytest.fail("unexpected ERROR log lines:\n" + "\n".join(errors))


def _is_near(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True
    host = address[0]
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def _no_socket_beyond_loopback() -> Iterator[None]:
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(self: socket.socket, address: Any, /) -> None:
        if not _is_near(address):
            raise AssertionError(f"a test must not leave this machine: {address}")
        return connect(self, address)

    def guarded_ex(self: socket.socket, address: Any, /) -> int:
        if not _is_near(address):
            raise AssertionError(f"a test must not leave this machine: {address}")
        return connect_ex(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    patch.setattr(socket.socket, "connect_ex", guarded_ex)
    yield
    patch.undo()
