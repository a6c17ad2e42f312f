"""Who is there: said by people themselves, kept alive by their page, recorded from the first day."""

import datetime as dt

import pytest
from django.db import connections

from cxportal.core import periods
from cxportal.core.violations import Denied, Refused
from teams.people import services as people
from teams.presence import queries, services
from teams.presence.models import Presence, PresenceEvent
from tests.cast import make_cast
from tests.factories import routing
from tests.factories.routing import NOW, later

pytestmark = pytest.mark.django_db


def test_saying_so_is_recorded_once_and_told(cast, published):
    for _ in range(2):
        services.set_state(by=cast.member, state="available", at=NOW)
    assert list(PresenceEvent.objects.values_list("state", "at")) == [("available", NOW)]
    assert (f"queue:{cast.isar.pk}", "team", {"member": cast.member.pk}) in published


def test_only_known_states_can_be_chosen(cast):
    for state in ("after_work", "asleep", ""):
        with pytest.raises(Refused) as refusal:
            services.set_state(by=cast.member, state=state, at=NOW)
        assert refusal.value.codes == {"presence_unknown"}


def test_nobody_speaks_for_somebody_else(cast):
    with pytest.raises(Denied):
        services.set_state(by=cast.lead, member=cast.member, state="available", at=NOW)
    assert services.set_state(by=cast.administrator, member=cast.member, state="break", at=NOW).state == "break"


@pytest.mark.parametrize(
    ("silent_for", "live", "there"),
    [(0, True, True), (75, True, True), (76, True, False), (76, False, True), (901, False, False)],
)
def test_a_sign_of_life_lasts_longer_for_written_work(cast, silent_for, live, there):
    row = routing.there(cast.member, at=later(-silent_for))
    assert queries.is_present(row, NOW, live=live) is there


def test_a_break_is_no_presence_however_fresh_the_page(cast):
    assert not queries.is_present(routing.there(cast.member, state="break"), NOW)
    assert not queries.is_present(None, NOW)


def test_silence_is_noted_once_and_ends_with_the_next_sign_of_life(cast):
    routing.there(cast.member, at=later(-300))
    routing.there(cast.second_member, at=NOW)
    assert services.note_silence(at=NOW) == 1
    assert services.note_silence(at=NOW) == 0
    assert Presence.objects.get(pk=cast.member.pk).silent_since == later(-225)
    assert services.heartbeat(member=cast.member, at=later(1)) is True
    assert services.heartbeat(member=cast.member, at=later(2)) is False
    assert [e.silent for e in PresenceEvent.objects.order_by("pk")] == [True, False]


def test_an_older_sign_of_life_changes_nothing(cast):
    routing.there(cast.member, at=NOW)
    assert services.heartbeat(member=cast.member, at=later(-20)) is False
    assert Presence.objects.get(pk=cast.member.pk).heartbeat_at == NOW


def test_a_break_that_was_chosen_meanwhile_stays(cast):
    routing.there(cast.member, state="break")
    services.working(member_id=cast.member.pk, state="available", at=NOW, idle_since=NOW)
    row = Presence.objects.get(pk=cast.member.pk)
    assert (row.state, row.idle_since) == ("break", NOW)


def test_present_now_lists_who_is_on_shift_and_there(cast):
    routing.on_shift(cast.member, cast.isar)
    routing.on_shift(cast.second_member, cast.isar)
    routing.there(cast.second_member, state="away")
    routing.there(cast.lead)
    found = queries.present_now([cast.isar.pk], NOW)
    assert [(duty.member_id, row.state) for duty, row in found] == [(cast.member.pk, "available")]
    assert dt.timedelta(0) < found[0][0].shift_until - NOW


def test_who_is_deactivated_is_offline_at_once(cast):
    services.set_state(by=cast.member, state="available", at=periods.now() - dt.timedelta(hours=1))
    people.deactivate(by=cast.administrator, person=cast.member)
    assert Presence.objects.get(pk=cast.member.pk).state == "offline"
    assert PresenceEvent.objects.filter(member=cast.member, state="offline").exists()


@pytest.mark.django_db(transaction=True)
def test_silence_is_noted_of_somebody_who_is_just_being_changed():
    cast = make_cast()
    routing.there(cast.member, at=later(-120))
    side = connections.create_connection("default")
    side.set_autocommit(False)
    try:
        with side.cursor() as cursor:
            cursor.execute("UPDATE teams_user SET theme = 'dark' WHERE id = %s", [cast.member.pk])
        assert services.note_silence(at=NOW) == 1
    finally:
        side.rollback()
        side.close()
