"""What the database holds by itself: each constraint is met by going around the services."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from cxportal.core.database import constraint_name, constraints_later, constraints_now
from cxportal.core.periods import HOUR, Period
from teams.scheduling.models import Absence, Assignment, Duty, PatternSegment, Seat, Segment, Shift, Week, as_range
from tests.cast import Cast
from tests.factories import scheduling


def broken(make: object) -> str:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        make()  # type: ignore[operator]
    return constraint_name(error.value)


def duty(cast: Cast, start: dt.datetime, hours: float, rest: float = 11) -> Duty:
    end = start + hours * HOUR
    return Duty.objects.create(member=cast.member, starts_at=start, ends_at=end, rest_until=end + rest * HOUR)


def sit(cast: Cast, shift: Shift, number: int = 1, *, who: str = "member", hours: int | None = None) -> Assignment:
    seat = shift.seats.get(number=number)
    holder = Duty.objects.filter(member=cast[who], ends_at__gt=shift.span.start).first() or Duty.objects.create(
        member=cast[who], starts_at=shift.span.start, ends_at=shift.span.end, rest_until=shift.span.end
    )
    period = shift.span if hours is None else Period(shift.span.start, shift.span.start + hours * HOUR)
    return Assignment.objects.create(member=cast[who], shift=shift, seat=seat, duty=holder, period=as_range(period))


def test_nobody_works_twice_at_once_not_even_in_two_pods(cast: Cast) -> None:
    here, there = scheduling.shift(cast.isar), scheduling.shift(cast.elbe, start="14:00", end="20:00")
    sit(cast, here)
    assert broken(lambda: sit(cast, there)) == "assignment_member_once"


def test_work_that_touches_does_not_overlap(cast: Cast) -> None:
    sit(cast, scheduling.shift(cast.isar))
    sit(cast, scheduling.shift(cast.isar, start="15:00", end="18:00"))
    assert Assignment.objects.count() == 2


def test_a_seat_holds_one_person_at_a_time(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    sit(cast, shift)
    assert broken(lambda: sit(cast, shift, who="second_member", hours=1)) == "assignment_seat_once"


def test_duties_keep_the_rest_and_rest_met_exactly_passes(cast: Cast) -> None:
    start = scheduling.span(cast.isar, 1, "07:00", "08:00").start
    duty(cast, start, 8)
    duty(cast, start + 19 * HOUR, 8)
    assert broken(lambda: duty(cast, start - 19 * HOUR + HOUR / 60, 8)) == "duty_rest_kept"


def test_both_constraints_can_wait_for_the_end_of_a_service(cast: Cast) -> None:
    start = scheduling.span(cast.isar, 1, "07:00", "08:00").start
    early, late = duty(cast, start, 8), duty(cast, start + 24 * HOUR, 8)
    with transaction.atomic():
        constraints_later("duty_rest_kept", "assignment_member_once")
        Duty.objects.filter(pk=early.pk).update(
            starts_at=late.starts_at, ends_at=late.ends_at, rest_until=late.rest_until
        )
        Duty.objects.filter(pk=late.pk).update(
            starts_at=early.starts_at, ends_at=early.ends_at, rest_until=early.rest_until
        )
        constraints_now("duty_rest_kept", "assignment_member_once")
    assert (
        broken(
            lambda: Duty.objects.filter(pk=early.pk).update(
                starts_at=early.starts_at, ends_at=early.ends_at, rest_until=early.rest_until
            )
        )
        == "duty_rest_kept"
    )


def test_a_duty_ends_after_it_starts_and_rests_after_it_ends(cast: Cast) -> None:
    start = scheduling.span(cast.isar, 1, "07:00", "08:00").start
    assert broken(lambda: duty(cast, start, 0)) == "duty_order"
    assert broken(lambda: duty(cast, start, 8, rest=-1)) == "duty_order"


def test_a_duty_with_work_in_it_cannot_disappear(cast: Cast) -> None:
    row = sit(cast, scheduling.shift(cast.isar))

    def remove() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("DELETE FROM teams_duty WHERE id = %s", [row.duty_id])

    with pytest.raises(IntegrityError), transaction.atomic():
        remove()


def test_a_pod_has_a_week_once_and_it_begins_on_monday(cast: Cast) -> None:
    week = scheduling.week(cast.isar)
    same = {"pod": cast.isar, "opens_at": week.opens_at, "fixes_at": week.fixes_at, "planned_opens_at": week.opens_at}
    assert broken(lambda: Week.objects.create(monday=week.monday, **same)) == "week_once"
    assert (
        broken(lambda: Week.objects.create(monday=week.monday + dt.timedelta(days=1), **same))
        == "week_begins_on_monday"
    )


def test_nothing_lasts_no_time(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    seat, empty = shift.seats.get(), (shift.span.start, shift.span.start)
    holder = duty(cast, shift.span.start, 8)
    base = {"pod": cast.isar, "week": shift.week, "day": shift.day, "zone": shift.zone}
    assert broken(lambda: Shift.objects.create(period=empty, **base)) == "shift_has_length"
    assert (
        broken(lambda: Segment.objects.create(shift=shift, activity=scheduling.activity(), period=empty))
        == "segment_has_length"
    )
    assert (
        broken(lambda: Assignment.objects.create(member=cast.member, shift=shift, seat=seat, duty=holder, period=empty))
        == "assignment_has_length"
    )
    assert broken(lambda: Absence.objects.create(member=cast.member, period=empty, kind="sick")) == "absence_has_length"


def test_a_shift_has_one_activity_at_a_time_and_each_seat_number_once(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    assert (
        broken(
            lambda: Segment.objects.create(
                shift=shift, activity=scheduling.activity("chat"), period=as_range(shift.span)
            )
        )
        == "segment_once"
    )
    assert broken(lambda: Seat.objects.create(shift=shift, number=1)) == "seat_number_once"


def test_a_pattern_has_one_activity_at_a_time_inside_a_day(cast: Cast) -> None:
    pattern = scheduling.pattern(cast.isar)
    phone = scheduling.activity()
    assert (
        broken(lambda: PatternSegment.objects.create(pattern=pattern, activity=phone, start=200, end=250))
        == "pattern_segment_once"
    )
    assert (
        broken(lambda: PatternSegment.objects.create(pattern=pattern, activity=phone, start=700, end=700))
        == "pattern_segment_order"
    )
