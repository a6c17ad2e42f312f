"""The page on which an absence is reported lists one's own, and leave of days in a row as one."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from cxportal.core import periods
from cxportal.core.periods import DAY, day_period
from teams.scheduling import words
from teams.scheduling.models import Absence
from teams.scheduling.own_absences import own_absences
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import MONDAY

type Browser = Callable[..., Client]


def test_leave_of_days_in_a_row_is_one_line_with_its_year_and_other_absences_are_their_own(
    cast: Cast, browser: Browser
) -> None:
    """Over two weeks, the second of which lies in another year than today."""
    zone, first = cast.isar.tzinfo, MONDAY + 52 * 7 * DAY
    for day in (0, 1, 2, 3, 4, 7, 8, 10):
        span = day_period(first + day * DAY, zone)
        Absence.objects.create(member=cast.member, period=(span.start, span.end), kind="leave")
    ill = scheduling.span(cast.isar, 0, "08:00", "12:00")
    Absence.objects.create(member=cast.member, period=(ill.start, ill.end), kind="sick", made_by=cast.member)
    rows = own_absences(cast.member, zone, periods.now())
    assert [row.absence.kind for row in rows] == ["sick", "leave", "leave"]
    assert [row.words for row in rows[1:]] == [
        words.days_span(first, first + 8 * DAY),
        f"{words.long_day(first + 10 * DAY)} {(first + 10 * DAY).year}",
    ]
    shown = browser(cast.member).get(f"/p/{cast.isar.slug}/absence/").content.decode()
    assert shown.count("In the holidays") == 2
    assert f"/leave/{first.year}/#mine" in shown
