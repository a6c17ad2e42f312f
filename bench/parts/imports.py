"""Contacts from a file against COPY of as many rows into a table with the same indexes; memory at two sizes."""

from __future__ import annotations

import datetime as dt
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.harness import ROOT, Bench, Figure, compare

AIM = "import of contacts, flat memory"
SMALL, LARGE, CUSTOMERS = 20_000, 200_000, 20_000
MAPPING = """
kind = "contacts"
source = "bench"
title = "Benchmark"
[id]
column = "id"
[clock]
zone = "UTC"
[fields]
channel = "channel"
customer = "customer"
home_pod = "pod"
subject = "subject"
state = { constant = "resolved" }
arrived_at = { column = "arrived", format = "%Y-%m-%dT%H:%M:%S" }
first_response_at = { column = "answered", format = "%Y-%m-%dT%H:%M:%S" }
closed_at = { column = "closed", format = "%Y-%m-%dT%H:%M:%S" }
work_seconds = "work"
[options]
home = "first contact"
[create]
company = { constant = "Bench" }
area = { constant = "Area" }
default_pod = { constant = "Pod 0" }
pods = true
customers = true
"""


def run(bench: Bench) -> Iterator[Figure]:
    """A small file first (it also creates the pods and most customers), then one ten times as large."""
    bench.serve()
    bench.django()
    folder = bench.data.parent
    (folder / "bench.toml").write_text(MAPPING)
    _write(folder / "small.csv", 0, SMALL)
    _write(folder / "large.csv", SMALL, LARGE)
    _seconds, little = _import(bench, folder / "small.csv", SMALL)
    seconds, much = _import(bench, folder / "large.csv", LARGE)
    yield compare("rows imported", LARGE / seconds, LARGE / _copy(bench), "rows a second", least=0.15)
    yield Figure("largest memory, 20,000 rows", little, "MB")
    grown = much / little
    yield Figure("largest memory, 200,000 rows", much, f"MB, × {grown:.2f}", aim="flat (× 1.25)", met=grown <= 1.25)


def _write(path: Path, first: int, rows: int) -> None:
    rng = random.Random(first)
    begin = dt.datetime(2026, 1, 5, 6, tzinfo=dt.UTC)
    with path.open("w") as out:
        out.write("id,channel,customer,pod,subject,arrived,answered,closed,work\n")
        for n in range(first, first + rows):
            arrived = begin + dt.timedelta(seconds=n * 60)
            answered = arrived + dt.timedelta(seconds=rng.randrange(120))
            closed = answered + dt.timedelta(seconds=rng.randrange(60, 900))
            customer = rng.randrange(CUSTOMERS)
            out.write(
                f"{n},{rng.choice(('phone', 'chat', 'email'))},c{customer},Pod {customer % 12},Question {n},"
                f"{arrived:%Y-%m-%dT%H:%M:%S},{answered:%Y-%m-%dT%H:%M:%S},{closed:%Y-%m-%dT%H:%M:%S},"
                f"{(closed - answered).seconds}\n"
            )


def _import(bench: Bench, path: Path, rows: int) -> tuple[float, float]:
    """Seconds and megabytes of one import as a command."""
    watch = (
        "import resource, runpy, sys; sys.argv = sys.argv[1:]\n"
        "try:\n    runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "finally:\n    print('PEAK', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    command = [sys.executable, "-c", watch, "manage.py", "import_contacts", str(path)]
    command += ["--mapping", str(path.parent / "bench.toml")]
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=bench.environment, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    if f"imported {rows}\n" not in done.stdout.replace(",", ""):
        raise SystemExit(f"the import did not take every row:\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}")
    peak = re.search(r"PEAK (\d+)", done.stdout)
    assert peak
    return seconds, int(peak[1]) / 1024


def _copy(bench: Bench) -> float:
    """Seconds to COPY the rows just imported into a twin of their table, indexes and checks included."""
    with bench.owner() as owner, owner.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_twin (LIKE customers_contact INCLUDING ALL)")
        cursor.execute("SELECT count(*) FROM customers_contact")
        data = b""
        query = f"COPY (SELECT * FROM customers_contact ORDER BY id LIMIT {LARGE}) TO STDOUT"
        with cursor.copy(query) as copy:
            data = b"".join(bytes(block) for block in copy)
        began = time.monotonic()
        with cursor.copy("COPY bench_twin FROM STDIN") as copy:
            copy.write(data)
        return time.monotonic() - began
