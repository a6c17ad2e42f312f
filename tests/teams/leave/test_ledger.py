"""The accounts over years: grants, carry-over, reminders, lapses, corrections, opening balances."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxportal.core.violations import Invalid, Refused
from teams.leave import services
from teams.leave.models import Entitlement, ExpiryNotice, LedgerEntry, TimeEntry
from teams.leave.reading import lots_of
from teams.leave.tasks import run_accounts
from teams.notifications.models import Notice
from teams.people.models import User
from tests.cast import Cast
from tests.factories import leave

pytestmark = pytest.mark.django_db

YEAR = 2026


def at(year: int, month: int, day: int) -> dt.datetime:
    return dt.datetime(year, month, day, 9, tzinfo=dt.UTC)


def lots(member: User) -> dict[tuple[int, str], int]:
    found = lots_of(member, leave.kind())
    return {(lot.year, str(lot.valid_until or "")): lot.minutes for lot in found if lot.minutes}


def test_a_year_is_granted_once_by_contract(cast: Cast) -> None:
    kind = leave.kind()
    assert services.grant_year(by=None, member=cast.member, kind=kind, year=YEAR) == 30 * 480
    assert services.grant_year(by=None, member=cast.member, kind=kind, year=YEAR) == 0
    assert leave.left(cast.member) == 30 * 480


def test_a_shorter_contract_moves_the_difference_and_never_what_was_taken(cast: Cast) -> None:
    kind, member = leave.kind(), cast.member
    services.grant_year(by=None, member=member, kind=kind, year=YEAR)
    member.contracts.update(weekday_minutes=[480, 480, 480, 0, 0], weekly_minutes=1440)
    assert services.grant_year(by=None, member=member, kind=kind, year=YEAR) == -12 * 480
    assert leave.left(member) == 18 * 480
    services.correct(by=cast.administrator, member=member, kind=kind, year=YEAR, minutes=-18 * 480, reason="paid out")
    member.contracts.update(weekday_minutes=[480, 0, 0, 0, 0], weekly_minutes=480)
    assert services.grant_year(by=None, member=member, kind=kind, year=YEAR) == 0
    assert leave.left(member) == 0


def test_an_entitlement_of_ones_own_goes_before_the_kinds(cast: Cast) -> None:
    Entitlement.objects.create(member=cast.member, kind=leave.kind(), year=YEAR, days=32)
    services.grant_year(by=None, member=cast.member, kind=leave.kind(), year=YEAR)
    assert leave.left(cast.member) == 32 * 480


def test_what_is_left_moves_into_the_next_year_once_with_its_last_day(cast: Cast) -> None:
    leave.balance(cast.member, 8 * 480, year=YEAR)
    for moved in (8 * 480, 0):
        assert services.carry_over(by=None, member=cast.member, kind=leave.kind(), year=YEAR) == moved
    assert lots(cast.member) == {(YEAR, "2027-03-31"): 8 * 480}


def test_days_of_spring_are_paid_from_what_was_carried_over(cast: Cast) -> None:
    member, kind = cast.member, leave.kind()
    leave.balance(member, 2 * 480, year=YEAR)
    leave.balance(member, 30 * 480, year=YEAR + 1)
    february = dt.date(YEAR + 1, 2, 15)
    services.request_leave(by=member, member=member, kind=kind, asked=leave.days(february, 5), at=at(YEAR, 11, 1))
    assert lots(member) == {(YEAR, ""): 2 * 480, (YEAR + 1, ""): 25 * 480}
    services.carry_over(by=None, member=member, kind=kind, year=YEAR)
    assert lots(member) == {(YEAR + 1, ""): 27 * 480}
    made = member.leave_requests.get()
    services.withdraw(by=member, request=made.pk, at=at(YEAR + 1, 1, 2))
    assert lots(member) == {(YEAR, "2027-03-31"): 2 * 480, (YEAR + 1, ""): 30 * 480}


def test_nothing_lapses_unless_the_member_was_told_three_months_before(cast: Cast) -> None:
    member, kind = cast.member, leave.kind()
    leave.balance(member, 480, year=YEAR, until=dt.date(2027, 3, 31))
    assert services.expire(by=None, member=member, kind=kind, today=dt.date(2027, 4, 1)) == 0
    told = services.tell_of_expiry(by=None, member=member, kind=kind, today=dt.date(2027, 2, 1))
    assert [notice.told_on for notice in told] == [dt.date(2027, 2, 1)]
    assert services.expire(by=None, member=member, kind=kind, today=dt.date(2027, 5, 1)) == 0
    assert services.expire(by=None, member=member, kind=kind, today=dt.date(2027, 5, 2)) == 480
    assert services.expire(by=None, member=member, kind=kind, today=dt.date(2027, 5, 3)) == 0
    assert leave.left(member) == 0


def test_a_lot_that_grew_lapses_by_what_was_told_and_the_rest_is_told_anew(cast: Cast) -> None:
    member, kind, until = cast.member, leave.kind(), dt.date(2027, 3, 31)
    leave.balance(member, 480, year=YEAR, until=until)
    services.tell_of_expiry(by=None, member=member, kind=kind, today=dt.date(2026, 12, 1))
    leave.balance(member, 960, year=YEAR, until=until)
    assert services.expire(by=None, member=member, kind=kind, today=dt.date(2027, 4, 1)) == 480
    assert services.expire(by=None, member=member, kind=kind, today=dt.date(2027, 4, 2)) == 0
    (again,) = services.tell_of_expiry(by=None, member=member, kind=kind, today=dt.date(2027, 4, 2))
    assert again.minutes == 960
    assert services.expire(by=None, member=member, kind=kind, today=dt.date(2027, 7, 2)) == 0
    assert services.expire(by=None, member=member, kind=kind, today=dt.date(2027, 7, 3)) == 960


def test_a_lot_that_grew_is_told_again_at_once_and_lapses_three_months_after_that(cast: Cast) -> None:
    member, kind, until = cast.member, leave.kind(), dt.date(2027, 3, 31)
    leave.balance(member, 480, year=YEAR, until=until)
    services.tell_of_expiry(by=None, member=member, kind=kind, today=dt.date(2026, 12, 1))
    leave.balance(member, 960, year=YEAR, until=until)
    for _night in range(2):
        services.tell_of_expiry(by=None, member=member, kind=kind, today=dt.date(2027, 3, 1))
    notices = Notice.objects.filter(recipient=member, kind="leave_lapses").order_by("pk")
    assert [(row.data["minutes"], row.data["on"]) for row in notices] == [(480, "2027-03-31"), (1440, "2027-06-01")]
    assert services.expire(by=None, member=member, kind=kind, today=dt.date(2027, 6, 1)) == 0
    assert services.expire(by=None, member=member, kind=kind, today=dt.date(2027, 6, 2)) == 1440


def test_the_reminder_of_the_autumn_counts_for_what_is_carried_over(cast: Cast) -> None:
    member, kind = cast.member, leave.kind()
    leave.balance(member, 960, year=YEAR)
    services.tell_of_expiry(by=None, member=member, kind=kind, today=dt.date(2026, 10, 1))
    services.carry_over(by=None, member=member, kind=kind, year=YEAR)
    assert services.expire(by=None, member=member, kind=kind, today=dt.date(2027, 3, 31)) == 0
    assert services.expire(by=None, member=member, kind=kind, today=dt.date(2027, 4, 1)) == 960


def test_the_nightly_job_has_one_visible_effect_however_often_it_runs(cast: Cast) -> None:
    leave.kind()
    for _time in range(2):
        run_accounts(dt.date(2026, 10, 2))
    assert leave.left(cast.member) == 2 * 30 * 480  # this year's and, from July on, the next
    assert ExpiryNotice.objects.filter(member=cast.member).count() == 1
    assert Notice.objects.filter(recipient=cast.member, kind="leave_lapses").count() == 1


def test_a_correction_needs_a_reason_and_never_takes_more_than_is_left(cast: Cast) -> None:
    leave.balance(cast.member, 480, year=YEAR)
    about: dict[str, Any] = {"by": cast.administrator, "member": cast.member, "kind": leave.kind(), "year": YEAR}
    with pytest.raises(Invalid):
        services.correct(**about, minutes=60, reason=" ")
    with pytest.raises(Refused) as refusal:
        services.correct(**about, minutes=-481, reason="a mistake")
    assert refusal.value.codes == {"leave_balance"}
    services.correct(**about, minutes=-480, reason="a mistake")
    assert leave.left(cast.member) == 0


def test_an_opening_balance_stands_once_replaces_the_grant_and_goes_back_while_unused(cast: Cast) -> None:
    about: dict[str, Any] = {"member": cast.member, "kind": leave.kind(), "year": YEAR, "until": None}
    entry = services.book_opening(by=cast.administrator, **about, minutes=5 * 480, reason="from the old list")
    assert entry is not None
    with pytest.raises(Refused):
        services.book_opening(by=cast.administrator, **about, minutes=5 * 480, reason="again")
    assert services.grant_year(by=None, member=cast.member, kind=leave.kind(), year=YEAR) == 0
    services.unbook_opening(by=cast.administrator, entry=entry.pk)
    assert leave.left(cast.member) == 0
    again = services.book_opening(by=cast.administrator, **about, minutes=4 * 480, reason="corrected")
    assert again is not None
    services.correct(
        by=cast.administrator, member=cast.member, kind=leave.kind(), year=YEAR, minutes=-480, reason="paid out"
    )
    with pytest.raises(Refused):
        services.unbook_opening(by=cast.administrator, entry=again.pk)


def test_the_time_account_is_corrected_by_lines_with_reasons(cast: Cast) -> None:
    for minutes in (90, -30):
        services.correct_time(
            by=cast.administrator, member=cast.member, on=dt.date(2026, 5, 4), minutes=minutes, reason="training"
        )
    assert list(TimeEntry.objects.values_list("minutes", flat=True)) == [90, -30]
    with pytest.raises(Invalid):
        services.correct_time(by=cast.administrator, member=cast.member, on=dt.date(2026, 5, 4), minutes=0, reason="x")


def test_lines_are_never_changed_nor_removed_by_raw_sql(cast: Cast) -> None:
    entry = leave.balance(cast.member, 480)
    for act in (
        lambda: LedgerEntry.objects.filter(pk=entry.pk).update(minutes=1),
        lambda: LedgerEntry.objects.filter(pk=entry.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            act()


def test_a_source_books_once(cast: Cast) -> None:
    entry = leave.balance(cast.member, 480)
    entry.pk = None
    with pytest.raises(IntegrityError, match="source"), transaction.atomic():
        entry.save(force_insert=True)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(0, 20), st.integers(1, 3)),
        st.tuples(st.just("withdraw"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("correct"), st.integers(-2000, 2000), st.just(0)),
        st.tuples(st.just("carry"), st.just(0), st.just(0)),
    ),
    max_size=8,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_no_lot_falls_below_zero_and_every_taken_day_is_paid_once(
    cast: Cast, wanted: list[tuple[str, int, int]]
) -> None:
    """Random acts against the plain sum: what is left and what granted days cost is what was given."""
    member, kind = cast.member, leave.kind()
    with transaction.atomic():
        leave.balance(member, 6 * 480)
        given_minutes = 6 * 480
        for act, one, two in wanted:
            try:
                if act == "ask":
                    services.request_leave(by=member, member=member, kind=kind, asked=leave.days(one, two))
                elif act == "withdraw" and (rows := list(member.leave_requests.order_by("pk"))):
                    services.withdraw(by=member, request=rows[one % len(rows)].pk)
                elif act == "correct" and one:
                    year = leave.MONDAY.year
                    services.correct(
                        by=cast.administrator, member=member, kind=kind, year=year, minutes=one, reason="x"
                    )
                    given_minutes += one
                elif act == "carry":
                    services.carry_over(by=None, member=member, kind=kind, year=leave.MONDAY.year - 1)
            except Refused:
                continue
            assert all(lot.minutes >= 0 for lot in lots_of(member, kind))
        cost = sum(member.leave_days.filter(state="granted").values_list("cost", flat=True))
        assert leave.left(member) + cost == given_minutes
        transaction.set_rollback(True)
