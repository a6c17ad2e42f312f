"""Weeks from patterns, opening and fixing by the clock; shifts moved and cancelled with those concerned told."""

from __future__ import annotations

import datetime as dt

import pytest

from cxportal.core.periods import DAY, HOUR, Period, to_instant
from cxportal.core.violations import Refused
from teams.notifications.models import Notice
from teams.scheduling import services
from teams.scheduling.bounds import DRAFT, FIXED, OPEN, PAST
from teams.scheduling.expansion import Part
from teams.scheduling.models import Assignment, Duty, Segment, Shift, ShiftPattern, Week
from tests.cast import Cast
from tests.factories import pods, scheduling
from tests.factories.scheduling import MONDAY


def test_a_week_is_made_from_the_patterns_and_only_once(cast: Cast) -> None:
    scheduling.pattern(cast.isar, seats=3)
    week = services.make_week(by=cast.member, pod=cast.isar, monday=MONDAY)
    assert services.make_week(by=cast.second_member, pod=cast.isar, monday=MONDAY) == week
    assert week.shifts.count() == 5
    assert {shift.seats.count() for shift in week.shifts.all()} == {3}
    first = week.shifts.first()
    assert first is not None
    assert [s.span.minutes for s in first.segments.all()] == [240, 240]


def test_without_patterns_there_is_no_week_to_make(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        services.make_week(by=cast.member, pod=cast.isar, monday=MONDAY)
    assert refused.value.codes == {"no_patterns"}
    assert not Week.objects.exists()


def test_a_week_goes_from_draft_to_past_by_the_clock_alone(cast: Cast) -> None:
    scheduling.pattern(cast.isar)
    week = services.make_week(by=cast.member, pod=cast.isar, monday=MONDAY)
    zone = cast.isar.tzinfo
    opens = to_instant(MONDAY - 28 * DAY, dt.time(9), zone)
    assert (week.opens_at, week.fixes_at) == (opens, to_instant(MONDAY - 7 * DAY, dt.time(9), zone))
    states = [week.state_at(opens - HOUR), week.state_at(opens), week.state_at(week.fixes_at)]
    assert states == [DRAFT, OPEN, FIXED]
    assert week.state_at(to_instant(MONDAY + 7 * DAY, dt.time(), zone)) == PAST


def test_any_member_opens_a_draft_early_and_takes_it_back_until_the_first_claim(cast: Cast) -> None:
    scheduling.pattern(cast.isar)
    week = services.make_week(by=cast.member, pod=cast.isar, monday=MONDAY)
    planned, early = week.opens_at, week.opens_at - 5 * DAY
    assert services.open_week(by=cast.second_member, week=week, at=early) is not None
    assert services.open_week(by=cast.member, week=week, at=early) is None
    assert services.undo_opening(by=cast.member, week=week, at=early).opens_at == planned
    services.open_week(by=cast.member, week=week, at=early)
    shift = week.shifts.first()
    assert shift is not None
    services.claim(by=cast.member, shift=shift.pk, at=early)
    with pytest.raises(Refused) as refused:
        services.undo_opening(by=cast.member, week=week, at=early)
    assert refused.value.codes == {"built_on"}


def test_a_copied_week_keeps_wall_times_over_the_change_of_the_clocks(cast: Cast) -> None:
    autumn = dt.date(2027, 10, 25)
    shift = scheduling.shift(cast.isar, autumn + 5 * DAY, "22:00", "06:00", seats=2, slug="phone")
    week = services.copy_week(by=cast.member, source=shift.week, monday=autumn + 7 * DAY)
    copied = week.shifts.get()
    zone = cast.isar.tzinfo
    assert shift.span.minutes == 9 * 60
    assert copied.span.minutes == 8 * 60
    assert copied.span.end.astimezone(zone).time() == dt.time(6)
    assert copied.seats.count() == 2
    with pytest.raises(Refused) as refused:
        services.copy_week(by=cast.member, source=shift.week, monday=autumn + 7 * DAY)
    assert refused.value.codes == {"week_exists"}


@pytest.mark.parametrize(("source", "end"), [(dt.date(2027, 3, 15), "07:00"), (dt.date(2027, 10, 18), "05:00")])
def test_a_copied_night_that_keeps_its_duration_ends_an_hour_off(cast: Cast, source: dt.date, end: str) -> None:
    pattern = scheduling.pattern(cast.isar, "Night", "22:00", "06:00", seats=1)
    ShiftPattern.objects.filter(pk=pattern.pk).update(weekdays=[6], clock_change="keep_duration")
    made = services.make_week(by=cast.member, pod=cast.isar, monday=source)
    copied = services.copy_week(by=cast.member, source=made, monday=source + 7 * DAY).shifts.get()
    assert copied.span.minutes == 8 * 60
    assert copied.span.end.astimezone(cast.isar.tzinfo).time() == dt.time.fromisoformat(end)
    lengths = [segment.span.minutes for segment in copied.segments.order_by("period")]
    assert lengths == [240, 210]
    back = services.copy_week(by=cast.member, source=copied.week, monday=source + 14 * DAY).shifts.get()
    assert back.span.end.astimezone(cast.isar.tzinfo).time() == dt.time(6)


def test_a_week_with_an_activity_that_begins_in_the_gap_is_made_and_copied(cast: Cast) -> None:
    """Its wall time moves past the next one, which begins after it; the database allows no two at once."""
    pattern = scheduling.pattern(cast.isar, "Night", "22:00", "06:00", seats=1)
    pattern.segments.all().delete()
    for slug, start, end in (("phone", 0, 255), ("chat", 255, 300), ("email", 300, 480)):
        pattern.segments.create(activity=scheduling.activity(slug), start=start, end=end)
    ShiftPattern.objects.filter(pk=pattern.pk).update(weekdays=[6])
    usual = services.make_week(by=cast.member, pod=cast.isar, monday=dt.date(2027, 3, 15))
    copied = services.copy_week(by=cast.member, source=usual, monday=dt.date(2027, 3, 22))
    found = [(s.activity_id, s.span) for s in copied.shifts.get().segments.order_by("period")]
    assert [part.minutes for _activity, part in found] == [255, 165]
    Week.objects.filter(pk=copied.pk).delete()
    made = services.make_week(by=cast.member, pod=cast.isar, monday=dt.date(2027, 3, 22))
    assert [(s.activity_id, s.span) for s in made.shifts.get().segments.order_by("period")] == found


def test_a_shift_is_added_by_hand_and_makes_its_week(cast: Cast) -> None:
    span = scheduling.span(cast.isar, 2, "10:00", "14:00")
    shift = services.add_shift(
        by=cast.member, pod=cast.isar, period=span, parts=[Part(scheduling.activity().pk, 0, 240)], seats=2
    )
    assert shift.week.monday == MONDAY
    assert shift.seats.count() == 2
    assert shift.segments.get().span == span


def test_moving_a_shift_moves_its_people_and_tells_them(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    services.claim(by=cast.member, shift=shift.pk)
    services.move_shift(by=cast.second_member, shift=shift.pk, period=scheduling.span(cast.isar, 1, "09:00", "18:00"))
    row = Assignment.objects.get()
    assert row.span == scheduling.span(cast.isar, 1, "09:00", "18:00")
    assert Segment.objects.get().span == row.span
    assert Duty.objects.get().rest_until == row.span.end + 11 * HOUR
    notice = Notice.objects.get(recipient=cast.member)
    assert notice.kind == "shift_moved"
    assert "07:00–15:00" in notice.data["was"]


def test_a_move_that_breaks_the_rest_of_somebody_on_it_is_refused_with_the_name(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    services.claim(by=cast.member, shift=shift.pk)
    services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 2).pk)
    with pytest.raises(Refused) as refused:
        services.move_shift(
            by=cast.second_member, shift=shift.pk, period=scheduling.span(cast.isar, 1, "14:00", "22:00")
        )
    assert refused.value.codes == {"rest_after"}
    assert str(refused.value.violations[0].message).startswith(cast.member.name)
    shift.refresh_from_db()
    assert shift.version == 1


def test_in_a_fixed_week_a_claimed_shift_is_changed_by_its_owner_only(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, state="fixed")
    services.claim(by=cast.member, shift=shift.pk)
    later = scheduling.span(cast.isar, 1, "08:00", "16:00")
    for act in (
        lambda: services.move_shift(by=cast.second_member, shift=shift.pk, period=later),
        lambda: services.cancel_shift(by=cast.second_member, shift=shift.pk),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.codes == {"week_fixed"}
    services.move_shift(by=cast.member, shift=shift.pk, period=later)


def test_cancelling_tells_who_sat_on_it_and_cancelling_again_changes_nothing(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    services.claim(by=cast.member, shift=shift.pk)
    services.cancel_shift(by=cast.second_member, shift=shift.pk)
    assert services.cancel_shift(by=cast.second_member, shift=shift.pk) is None
    assert not Assignment.objects.exists()
    assert not Duty.objects.exists()
    assert Notice.objects.filter(recipient=cast.member, kind="shift_cancelled").count() == 1
    assert Shift.objects.get().cancelled_at is not None


def test_cancelling_below_the_floor_is_refused(cast: Cast) -> None:
    floor = [{"activity": "phone", "weekdays": [2], "start": "08:00", "end": "12:00", "people": 1}]
    pods.agreement(cast.isar, since=dt.datetime.now(dt.UTC) - HOUR, coverage_floor=floor)
    shift = scheduling.shift(cast.isar)
    services.claim(by=cast.member, shift=shift.pk)
    with pytest.raises(Refused) as refused:
        services.cancel_shift(by=cast.member, shift=shift.pk)
    assert refused.value.codes == {"floor"}


def test_a_week_is_not_copied_to_where_the_clocks_swallow_a_shift(cast: Cast) -> None:
    day, zone = dt.date(2027, 3, 21), cast.isar.tzinfo
    period = Period(to_instant(day, dt.time(2), zone), to_instant(day, dt.time(3), zone))
    part = Part(scheduling.activity().pk, 0, 60)
    source = services.add_shift(by=cast.member, pod=cast.isar, period=period, parts=[part]).week
    with pytest.raises(Refused, match="when the clocks change") as refused:
        services.copy_week(by=cast.member, source=source, monday=dt.date(2027, 3, 22))
    assert refused.value.codes == {"empty_shift"}
    assert Week.objects.count() == 1


def test_a_pattern_of_a_name_that_somebody_wrote_a_moment_before_is_refused(cast: Cast) -> None:
    known = scheduling.pattern(cast.isar, "Early")
    again = ShiftPattern(pod=cast.isar, name=known.name, starts=known.starts, ends=known.ends, weekdays=[1])
    with pytest.raises(Refused) as refused:
        services.save_pattern(by=cast.member, pattern=again, parts=[])
    assert refused.value.codes == {"name_taken"}
