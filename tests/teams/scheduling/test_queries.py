"""What other rooms read from the roster: who is on duty, my shifts, coverage, the number to claim."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.test.utils import CaptureQueriesContext

from cxportal.core.periods import DAY, HOUR, MINUTE
from teams.scheduling import queries, services
from teams.scheduling.expansion import Part
from teams.scheduling.models import Shift
from teams.staffing.services import Wanted, set_requirement
from tests.cast import Cast
from tests.factories import people, pods, scheduling
from tests.factories.scheduling import MONDAY, span


def mixed_shift(cast: Cast) -> Shift:
    """07:00 to 15:00: phone until 10, a break, chat from 10:30 to 12, training until the end."""
    parts = [
        Part(scheduling.activity("phone").pk, 0, 180),
        Part(scheduling.activity("chat").pk, 210, 300),
        Part(scheduling.activity("training").pk, 300, 480),
    ]
    shift = services.add_shift(by=cast.member, pod=cast.isar, period=span(cast.isar, 1, "07:00", "15:00"), parts=parts)
    week = shift.week
    week.opens_at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    week.save()
    return shift


def test_on_duty_tells_the_activity_of_the_moment_and_the_next(cast: Cast) -> None:
    shift = mixed_shift(cast)
    scheduling.seated(cast.member, shift)
    scheduling.seated(cast.other_member, scheduling.shift(cast.elbe, 1, "08:00", "12:00"))
    start = shift.span.start
    (found,) = queries.on_duty([cast.isar.pk], at=start + HOUR)
    assert (found.member_id, found.pod_id) == (cast.member.pk, cast.isar.pk)
    assert (found.activity, found.channels) == ("phone", frozenset({"phone"}))
    assert (found.until, found.shift_until) == (start + 3 * HOUR, shift.span.end)
    assert (found.next_activity, found.next_at) == ("chat", start + 3.5 * HOUR)
    assert "chat" in found.next_channels
    (pause,) = queries.on_duty([cast.isar.pk], at=start + 190 * MINUTE)
    assert (pause.activity, pause.channels, pause.until) == (None, frozenset(), start + 210 * MINUTE)
    (learning,) = queries.on_duty([cast.isar.pk], at=shift.span.end - MINUTE)
    assert (learning.activity, learning.channels, learning.next_activity) == ("training", frozenset(), None)
    assert queries.on_duty([cast.isar.pk], at=shift.span.end) == []
    both = queries.on_duty([cast.elbe.pk, cast.isar.pk], at=start + 2 * HOUR)
    assert [d.pod_id for d in both] == sorted([cast.isar.pk, cast.elbe.pk])


def test_who_falls_ill_is_on_duty_no_more(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    scheduling.seated(cast.member, shift)
    ill = span(cast.isar, 1, "09:00", "20:00")
    services.record_absence(by=cast.member, member=cast.member, period=ill, kind="sick")
    assert len(queries.on_duty([cast.isar.pk], at=ill.start - MINUTE)) == 1
    assert queries.on_duty([cast.isar.pk], at=ill.start) == []


def test_on_duty_is_one_question_for_any_number_of_people(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, seats=6)
    for number in range(5):
        scheduling.seated(people.member(cast.isar, f"Member {number}"), shift)
    with CaptureQueriesContext(connection) as seen:
        assert len(queries.on_duty([cast.isar.pk, cast.elbe.pk], at=shift.span.start)) == 5
    assert len(seen) == 1


def test_worked_time_is_told_by_activity_and_cut_to_the_period(cast: Cast) -> None:
    shift = mixed_shift(cast)
    scheduling.seated(cast.member, shift)
    start = shift.span.start
    found = queries.on_duty_between([cast.isar.pk], start + 2 * HOUR, start + 4 * HOUR)
    assert [(w.start, w.end, sorted(w.channels)) for w in found] == [
        (start + 2 * HOUR, start + 3 * HOUR, ["phone"]),
        (start + 3.5 * HOUR, start + 4 * HOUR, ["chat", "social"]),
    ]


def test_my_next_shifts_begin_with_the_one_that_runs(cast: Cast) -> None:
    shift = mixed_shift(cast)
    scheduling.seated(cast.member, shift)
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 2))
    now, then = queries.next_shifts(cast.member, at=shift.span.start + HOUR)
    assert now.now
    assert [p.activity for p in now.activities] == ["phone", "chat", "training"]
    assert now.minutes == 450
    assert not then.now
    assert then.week_label == shift.week.label
    assert queries.on_shift_until(cast.member, at=shift.span.start) == shift.span.end
    assert queries.on_shift_until(cast.member, at=shift.span.end) is None


def fitting(cast: Cast) -> tuple[int, int]:
    found = queries.open_to(cast.member, cast.isar)
    assert found is not None
    return found.fitting, found.closing


def test_a_pod_whose_last_week_lies_behind_has_nothing_open(cast: Cast) -> None:
    scheduling.shift(cast.isar, dt.datetime.now(dt.UTC).date() - dt.timedelta(days=30))
    assert queries.open_to(cast.member, cast.isar) is None


def test_the_badge_counts_only_what_i_may_take_and_what_closes_a_gap(cast: Cast) -> None:
    scheduling.shift(cast.isar, 1, "07:00", "15:00")
    scheduling.shift(cast.isar, 2, "07:00", "15:00", skill=people.skill("Polish"))
    late = scheduling.shift(cast.isar, 0, "15:00", "23:00")
    scheduling.shift(cast.isar, 3, "07:00", "15:00", state="draft")
    assert fitting(cast) == (3, 0)
    wanted = [Wanted(scheduling.activity().pk, span(cast.isar, 0, "15:00", "23:00"), 1)]
    set_requirement(by=cast.member, pod=cast.isar, wanted=wanted)
    assert fitting(cast) == (3, 1)
    services.claim(by=cast.member, shift=late.pk)
    assert fitting(cast) == (1, 0)


def test_a_days_coverage_tells_the_gap_in_words_and_numbers(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, 1, "09:00", "17:00")
    scheduling.seated(cast.member, shift)
    wanted = [Wanted(scheduling.activity().pk, span(cast.isar, 1, "08:00", "17:00"), 2)]
    set_requirement(by=cast.member, pod=cast.isar, wanted=wanted)
    day = queries.coverage_of_day(cast.isar, shift.day, at=shift.span.start)
    assert day.short_minutes == 600
    assert (day.tone, day.words) == ("gap", "10 h short")
    assert [(g.people, g.activity) for g in day.gaps] == [(2, "Phone"), (1, "Phone")]
    assert (day.now_staffed, day.now_needed) == (1, 2)
    assert "2 short 08:00 to 09:00; 1 short 09:00 to 17:00" in day.strip.label
    quiet = queries.coverage_of_day(cast.isar, shift.day + DAY)
    assert (quiet.tone, quiet.words) == ("none", "No need")


def test_the_preview_is_the_judgement_of_the_commit(cast: Cast) -> None:
    services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 1, "14:00", "22:00").pk)
    shift = scheduling.shift(cast.isar, 2)
    effect = queries.preview_claim(cast.member, shift)
    assert effect is not None
    assert [v.code for v in effect.violations] == ["rest_before"]
    other = queries.preview_claim(cast.second_member, shift)
    assert other is not None
    done = services.claim(by=cast.second_member, shift=shift.pk).effect
    assert done is not None
    assert (done.week, done.closes, done.minutes) == (other.week, other.closes, other.minutes)
    assert queries.preview_claim(cast.member, shift) is None


def test_the_set_up_asks_for_the_first_week(cast: Cast) -> None:
    assert not queries.has_week(cast.isar)
    assert queries.first_week(cast.isar) is None
    scheduling.shift(cast.isar)
    assert queries.has_week(cast.isar)
    assert queries.first_week(cast.isar) == MONDAY


def test_a_claim_by_somebody_with_the_skill_closes_the_gap_that_asks_for_it(cast: Cast) -> None:
    people.skill("German", cast.member)
    shift = scheduling.shift(cast.isar)
    floor = {"activity": "phone", "weekdays": [1, 2, 3, 4, 5], "start": "07:00", "end": "15:00", "people": 1}
    pods.agreement(cast.isar, since=dt.datetime.now(dt.UTC) - HOUR, coverage_floor=[floor | {"skill": "german"}])
    german, other = (queries.preview_claim(person, shift) for person in (cast.member, cast.second_member))
    assert german is not None
    assert other is not None
    assert (german.closes, other.closes) == (480, 0)
