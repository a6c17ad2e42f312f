"""What the environment says: the addresses, the folders, the secrets. Pure; settings.py calls it.

Everything is optional. Without ``CXPORTAL_ORIGIN`` the portal serves this machine only, with a
secret of its own kept beside the data. With it the portal is in production: unsafe values stop
the start with one sentence.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
KNOWN_SECRETS = ("changeme", "secret", "django-insecure", "example")
SHORTEST_SECRET = 50


class Unusable(Exception):
    """A reason why the portal can't start, as one sentence that says what to do."""


@dataclass(frozen=True)
class Address:
    """Where a database is reached: the parts of a URL, never one quoted string."""

    host: str
    port: str
    name: str
    user: str
    password: str = ""
    options: tuple[tuple[str, str], ...] = ()

    def keywords(self) -> dict[str, Any]:
        """The parts as psycopg's keywords; empty ones are left out so that libpq's defaults hold."""
        parts = {
            "host": self.host,
            "port": self.port,
            "dbname": self.name,
            "user": self.user,
            "password": self.password,
        }
        return {key: value for key, value in parts.items() if value} | dict(self.options)


def database_address(url: str, variable: str = "DATABASE_URL") -> Address:
    """Read ``postgresql://user:password@host:5432/name?sslmode=require``.

    A socket folder stands percent-encoded in place of the host or as ``?host=/run/postgresql``.
    Raises Unusable with the variable's name for anything else.
    """
    try:
        parts = urlsplit(url)
        port = str(parts.port or "")
    except ValueError:
        raise Unusable(f"{variable} is not an address: write postgresql://user:password@host:5432/name.") from None
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not name:
        raise Unusable(f"{variable} must look like postgresql://user:password@host:5432/name.")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(
        parts.netloc.rpartition("@")[2].rpartition(":")[0] if port else parts.netloc.rpartition("@")[2]
    )
    return Address(
        host=host.removeprefix("[").removesuffix("]"),  # libpq takes an IPv6 address without its brackets
        port=port,
        name=name,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        options=tuple(sorted(options.items())),
    )


def port_number(text: str, variable: str) -> int:
    """A TCP port that a service may listen on; raises Unusable otherwise."""
    with suppress(ValueError):
        number = int(text)
        if 1 <= number <= 65534:
            return number
    raise Unusable(f"{variable}={text} is not a port: take a number from 1 to 65534.")


def whole_number(text: str, variable: str, least: int = 0) -> int:
    """A number of things, like processes or proxies; raises Unusable with the variable's name otherwise."""
    if text.isascii() and text.isdigit() and len(text) < 5 and int(text) >= least:
        return int(text)
    raise Unusable(f"{variable}={text} is not a whole number: take one from {least} to 9999.")


def is_on(text: str | None, *, default: bool) -> bool:
    """True for 1, true, yes, on; false for 0, false, no, off and the empty text."""
    if text is None:
        return default
    return text.strip().lower() not in {"", "0", "false", "no", "off"}


def production_origin(environ: Mapping[str, str]) -> str:
    """The public origin (``https://cx.example.com``) or an empty text when this machine alone is served."""
    origin = environ.get("CXPORTAL_ORIGIN", "").rstrip("/")
    if not origin:
        return ""
    try:
        parts = urlsplit(origin)
        whole = parts.port != 0 and origin == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc
    except ValueError:  # brackets without an address, a port that is none
        parts, whole = urlsplit(""), False
    if not whole or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Unusable("CXPORTAL_ORIGIN must be scheme and host only, like https://cx.example.com.")
    if parts.scheme == "http" and f"[{parts.hostname}]" not in LOOPBACK and parts.hostname not in LOOPBACK:
        raise Unusable("CXPORTAL_ORIGIN must begin with https://: passwords must not cross the network in clear text.")
    return origin


def served_names(origin: str, host: str) -> list[str]:
    """The names under which browsers may ask, beside this machine's own.

    In production the origin's alone. Otherwise any, when somebody chose to listen beyond this
    machine: by which of its names others reach it is not known here.
    """
    if origin:
        return [urlsplit(origin).hostname or ""]
    return [] if is_near(host) else ["*"]


def is_near(host: str) -> bool:
    """True for the addresses that only this machine reaches."""
    return host in {"localhost", "::1"} or host.startswith("127.")


def secret_key(environ: Mapping[str, str], data: Path, *, production: bool) -> str:
    """The secret that signs sessions and digests tokens.

    In production it comes from CXPORTAL_SECRET_KEY and must be long and random; otherwise it is
    made once and kept in the data folder, readable by its owner only.
    """
    given = environ.get("CXPORTAL_SECRET_KEY", "")
    if given:
        weak = any(word in given.lower() for word in KNOWN_SECRETS)
        if len(given) < SHORTEST_SECRET or len(set(given)) < 10 or weak:
            raise Unusable(
                "CXPORTAL_SECRET_KEY is too weak: set at least 50 random characters, for example from "
                "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'."
            )
        return given
    if production:
        raise Unusable(
            "CXPORTAL_SECRET_KEY is missing: with CXPORTAL_ORIGIN set, give at least 50 random characters, for example "
            "from python3 -c 'import secrets; print(secrets.token_urlsafe(50))'."
        )
    return _kept_secret(data / "secret-key")


def _kept_secret(path: Path) -> str:
    try:
        data_folder(path.parent)
        with suppress(FileExistsError):
            made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(made, "w") as file:
                file.write(secrets.token_urlsafe(50))
        text = path.read_text().strip()
    except OSError as error:
        raise Unusable(
            f"{path} can't be read or written ({error.strerror}): give this account the right to it."
        ) from None
    if len(text) < SHORTEST_SECRET:
        raise Unusable(f"{path} is damaged: delete it and start again; everybody then signs in anew.")
    return text


def data_folder(path: Path) -> Path:
    """Make the data folder (0700 when it is new) and return it; raises Unusable without the right to."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        raise Unusable(f"{path} is a file: name a folder in CXPORTAL_DATA.") from None
    except OSError as error:
        raise Unusable(
            f"{path} can't be made ({error.strerror}): name a folder of your own in CXPORTAL_DATA."
        ) from None
    if not stat.S_ISDIR(path.stat().st_mode) or not os.access(path, os.W_OK | os.X_OK):
        raise Unusable(f"{path} can't be written: give this account the right to it or name another in CXPORTAL_DATA.")
    return path
