"""The holiday planner of 15 and of 150 people against a bare page of as many bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from bench import people
from bench.harness import Bench, Caller, Figure, compare, rate

AIM = "year planner page"
SIZES, PAGES = (15, 150), 40
CELLS = 12 * 31


def run(bench: Bench) -> Iterator[Figure]:
    """Everybody has three weeks of leave and waits for some days; a member opens the year again and again."""
    bench.serve()
    bench.django()
    bare = Caller(bench.bare())
    with bench.owner() as owner:
        owner.execute("INSERT INTO bench_row (text) VALUES ('bare')")
    asked: dict[int, int] = {}
    for team, size in zip(people.company(list(SIZES)), SIZES, strict=True):
        year = _filled(team, size)
        path = f"/p/{team.pod.slug}/leave/{year}/"
        page = Caller(bench.port, {"Cookie": people.signed_in(team.members[0])})
        status, body = page("GET", path)
        if status != 200:
            raise SystemExit(f"{path} answered {status}")
        grid = f"/grid/{CELLS}/{max(1, (len(body) - CELLS * 10) // CELLS)}/"
        count = PAGES if size == SIZES[0] else PAGES // 2
        product, baseline = rate(_opens(page, path), count=count), rate(_opens(bare, grid), count=count)
        name = f"seconds a page, {size} people ({len(body) / 1024:.0f} KB)"
        yield compare(name, 1 / product, 1 / baseline, "s", most=3)
        asked[size] = _queries(team, path)
        yield Figure(f"queries a page, {size} people", asked[size], "a page")
    more = asked[SIZES[1]] - asked[SIZES[0]]
    yield Figure("queries more for ten times the people", more, "a page", aim="0", met=more == 0)


def _opens(caller: Caller, path: str) -> Callable[[int], object]:
    return lambda _number: caller("GET", path)


def _filled(team: people.Team, size: int) -> int:
    """Three weeks of leave for everybody in the next year, asked for in one go; returns the year."""
    from cxportal.core.periods import monday
    from teams.leave.models import LeaveDay, LeaveRequest
    from teams.leave.services import grant_year
    from teams.leave.services.settings import standard_kinds

    kind = standard_kinds()[0]
    year = dt.date.today().year + 1  # noqa: DTZ011
    first, rows = monday(dt.date(year, 2, 1)), []
    for number, member in enumerate(team.members):
        grant_year(by=None, member=member, kind=kind, year=year)
        request = LeaveRequest.objects.create(member=member, pod=team.pod, kind=kind)
        for block in range(3):
            start = first + dt.timedelta(weeks=(number * 5 + block * 13) % 45)
            for day in range(5):
                state = "granted" if number < size - 2 else "waiting"
                rows.append(_day(request, start + dt.timedelta(days=day), state))
    LeaveDay.objects.bulk_create(rows)
    return year


def _day(request, day: dt.date, state: str):  # the model needs Django first
    from teams.leave.models import LeaveDay

    return LeaveDay(
        request=request, member=request.member, pod=request.pod, day=day, cost=480, takes_place=True, state=state,
        asked_at=request.asked_at,
    )  # fmt: skip


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
    return len([q for q in captured.captured_queries if "django_session" not in q["sql"]]) - 1
