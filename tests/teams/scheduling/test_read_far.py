"""What is added up far from a claim equals what is counted row by row, and reaches the rules through every door."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cxportal.core.periods import DAY, HOUR, Period, day_period
from cxportal.core.violations import Refused
from teams.people.models import Contract, User
from teams.scheduling import services
from teams.scheduling.bounds import MemberState
from teams.scheduling.facts import minutes_of, seconds, work_day
from teams.scheduling.models import Absence, Assignment, as_range
from teams.scheduling.picture import reach
from teams.scheduling.queries import preview_claim
from teams.scheduling.reading import read_people, read_pod
from teams.scheduling.roster import judge_roster
from teams.scheduling.week import read_week
from tests.cast import Cast
from tests.factories import pods, scheduling
from tests.factories.scheduling import MONDAY, span

type Browser = Callable[..., Client]


def state_of(user: User, around: Period, zone: str) -> MemberState:
    return read_people([user.pk], around, ZoneInfo(zone))[user.pk].state


def moved_to(user: User, zone: str) -> None:
    Contract.objects.filter(member=user).update(zone=zone)


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "America/Santiago"]
)
def test_far_days_and_weeks_are_those_of_the_rows_in_the_members_zone(cast: Cast, zone: str) -> None:
    moved_to(cast.member, zone)
    worked: list[Assignment] = []
    # Half a year to both sides, over the changes of the clocks; Sunday nights lie in two weeks.
    for week in range(-27, 28):
        for day, start, end in ((1, "09:00", "15:00"), (6, "22:00", "06:00")):
            shift = scheduling.shift(cast.isar, MONDAY + (7 * week + day) * DAY, start, end)
            worked.append(scheduling.seated(cast.member, shift))
    around = span(cast.isar, 2, "09:00", "15:00")
    state = state_of(cast.member, around, "Europe/Berlin")
    window = reach(around, ZoneInfo("Europe/Berlin"))
    inside = Period(window.start - 175 * DAY, window.end + 175 * DAY)
    rows = [row for row in worked if row.span.overlaps(inside)]
    assert len(rows) < len(worked)
    expected = minutes_of((row.span for row in rows), ZoneInfo(zone))
    assert state.weeks == {monday.toordinal(): minutes for monday, minutes in expected.items()}
    assert len(state.held) < 6
    near = Period(window.start - 30 * DAY, window.end + 30 * DAY)
    duties = [row for row in rows if Period(row.span.start, row.span.end + 11 * HOUR).overlaps(near)]
    assert state.days == sorted(work_day(row.span, ZoneInfo(zone)) for row in duties)


def test_leave_and_sickness_are_read_once_where_they_overlap_and_other_absences_are_not(cast: Cast) -> None:
    zone = cast.isar.tzinfo

    def away(kind: str, first: int, last: int) -> Period:
        period = Period(day_period(MONDAY + first * DAY, zone).start, day_period(MONDAY + last * DAY, zone).end)
        now = dt.datetime.now(dt.UTC)
        Absence.objects.create(member=cast.member, period=as_range(period), kind=kind, made_by=cast.member, made_at=now)
        return period

    leave, sick = away("leave", -40, -30), away("sick", -33, -20)
    away("other", 8, 9)
    away("late", -60, -60)
    far = state_of(cast.member, span(cast.isar, 2, "09:00", "15:00"), "Europe/Berlin").far
    assert far.neutral == ((seconds(leave.start), seconds(sick.end)),)


def test_breaks_are_not_in_the_minutes_of_far_weeks(cast: Cast) -> None:
    early = scheduling.shift(cast.isar, -50, "08:00", "16:00")
    hole = early.segments.get()
    hole.period = as_range(span(cast.isar, -50, "08:00", "12:00"))
    hole.save()
    early.segments.create(activity=hole.activity, period=as_range(span(cast.isar, -50, "13:00", "16:00")))
    scheduling.seated(cast.member, early)
    state = state_of(cast.member, span(cast.isar, 2, "09:00", "15:00"), "Europe/Berlin")
    assert list(state.far.weeks) == [((MONDAY - 56 * DAY).toordinal(), 420)]


def test_a_claim_is_refused_by_what_was_worked_weeks_ago_and_names_it(cast: Cast) -> None:
    pods.agreement(cast.isar, since=dt.datetime.now(dt.UTC) - HOUR, average_minutes=1800, reference_weeks=4)
    for week in (-3, -2, -1):
        for day in range(5):
            scheduling.seated(cast.member, scheduling.shift(cast.isar, 7 * week + day, "09:00", "17:00"))
    breaks = scheduling.shift(cast.isar, 1, "09:00", "17:00")
    preview = preview_claim(cast.member, breaks)
    assert preview is not None
    with pytest.raises(Refused) as refused:
        services.claim(by=cast.member, shift=breaks.pk)
    assert refused.value.codes == {"average_minutes"} == {v.code for v in preview.violations}
    assert Assignment.objects.filter(shift=breaks).count() == 0
    pods.agreement(cast.isar, since=dt.datetime.now(dt.UTC) - HOUR / 2, average_minutes=1920, reference_weeks=4)
    services.claim(by=cast.member, shift=breaks.pk)


def test_page_and_api_tell_a_day_too_many_in_a_row(cast: Cast, browser: Browser) -> None:
    for day in range(6):
        scheduling.seated(cast.member, scheduling.shift(cast.isar, day, "10:00", "14:00"))
    seventh = scheduling.shift(cast.isar, 6, "10:00", "14:00")
    page = browser(cast.member).get(f"/p/{cast.isar.slug}/shifts/{seventh.pk}/")
    assert "You would work 7 days in a row" in page.content.decode()
    told = browser(cast.member).post(f"/p/{cast.isar.slug}/shifts/{seventh.pk}/claim")
    assert told.status_code == 409


def test_of_a_week_only_who_looks_is_read_with_what_the_rules_need(cast: Cast) -> None:
    scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 1))
    window = Period(span(cast.isar, 0, "00:00", "01:00").start, span(cast.isar, 6, "00:00", "01:00").end)
    both = [cast.member.pk, cast.second_member.pk]
    read = read_people(both, window, cast.isar.tzinfo, judged=[cast.member.pk])
    assert read[cast.member.pk].state.beyond is not None
    assert read[cast.second_member.pk].state.beyond is None
    with CaptureQueriesContext(connection) as seen:
        read_week(cast.isar, cast.member, MONDAY, at=dt.datetime.now(dt.UTC))
    assert len(seen.captured_queries) == 2


def test_the_planned_shifts_that_another_agreement_would_break_are_named(cast: Cast) -> None:
    for day in range(6):
        shift = scheduling.shift(cast.isar, day, "10:00", "14:00", seats=2)
        scheduling.seated(cast.member, shift)
        if day < 3:
            scheduling.seated(cast.second_member, shift)
    now = dt.datetime.now(dt.UTC)
    window = Period(span(cast.isar, 0, "00:00", "01:00").start, span(cast.isar, 27, "00:00", "01:00").end)
    picture = read_pod(cast.isar, window, now)
    people = read_people(picture.by_member, window, cast.isar.tzinfo)
    assert judge_roster(picture, people) == []
    (found,) = judge_roster(picture, people, replace(picture.bounds, days_in_row=4))
    assert (found.member, found.period) == (cast.member.pk, span(cast.isar, 4, "10:00", "14:00"))
    assert json.dumps([v.as_problem() for v in found.violations])
    assert [v.code for v in found.violations] == ["days_in_row"]
