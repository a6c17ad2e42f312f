"""What an exchange is judged by: time, floor and skills, lengths as agreed, everything that one person takes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import Http404

from cxportal.core.periods import HOUR, MINUTE
from cxportal.core.violations import Refused
from teams.notifications.models import Notice
from teams.scheduling import services as roster
from teams.scheduling.models import Assignment, Shift
from teams.scheduling.swaps import deadlines, services, wishes
from teams.scheduling.swaps.models import Exchange, ExchangeConsent, Outcome
from teams.scheduling.swaps.offering import Asked, read_offer
from teams.scheduling.swaps.reading import hull, open_wishes, pod_scene, wish_of
from teams.scheduling.swaps.rings import Market, rings
from teams.scheduling.swaps.services import Planned
from tests.cast import Cast
from tests.factories import people, pods, scheduling


def agree(cast: Cast, **values: object) -> None:
    pods.agreement(cast.isar, since=dt.datetime.now(dt.UTC) - HOUR, **values)


def need(people_: int = 1, **more: str) -> list[dict[str, object]]:
    return [{"activity": "phone", "weekdays": [2], "start": "08:00", "end": "14:00", "people": people_, **more}]


def gift(cast: Cast, held: Assignment, at: dt.datetime | None = None) -> Exchange:
    return services.ask(by=cast.member, pod=cast.isar, planned=[Planned(held.pk, cast.second_member.pk)], at=at)


def test_what_has_begun_changes_no_hands_even_within_the_lateness_of_a_claim(cast: Cast) -> None:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    with pytest.raises(Refused) as refused:
        gift(cast, held, at=held.span.start + MINUTE)
    assert refused.value.codes == {"started"}


def test_the_last_skill_of_a_floor_is_not_exchanged_away(cast: Cast) -> None:
    people.skill("German", cast.member, cast.lead)
    agree(cast, coverage_floor=need(skill="german"))
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    with pytest.raises(Refused) as refused:
        gift(cast, held)
    (violation,) = refused.value.violations
    assert (violation.code, violation.numbers["leg"], violation.way_out) == ("floor", 0, "")
    services.ask(by=cast.member, pod=cast.isar, planned=[Planned(held.pk, cast.lead.pk)])


@pytest.mark.parametrize("setting", ["allow", "warn", "forbid"])
def test_lengths_that_differ_are_judged_as_the_pod_agreed(cast: Cast, setting: str) -> None:
    agree(cast, swap_unequal=setting)
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    theirs = scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 3, "07:00", "11:00"))
    planned = [Planned(mine.pk, cast.second_member.pk), Planned(theirs.pk, cast.member.pk)]
    if setting == "forbid":
        with pytest.raises(Refused) as refused:
            services.ask(by=cast.member, pod=cast.isar, planned=planned)
        assert refused.value.codes == {"unequal"}
        return
    made = services.ask(by=cast.member, pod=cast.isar, planned=planned)
    assert bool(made.warnings) == (setting == "warn")


def test_all_that_one_person_takes_is_judged_together(cast: Cast) -> None:
    early = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1, "07:00", "15:00"))
    late = scheduling.seated(cast.lead, scheduling.shift(cast.isar, 1, "14:00", "22:00"))
    planned = [Planned(early.pk, cast.second_member.pk), Planned(late.pk, cast.second_member.pk)]
    with pytest.raises(Refused) as refused:
        services.ask(by=cast.member, pod=cast.isar, planned=planned)
    assert refused.value.codes == {"overlap"}
    assert refused.value.violations[0].numbers["leg"] == 1


def ring_of_three(cast: Cast) -> Exchange:
    crew = [cast.member, cast.second_member, cast.lead]
    held = [scheduling.seated(person, scheduling.shift(cast.isar, day)) for day, person in enumerate(crew, 1)]
    planned = [Planned(held[place].pk, crew[(place + 1) % 3].pk) for place in range(3)]
    return services.ask(by=cast.member, pod=cast.isar, planned=planned)


def test_a_consent_that_is_not_the_last_is_judged_too(cast: Cast) -> None:
    made = ring_of_three(cast)
    scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 0, "14:00", "22:00"))
    with pytest.raises(Refused) as refused:
        services.answer(by=cast.lead, exchange=made.pk, consent=True)
    assert refused.value.codes == {"rest_before"}
    assert made.consents.get(member=cast.lead).answer == "waiting"


def test_a_consent_can_be_taken_back_while_others_are_asked(cast: Cast) -> None:
    made = ring_of_three(cast)
    services.answer(by=cast.lead, exchange=made.pk, consent=True)
    services.take_back(by=cast.lead, exchange=made.pk)
    services.answer(by=cast.second_member, exchange=made.pk, consent=True)
    assert Exchange.objects.get().outcome == Outcome.OPEN
    assert not Assignment.objects.filter(source="swap").exists()


def test_who_asked_ends_the_exchange_and_nobody_needs_to_answer(cast: Cast) -> None:
    made = ring_of_three(cast)
    for _twice in range(2):
        services.take_back(by=cast.member, exchange=made.pk)
    assert Exchange.objects.get().outcome == Outcome.WITHDRAWN
    assert not Notice.objects.filter(kind="swap_asked", read_at=None).exists()
    with pytest.raises(Refused) as refused:
        services.answer(by=cast.lead, exchange=made.pk, consent=True)
    assert refused.value.codes == {"ended"}


def test_a_wish_that_is_withdrawn_ends_what_was_asked_for_it(cast: Cast) -> None:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    wish = wishes.open_wish(by=cast.member, assignment=held.pk)
    planned = [Planned(held.pk, cast.second_member.pk)]
    services.ask(by=cast.member, pod=cast.isar, planned=planned, wish=wish)
    wishes.withdraw_wish(by=cast.member, wish=wish.pk)
    assert Exchange.objects.get().outcome == Outcome.WITHDRAWN
    with pytest.raises(Http404):
        wishes.withdraw_wish(by=cast.second_member, wish=wish.pk)


def test_an_undone_exchange_asks_for_the_version_in_which_it_happened(cast: Cast) -> None:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    made = gift(cast, held)
    services.answer(by=cast.second_member, exchange=made.pk, consent=True)
    Shift.objects.update(version=9)
    with pytest.raises(Refused) as refused:
        services.undo_exchange(by=cast.member, exchange=made.pk)
    assert refused.value.codes == {"built_on"}


def test_a_gift_is_undone_in_a_pod_that_agreed_on_none_meanwhile(cast: Cast) -> None:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    made = gift(cast, held)
    services.answer(by=cast.second_member, exchange=made.pk, consent=True)
    agree(cast, swap_one_sided="forbid")
    services.undo_exchange(by=cast.member, exchange=made.pk)
    assert Assignment.objects.get().member == cast.member


@pytest.mark.parametrize("setting", ["warn", "forbid"])
def test_a_skill_that_is_lacking_is_warned_of_or_refused_as_agreed(cast: Cast, setting: str) -> None:
    skill = people.skill("German", cast.member)
    agree(cast, swap_outside_skills=setting)
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1, skill=skill))
    if setting == "forbid":
        with pytest.raises(Refused) as refused:
            gift(cast, held)
        assert refused.value.codes == {"skill"}
        return
    made = gift(cast, held)
    assert len(made.warnings) == 1
    page = read_offer(cast.isar, cast.member, held.pk, at=dt.datetime.now(dt.UTC), asked=Asked("gift"))
    partner = next(p for p in page.found.partners if p.person.pk == cast.second_member.pk)
    assert (partner.tone, partner.chosen) == ("watch", False)


def test_who_works_elsewhere_takes_no_offer(cast: Cast) -> None:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    offer = roster.offer(by=cast.member, assignment=held.pk)
    for stranger in (cast.other_member, cast.stranger):
        with pytest.raises(Http404):
            roster.take(by=stranger, give_away=offer.pk)
    assert Assignment.objects.get().member == cast.member


def test_a_give_back_is_not_undone_against_a_bound(cast: Cast) -> None:
    held = roster.claim(by=cast.member, shift=scheduling.shift(cast.isar, 2).pk).assignment
    act = roster.release(by=cast.member, assignment=held.pk).act
    assert act is not None
    roster.claim(by=cast.member, shift=scheduling.shift(cast.isar, 1, "14:00", "22:00").pk)
    with pytest.raises(Refused) as refused:
        roster.undo(by=cast.member, act=act.pk)
    assert refused.value.codes == {"rest_before"}


def market(cast: Cast) -> Market:
    now = dt.datetime.now(dt.UTC)
    rows = open_wishes(cast.isar, now)
    read = pod_scene(cast.isar, hull(row.span for row in rows), now)
    return Market(read.picture, read.people, [wish_of(row) for row in rows], read.settings)


def test_no_ring_of_other_lengths_is_found_where_the_pod_agreed_against_it(cast: Cast) -> None:
    agree(cast, swap_unequal="forbid")
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    wish = wishes.open_wish(by=cast.member, assignment=mine.pk)
    theirs = scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 3, "07:00", "11:00"))
    wishes.open_wish(by=cast.second_member, assignment=theirs.pk)
    assert list(rings(market(cast), wish.pk)) == []


def test_nobody_stands_twice_in_a_ring(cast: Cast) -> None:
    """The first and the second would fit twice over, with each one's two wishes; that is no ring of four."""
    for day in (1, 2):
        held = scheduling.seated(cast.member, scheduling.shift(cast.isar, day))
        first = wishes.open_wish(by=cast.member, assignment=held.pk)
    for day in (3, 4):
        held = scheduling.seated(cast.second_member, scheduling.shift(cast.isar, day))
        wishes.open_wish(by=cast.second_member, assignment=held.pk)
    found = list(rings(market(cast), first.pk))
    assert found
    for ring in found:
        assert len({wish.member for wish in ring}) == len(ring)


def test_nobody_is_reminded_by_whom_it_does_not_concern(cast: Cast) -> None:
    made = ring_of_three(cast)
    with pytest.raises(Http404):
        deadlines.remind(by=cast.other_member, exchange=made.pk)
    assert ExchangeConsent.objects.filter(answer="waiting").count() == 2
