"""Leave at the same instant: the last place of a day, a freed place, a balance in two tabs; each with its control."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from cxportal.core.database import LockClass
from cxportal.core.violations import Refused
from teams.leave import services
from teams.leave.models import LeaveDay
from teams.leave.services import requests
from teams.notifications.models import Notice
from teams.people.models import User
from tests.cast import Cast, make_cast
from tests.factories import leave, people, pods
from tests.races import Act, Outcome, deadlocks, meeting, together, without_locks

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

LOCKS = (LockClass.LEAVE_DAY, LockClass.LEAVE_MEMBER, LockClass.MEMBER_WEEK)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    made = make_cast()
    pods.agreement(made.isar, since=dt.datetime(2025, 1, 1, tzinfo=dt.UTC), leave_concurrency=1)
    for each in (made.member, made.second_member, made.lead):
        leave.balance(each)
    return made


def asks(member: User, first: int = 0, number: int = 1, *, wait: bool = False) -> Act:
    return lambda: services.request_leave(
        by=member, member=member, kind=leave.kind(), asked=leave.days(first, number), wait=wait
    )


def for_the_last_place(cast: Cast) -> Outcome:
    """Two people ask for the only place of a day at once, and meet when both were judged."""
    with meeting((requests, "judged")):
        return together([asks(cast.member), asks(cast.second_member)])


def test_the_last_place_of_a_day_is_granted_once(cast: Cast) -> None:
    told = for_the_last_place(cast)
    assert len(told.answers) == 1
    assert told.codes == {"leave_full"}
    assert leave.away_on(leave.MONDAY, [cast.member, cast.second_member]) == 1


def test_without_the_locks_both_get_the_last_place(cast: Cast) -> None:
    with without_locks(*LOCKS):
        told = for_the_last_place(cast)
    assert len(told.answers) == 2
    assert leave.away_on(leave.MONDAY, [cast.member, cast.second_member]) == 2


def in_two_tabs(cast: Cast) -> Outcome:
    """One member spends the same last day of a balance on two days at once."""
    poor = people.member(cast.isar, "Pia Arm")
    leave.balance(poor, 480)
    with meeting((requests, "judged")):
        return together([asks(poor, 1), asks(poor, 2)])


def test_a_balance_is_spent_once_in_two_tabs(cast: Cast) -> None:
    told = in_two_tabs(cast)
    assert len(told.answers) == 1
    assert told.codes == {"leave_balance"}
    assert leave.left(User.objects.get(name="Pia Arm")) == 0


def test_without_the_locks_a_balance_is_spent_twice(cast: Cast) -> None:
    with without_locks(*LOCKS):
        told = in_two_tabs(cast)
    assert len(told.answers) == 2
    assert leave.left(User.objects.get(name="Pia Arm")) == -480


def freed_against_new(cast: Cast) -> Outcome:
    """The place frees while somebody waits for it and a third person asks anew."""
    held = asks(cast.member)()
    asks(cast.second_member, wait=True)()
    request = held.request.pk  # type: ignore[attr-defined]
    withdraws: Act = lambda: services.withdraw(by=cast.member, request=request)  # noqa: E731
    with meeting((requests, "end_day"), at=None) as meet, meeting((requests, "judged"), at=meet):
        return together([withdraws, asks(cast.lead)])


def test_a_freed_place_goes_to_who_waited_and_not_to_who_asks_now(cast: Cast) -> None:
    freed_against_new(cast)
    assert leave.states(cast.second_member) == {leave.MONDAY: "granted"}
    assert leave.away_on(leave.MONDAY, [cast.member, cast.second_member, cast.lead]) == 1
    assert Notice.objects.filter(kind="leave_granted").count() == 1


def snatched(cast: Cast) -> None:
    """Who withdraws has freed the place and not yet given it on; who asks now sees it free."""
    held = asks(cast.member)()
    asks(cast.second_member, wait=True)()
    LeaveDay.objects.filter(request=held.request).update(state="withdrawn")  # type: ignore[attr-defined]
    asks(cast.lead)()


def test_who_asks_while_a_freed_place_is_open_comes_after_who_waited(cast: Cast) -> None:
    with pytest.raises(Refused):
        snatched(cast)
    # The refusal took back what was given on with it; the job gives it on again.
    services.settle_waiting(pod=cast.isar, days=[leave.MONDAY])
    assert leave.states(cast.second_member) == {leave.MONDAY: "granted"}


def test_without_the_wait_list_first_a_new_request_snatches_the_place(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "promote", lambda *_args: [])
    snatched(cast)
    assert leave.states(cast.second_member) == {leave.MONDAY: "waiting"}
    assert leave.states(cast.lead) == {leave.MONDAY: "granted"}


def test_the_same_request_twice_at_once_is_one_request(cast: Cast) -> None:
    told = together([asks(cast.member, 0, 3), asks(cast.member, 0, 3)])
    assert len(told.answers) == 2
    assert cast.member.leave_requests.count() == 1
    assert leave.left(cast.member) == 27 * 480


def test_a_crowd_over_the_same_weeks_never_overfills_a_day_and_never_deadlocks(cast: Cast) -> None:
    crowd = [people.member(cast.isar, f"Crowd {n}") for n in range(6)]
    for each in crowd:
        leave.balance(each)
    before = deadlocks()

    def act(n: int, member: User) -> Callable[[], object]:
        def run() -> object:
            done = asks(member, n % 3, 5, wait=True)()
            return services.withdraw(by=member, request=done.request.pk) if n % 2 else done  # type: ignore[attr-defined]

        return run

    together([act(n, member) for n, member in enumerate(crowd)])
    for n in range(7):
        assert leave.away_on(leave.MONDAY + dt.timedelta(days=n), crowd) <= 1
    assert deadlocks() == before
    for each in crowd:
        cost = sum(each.leave_days.filter(state="granted").values_list("cost", flat=True))
        assert leave.left(each) + cost == 30 * 480
