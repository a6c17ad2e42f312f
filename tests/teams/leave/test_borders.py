"""Leave at borders: a move to another pod, the second part of a day, a clock change, the year's end, sickness twice."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from cxportal.core.periods import Period, day_period
from cxportal.core.violations import Refused
from teams.leave import services
from teams.leave.models import LeaveDay
from teams.leave.reading import span_of
from teams.leave.rules import Asked
from teams.people.models import Contract, User
from teams.pods.models import Membership
from teams.scheduling import services as roster
from tests.cast import Cast
from tests.factories import leave, people, pods

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")


def ask(member: User, asked: list[Asked], **more: object) -> services.requests.Answered:
    return services.request_leave(by=member, member=member, kind=leave.kind(), asked=asked, **more)  # type: ignore[arg-type]


def move(member: User, cast: Cast, on: dt.date) -> None:
    row = Membership.objects.get(member=member, pod=cast.isar)
    row.period = DateRange(row.period.lower, on)
    row.save()
    people.join(member, cast.elbe, since=on)


def test_days_after_a_move_are_asked_for_in_the_new_home(cast: Cast) -> None:
    leave.balance(cast.member)
    moves = leave.MONDAY + dt.timedelta(days=3)
    move(cast.member, cast, moves)
    done = ask(cast.member, leave.days(0, 5))
    assert [verdict.outcome for verdict in done.verdicts] == ["fits", "fits", "fits", "no", "no"]
    assert {why.code for verdict in done.verdicts for why in verdict.violations} == {"leave_home"}
    ask(cast.member, leave.days(3, 2))
    pods_of = dict(LeaveDay.objects.filter(member=cast.member).values_list("day", "pod"))
    assert pods_of[leave.MONDAY] == cast.isar.pk
    assert pods_of[moves] == cast.elbe.pk


def test_who_waits_and_moves_away_gets_no_place_of_the_old_pod(cast: Cast) -> None:
    pods.agreement(cast.isar, since=dt.datetime(2025, 1, 1, tzinfo=dt.UTC), leave_concurrency=1)
    for each in (cast.member, cast.second_member):
        leave.balance(each)
    held = ask(cast.second_member, leave.days())
    ask(cast.member, leave.days(), wait=True)
    move(cast.member, cast, leave.MONDAY)
    assert held.request is not None
    services.withdraw(by=cast.second_member, request=held.request.pk)
    assert leave.states(cast.member) == {leave.MONDAY: "waiting"}


def test_a_second_part_of_a_day_is_refused_with_the_part_that_is_held(cast: Cast) -> None:
    leave.balance(cast.member)
    ask(cast.member, [Asked(leave.MONDAY, 480, 600)])
    assert ask(cast.member, [Asked(leave.MONDAY, 480, 540)]).repeat
    with pytest.raises(Refused) as refusal:
        ask(cast.member, [Asked(leave.MONDAY, 720, 840)])
    assert refusal.value.codes == {"leave_held"}
    assert "08:00–10:00" in str(refusal.value.violations[0].message)


@pytest.mark.parametrize(("begins", "ends"), [(150, 180), (120, 150), (121, 179)])
def test_a_part_inside_the_hour_that_a_clock_change_leaves_out_has_a_length(begins: int, ends: int) -> None:
    span = span_of(Asked(dt.date(2027, 3, 28), begins, ends), BERLIN)
    assert span.minutes >= ends - begins


def test_no_day_at_a_calendars_end_is_asked_for(cast: Cast) -> None:
    for day in (dt.date.min, dt.date.max, dt.date(2999, 1, 1)):
        with pytest.raises(Refused) as refusal:
            ask(cast.member, [Asked(day)])
        assert refusal.value.codes == {"leave_days"}


def test_notice_runs_by_the_days_of_the_member(cast: Cast) -> None:
    """Late in the evening in New York the pod in Berlin has the next day already."""
    Contract.objects.filter(member=cast.member).update(zone="America/New_York", region="US")
    leave.balance(cast.member)
    day = leave.MONDAY + dt.timedelta(days=3)
    evening = dt.datetime.combine(leave.MONDAY, dt.time(20), ZoneInfo("America/New_York")).astimezone(dt.UTC)
    assert ask(cast.member, [Asked(day)], at=evening).granted


def sick(member: User, begins: int, ends: int) -> None:
    start = day_period(leave.MONDAY, BERLIN).start
    period = Period(start + dt.timedelta(minutes=begins), start + dt.timedelta(minutes=ends))
    roster.record_absence(by=member, member=member, period=period, kind="sick")


def test_the_same_sick_report_over_a_part_of_leave_gives_back_once(cast: Cast) -> None:
    leave.balance(cast.member)
    ask(cast.member, leave.days())
    for _click in range(2):
        sick(cast.member, 480, 600)
    assert leave.left(cast.member) == 29 * 480 + 120


def test_two_sick_reports_that_overlap_give_their_hours_back_once(cast: Cast) -> None:
    leave.balance(cast.member)
    ask(cast.member, leave.days())
    sick(cast.member, 480, 600)
    sick(cast.member, 540, 660)
    assert leave.left(cast.member) == 29 * 480 + 180
    sick(cast.member, 0, 1440)
    assert leave.left(cast.member) == 30 * 480
    assert leave.states(cast.member) == {leave.MONDAY: "returned"}


def test_a_request_over_new_year_tells_what_is_left_of_either_year(cast: Cast, browser) -> None:
    year = leave.MONDAY.year
    leave.balance(cast.member, 10 * 480, year=year)
    leave.balance(cast.member, 20 * 480, year=year + 1)
    since = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    pods.agreement(cast.isar, since=since, leave_ahead_days=800)
    typed = {"first": f"{year}-12-27", "last": f"{year + 1}-01-16", "kind": leave.kind().pk}
    page = browser(cast.member).get(f"/p/{cast.isar.slug}/leave/{year}/", typed).content.decode()
    taken = sum(
        1 for n in range(5) if (day := dt.date(year, 12, 27) + dt.timedelta(days=n)).weekday() < 5 and day.year == year
    )
    assert f"Left of {year} afterwards</dt><dd>{10 - taken} days" in page
    assert f"Left of {year + 1} afterwards" in page
