"""Partners of a swap: who fits stands in the order of lengths and wishes, who does not with the reason."""

from __future__ import annotations

import datetime as dt

from cxportal.core.periods import Period
from teams.scheduling.availability.rules import Part, Wish
from teams.scheduling.availability.services import set_week
from teams.scheduling.models import Assignment
from teams.scheduling.swaps.partners import Found, find_partners
from teams.scheduling.swaps.reading import pod_scene
from teams.scheduling.swaps.rules import Leg
from tests.cast import Cast
from tests.factories import people, scheduling


def partners(cast: Cast, held: Assignment, *, gift: bool = False) -> Found:
    leg = Leg(held.member_id, 0, held.pk, held.shift_id, held.span, held.shift.version)
    around = Period(held.span.start - dt.timedelta(days=3), held.span.end + dt.timedelta(days=3))
    read = pod_scene(cast.isar, around, dt.datetime.now(dt.UTC))
    return find_partners(read, leg, first=None, last=None, gift=gift)


def test_who_would_gladly_work_then_stands_first_and_who_would_rather_not_is_not_chosen(cast: Cast) -> None:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    glad, loth = people.member(cast.isar, "Zoe"), people.member(cast.isar, "Abel")
    set_week(by=glad, wishes={(2, Part.EARLY): Wish.GLADLY, (2, Part.MIDDAY): Wish.GLADLY})
    set_week(by=loth, wishes={(2, Part.EARLY): Wish.RATHER_NOT})
    found = partners(cast, held, gift=True).partners
    names = [partner.person.name for partner in found]
    assert (names[0], names[-1]) == ("Zoe", "Abel")
    assert [found[0].chosen, found[-1].chosen] == [True, False]
    assert found[0].text.startswith("Gladly works then.")
    assert [found[0].tag, found[-1].tag] == ["Wished", "Gift"]
    assert found[-1].text.startswith("Would rather not work then.")


def test_swaps_of_one_length_stand_before_others_and_gifts_last(cast: Cast) -> None:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    short = people.member(cast.isar, "Abel")
    scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 3))
    scheduling.seated(short, scheduling.shift(cast.isar, 3, "08:00", "12:00"))
    tags = {partner.person.name: str(partner.tag) for partner in partners(cast, held).partners}
    assert list(tags)[:2] == [cast.second_member.name, "Abel"]
    assert [tags[cast.second_member.name], tags["Abel"]] == ["", "Another length"]
    assert set(list(tags.values())[2:]) == {"Gift"}


def test_who_does_not_fit_is_told_with_the_rule_and_its_numbers(cast: Cast) -> None:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 0, "14:00", "22:00"))
    reasons = {misfit.person.name: str(misfit.reason.message) for misfit in partners(cast, held, gift=True).misfits}
    assert "the pod agreed 11 h" in reasons[cast.second_member.name]


def test_nobody_is_asked_to_swap_the_same_hours(cast: Cast) -> None:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 1))
    assert cast.second_member.name not in {partner.person.name for partner in partners(cast, held).partners}
    assert cast.second_member.name in {misfit.person.name for misfit in partners(cast, held).misfits}
