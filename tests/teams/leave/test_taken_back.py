"""Leave taken back puts back the shifts that it freed; an exception for giving back is used up by leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from cxportal.core.periods import Period, day_period
from teams.leave import services
from teams.leave.rules import Asked
from teams.leave.services import requests
from teams.people.models import User
from teams.scheduling.models import Assignment, Duty, Shift
from teams.scheduling.reading import read_people, read_pod
from teams.scheduling.roster import judge_roster
from teams.scheduling.services import claim
from teams.scheduling.waiver_models import Waiver
from tests.cast import Cast
from tests.factories import leave, pods, scheduling

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
LONG_AGO = dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)


def on_leave(cast: Cast, first: int = 0, number: int = 1) -> int:
    leave.balance(cast.member)
    done = services.request_leave(
        by=cast.member, member=cast.member, kind=leave.kind(), asked=leave.days(first, number)
    )
    assert done.request is not None
    return done.request.pk


def back(cast: Cast, request: int) -> requests.TakenBack:
    return services.withdraw(by=cast.member, request=request)


def seated(cast: Cast, day: int = 0, start: str = "07:00", end: str = "15:00") -> Shift:
    shift = scheduling.shift(cast.isar, leave.MONDAY + day * DAY, start, end)
    scheduling.seated(cast.member, shift)
    Assignment.objects.update(made_at=LONG_AGO)
    return shift


def test_shifts_that_leave_freed_are_ones_own_again_as_they_stood(cast: Cast) -> None:
    for day in (0, 2):
        seated(cast, day)
    before = list(Assignment.objects.order_by("period").values("shift", "seat", "period", "source", "made_at"))
    request = on_leave(cast, 0, 3)
    assert not Assignment.objects.exists()
    done = back(cast, request)
    assert (len(done.days), len(done.restored), done.gone) == (3, 2, ())
    assert list(Assignment.objects.order_by("period").values(*before[0])) == before
    assert Duty.objects.count() == 2
    assert back(cast, request) == requests.TakenBack(())


def test_a_part_of_a_day_gives_back_the_hours_that_it_cut(cast: Cast) -> None:
    shift = seated(cast)
    leave.balance(cast.member)
    done = services.request_leave(
        by=cast.member,
        member=cast.member,
        kind=leave.kind(),
        asked=[Asked(leave.MONDAY, 12 * 60, 15 * 60)],
    )
    assert Assignment.objects.get().span.minutes == 300
    assert done.request is not None
    back(cast, done.request.pk)
    assert Assignment.objects.get().span == shift.span


def test_who_took_a_freed_shift_meanwhile_keeps_it_and_is_named(cast: Cast, browser: Callable[[User], Client]) -> None:
    taken, free = seated(cast, 0), seated(cast, 1)
    request = on_leave(cast, 0, 2)
    claim(by=cast.second_member, shift=taken.pk)
    said = browser(cast.member).post(f"/p/{cast.isar.slug}/leave/requests/{request}/withdraw", follow=True)
    text = said.content.decode()
    assert "Yours again" in text
    assert f"{cast.second_member.name} has it now" in text
    assert Assignment.objects.get(shift=taken).member == cast.second_member
    assert Assignment.objects.get(shift=free).member == cast.member


def test_a_freed_shift_that_no_longer_fits_says_which_bound_is_in_the_way(cast: Cast) -> None:
    seated(cast, 0, "14:00", "22:00")
    request = on_leave(cast)
    scheduling.seated(cast.member, scheduling.shift(cast.isar, leave.MONDAY + DAY, "06:00", "14:00"))
    done = back(cast, request)
    assert done.restored == ()
    assert "Rest before" in done.gone[0]


def test_an_exception_for_giving_back_is_used_up_by_leave_and_free_again_when_it_is_taken_back(cast: Cast) -> None:
    floor = {"activity": "phone", "weekdays": [1], "start": "08:00", "end": "12:00", "people": 1}
    pods.agreement(cast.isar, since=dt.datetime(2025, 1, 1, tzinfo=dt.UTC), coverage_floor=[floor])
    shift = seated(cast)
    waiver = Waiver.objects.create(
        shift=shift, shift_version=shift.version, member=cast.member, act="release", grants={"floor": {"minutes": 1}},
        source="override", by=cast.lead, reason="Her train is cancelled.",
    )  # fmt: skip
    held = Assignment.objects.get().pk
    request = on_leave(cast)
    waiver.refresh_from_db()
    assert (waiver.used_at is not None, waiver.assignment) == (True, held)
    back(cast, request)
    waiver.refresh_from_db()
    assert (waiver.used_at, waiver.assignment) == (None, None)
    assert Assignment.objects.get().shift == shift


def test_a_night_shift_into_a_day_of_leave_breaks_nothing_since_it_belongs_to_the_day_before(cast: Cast) -> None:
    night = seated(cast, 0, "22:00", "06:00")
    on_leave(cast, 1)
    assert Assignment.objects.get().shift == night
    window = Period(
        day_period(leave.MONDAY, cast.isar.tzinfo).start, day_period(leave.MONDAY + 6 * DAY, cast.isar.tzinfo).end
    )
    picture = read_pod(cast.isar, window, dt.datetime.now(dt.UTC))
    assert judge_roster(picture, read_people(picture.by_member, window, cast.isar.tzinfo)) == []
