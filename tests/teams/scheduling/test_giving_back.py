"""Giving back, undoing, offering: what is possible alone, and what needs somebody who takes over."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.http import Http404

from cxportal.core.periods import HOUR, MINUTE, Period
from cxportal.core.violations import Refused
from teams.notifications.models import Notice
from teams.pods.models import Pod
from teams.scheduling import services
from teams.scheduling.models import Assignment, Duty, GiveAway
from tests.cast import Cast
from tests.factories import people, pods, scheduling

FLOOR = [{"activity": "phone", "weekdays": [1, 2, 3, 4, 5, 6, 7], "start": "08:00", "end": "18:00", "people": 1}]


def with_floor(pod: Pod, people: int = 1) -> None:
    floor = [{**FLOOR[0], "people": people}]
    pods.agreement(pod, since=dt.datetime.now(dt.UTC) - HOUR, coverage_floor=floor)


def test_giving_back_opens_the_seat_at_once_and_ends_the_working_day(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    held = services.claim(by=cast.member, shift=shift.pk).assignment
    services.release(by=cast.member, assignment=held.pk)
    assert not Assignment.objects.exists()
    assert not Duty.objects.exists()
    services.claim(by=cast.second_member, shift=shift.pk)


def test_giving_back_twice_answers_the_same(cast: Cast) -> None:
    held = services.claim(by=cast.member, shift=scheduling.shift(cast.isar).pk).assignment
    first = services.release(by=cast.member, assignment=held.pk)
    again = services.release(by=cast.member, assignment=held.pk)
    assert again.repeat
    assert again.act == first.act


def test_nobody_gives_back_what_is_somebody_elses(cast: Cast) -> None:
    held = services.claim(by=cast.member, shift=scheduling.shift(cast.isar).pk).assignment
    with pytest.raises(Http404):
        services.release(by=cast.second_member, assignment=held.pk)
    with pytest.raises(Http404):
        services.release(by=cast.second_member, assignment=held.pk + 1000)


def test_giving_back_below_the_floor_is_refused_and_above_it_is_not(cast: Cast) -> None:
    with_floor(cast.isar)
    shift = scheduling.shift(cast.isar, seats=2)
    one = services.claim(by=cast.member, shift=shift.pk).assignment
    two = services.claim(by=cast.second_member, shift=shift.pk).assignment
    services.release(by=cast.member, assignment=one.pk)
    with pytest.raises(Refused) as refused:
        services.release(by=cast.second_member, assignment=two.pk)
    (violation,) = refused.value.violations
    assert violation.code == "floor"
    assert (violation.numbers["people"], violation.numbers["floor"]) == (0, 1)
    assert "Offer it" in str(violation.way_out)


def test_inside_the_notice_limit_and_in_a_fixed_week_only_an_offer_is_possible(cast: Cast) -> None:
    held = services.claim(by=cast.member, shift=scheduling.shift(cast.isar).pk).assignment
    with pytest.raises(Refused) as refused:
        services.release(by=cast.member, assignment=held.pk, at=held.span.start - 23 * HOUR)
    assert "notice" in refused.value.codes
    fixed = scheduling.shift(cast.elbe, state="fixed")
    other = services.claim(by=cast.other_member, shift=fixed.pk).assignment
    with pytest.raises(Refused) as refused:
        services.release(by=cast.other_member, assignment=other.pk)
    assert refused.value.codes == {"week_fixed"}


def test_an_offered_shift_stays_its_owners_until_somebody_takes_it(cast: Cast) -> None:
    with_floor(cast.isar)
    held = services.claim(by=cast.member, shift=scheduling.shift(cast.isar).pk).assignment
    offer = services.offer(by=cast.member, assignment=held.pk)
    assert services.offer(by=cast.member, assignment=held.pk) == offer
    assert Assignment.objects.get().member == cast.member
    assert Notice.objects.filter(kind="shift_offered", recipient=cast.second_member).count() == 1
    done = services.take(by=cast.second_member, give_away=offer.pk)
    assert done.assignment.member == cast.second_member
    assert done.assignment.source == Assignment.Source.SWAP
    assert Assignment.objects.count() == 1
    assert Duty.objects.get().member == cast.second_member
    assert Notice.objects.filter(kind="shift_taken", recipient=cast.member).count() == 1
    assert services.take(by=cast.second_member, give_away=offer.pk).repeat


def test_who_takes_an_offer_second_reads_who_was_faster(cast: Cast) -> None:
    held = services.claim(by=cast.member, shift=scheduling.shift(cast.isar).pk).assignment
    offer = services.offer(by=cast.member, assignment=held.pk)
    services.take(by=cast.second_member, give_away=offer.pk)
    with pytest.raises(Refused) as refused:
        services.take(by=cast.lead, give_away=offer.pk)
    assert cast.second_member.name in str(refused.value.violations[0].message)
    with pytest.raises(Refused):
        services.withdraw(by=cast.member, give_away=offer.pk)


def test_taking_an_offer_is_judged_like_a_claim(cast: Cast) -> None:
    held = services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 2).pk).assignment
    offer = services.offer(by=cast.member, assignment=held.pk)
    services.claim(by=cast.second_member, shift=scheduling.shift(cast.isar, 1, "14:00", "22:00").pk)
    with pytest.raises(Refused) as refused:
        services.take(by=cast.second_member, give_away=offer.pk)
    assert refused.value.codes == {"rest_before"}
    assert Assignment.objects.get(pk=held.pk).member == cast.member


def test_an_offer_does_not_follow_a_shift_that_was_moved(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    held = services.claim(by=cast.member, shift=shift.pk).assignment
    offer = services.offer(by=cast.member, assignment=held.pk)
    services.move_shift(by=cast.member, shift=shift.pk, period=scheduling.span(cast.isar, 1, "09:00", "17:00"))
    with pytest.raises(Refused) as refused:
        services.take(by=cast.second_member, give_away=offer.pk)
    assert refused.value.codes == {"expired"}
    offer.refresh_from_db()
    assert offer.outcome == GiveAway.Outcome.EXPIRED


def test_a_withdrawn_offer_cannot_be_taken(cast: Cast) -> None:
    held = services.claim(by=cast.member, shift=scheduling.shift(cast.isar).pk).assignment
    offer = services.offer(by=cast.member, assignment=held.pk)
    services.withdraw(by=cast.member, give_away=offer.pk)
    services.withdraw(by=cast.member, give_away=offer.pk)
    with pytest.raises(Refused):
        services.take(by=cast.second_member, give_away=offer.pk)


# --- undo ----------------------------------------------------------------------------------------


def test_a_claim_can_be_undone_for_ten_minutes_inside_the_notice_limit_too(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    late = shift.span.start - HOUR
    act = services.claim(by=cast.member, shift=shift.pk, at=late).act
    assert act is not None
    services.undo(by=cast.member, act=act.pk, at=late + 10 * MINUTE)
    assert not Assignment.objects.exists()
    services.undo(by=cast.member, act=act.pk, at=late + 10 * MINUTE)


def test_an_act_older_than_ten_minutes_stands(cast: Cast) -> None:
    act = services.claim(by=cast.member, shift=scheduling.shift(cast.isar).pk).act
    assert act is not None
    with pytest.raises(Refused) as refused:
        services.undo(by=cast.member, act=act.pk, at=act.at + 11 * MINUTE)
    assert refused.value.codes == {"undo_late"}


def test_nobody_undoes_the_act_of_another(cast: Cast) -> None:
    act = services.claim(by=cast.member, shift=scheduling.shift(cast.isar).pk).act
    assert act is not None
    with pytest.raises(Http404):
        services.undo(by=cast.second_member, act=act.pk)


def test_a_claim_that_somebody_relied_on_cannot_be_undone(cast: Cast) -> None:
    with_floor(cast.isar)
    shift = scheduling.shift(cast.isar, seats=2)
    first = services.claim(by=cast.second_member, shift=shift.pk).assignment
    act = services.claim(by=cast.member, shift=shift.pk).act
    assert act is not None
    services.release(by=cast.second_member, assignment=first.pk)
    with pytest.raises(Refused) as refused:
        services.undo(by=cast.member, act=act.pk)
    assert refused.value.codes == {"built_on"}


def test_a_give_back_can_be_undone_while_the_seat_is_free(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    held = services.claim(by=cast.member, shift=shift.pk).assignment
    act = services.release(by=cast.member, assignment=held.pk).act
    assert act is not None
    services.undo(by=cast.member, act=act.pk)
    assert Assignment.objects.get().member == cast.member


def test_a_give_back_that_somebody_took_cannot_be_undone_and_names_who_took_it(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    held = services.claim(by=cast.member, shift=shift.pk).assignment
    act = services.release(by=cast.member, assignment=held.pk).act
    assert act is not None
    services.claim(by=cast.second_member, shift=shift.pk)
    with pytest.raises(Refused) as refused:
        services.undo(by=cast.member, act=act.pk)
    assert cast.second_member.name in str(refused.value.violations[0].message)


def test_who_is_slower_to_take_an_offer_over_gets_the_fresh_week_and_the_name(cast: Cast, browser: Any) -> None:
    shift = scheduling.shift(cast.isar)
    held = scheduling.seated(cast.lead, shift)
    offer = services.offer(by=cast.lead, assignment=held.pk)
    services.take(by=cast.member, give_away=offer.pk)
    path = f"/p/{cast.isar.slug}/offers/{offer.pk}/take"
    answer = browser(cast.second_member).post(path, headers={"HX-Request": "true"})
    words = answer.content.decode()
    assert answer.status_code == 409
    assert f"{cast.member.name} took it a moment before you" in words
    assert 'id="panel"' in words
    assert "<dialog" not in words


@pytest.mark.parametrize("act", ["release", "offer"])
def test_what_an_old_page_does_with_a_shift_that_was_moved_is_told_as_changed(
    cast: Cast, browser: Any, act: str
) -> None:
    shift = scheduling.shift(cast.isar)
    held = services.claim(by=cast.member, shift=shift.pk).assignment
    later = Period(shift.span.start + HOUR, shift.span.end + HOUR)
    services.move_shift(by=cast.second_member, shift=shift.pk, period=later)
    answer = browser(cast.member).post(
        f"/p/{cast.isar.slug}/assignments/{held.pk}/{act}", {"shift": shift.pk}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 409
    assert "Somebody changed this shift a moment ago" in answer.content.decode()
    assert Assignment.objects.get(member=cast.member).span == later
    assert not GiveAway.objects.exists()


def test_an_old_page_with_somebody_elses_shift_finds_nothing(cast: Cast, browser: Any) -> None:
    shift = scheduling.shift(cast.isar)
    held = services.claim(by=cast.member, shift=shift.pk).assignment
    path = f"/p/{cast.isar.slug}/assignments/{held.pk}/release"
    assert browser(cast.second_member).post(path, {"shift": shift.pk}).status_code == 404
    assert Assignment.objects.filter(pk=held.pk).exists()


def test_nobody_takes_over_what_would_take_the_last_skill_below_the_floor(cast: Cast) -> None:
    people.skill("German", cast.member, cast.lead)
    floor = [{**FLOOR[0], "skill": "german"}]
    pods.agreement(cast.isar, since=dt.datetime.now(dt.UTC) - HOUR, coverage_floor=floor)
    held = services.claim(by=cast.member, shift=scheduling.shift(cast.isar).pk).assignment
    offer = services.offer(by=cast.member, assignment=held.pk)
    with pytest.raises(Refused) as refused:
        services.take(by=cast.second_member, give_away=offer.pk)
    assert refused.value.codes == {"floor"}
    assert not refused.value.violations[0].way_out
    assert Assignment.objects.get().member == cast.member
    services.take(by=cast.lead, give_away=offer.pk)
    assert Assignment.objects.get().member == cast.lead


def test_who_cannot_take_an_offer_over_reads_why_before_pressing(cast: Cast, browser: Any) -> None:
    shift = scheduling.shift(cast.isar, 2)
    services.offer(by=cast.member, assignment=scheduling.seated(cast.member, shift).pk)
    scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 1, "14:00", "22:00"))
    path = f"/p/{cast.isar.slug}/shifts/{shift.pk}/"
    blocked, free = (browser(person).get(path).content.decode() for person in (cast.second_member, cast.lead))
    assert "Rest before" in blocked
    assert "Take it over from" not in blocked
    assert f"Take it over from {cast.member.name}" in free
