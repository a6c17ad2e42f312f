"""Taking an absence back: the work that it cut stands again as it was, or one hears who has it now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from cxportal.core import periods
from teams.notifications.models import Notice
from teams.people.models import User
from teams.scheduling import services
from teams.scheduling.models import Absence, Assignment, Duty, Shift
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import span

LONG_AGO = periods.now() - dt.timedelta(days=10)


@pytest.fixture
def shift(cast: Cast) -> Shift:
    """A shift that the member claimed ten days ago."""
    shift = scheduling.shift(cast.isar)
    services.claim(by=cast.member, shift=shift.pk)
    Assignment.objects.update(made_at=LONG_AGO)
    return shift


def ill(cast: Cast, start: str, end: str) -> Absence:
    period = span(cast.isar, 1, start, end)
    return services.record_absence(by=cast.member, member=cast.member, period=period, kind="sick", at=LONG_AGO)


@pytest.mark.parametrize(("start", "end"), [("00:00", "23:00"), ("10:00", "11:00"), ("11:00", "23:00")])
def test_a_report_taken_back_before_it_begins_leaves_the_shift_as_it_was(
    cast: Cast, shift: Shift, start: str, end: str
) -> None:
    before = Assignment.objects.values("seat", "period", "source", "made_at").get()
    absence = ill(cast, start, end)
    back = services.end_absence(by=cast.member, absence=absence.pk)
    assert (len(back.restored), back.gone) == (1, ())
    assert Assignment.objects.values("seat", "period", "source", "made_at").get() == before
    duty = Duty.objects.get()
    assert (duty.starts_at, duty.ends_at) == (shift.span.start, shift.span.end)
    assert not Absence.objects.exists()


def test_the_call_for_help_is_withdrawn_with_the_report(cast: Cast, shift: Shift) -> None:
    absence = ill(cast, "00:00", "23:00")
    assert Notice.objects.filter(kind="shift_urgent", read_at=None).exists()
    services.end_absence(by=cast.member, absence=absence.pk)
    shift.refresh_from_db()
    assert shift.urgent_since is None
    assert not Notice.objects.filter(kind="shift_urgent", read_at=None).exists()


def test_the_call_stays_while_somebody_else_of_the_shift_is_ill(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, seats=2)
    day = span(cast.isar, 1, "00:00", "23:00")
    for who in (cast.member, cast.second_member):
        services.claim(by=who, shift=shift.pk)
        services.record_absence(by=who, member=who, period=day, kind="sick", at=LONG_AGO)
    services.end_absence(by=cast.member, absence=Absence.objects.get(member=cast.member).pk)
    shift.refresh_from_db()
    assert shift.urgent_since is not None
    assert Assignment.objects.get().member == cast.member


def test_who_took_the_seat_meanwhile_keeps_it_and_is_named(cast: Cast, shift: Shift) -> None:
    absence = ill(cast, "00:00", "23:00")
    services.claim(by=cast.second_member, shift=shift.pk)
    back = services.end_absence(by=cast.member, absence=absence.pk)
    assert back.restored == ()
    assert cast.second_member.name in back.gone[0]
    assert Assignment.objects.get().member == cast.second_member


def test_a_taken_half_leaves_the_call_for_the_other_half(cast: Cast, shift: Shift) -> None:
    absence = ill(cast, "00:00", "23:00")
    services.claim(by=cast.second_member, shift=shift.pk, period=span(cast.isar, 1, "07:00", "11:00"))
    back = services.end_absence(by=cast.member, absence=absence.pk)
    assert cast.second_member.name in back.gone[0]
    shift.refresh_from_db()
    assert shift.urgent_since is not None


def test_back_in_the_middle_gives_the_rest_of_the_work_that_is_to_come(cast: Cast, shift: Shift) -> None:
    absence = ill(cast, "08:00", "23:00")
    noon = span(cast.isar, 1, "12:00", "13:00").start
    back = services.end_absence(by=cast.member, absence=absence.pk, at=noon)
    assert back.gone == ()
    assert back.absence is not None
    assert back.absence.span == span(cast.isar, 1, "08:00", "12:00")
    assert [row.span for row in Assignment.objects.order_by("period")] == [
        span(cast.isar, 1, "07:00", "08:00"),
        span(cast.isar, 1, "12:00", "15:00"),
    ]
    assert set(Assignment.objects.values_list("made_at", flat=True)) == {LONG_AGO}


def test_a_report_of_a_moment_ago_is_undone_whole_also_once_it_runs(cast: Cast, shift: Shift) -> None:
    at = span(cast.isar, 1, "10:00", "11:00").start
    absence = services.record_absence(
        by=cast.member, member=cast.member, period=span(cast.isar, 1, "10:00", "23:00"), kind="sick", at=at
    )
    services.end_absence(by=cast.member, absence=absence.pk, at=at + dt.timedelta(minutes=3))
    assert Assignment.objects.get().span == shift.span
    assert not Absence.objects.exists()


def test_ending_again_changes_nothing(cast: Cast, shift: Shift) -> None:
    absence = ill(cast, "08:00", "23:00")
    noon = span(cast.isar, 1, "12:00", "13:00").start
    services.end_absence(by=cast.member, absence=absence.pk, at=noon)
    again = services.end_absence(by=cast.member, absence=absence.pk, at=noon + dt.timedelta(minutes=1))
    assert (again.restored, again.gone) == ((), ())
    assert Assignment.objects.count() == 2


def test_the_page_says_what_is_ones_own_again(cast: Cast, shift: Shift, browser: Callable[[User], Client]) -> None:
    absence = ill(cast, "00:00", "23:00")
    page = browser(cast.member).post(f"/p/{cast.isar.slug}/absence/{absence.pk}/end", follow=True).content.decode()
    assert "Yours again" in page
    assert "07:00" in page
