"""The week of 15 and of 150 people against a bare page of as many bytes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from bench import people
from bench.harness import Bench, Caller, Figure, compare, rate

AIM = "week page"
SIZES, PAGES = (15, 150), 60


def run(bench: Bench) -> Iterator[Figure]:
    """Everybody has claimed three days of the week; a member opens the page again and again."""
    from cxportal.core.periods import week_label

    bench.serve()
    bench.django()
    bare = Caller(bench.bare())
    _row(bench)
    for team, size in zip(people.company(list(SIZES)), SIZES, strict=True):
        monday = _filled(team, size)
        path = f"/p/{team.pod.slug}/week/{week_label(monday)}/"
        page = Caller(bench.port, {"Cookie": people.signed_in(team.members[0])})
        status, body = page("GET", path)
        if status != 200:
            raise SystemExit(f"{path} answered {status}")
        cells = size * 8
        grid = f"/grid/{cells}/{max(1, (len(body) - cells * 10) // cells)}/"
        count = PAGES if size == SIZES[0] else PAGES // 3
        product = rate(_opens(page, path), count=count)
        baseline = rate(_opens(bare, grid), count=count)
        kilobytes = len(body) / 1024
        yield compare(f"seconds a page, {size} people ({kilobytes:.0f} KB)", 1 / product, 1 / baseline, "s", most=3)
        queries = _queries(team, path)
        yield Figure(f"queries a page, {size} people", queries, "a page", aim="≤ 10", met=queries <= 10)


def _opens(caller: Caller, path: str) -> Callable[[int], object]:
    return lambda _number: caller("GET", path)


def _row(bench: Bench) -> None:
    with bench.owner() as owner:
        owner.execute("INSERT INTO bench_row (text) VALUES ('bare')")


def _filled(team: people.Team, size: int):
    """A week in which everybody has claimed three of five days; its Monday."""
    from teams.scheduling.models import Week
    from teams.scheduling.services import claim

    days = people.weeks(team, 1, size)
    for member, ((shift,), _n) in itertools.product(team.members, zip(days, range(3), strict=False)):
        claim(by=member, shift=shift)
    return Week.objects.filter(pod=team.pod).latest("monday").monday


def _queries(team: people.Team, path: str) -> int:
    """Queries of the page itself; the session and the person of the sign-in are not the page's."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(HTTP_HOST="localhost")
    client.force_login(team.members[0])
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    ours = [q["sql"] for q in captured.captured_queries if "django_session" not in q["sql"]]
    return len(ours) - 1
