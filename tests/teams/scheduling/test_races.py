"""Acts at the same instant, from real threads over real connections; each guard has a control without it."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import random
import threading
from collections.abc import Callable
from functools import partial
from urllib.parse import urlparse

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError, connection, transaction
from django.http import Http404
from pytest_django.live_server_helper import LiveServer

from cxportal.core.database import LockClass
from cxportal.core.periods import HOUR
from cxportal.core.violations import Refused
from teams.people.models import User
from teams.scheduling import services
from teams.scheduling.models import Assignment, Duty, Shift
from teams.scheduling.services import claims, doors
from tests.cast import Cast
from tests.factories import people, pods, scheduling
from tests.races import Act, deadlocks, meeting, together, without_constraints, without_locks

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROSTER = (LockClass.MEMBER_WEEK, LockClass.POD_DAY)
ONE_PLACE = ("assignment_member_once", "duty_rest_kept")
JUDGED, GIVEN_BACK = (claims, "claim_effect"), (claims, "release_effect")


def crowd(cast: Cast, number: int) -> list[User]:
    return [people.member(cast.isar, f"Member {n:03}") for n in range(number)]


def claim(user: User, shift: Shift) -> Act:
    return lambda: services.claim(by=User.objects.get(pk=user.pk), shift=shift.pk)


# --- one seat -------------------------------------------------------------------------------------


def signed_in(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def post(server: str, path: str, session: str) -> int:
    """A plain POST as a browser sends it, with its own connection."""
    address, token = urlparse(server), "t" * 32
    line = http.client.HTTPConnection(str(address.hostname), address.port or 80, timeout=60)
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}"
    headers = {"Cookie": cookies, "X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded"}
    try:
        line.request("POST", path, "", headers)
        return line.getresponse().status
    finally:
        line.close()


@pytest.mark.slow
def test_of_a_hundred_claims_of_one_seat_over_http_exactly_one_wins(live_server: LiveServer, cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    path = f"/p/{cast.isar.slug}/shifts/{shift.pk}/claim"
    sessions = [signed_in(user) for user in crowd(cast, 100)]
    before = deadlocks()
    done = together(partial(post, live_server.url, path, session) for session in sessions)
    statuses = done.answers
    assert len(statuses) == 100
    assert statuses.count(303) == 1
    assert statuses.count(409) == 99
    assert Assignment.objects.count() == 1
    assert deadlocks() == before


def test_who_loses_the_seat_reads_who_won_it(cast: Cast) -> None:
    shift, users = scheduling.shift(cast.isar), crowd(cast, 20)
    told = together(claim(user, shift) for user in users)
    assert (len(told.answers), len(told.refusals)) == (1, 19)
    winner = Assignment.objects.get().member.name
    reasons = [v for r in told.refusals for v in r.violations if v.code == "seat_taken"]
    assert len(reasons) == 19
    assert all(winner in str(v.message) for v in reasons)


def test_without_lock_and_constraint_one_seat_holds_several_people(cast: Cast) -> None:
    shift, users = scheduling.shift(cast.isar), crowd(cast, 4)
    with without_locks(*ROSTER), without_constraints("assignment_seat_once"), meeting(JUDGED):
        together(claim(user, shift) for user in users)
        assert Assignment.objects.count() == 4


def test_without_the_lock_the_constraint_still_keeps_one(cast: Cast) -> None:
    shift, users = scheduling.shift(cast.isar), crowd(cast, 4)
    with without_locks(*ROSTER), meeting(JUDGED):
        # Two who write in the same instant wait for one another: PostgreSQL ends one of them.
        told = together((claim(user, shift) for user in users), tolerate=(OperationalError,))
    assert len(told.answers) == 1
    assert told.codes <= {"seat_taken"}
    assert Assignment.objects.count() == 1


def test_a_double_click_in_parallel_is_one_assignment_and_no_error(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, seats=5)
    told = together([claim(cast.member, shift)] * 6)
    assert (len(told.answers), told.refusals) == (6, [])
    assert Assignment.objects.count() == 1


def test_without_the_lock_a_double_click_is_two_assignments(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, seats=5)
    with without_locks(*ROSTER), without_constraints("assignment_seat_once", *ONE_PLACE), meeting(JUDGED):
        together([claim(cast.member, shift)] * 2)
        assert Assignment.objects.count() == 2


# --- one person ----------------------------------------------------------------------------------


def overlapping(cast: Cast) -> list[Act]:
    here, there = scheduling.shift(cast.isar, 1, "07:00", "15:00"), scheduling.shift(cast.elbe, 1, "14:00", "20:00")
    return [claim(cast.guest, here), claim(cast.guest, there)]


def rest_breaking(cast: Cast) -> list[Act]:
    late, early = scheduling.shift(cast.isar, 1, "14:00", "22:00"), scheduling.shift(cast.isar, 2, "07:00", "15:00")
    return [claim(cast.member, late), claim(cast.member, early)]


def test_of_two_overlapping_claims_in_two_pods_one_wins(cast: Cast) -> None:
    with meeting(JUDGED):
        told = together(overlapping(cast))
    assert (len(told.answers), told.codes) == (1, {"overlap"})


def test_without_lock_and_constraints_somebody_works_twice_at_once(cast: Cast) -> None:
    acts = overlapping(cast)
    with without_locks(*ROSTER), without_constraints(*ONE_PLACE), meeting(JUDGED):
        assert len(together(acts).answers) == 2


@pytest.mark.parametrize("scene", [overlapping, rest_breaking])
def test_without_the_lock_the_constraints_refuse_overlap_and_rest(
    cast: Cast, scene: Callable[[Cast], list[Act]]
) -> None:
    acts = scene(cast)
    with without_locks(*ROSTER), meeting(JUDGED):
        told = together(acts, tolerate=(OperationalError,))
    assert len(told.answers) == 1
    assert told.codes <= {"overlap", "rest"}


def test_of_two_claims_that_break_the_rest_one_wins(cast: Cast) -> None:
    with meeting(JUDGED):
        told = together(rest_breaking(cast))
    assert len(told.answers) == 1
    assert told.codes <= {"rest_before", "rest_after"}


def test_without_lock_and_constraint_the_rest_is_broken(cast: Cast) -> None:
    acts = rest_breaking(cast)
    with without_locks(*ROSTER), without_constraints("duty_rest_kept"), meeting(JUDGED):
        assert len(together(acts).answers) == 2


def last_hours_of_the_week(cast: Cast) -> list[Act]:
    """40 hours are claimed; two more days would make 56 of the 48 that are agreed."""
    for day in range(4):
        scheduling.seated(cast.member, scheduling.shift(cast.isar, day, "08:00", "18:00"))
    return [claim(cast.member, scheduling.shift(cast.isar, day, "08:00", "16:00")) for day in (5, 6)]


def test_the_limit_of_the_week_holds_under_two_claims_at_once(cast: Cast) -> None:
    acts = last_hours_of_the_week(cast)
    with meeting(JUDGED):
        told = together(acts)
    assert (len(told.answers), told.codes) == (1, {"week_minutes"})


def test_without_the_lock_the_limit_of_the_week_is_broken(cast: Cast) -> None:
    acts = last_hours_of_the_week(cast)
    with without_locks(*ROSTER), meeting(JUDGED):
        assert len(together(acts).answers) == 2


def both_ends_of_a_row(cast: Cast) -> list[Act]:
    """Eleven days are claimed; the day before and the day after, two weeks apart, would make thirteen of twelve."""
    for day in range(-1, 10):
        scheduling.seated(cast.member, scheduling.shift(cast.isar, day, "10:00", "14:00"))
    pods.agreement(cast.isar, since=dt.datetime.now(dt.UTC) - HOUR, days_in_row=12)
    return [claim(cast.member, scheduling.shift(cast.isar, day, "10:00", "14:00")) for day in (-2, 10)]


def test_the_days_in_a_row_hold_under_two_claims_in_different_weeks(cast: Cast) -> None:
    acts = both_ends_of_a_row(cast)
    with meeting(JUDGED):
        told = together(acts)
    assert (len(told.answers), told.codes) == (1, {"days_in_row"})


def test_without_the_lock_claims_in_different_weeks_break_the_days_in_a_row(cast: Cast) -> None:
    acts = both_ends_of_a_row(cast)
    with without_locks(*ROSTER), meeting(JUDGED):
        assert len(together(acts).answers) == 2


# --- the floor ------------------------------------------------------------------------------------


def twelve_who_give_back(cast: Cast, floor: int = 5) -> list[Act]:
    rows = [{"activity": "phone", "weekdays": [2], "start": "09:00", "end": "12:00", "people": floor}]
    pods.agreement(cast.isar, since=dt.datetime.now(dt.UTC) - HOUR, coverage_floor=rows)
    shift = scheduling.shift(cast.isar, seats=12)
    held = [scheduling.seated(user, shift) for user in crowd(cast, 12)]
    return [
        lambda row=row: services.release(by=User.objects.get(pk=row.member_id), assignment=row.pk)  # type: ignore[misc]
        for row in held
    ]


def test_twelve_give_backs_at_once_stop_at_the_floor(cast: Cast) -> None:
    acts = twelve_who_give_back(cast)
    with meeting(GIVEN_BACK):
        told = together(acts)
    assert (len(told.answers), len(told.refusals), told.codes) == (7, 5, {"floor"})
    assert Assignment.objects.count() == 5


def test_without_the_lock_twelve_give_backs_go_below_the_floor(cast: Cast) -> None:
    acts = twelve_who_give_back(cast)
    with without_locks(*ROSTER), meeting(GIVEN_BACK):
        together(acts)
    assert Assignment.objects.count() == 0


# --- everything at once --------------------------------------------------------------------------


@pytest.mark.slow
def test_random_acts_of_eight_people_leave_every_promise_kept_and_no_deadlock(cast: Cast) -> None:
    shifts = [
        scheduling.shift(pod, day, start, end, seats=2)
        for pod in (cast.isar, cast.elbe)
        for day in range(5)
        for start, end in (("06:00", "12:00"), ("11:00", "18:00"), ("17:00", "23:00"))
    ]
    users = [*crowd(cast, 6), cast.guest, cast.member]
    before = deadlocks()

    def life(user: User, seed: int) -> None:
        chance, me = random.Random(seed), User.objects.get(pk=user.pk)
        for _ in range(12):
            with contextlib.suppress(Refused, Http404):
                mine = list(Assignment.objects.filter(member=me))
                if mine and chance.random() < 0.35:
                    services.release(by=me, assignment=chance.choice(mine).pk)
                else:
                    services.claim(by=me, shift=chance.choice(shifts).pk)

    together(partial(life, user, n) for n, user in enumerate(users))
    assert deadlocks() == before
    assert Assignment.objects.exists()
    for duty in Duty.objects.all():
        held = list(duty.assignments.order_by("period"))
        assert held, "a duty without work"
        assert duty.starts_at == held[0].span.start
        assert duty.ends_at == max(a.span.end for a in held)
        assert duty.rest_until == duty.ends_at + 11 * HOUR
        assert duty.ends_at - duty.starts_at <= 12 * HOUR
    assert all(a.duty.member_id == a.member_id for a in Assignment.objects.select_related("duty"))


def test_somebody_who_holds_the_lock_too_long_makes_it_busy(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    held, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            doors.lock_roster(cast.isar, [], [shift.span])
            held.set()
            leave.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    try:
        with pytest.raises(Refused) as refused:
            services.claim(by=cast.member, shift=shift.pk)
        assert refused.value.codes == {"busy"}
        assert refused.value.retry_after
    finally:
        leave.set()
        holder.join(20)
