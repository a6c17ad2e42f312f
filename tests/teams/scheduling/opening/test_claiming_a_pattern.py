"""A whole pattern in one act: each day judged among those before it, what no longer fits skipped, one undo."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from cxportal.core import periods
from cxportal.core.periods import DAY, Period, days_period
from cxportal.core.violations import Denied, Refused
from teams.notifications.models import Notice
from teams.scheduling import services
from teams.scheduling.models import Act, Assignment, Duty
from teams.scheduling.opening.rules import Line
from teams.scheduling.reading import read_people, read_pod
from teams.scheduling.roster import judge_roster
from tests.cast import Cast
from tests.factories import people, scheduling
from tests.factories.scheduling import MONDAY
from tests.teams.scheduling.opening.scene import agree, judged, lines, weeks_of


def held(cast: Cast) -> list[int]:
    """The days after MONDAY on which the member works."""
    days = Assignment.objects.filter(member=cast.member).values_list("shift__day", flat=True)
    return sorted((day - MONDAY).days for day in days)


def test_every_open_day_of_the_pattern_is_claimed_in_one_act(cast: Cast) -> None:
    early = scheduling.pattern(cast.isar)
    weeks_of(early, 2)
    done = services.claim_series(by=cast.member, pod=cast.isar, lines=lines(cast.isar, cast.member, early, weeks=2))
    assert len(done.claimed) == 10
    assert not done.skipped
    assert held(cast) == [0, 1, 2, 3, 4, 7, 8, 9, 10, 11]
    assert Duty.objects.filter(member=cast.member).count() == 10
    assert Act.objects.get().kind == Act.Kind.SERIES
    assert not Notice.objects.exists()


def test_the_fifth_day_knows_of_the_first_four(cast: Cast) -> None:
    agree(cast.isar, week_minutes=4 * 480)
    early = scheduling.pattern(cast.isar)
    weeks_of(early)
    found = judged(cast.isar, cast.member, early)
    assert [line.fits for line in found.lines] == [True, True, True, True, False]
    assert [v.code for v in found.lines[-1].violations] == ["week_minutes"]
    (week,) = found.weeks(read_pod(cast.isar, days_period(MONDAY, MONDAY, cast.isar.tzinfo), now()).bounds)
    assert (week.before, week.after, week.contract, week.most) == (0, 4 * 480, 2400, 4 * 480)


def now() -> dt.datetime:

    return periods.now()


def test_a_day_left_out_makes_room_for_a_later_one(cast: Cast) -> None:
    agree(cast.isar, week_minutes=4 * 480)
    early = scheduling.pattern(cast.isar)
    monday, *_others = weeks_of(early)
    found = judged(cast.isar, cast.member, early, left_out=(monday.pk,))
    assert [line.taken for line in found.lines] == [False, True, True, True, True]
    services.claim_series(by=cast.member, pod=cast.isar, lines=[line.line for line in found.taken])
    assert held(cast) == [1, 2, 3, 4]


def test_what_the_act_claims_breaks_no_bound_of_the_whole_roster(cast: Cast) -> None:
    agree(cast.isar, days_in_row=3, weekends_in_four=1, weekly_rest_minutes=2100)
    daily = scheduling.pattern(cast.isar, "Daily", "14:00", "22:00")
    daily.weekdays = [1, 2, 3, 4, 5, 6, 7]
    daily.save()
    weeks_of(daily, 3)
    found = judged(cast.isar, cast.member, daily, weeks=3)
    assert any(not line.fits for line in found.lines)
    services.claim_series(by=cast.member, pod=cast.isar, lines=[line.line for line in found.taken])
    window = days_period(MONDAY, MONDAY + 20 * DAY, cast.isar.tzinfo)
    picture = read_pod(cast.isar, window, now())
    assert judge_roster(picture, read_people([cast.member.pk], window, cast.isar.tzinfo)) == []


def test_a_line_that_no_longer_fits_is_skipped_and_listed_with_who_was_faster(cast: Cast) -> None:
    early = scheduling.pattern(cast.isar, seats=1)
    shifts = weeks_of(early)
    read = lines(cast.isar, cast.member, early)
    services.claim(by=cast.second_member, shift=shifts[2].pk)
    done = services.claim_series(by=cast.member, pod=cast.isar, lines=read)
    assert held(cast) == [0, 1, 3, 4]
    (skipped,) = done.skipped
    (violation,) = skipped.violations
    assert violation.code == "seat_taken"
    assert cast.second_member.name in str(violation.message)


def test_a_shift_that_changed_since_it_was_read_is_skipped(cast: Cast) -> None:
    early = scheduling.pattern(cast.isar)
    shifts = weeks_of(early)
    read = lines(cast.isar, cast.member, early)
    services.move_shift(
        by=cast.second_member, shift=shifts[0].pk, period=scheduling.span(cast.isar, 0, "08:00", "16:00")
    )
    services.cancel_shift(by=cast.second_member, shift=shifts[1].pk)
    done = services.claim_series(by=cast.member, pod=cast.isar, lines=read)
    assert held(cast) == [2, 3, 4]
    assert {v.code for line in done.skipped for v in line.violations} == {"changed"}


def test_a_part_that_is_left_is_not_claimed_in_place_of_the_whole(cast: Cast) -> None:
    early = scheduling.pattern(cast.isar, seats=1)
    first, *_others = weeks_of(early)
    read = lines(cast.isar, cast.member, early)
    head = Period(first.span.start, scheduling.span(cast.isar, 0, "07:00", "11:00").end)
    services.claim(by=cast.second_member, shift=first.pk, period=head)
    services.claim_series(by=cast.member, pod=cast.isar, lines=read)
    assert held(cast) == [1, 2, 3, 4]


def test_when_nothing_fits_every_reason_is_told_and_nothing_changes(cast: Cast) -> None:
    skill = people.skill("Polish", cast.second_member)
    shift = scheduling.shift(cast.isar, skill=skill)
    with pytest.raises(Refused) as refused:
        services.claim_series(by=cast.member, pod=cast.isar, lines=[Line(shift.pk, 1, shift.span)])
    assert refused.value.codes == {"skill"}
    assert not Act.objects.exists()


def test_the_same_act_again_is_no_second_claim(cast: Cast) -> None:
    early = scheduling.pattern(cast.isar)
    weeks_of(early)
    read = lines(cast.isar, cast.member, early)
    services.claim_series(by=cast.member, pod=cast.isar, lines=read)
    again = services.claim_series(by=cast.member, pod=cast.isar, lines=read)
    assert (again.claimed, again.held, again.act) == ((), 5, None)
    assert Assignment.objects.count() == 5


def test_split_days_join_one_working_day_inside_the_act(cast: Cast) -> None:
    head, tail = scheduling.shift(cast.isar, 1, "07:00", "10:00"), scheduling.shift(cast.isar, 1, "14:00", "17:00")
    read = [Line(shift.pk, 1, shift.span) for shift in (head, tail)]
    services.claim_series(by=cast.member, pod=cast.isar, lines=read)
    duty = Duty.objects.get()
    assert (duty.starts_at, duty.ends_at) == (head.span.start, tail.span.end)


def test_one_undo_takes_all_back(cast: Cast) -> None:
    early = scheduling.pattern(cast.isar)
    weeks_of(early)
    done = services.claim_series(by=cast.member, pod=cast.isar, lines=lines(cast.isar, cast.member, early))
    assert done.act
    for _time in range(2):
        assert services.undo(by=cast.member, act=done.act.pk).undone_at
    assert not Assignment.objects.exists()
    assert not Duty.objects.exists()


def test_the_undo_leaves_alone_what_was_given_back_before(cast: Cast) -> None:
    early = scheduling.pattern(cast.isar)
    shifts = weeks_of(early)
    done = services.claim_series(by=cast.member, pod=cast.isar, lines=lines(cast.isar, cast.member, early))
    assert done.act
    services.release(by=cast.member, assignment=shifts[0].assignments.get().pk)
    services.claim(by=cast.second_member, shift=shifts[0].pk)
    services.undo(by=cast.member, act=done.act.pk)
    assert Assignment.objects.get().member == cast.second_member


@pytest.mark.parametrize("how", ["release", "leave", "cancel"])
def test_the_undo_is_refused_when_somebody_got_free_relying_on_it(cast: Cast, how: str) -> None:
    floor = [{"activity": "phone", "weekdays": [1], "start": "08:00", "end": "10:00", "people": 1}]
    agree(cast.isar, coverage_floor=floor)
    early = scheduling.pattern(cast.isar)
    monday, *_others = weeks_of(early)
    other = scheduling.shift(cast.isar, monday.day) if how == "cancel" else monday
    theirs = scheduling.seated(cast.second_member, other)
    done = services.claim_series(by=cast.member, pod=cast.isar, lines=lines(cast.isar, cast.member, early))
    if how == "release":
        services.release(by=cast.second_member, assignment=theirs.pk)
    elif how == "cancel":
        services.cancel_shift(by=cast.second_member, shift=other.pk)
    else:
        services.record_absence(by=cast.second_member, member=cast.second_member, period=other.span, kind="leave")
    assert done.act
    with pytest.raises(Refused) as refused:
        services.undo(by=cast.member, act=done.act.pk)
    assert refused.value.codes == {"built_on"}
    assert held(cast) == [0, 1, 2, 3, 4]


def test_others_cannot_claim_here_and_shifts_of_another_pod_are_unknown(cast: Cast) -> None:
    shift, there = scheduling.shift(cast.isar), scheduling.shift(cast.elbe)
    with pytest.raises(Denied):
        services.claim_series(by=cast.coach, pod=cast.isar, lines=[Line(shift.pk, 1, shift.span)])
    for by, pod, line in ((cast.stranger, cast.isar, shift), (cast.member, cast.isar, there)):
        with pytest.raises(Http404):
            services.claim_series(by=by, pod=pod, lines=[Line(line.pk, 1, line.span)])


def test_twenty_claims_take_hardly_more_trips_than_five(cast: Cast) -> None:
    early = scheduling.pattern(cast.isar)
    weeks_of(early, 4)
    trips = []
    for weeks, by in ((1, cast.member), (4, cast.second_member)):
        read = lines(cast.isar, by, early, weeks=weeks)
        with CaptureQueriesContext(connection) as asked:
            services.claim_series(by=by, pod=cast.isar, lines=read)
        trips.append(len(asked))
    assert trips[1] <= trips[0]
