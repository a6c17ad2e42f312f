"""What is looked at before anything starts: each trouble is one sentence that says what to do."""

from __future__ import annotations

import errno
import socket

import psycopg

from cxportal.serve.environment import Address, Unusable

OLDEST = 15


def check_port(host: str, port: int, variable: str) -> None:
    """Bind the port once; raises Unusable when it is taken or not ours to use."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Unusable(f"Port {port} is in use: stop what uses it, or choose another with {variable}=….") from None
        if error.errno == errno.EACCES:
            raise Unusable(
                f"Port {port} needs rights that this account lacks: choose one above 1023 with {variable}=…."
            ) from None
        raise Unusable(
            f"{host}:{port} can't be listened on ({error.strerror}): set CXPORTAL_HOST and {variable}."
        ) from None


def check_database(address: Address, variable: str) -> str:
    """Connect once and return the server's version; raises Unusable when it can't serve the portal."""
    try:
        connection = psycopg.connect(**{"connect_timeout": 5} | address.keywords())
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:  # the latter for an option that libpq lacks
        raise Unusable(
            f"The database of {variable} can't be reached ({_reason(error)}): start it, or correct the address."
        ) from None
    number = connection.info.server_version
    encoding = connection.info.parameter_status("server_encoding") or "UTF8"
    connection.close()
    if number < OLDEST * 10000:
        raise Unusable(
            f"The database of {variable} is PostgreSQL {number // 10000}, the portal needs {OLDEST} or newer: "
            "upgrade it, or unset the variable to use the embedded one."
        )
    if encoding != "UTF8":
        raise Unusable(f"The database of {variable} is encoded in {encoding}: make one with ENCODING 'UTF8'.")
    return f"{number // 10000}.{number % 10000}"


def _reason(error: psycopg.Error) -> str:
    """The server's or the system's words, on one line, without the address and without secrets."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else "no reason given"
    return text.rpartition("failed: ")[2] or text
