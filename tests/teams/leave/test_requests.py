"""Asking for leave: each day is judged, places are kept, minutes return; through the services."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import Http404

from cxportal.core.periods import days_period
from cxportal.core.violations import Denied, Refused
from teams.leave import services
from teams.leave.models import HalfHoliday, LeaveDay, LedgerEntry
from teams.leave.rules import Asked
from teams.leave.services import requests
from teams.notifications.models import Notice
from teams.people.models import User
from teams.scheduling.models import Absence, Assignment
from teams.scheduling.services import claim, end_absence, record_absence
from tests.cast import Cast
from tests.factories import leave, people, pods, scheduling

pytestmark = pytest.mark.django_db


def ask(member: User, asked: list[Asked], **more: object) -> requests.Answered:
    return services.request_leave(by=member, member=member, kind=leave.kind(), asked=asked, **more)  # type: ignore[arg-type]


def agreed(cast: Cast, **values: object) -> None:
    pods.agreement(cast.isar, since=dt.datetime(2025, 1, 1, tzinfo=dt.UTC), **values)


def test_leave_inside_the_bounds_is_granted_at_once_and_blocks_claims(cast: Cast) -> None:
    leave.balance(cast.member)
    answered = ask(cast.member, leave.days(0, 7))
    assert [day.state for day in answered.granted] == ["granted"] * 7
    assert leave.left(cast.member) == 25 * 480
    assert Absence.objects.filter(member=cast.member, kind="leave").count() == 7
    shift = scheduling.shift(cast.isar, leave.MONDAY, "07:00", "15:00")
    with pytest.raises(Refused) as refusal:
        claim(by=cast.member, shift=shift.pk)
    assert "absent" in refusal.value.codes


def test_the_same_request_again_answers_the_same(cast: Cast) -> None:
    leave.balance(cast.member)
    first = ask(cast.member, leave.days(0, 3))
    again = ask(cast.member, leave.days(0, 3))
    assert again.repeat
    assert again.request == first.request
    assert leave.left(cast.member) == 27 * 480


def test_days_with_gaps_are_each_judged_and_granted_in_part(cast: Cast) -> None:
    agreed(cast, leave_concurrency=1)
    for each in (cast.member, cast.second_member):
        leave.balance(each)
    ask(cast.second_member, leave.days(1))
    answered = ask(cast.member, [*leave.days(0, 3), *leave.days(8)])
    assert [verdict.outcome for verdict in answered.verdicts] == ["fits", "full", "fits", "fits"]
    assert set(leave.states(cast.member).values()) == {"granted"}
    assert leave.left(cast.member) == 27 * 480


def test_what_is_full_waits_and_the_first_that_fits_gets_the_place(cast: Cast) -> None:
    agreed(cast, leave_concurrency=1)
    for each in (cast.member, cast.second_member, cast.lead):
        leave.balance(each)
    held = ask(cast.second_member, leave.days())
    ask(cast.member, leave.days(), wait=True)
    ask(cast.lead, leave.days(), wait=True)
    assert leave.states(cast.member) == {leave.MONDAY: "waiting"}
    assert leave.left(cast.member) == 30 * 480
    assert held.request is not None
    services.withdraw(by=cast.second_member, request=held.request.pk)
    assert leave.states(cast.member) == {leave.MONDAY: "granted"}
    assert leave.states(cast.lead) == {leave.MONDAY: "waiting"}
    assert leave.left(cast.second_member) == 30 * 480
    assert Notice.objects.filter(recipient=cast.member, kind="leave_granted").count() == 1


def test_who_waits_first_but_cannot_pay_is_passed_over(cast: Cast) -> None:
    agreed(cast, leave_concurrency=1)
    for each in (cast.member, cast.second_member):
        leave.balance(each)
    leave.balance(cast.lead, 480)
    held = ask(cast.second_member, leave.days())
    ask(cast.lead, leave.days(), wait=True)
    ask(cast.lead, leave.days(2))
    ask(cast.member, leave.days(), wait=True)
    assert held.request is not None
    services.withdraw(by=cast.second_member, request=held.request.pk)
    assert leave.states(cast.lead)[leave.MONDAY] == "waiting"
    assert leave.states(cast.member)[leave.MONDAY] == "granted"


def test_a_request_that_cannot_be_granted_at_all_is_refused_with_the_reason_of_each_day(cast: Cast) -> None:
    leave.balance(cast.member, 100)
    with pytest.raises(Refused) as refusal:
        ask(cast.member, leave.days(0, 2))
    assert refusal.value.codes == {"leave_balance"}
    assert len(refusal.value.violations) == 2
    assert not LeaveDay.objects.exists()


def test_weekends_and_holidays_in_between_cost_nothing_and_take_no_place(cast: Cast) -> None:
    leave.balance(cast.member, year=2027)
    christmas = dt.date(2027, 12, 23)
    now = dt.datetime(2027, 11, 1, tzinfo=dt.UTC)
    HalfHoliday.objects.create(name="Christmas Eve", month=12, day=24)
    ask(cast.member, leave.days(christmas, 5), at=now)
    rows = {row.day.day: row for row in LeaveDay.objects.all()}
    assert [rows[day].cost for day in (23, 24, 25, 26, 27)] == [480, 240, 0, 0, 480]
    assert not rows[25].takes_place
    assert leave.left(cast.member) == 30 * 480 - 480 - 240 - 480


def test_a_public_holiday_follows_the_region_of_the_contract(cast: Cast) -> None:
    leave.balance(cast.member, year=2027)
    cast.member.contracts.update(region="DE-BE")
    epiphany = dt.date(2027, 1, 6)
    ask(cast.member, [Asked(epiphany)], at=dt.datetime(2026, 12, 1, tzinfo=dt.UTC))
    assert leave.left(cast.member) == 29 * 480


def test_a_part_of_a_day_is_away_for_its_hours_only(cast: Cast) -> None:
    leave.balance(cast.member)
    ask(cast.member, [Asked(leave.MONDAY, 12 * 60, 16 * 60)])
    assert leave.left(cast.member) == 30 * 480 - 240
    absence = Absence.objects.get()
    assert absence.span.minutes == 240
    early = scheduling.shift(cast.isar, leave.MONDAY, "07:00", "12:00")
    claim(by=cast.member, shift=early.pk)


def test_leave_over_an_own_shift_opens_its_seat_when_the_floor_allows(cast: Cast) -> None:
    leave.balance(cast.member)
    shift = scheduling.shift(cast.isar, leave.MONDAY, "07:00", "15:00")
    scheduling.seated(cast.member, shift)
    ask(cast.member, leave.days())
    assert not Assignment.objects.filter(shift=shift).exists()


def test_leave_over_an_own_shift_below_the_floor_names_the_shift(cast: Cast) -> None:
    leave.balance(cast.member)
    floor = {"activity": "phone", "weekdays": [1], "start": "08:00", "end": "12:00", "people": 1}
    agreed(cast, coverage_floor=[floor])
    shift = scheduling.shift(cast.isar, leave.MONDAY, "07:00", "15:00")
    scheduling.seated(cast.member, shift)
    with pytest.raises(Refused) as refusal:
        ask(cast.member, leave.days())
    assert refusal.value.codes == {"leave_shift"}
    assert "07:00–15:00" in str(refusal.value)
    assert Assignment.objects.filter(shift=shift).exists()
    assert leave.left(cast.member) == 30 * 480


def test_a_night_shift_belongs_to_the_day_on_which_it_begins(cast: Cast) -> None:
    leave.balance(cast.member)
    before = scheduling.shift(cast.isar, leave.MONDAY, "22:00", "06:00")
    on_the_day = scheduling.shift(cast.isar, leave.MONDAY + dt.timedelta(days=1), "22:00", "06:00")
    for shift in (before, on_the_day):
        scheduling.seated(cast.member, shift)
    ask(cast.member, leave.days(1))
    assert list(Assignment.objects.values_list("shift", flat=True)) == [before.pk]


def test_a_sick_report_over_leave_gives_the_minutes_back_for_fifteen_months(cast: Cast) -> None:
    leave.balance(cast.member)
    ask(cast.member, leave.days(0, 5))
    whole = days_period(leave.MONDAY, leave.MONDAY + dt.timedelta(days=1), cast.isar.tzinfo)
    for _time in range(2):
        record_absence(by=cast.member, member=cast.member, period=whole, kind="sick")
    assert leave.left(cast.member) == 27 * 480
    back = LedgerEntry.objects.filter(entry="return")
    assert [row.minutes for row in back] == [480, 480]
    assert {row.valid_until for row in back} == {dt.date(leave.MONDAY.year + 2, 3, 31)}
    assert list(leave.states(cast.member).values()) == ["returned"] * 2 + ["granted"] * 3
    assert Absence.objects.filter(kind="leave").count() == 3


def test_a_sick_afternoon_gives_its_minutes_back_and_withdrawing_the_rest(cast: Cast) -> None:
    leave.balance(cast.member)
    made = ask(cast.member, leave.days())
    afternoon = scheduling.span(cast.isar, leave.MONDAY, "14:00", "17:00")
    record_absence(by=cast.member, member=cast.member, period=afternoon, kind="sick")
    assert leave.left(cast.member) == 29 * 480 + 180
    assert leave.states(cast.member) == {leave.MONDAY: "granted"}
    assert made.request is not None
    services.withdraw(by=cast.member, request=made.request.pk)
    assert leave.left(cast.member) == 30 * 480


def test_withdrawing_again_changes_nothing_and_days_that_are_over_stay(cast: Cast) -> None:
    leave.balance(cast.member)
    made = ask(cast.member, leave.days(0, 2)).request
    assert made is not None
    later = dt.datetime.combine(leave.MONDAY + dt.timedelta(days=1), dt.time(9), dt.UTC)
    gone = services.withdraw(by=cast.member, request=made.pk, at=later)
    assert [row.day for row in gone.days] == [leave.MONDAY + dt.timedelta(days=1)]
    with pytest.raises(Refused) as refusal:
        services.withdraw(by=cast.member, request=made.pk, at=later)
    assert refusal.value.codes == {"leave_past"}
    assert leave.left(cast.member) == 29 * 480


def test_nobody_else_asks_or_withdraws_but_an_administrator(cast: Cast) -> None:
    leave.balance(cast.member)
    made = ask(cast.member, leave.days()).request
    assert made is not None
    with pytest.raises(Denied):
        services.request_leave(by=cast.lead, member=cast.member, kind=leave.kind(), asked=leave.days(1))
    with pytest.raises(Http404):
        services.withdraw(by=cast.lead, request=made.pk)
    services.withdraw(by=cast.administrator, request=made.pk)


def test_an_administrator_writes_leave_past_notice_and_places(cast: Cast) -> None:
    agreed(cast, leave_concurrency=1)
    leave.balance(cast.second_member)
    ask(cast.second_member, leave.days())
    parental = leave.kind("parental", from_balance=False, by_members=False, carry_months=0, days_a_year=0)
    with pytest.raises(Refused) as refusal:
        services.request_leave(by=cast.member, member=cast.member, kind=parental, asked=leave.days())
    assert refusal.value.codes == {"leave_kind"}
    services.request_leave(by=cast.administrator, member=cast.member, kind=parental, asked=leave.days())
    assert leave.states(cast.member) == {leave.MONDAY: "granted"}


def test_holidays_that_an_administrator_writes_are_paid_from_the_balance_on_a_full_day_too(cast: Cast) -> None:
    agreed(cast, leave_concurrency=1)
    for each in (cast.member, cast.second_member):
        leave.balance(each)
    ask(cast.second_member, leave.days())
    services.request_leave(by=cast.administrator, member=cast.member, kind=leave.kind(), asked=leave.days())
    assert leave.left(cast.member) == 29 * 480


def test_a_larger_agreement_lets_the_waiting_in(cast: Cast) -> None:
    agreed(cast, leave_concurrency=1)
    for each in (cast.member, cast.second_member):
        leave.balance(each)
    ask(cast.second_member, leave.days())
    ask(cast.member, leave.days(), wait=True)
    assert services.settle_waiting(pod=cast.isar, days=[leave.MONDAY]) == 0
    pods.agreement(cast.isar, since=dt.datetime(2025, 6, 1, tzinfo=dt.UTC), leave_concurrency=2)
    assert services.settle_waiting(pod=cast.isar, days=[leave.MONDAY]) == 1
    assert services.settle_waiting(pod=cast.isar, days=[leave.MONDAY]) == 0


def test_waiting_for_a_day_that_is_over_ends(cast: Cast) -> None:
    agreed(cast, leave_concurrency=1)
    for each in (cast.member, cast.second_member):
        leave.balance(each)
    ask(cast.second_member, leave.days())
    ask(cast.member, leave.days(), wait=True)
    later = dt.datetime.combine(leave.MONDAY + dt.timedelta(days=2), dt.time(9), dt.UTC)
    services.settle_waiting(pod=cast.isar, days=[leave.MONDAY], at=later)
    assert leave.states(cast.member) == {leave.MONDAY: "refused"}


def test_a_guest_asks_at_home_and_counts_there(cast: Cast) -> None:
    leave.balance(cast.guest)
    ask(cast.guest, leave.days())
    assert LeaveDay.objects.get().pod == cast.elbe


def test_without_a_contract_there_is_nothing_to_take(cast: Cast) -> None:
    loose = people.user("Lone Lind")
    people.join(loose, cast.isar)
    leave.balance(loose)
    with pytest.raises(Refused) as refusal:
        ask(loose, leave.days())
    assert "leave_contract" in refusal.value.codes


def test_leave_is_not_ended_like_an_absence_but_taken_back_day_by_day(cast: Cast) -> None:
    leave.balance(cast.member)
    ask(cast.member, leave.days())
    with pytest.raises(Refused) as refusal:
        end_absence(by=cast.member, absence=Absence.objects.get().pk)
    assert refusal.value.codes == {"leave"}
    assert leave.left(cast.member) == 29 * 480
