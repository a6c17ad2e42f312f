"""Acts at the same instant, from real threads over real connections; each guard has a control without it."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import random
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlparse

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import Http404
from pytest_django.live_server_helper import LiveServer

from cxportal.core.periods import HOUR
from cxportal.core.violations import Refused
from teams.people.models import User
from teams.scheduling import effects, services
from teams.scheduling.models import Assignment, Duty, GiveAway, Shift
from teams.scheduling.services import claims, doors
from tests.cast import Cast
from tests.factories import people, pods, scheduling

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

type Act = Callable[[], object]

ONE_MEMBER = "int8range(member_id, member_id, '[]') WITH &&"
ONE_SEAT = "int8range(seat_id, seat_id, '[]') WITH &&"
CONSTRAINTS = {
    "assignment_seat_once": ("teams_assignment", f"{ONE_SEAT}, period WITH &&"),
    "assignment_member_once": ("teams_assignment", f"{ONE_MEMBER}, period WITH &&"),
    "duty_rest_kept": ("teams_duty", f"{ONE_MEMBER}, tstzrange(starts_at, rest_until, '[)') WITH &&"),
}


def together(acts: list[Act]) -> tuple[int, list[Refused]]:
    """Start every act at one instant in a thread of its own; how many were done, and what was refused."""
    start = threading.Barrier(len(acts))
    done: list[object] = []
    refused: list[Refused] = []
    other: list[BaseException] = []

    def run(act: Act) -> None:
        try:
            start.wait(20)
            done.append(act())
        except Refused as refusal:
            refused.append(refusal)
        except BaseException as error:
            other.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert other == []
    return len(done), refused


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Take the locks out, and let a number of acts all judge before any writes."""

    def take_out(number: int) -> None:
        judged = threading.Barrier(number)

        def wait_for_the_others(effect: Callable[..., object]) -> Callable[..., object]:
            def judge(*args: object, **kwargs: object) -> object:
                found = effect(*args, **kwargs)
                with contextlib.suppress(threading.BrokenBarrierError):
                    judged.wait(3)
                return found

            return judge

        monkeypatch.setattr(claims, "lock_roster", lambda *_args: None)
        monkeypatch.setattr(claims, "claim_effect", wait_for_the_others(effects.claim_effect))
        monkeypatch.setattr(claims, "release_effect", wait_for_the_others(effects.release_effect))

    return take_out


@contextlib.contextmanager
def without_constraint(*names: str) -> Iterator[None]:
    """The database without some constraints; they stand again afterwards."""
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"ALTER TABLE {CONSTRAINTS[name][0]} DROP CONSTRAINT {name}")
    try:
        yield
    finally:
        GiveAway.objects.all().delete()
        Assignment.objects.all().delete()
        Duty.objects.all().delete()
        with connection.cursor() as cursor:
            for name in names:
                table, keys = CONSTRAINTS[name]
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist ({keys}) DEFERRABLE")


def crowd(cast: Cast, number: int) -> list[User]:
    return [people.member(cast.isar, f"Member {n:03}") for n in range(number)]


def claim(user: User, shift: Shift) -> Act:
    return lambda: services.claim(by=User.objects.get(pk=user.pk), shift=shift.pk)


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


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
    before, statuses = deadlocks(), []
    done, _ = together([lambda s=s: statuses.append(post(live_server.url, path, s)) for s in sessions])  # type: ignore[misc]
    assert done == 100
    assert statuses.count(303) == 1
    assert statuses.count(409) == 99
    assert Assignment.objects.count() == 1
    assert deadlocks() == before


def test_who_loses_the_seat_reads_who_won_it(cast: Cast) -> None:
    shift, users = scheduling.shift(cast.isar), crowd(cast, 20)
    done, refused = together([claim(user, shift) for user in users])
    assert (done, len(refused)) == (1, 19)
    winner = Assignment.objects.get().member.name
    told = [v for r in refused for v in r.violations if v.code == "seat_taken"]
    assert len(told) == 19
    assert all(winner in str(v.message) for v in told)


def test_without_lock_and_constraint_one_seat_holds_several_people(cast: Cast, unlocked: Callable[[int], None]) -> None:
    shift, users = scheduling.shift(cast.isar), crowd(cast, 4)
    unlocked(4)
    with without_constraint("assignment_seat_once"):
        together([claim(user, shift) for user in users])
        assert Assignment.objects.count() == 4


def test_without_the_lock_the_constraint_still_keeps_one(cast: Cast, unlocked: Callable[[int], None]) -> None:
    shift, users = scheduling.shift(cast.isar), crowd(cast, 4)
    unlocked(4)
    done, refused = together([claim(user, shift) for user in users])
    assert done == 1
    assert all(r.codes == {"seat_taken"} for r in refused)
    assert Assignment.objects.count() == 1


def test_a_double_click_in_parallel_is_one_assignment_and_no_error(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, seats=5)
    done, refused = together([claim(cast.member, shift)] * 6)
    assert (done, refused) == (6, [])
    assert Assignment.objects.count() == 1


# --- one person ----------------------------------------------------------------------------------


