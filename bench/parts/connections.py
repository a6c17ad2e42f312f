"""How many connections PostgreSQL opens for a thousand pages, and what a page costs beside a bare one."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench import people
from bench.harness import Bench, Caller, Figure, rate

AIM = "connections"
PAGES = 1000


def run(bench: Bench) -> Iterator[Figure]:
    """Sixteen browsers open one small page, after a warm-up."""
    bench.serve()
    bench.django()
    (team,) = people.company([15])
    page = Caller(bench.port, {"Cookie": people.signed_in(team.members[0])})

    def work(_number: int) -> None:
        status, _body = page("GET", "/more/")
        if status != 200:
            raise SystemExit(f"the page answered {status}")

    rate(work, count=100, threads=16)
    before = _sessions(bench)
    speed = rate(work, count=PAGES, threads=16)
    opened = _sessions(bench) - before
    yield Figure("connections opened for 1,000 pages", opened, "connections", aim="≤ 20", met=opened <= 20)
    yield Figure("pages while counting", speed, "a second")


def _sessions(bench: Bench) -> int:
    time.sleep(1.5)  # PostgreSQL writes its counts once a second at most
    with bench.owner() as owner:
        row = owner.execute("SELECT sessions FROM pg_stat_database WHERE datname = current_database()").fetchone()
    return int(row[0])
