"""Backup and restore: one dump, the kept files, and a manifest whose checksums prove the restore.

The checksums are taken in the very snapshot that is dumped: for each table its number of rows and
a sum over the hashes of all rows as text, which is the same in any order and on any server.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

import cxportal
from cxportal.serve import embedded
from cxportal.serve.environment import Address, Unusable

DUMP, FILES, MANIFEST = "database.dump", "files.tar.gz", "manifest.json"
KEPT = ("files", "imports")  # folders of the data folder that the database refers to
# Every row as text is hashed; numeric, since a sum of many 64-bit hashes leaves 64 bits.
_SUM = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {} t"


@dataclass(frozen=True)
class Table:
    """One table's content in two numbers."""

    name: str
    rows: int
    checksum: str


def checksums(connection: psycopg.Connection) -> list[Table]:
    """Rows and checksum of every table of the schema ``public``, by name.

    ``timezone`` and ``bytea_output`` are fixed, since they change how a row reads as text.
    """
    connection.execute("SET LOCAL timezone = 'UTC'; SET LOCAL bytea_output = 'hex'; SET LOCAL datestyle = 'ISO'")
    connection.execute("SET LOCAL extra_float_digits = 1; SET LOCAL intervalstyle = 'postgres'")
    names = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    ).fetchall()
    found = []
    for (name,) in names:
        row = connection.execute(sql.SQL(_SUM).format(sql.Identifier("public", name))).fetchone()
        assert row is not None
        found.append(Table(name, row[0], row[1]))
    return found


def back_up(address: Address, data: Path, target: Path) -> dict[str, Any]:
    """Write a backup into the new folder ``target`` and return its manifest.

    Written beside its final name and renamed at the end: a folder with the name is whole.
    """
    if target.exists():
        raise Unusable(f"{target} exists already: name a new folder for the backup.")
    fresh = target.with_name(target.name + ".unfinished")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o700)
    with psycopg.connect(**address.keywords()) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert snapshot is not None
        version = connection.info.server_version
        _run(
            [_tool("pg_dump", version), "--format=custom", f"--snapshot={snapshot[0]}", "--no-owner", "--no-privileges",
             f"--file={fresh / DUMP}"],
            address,
        )  # fmt: skip
        tables = checksums(connection)
    with tarfile.open(fresh / FILES, "w:gz") as archive:
        for name in KEPT:
            if (data / name).is_dir():
                archive.add(data / name, arcname=name)
    manifest = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": cxportal.__version__,
        "server": version,
        "sha256": {name: _digest(fresh / name) for name in (DUMP, FILES)},
        "tables": [asdict(table) for table in tables],
    }
    (fresh / MANIFEST).write_text(json.dumps(manifest, indent=1))
    fresh.rename(target)
    return manifest


def check(source: Path) -> dict[str, Any]:
    """Read a backup's manifest and compare its files with it; raises Unusable when they differ."""
    try:
        manifest: dict[str, Any] = json.loads((source / MANIFEST).read_text())
        damaged = [name for name, digest in manifest["sha256"].items() if _digest(source / name) != digest]
    except (OSError, ValueError, KeyError) as error:
        raise Unusable(f"{source} is no backup of the portal ({error}): name a folder that `backup` wrote.") from None
    if damaged:
        raise Unusable(f"{source} is damaged ({', '.join(damaged)}): take another backup.")
    return manifest


def restore(address: Address, data: Path, source: Path) -> list[Table]:
    """Restore into an empty database, compare every table with the manifest, and put the files back.

    Raises Unusable when the backup is damaged, the database is not empty, or a table differs.
    """
    manifest = check(source)
    with psycopg.connect(**address.keywords()) as connection:
        present = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        version = connection.info.server_version
    if present and present[0]:
        raise Unusable("The database is not empty: restore into a new one, so that nothing is overwritten.")
    _run(
        [_tool("pg_restore", version), "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
         f"--dbname={address.name}", str(source / DUMP)],
        address,
    )  # fmt: skip
    with psycopg.connect(**address.keywords()) as connection:
        found = checksums(connection)
    wanted = [Table(**table) for table in manifest["tables"]]
    if found != wanted:
        names = sorted({table.name for table in set(found) ^ set(wanted)})
        raise Unusable(f"The restored data differ from the backup in {', '.join(names)}: take another backup.")
    with tarfile.open(source / FILES) as archive:
        archive.extractall(data, filter="data")
    return found


def _run(command: list[str], address: Address) -> None:
    parts = address.keywords()
    named = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    named |= {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    environment = {**os.environ, **{named[key]: str(value) for key, value in parts.items() if key in named}}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise Unusable(f"{Path(command[0]).name} failed: {reason}")


def _tool(name: str, server: int) -> str:
    """The program of the server's own major version when there is one, else the packaged, newest one.

    A newer pg_dump reads an older server, but what it writes may hold settings that server does not know.
    """
    major = server // 10000
    listed = [Path(f"/usr/lib/postgresql/{major}/bin/{name}"), embedded.programs() / name]
    if found := shutil.which(name):
        listed.insert(1, Path(found))
    for candidate in listed:
        if (
            candidate.exists()
            and f" {major}."
            in subprocess.run([candidate, "--version"], capture_output=True, text=True, check=False).stdout
        ):
            return str(candidate)
    return str(embedded.programs() / name)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