def overlapping(cast: Cast) -> list[Act]:
    here, there = scheduling.shift(cast.isar, 1, "07:00", "15:00"), scheduling.shift(cast.elbe, 1, "14:00", "20:00")
    return [claim(cast.guest, here), claim(cast.guest, there)]


def rest_breaking(cast: Cast) -> list[Act]:
    late, early = scheduling.shift(cast.isar, 1, "14:00", "22:00"), scheduling.shift(cast.isar, 2, "07:00", "15:00")
    return [claim(cast.member, late), claim(cast.member, early)]


def test_of_two_overlapping_claims_in_two_pods_one_wins(cast: Cast) -> None:
    done, refused = together(overlapping(cast))
    assert (done, [r.codes for r in refused]) == (1, [{"overlap"}])


def test_without_lock_and_constraints_somebody_works_twice_at_once(cast: Cast, unlocked: Callable[[int], None]) -> None:
    acts = overlapping(cast)
    unlocked(2)
    with without_constraint("assignment_member_once", "duty_rest_kept"):
        assert together(acts)[0] == 2


def test_without_the_lock_the_constraints_refuse_overlap_and_rest(cast: Cast, unlocked: Callable[[int], None]) -> None:
    for acts in (overlapping(cast), rest_breaking(cast)):
        unlocked(2)
        done, refused = together(acts)
        assert done == 1
        assert refused[0].codes <= {"overlap", "rest"}


def test_of_two_claims_that_break_the_rest_one_wins(cast: Cast) -> None:
    done, refused = together(rest_breaking(cast))
    assert done == 1
    assert refused[0].codes <= {"rest_before", "rest_after"}


def test_without_lock_and_constraint_the_rest_is_broken(cast: Cast, unlocked: Callable[[int], None]) -> None:
    acts = rest_breaking(cast)
    unlocked(2)
    with without_constraint("duty_rest_kept"):
        assert together(acts)[0] == 2


def last_hours_of_the_week(cast: Cast) -> list[Act]:
    """40 hours are claimed; two more days would make 56 of the 48 that are agreed."""
    for day in range(5):
        scheduling.seated(cast.member, scheduling.shift(cast.isar, day, "08:00", "16:00"))
    return [claim(cast.member, scheduling.shift(cast.isar, day, "08:00", "16:00")) for day in (5, 6)]


def test_the_limit_of_the_week_holds_under_two_claims_at_once(cast: Cast) -> None:
    done, refused = together(last_hours_of_the_week(cast))
    assert (done, [r.codes for r in refused]) == (1, [{"week_minutes"}])


def test_without_the_lock_the_limit_of_the_week_is_broken(cast: Cast, unlocked: Callable[[int], None]) -> None:
    acts = last_hours_of_the_week(cast)
    unlocked(2)
    assert together(acts)[0] == 2


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
    done, refused = together(twelve_who_give_back(cast))
    assert (done, len(refused)) == (7, 5)
    assert {code for r in refused for code in r.codes} == {"floor"}
    assert Assignment.objects.count() == 5


def test_without_the_lock_twelve_give_backs_go_below_the_floor(cast: Cast, unlocked: Callable[[int], None]) -> None:
    acts = twelve_who_give_back(cast)
    unlocked(12)
    together(acts)
    assert Assignment.objects.count() < 5


# --- offers, cancelling, and everything at once ----------------------------------------------------


def test_an_offer_is_taken_by_one(cast: Cast) -> None:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar))
    offer = services.offer(by=cast.member, assignment=held.pk)
    takers = crowd(cast, 8)
    done, refused = together(
        [lambda u=u: services.take(by=User.objects.get(pk=u.pk), give_away=offer.pk) for u in takers]  # type: ignore[misc]
    )
    assert (done, len(refused)) == (1, 7)
    assert Assignment.objects.get().member in takers
    assert Duty.objects.count() == 1


def test_a_shift_that_is_cancelled_while_it_is_claimed_ends_without_anybody_on_it_or_uncancelled(cast: Cast) -> None:
    for _ in range(5):
        shift = scheduling.shift(cast.isar, 1)
        with contextlib.suppress(AssertionError):
            together(
                [
                    claim(cast.member, shift),
                    lambda s=shift: services.cancel_shift(by=User.objects.get(pk=cast.second_member.pk), shift=s.pk),  # type: ignore[misc]
                ]
            )
        shift.refresh_from_db()
        assert shift.cancelled_at is None or not shift.assignments.exists()
        Assignment.objects.all().delete()
        Duty.objects.all().delete()


def test_a_week_that_becomes_a_draft_again_has_no_claim_in_it(cast: Cast) -> None:
    for _ in range(5):
        shift = scheduling.shift(cast.isar, 1, state="open")
        week = shift.week
        together(
            [
                claim(cast.member, shift),
                lambda w=week: services.undo_opening(by=User.objects.get(pk=cast.second_member.pk), week=w),  # type: ignore[misc]
            ]
        )
        week.refresh_from_db()
        draft = week.state_at(dt.datetime.now(dt.UTC)) == "draft"
        assert draft != Assignment.objects.filter(shift__week=week).exists()
        Assignment.objects.all().delete()
        Duty.objects.all().delete()
        week.delete()


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

    together([lambda u=u, n=n: life(u, n) for n, u in enumerate(users)])  # type: ignore[misc]
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
    from django.db import transaction

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
