"""Before anything starts: ports and databases that can't be used are told in one sentence."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings

from cxportal.serve import preflight
from cxportal.serve.environment import Address, Unusable


def test_a_port_in_use_is_told_and_a_free_one_passes() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        with pytest.raises(Unusable, match=f"Port {port} is in use.*PORT="):
            preflight.check_port("127.0.0.1", port, "PORT")
    preflight.check_port("127.0.0.1", port, "PORT")


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(Unusable, match="can't be listened on"):
        preflight.check_port("192.0.2.1", 8000, "PORT")


def test_a_database_that_is_not_there_is_told_without_its_password() -> None:
    with pytest.raises(Unusable, match="can't be reached") as told:
        preflight.check_database(Address("127.0.0.1", "9", "cx", "cx", "s3cret"), "DATABASE_URL")
    assert "\n" not in str(told.value)
    assert "s3cret" not in str(told.value)


@contextmanager
def _server_that_says(version: str, encoding: str = "UTF8") -> Iterator[int]:
    """A listener that speaks just enough of PostgreSQL's protocol to be connected to once."""

    def message(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack("!i", len(body) + 4) + body

    def serve() -> None:
        client, _ = listener.accept()
        with client:
            while True:
                size, code = struct.unpack("!ii", client.recv(8, socket.MSG_WAITALL))
                if code not in {80877103, 80877104}:  # requests for TLS and GSS encryption
                    break
                client.sendall(b"N")
            client.recv(size - 8, socket.MSG_WAITALL)
            said = {"server_version": version, "server_encoding": encoding, "client_encoding": "UTF8"}
            parameters = b"".join(message(b"S", f"{key}\0{value}\0".encode()) for key, value in said.items())
            client.sendall(message(b"R", struct.pack("!i", 0)) + parameters + message(b"Z", b"I"))
            client.recv(5)

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve)
    thread.start()
    with listener:
        yield listener.getsockname()[1]
        thread.join(5)


def test_a_database_that_is_too_old_is_told() -> None:
    with _server_that_says("14.9") as port, pytest.raises(Unusable, match="is PostgreSQL 14, the portal needs 15"):
        preflight.check_database(Address("127.0.0.1", str(port), "cx", "cx"), "DATABASE_URL")


def test_a_database_in_another_encoding_is_told() -> None:
    with _server_that_says("16.3", "LATIN1") as port, pytest.raises(Unusable, match="encoded in LATIN1"):
        preflight.check_database(Address("127.0.0.1", str(port), "cx", "cx"), "DATABASE_URL")


def test_the_oldest_that_serves_passes() -> None:
    with _server_that_says("15.4") as port:
        assert preflight.check_database(Address("127.0.0.1", str(port), "cx", "cx"), "DATABASE_URL") == "15.4"


def test_the_tests_own_database_passes() -> None:
    address = settings.APP_ADDRESS
    assert int(preflight.check_database(address, "DATABASE_URL").split(".")[0]) >= 15
