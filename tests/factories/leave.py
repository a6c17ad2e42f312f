"""Leave ready to be asked for: kinds, and members with a balance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import count

from cxportal.core.periods import monday
from teams.leave.models import LeaveDay, LeaveKind, LedgerEntry, Peak
from teams.leave.rules import Asked
from teams.people.models import User
from teams.pods.models import Pod

# A Monday far enough ahead for every notice and inside every horizon, in a week without a holiday of Bavaria.
TODAY = dt.date.today()  # noqa: DTZ011
_numbers = count(1)


def quiet_monday(after: dt.date | None = None) -> dt.date:
    """A Monday in the middle of a February, July or September to come: no public holiday of Bavaria near it."""
    start = after or TODAY + dt.timedelta(days=30)
    months = ((start.year + year, month) for year in (0, 1) for month in (2, 7, 9))
    return next(day for y, m in months if (day := monday(dt.date(y, m, 18))) > start)


MONDAY = quiet_monday()


def kind(slug: str = "holiday", **fields: object) -> LeaveKind:
    """Holiday: paid from a balance, 30 days a year, carried over for three months (made once per slug)."""
    usual = {"name": slug.capitalize(), "from_balance": True, "carry_months": 3, "days_a_year": 30}
    return LeaveKind.objects.get_or_create(slug=slug, defaults=usual | fields)[0]


def balance(
    member: User,
    minutes: int = 30 * 480,
    *,
    year: int = MONDAY.year,
    until: dt.date | None = None,
    slug: str = "holiday",
) -> LedgerEntry:
    """Minutes of a year on the member's ledger."""
    return LedgerEntry.objects.create(
        member=member,
        kind=kind(slug),
        year=year,
        entry="grant" if until is None else "carry_over",
        minutes=minutes,
        valid_until=until,
        source=f"test:{next(_numbers)}",
    )


def days(first: dt.date | int = 0, number: int = 1) -> list[Asked]:
    """Whole days in a row, from a day or the n-th after ``MONDAY``."""
    start = MONDAY + dt.timedelta(days=first) if isinstance(first, int) else first
    return [Asked(start + dt.timedelta(days=n)) for n in range(number)]


def left(member: User, slug: str = "holiday") -> int:
    """The sum of the member's ledger of a kind."""
    return sum(LedgerEntry.objects.filter(member=member, kind__slug=slug).values_list("minutes", flat=True))


def states(member: User) -> dict[dt.date, str]:
    """The latest state of each of the member's leave days."""
    return dict(LeaveDay.objects.filter(member=member).order_by("pk").values_list("day", "state"))


def away_on(day: dt.date, members: Iterable[User]) -> int:
    """How many of these people have a place of leave on a day."""
    return LeaveDay.objects.filter(day=day, member__in=list(members), state="granted", takes_place=True).count()


def peak(pod: Pod, name: str = "Carnival") -> Peak:
    """A peak of one week that has begun, without turns."""
    kind()
    now = dt.datetime.now(dt.UTC)
    made = Peak.objects.create(
        pod=pod,
        name=name,
        rule="rounds",
        number=4127,
        turn_minutes=2880,
        opens_at=now - dt.timedelta(hours=1),
        free_at=now + dt.timedelta(days=20),
    )
    made.shares.create(name="Week 1", first=MONDAY, last=MONDAY + dt.timedelta(days=4))
    return made
