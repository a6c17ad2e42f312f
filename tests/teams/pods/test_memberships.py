"""Who belongs where: one home pod at a time, also under parallel clicks and around the services."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from cxportal.core.violations import Invalid, Refused
from teams.pods import memberships
from teams.pods.models import Membership, RoleGrant
from teams.pods.queries import standing
from tests.cast import Cast, make_cast
from tests.factories import people

DAY = dt.date(2026, 1, 1)


def test_a_move_ends_the_old_home_and_a_visit_to_the_new_one(cast: Cast) -> None:
    memberships.move_to_pod(by=cast.administrator, member=cast.guest, pod=cast.isar, first=DAY)
    rows = Membership.objects.filter(member=cast.guest).order_by("period", "kind")
    assert {(m.pod.slug, m.kind, m.period.upper) for m in rows} == {
        ("elbe", "home", DAY),
        ("isar", "guest", DAY),
        ("isar", "home", None),
    }
    assert standing(cast.guest).home == cast.isar.pk


def test_moving_to_where_one_is_changes_nothing(cast: Cast) -> None:
    before = Membership.objects.get(member=cast.member)
    assert memberships.move_to_pod(by=cast.administrator, member=cast.member, pod=cast.isar, first=DAY) == before
    assert Membership.objects.filter(member=cast.member).count() == 1


def test_a_coach_may_serve_several_pods(cast: Cast) -> None:
    memberships.join_pod(by=cast.administrator, member=cast.coach, pod=cast.elbe, first=DAY, kind="coach")
    assert standing(cast.coach).coach == {cast.isar.pk, cast.elbe.pk}


def test_twice_in_the_same_pod_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        memberships.join_pod(by=cast.administrator, member=cast.member, pod=cast.isar, first=DAY, kind="guest")
    assert refused.value.codes == {"already_in_pod"}


def test_impossible_days_and_foreign_sub_teams_are_invalid(cast: Cast) -> None:
    last = DAY - dt.timedelta(days=1)
    with pytest.raises(Invalid):
        memberships.join_pod(by=cast.administrator, member=cast.stranger, pod=cast.isar, first=DAY, last=last)
    team = cast.elbe.sub_teams.create(name="Night")
    with pytest.raises(Invalid):
        memberships.join_pod(by=cast.administrator, member=cast.stranger, pod=cast.isar, first=DAY, sub_team=team)


def test_a_change_of_standing_is_told_to_open_streams(cast: Cast, published: list[tuple[str, str, object]]) -> None:
    memberships.move_to_pod(by=cast.administrator, member=cast.member, pod=cast.elbe, first=DAY)
    assert any(str(cast.member.pk) in topic for topic, _event, _ids in published)


@pytest.mark.parametrize("kinds", [("home", "home"), ("home", "guest")])
def test_the_database_itself_holds_one_home_and_one_place_in_a_pod(cast: Cast, kinds: tuple[str, str]) -> None:
    """Around the services: a plain INSERT is refused by a named constraint."""
    pod = cast.elbe if kinds[1] == "home" else cast.isar
    with pytest.raises(IntegrityError) as broken, transaction.atomic():
        people.join(cast.member, pod, kinds[1])
    name = broken.value.__cause__.diag.constraint_name  # type: ignore[union-attr]
    assert name == ("membership_one_home" if kinds[1] == "home" else "membership_once_in_pod")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "negative control"])
def test_two_home_pods_at_once_leave_one(guarded: bool) -> None:
    """Two administrators place the same person at the same instant. Without the constraint both would stand."""
    cast = make_cast()
    if not guarded:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE teams_membership DROP CONSTRAINT membership_one_home")
    barrier = threading.Barrier(2)
    done: list[str] = []

    def place(pod: object) -> None:
        try:
            barrier.wait()
            if guarded:
                memberships.join_pod(by=cast.administrator, member=cast.stranger, pod=pod, first=DAY)  # type: ignore[arg-type]
            else:
                if not Membership.objects.filter(member=cast.stranger, kind="home").exists():
                    barrier.wait()
                    people.join(cast.stranger, pod)  # type: ignore[arg-type]
            done.append("placed")
        except Refused as refused:
            done.extend(refused.codes)
        finally:
            connection.close()

    threads = [threading.Thread(target=place, args=(pod,)) for pod in (cast.isar, cast.elbe)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        count = Membership.objects.filter(member=cast.stranger, kind="home").count()
        assert count == (1 if guarded else 2)
        assert sorted(done) == (["another_home", "placed"] if guarded else ["placed", "placed"])
    finally:
        if not guarded:
            Membership.objects.filter(member=cast.stranger).delete()
            with connection.cursor() as cursor:
                cursor.execute(
                    "ALTER TABLE teams_membership ADD CONSTRAINT membership_one_home EXCLUDE USING gist "
                    "(int8range(member_id, member_id, '[]') WITH &&, period WITH &&) WHERE (kind = 'home')"
                )


def test_a_role_that_ended_long_ago_is_not_made_longer(cast: Cast) -> None:
    grant = people.grant(cast.stranger, "executive")
    RoleGrant.objects.filter(pk=grant.pk).update(period=("2025-01-01", "2025-02-01"))
    grant.refresh_from_db()
    memberships.end_role(by=cast.administrator, grant=grant, last=DAY)
    grant.refresh_from_db()
    assert grant.period.upper == dt.date(2025, 2, 1)
    memberships.end_role(by=cast.administrator, grant=grant, last=dt.date(2025, 1, 10))
    grant.refresh_from_db()
    assert grant.period.upper == dt.date(2025, 1, 11)
