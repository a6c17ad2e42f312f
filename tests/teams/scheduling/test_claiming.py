"""Claiming a shift: what fits takes effect at once, what does not is refused with its reasons."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import Http404

from cxportal.core.periods import HOUR, MINUTE, Period
from cxportal.core.violations import Denied, Refused
from teams.scheduling import services, words
from teams.scheduling.models import Act, Assignment, Duty
from tests.cast import Cast
from tests.factories import people, pods, scheduling
from tests.realtime_fixtures import Published


def test_a_claim_takes_effect_at_once_and_makes_a_working_day_with_its_rest(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    done = services.claim(by=cast.member, shift=shift.pk)
    assert done.assignment.member == cast.member
    assert not done.repeat
    duty = Duty.objects.get()
    assert (duty.starts_at, duty.ends_at, duty.rest_until) == (
        shift.span.start,
        shift.span.end,
        shift.span.end + 11 * HOUR,
    )
    assert duty.version == 1


def test_a_double_click_is_one_assignment_and_no_error(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, seats=2)
    first = services.claim(by=cast.member, shift=shift.pk)
    again = services.claim(by=cast.member, shift=shift.pk)
    assert again.repeat
    assert again.assignment == first.assignment
    assert Assignment.objects.count() == 1


def test_who_comes_second_reads_who_was_faster_and_what_fits_instead(cast: Cast) -> None:
    shift, other = scheduling.shift(cast.isar), scheduling.shift(cast.isar, 2)
    services.claim(by=cast.member, shift=shift.pk)
    with pytest.raises(Refused) as refused:
        services.claim(by=cast.second_member, shift=shift.pk)
    (violation,) = refused.value.violations
    assert violation.code == "seat_taken"
    assert cast.member.name in str(violation.message)
    assert "a moment before you" in str(violation.message)
    assert words.day_span(other.span, cast.isar.tzinfo) in str(violation.way_out)
    assert not Assignment.objects.filter(member=cast.second_member).exists()


def test_a_claim_that_breaks_a_bound_changes_nothing(cast: Cast) -> None:
    services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 1, "14:00", "22:00").pk)
    early = scheduling.shift(cast.isar, 2, "07:00", "15:00")
    with pytest.raises(Refused) as refused:
        services.claim(by=cast.member, shift=early.pk)
    assert refused.value.codes == {"rest_before"}
    assert Assignment.objects.count() == 1
    assert Act.objects.count() == 1


def test_rest_is_kept_across_pods(cast: Cast) -> None:
    services.claim(by=cast.guest, shift=scheduling.shift(cast.elbe, 1, "14:00", "22:00").pk)
    with pytest.raises(Refused) as refused:
        services.claim(by=cast.guest, shift=scheduling.shift(cast.isar, 2, "07:00", "15:00").pk)
    assert refused.value.codes == {"rest_before"}


def test_a_split_shift_is_one_duty_and_a_piece_between_joins_two(cast: Cast) -> None:
    for start, end in (("08:00", "11:00"), ("16:00", "19:00"), ("12:00", "15:00")):
        services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 1, start, end).pk)
    duty = Duty.objects.get()
    assert (duty.ends_at - duty.starts_at) == 11 * HOUR
    assert duty.assignments.count() == 3


def test_a_seat_needs_its_skill(cast: Cast) -> None:
    skill = people.skill("Polish", cast.second_member)
    shift = scheduling.shift(cast.isar, skill=skill)
    with pytest.raises(Refused) as refused:
        services.claim(by=cast.member, shift=shift.pk)
    assert refused.value.codes == {"skill"}
    services.claim(by=cast.second_member, shift=shift.pk)


def test_somebody_without_the_skill_gets_the_seat_that_needs_none(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, skill=people.skill("Polish", cast.second_member))
    plain = shift.seats.create(number=2)
    assert services.claim(by=cast.member, shift=shift.pk).assignment.seat == plain


def test_a_part_of_a_shift_can_be_claimed_and_the_rest_stays_open(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, 1, "07:00", "15:00")
    services.claim(by=cast.member, shift=shift.pk, period=scheduling.span(cast.isar, 1, "07:00", "11:00"))
    done = services.claim(by=cast.second_member, shift=shift.pk)
    assert done.assignment.span == scheduling.span(cast.isar, 1, "11:00", "15:00")


def test_a_part_outside_the_shift_is_refused(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    with pytest.raises(Refused) as refused:
        services.claim(by=cast.member, shift=shift.pk, period=scheduling.span(cast.isar, 1, "06:00", "11:00"))
    assert refused.value.codes == {"outside"}


def test_a_running_shift_counts_from_the_claim_within_the_agreed_lateness(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    late = shift.span.start + 20 * MINUTE
    assert services.claim(by=cast.member, shift=shift.pk, at=late).assignment.span == Period(late, shift.span.end)
    other = scheduling.shift(cast.isar)
    with pytest.raises(Refused) as refused:
        services.claim(by=cast.second_member, shift=other.pk, at=shift.span.start + 31 * MINUTE)
    assert refused.value.codes == {"started_too_late"}


@pytest.mark.parametrize("role", ["coach"])
def test_a_coach_reads_the_week_and_claims_nothing(cast: Cast, role: str) -> None:
    with pytest.raises(Denied):
        services.claim(by=cast[role], shift=scheduling.shift(cast.isar).pk)


@pytest.mark.parametrize("role", ["other_member", "stranger", "operations_lead", "administrator"])
def test_people_of_elsewhere_find_no_shift(cast: Cast, role: str) -> None:
    with pytest.raises(Http404):
        services.claim(by=cast[role], shift=scheduling.shift(cast.isar).pk)


def test_a_guest_claims_like_a_member(cast: Cast) -> None:
    services.claim(by=cast.guest, shift=scheduling.shift(cast.isar).pk)


def test_a_draft_is_not_open_for_claims(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        services.claim(by=cast.member, shift=scheduling.shift(cast.isar, state="draft").pk)
    assert refused.value.codes == {"week_draft"}


def test_a_fixed_week_still_takes_claims(cast: Cast) -> None:
    services.claim(by=cast.member, shift=scheduling.shift(cast.isar, state="fixed").pk)


def test_a_claim_from_an_older_page_is_judged_by_the_agreement_in_force_and_the_message_names_the_change(
    cast: Cast,
) -> None:
    shift = scheduling.shift(cast.isar)
    pods.agreement(cast.isar, since=dt.datetime.now(dt.UTC) - HOUR, day_minutes=300)
    with pytest.raises(Refused) as refused:
        services.claim(by=cast.member, shift=shift.pk, seen_version=1)
    assert [v.code for v in refused.value.violations] == ["agreement_changed", "day_minutes"]
    assert "version 2" in str(refused.value.violations[0].message)
    short = scheduling.shift(cast.isar, 2, "07:00", "11:00")
    done = services.claim(by=cast.member, shift=short.pk, seen_version=1)
    assert done.changed
    assert Duty.objects.get().version == 2


def test_a_judged_duty_keeps_its_rest_when_the_agreement_changes(cast: Cast) -> None:
    first = scheduling.shift(cast.isar, 1, "12:00", "20:00")
    services.claim(by=cast.member, shift=first.pk)
    pods.agreement(cast.isar, since=dt.datetime.now(dt.UTC) - HOUR, rest_minutes=480)
    with pytest.raises(Refused) as refused:
        services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 2, "06:00", "12:00").pk)
    assert refused.value.violations[0].numbers["agreed"] == 660
    late = services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 2, "07:00", "13:00").pk)
    assert late.assignment.duty.rest_until == late.assignment.duty.ends_at + 8 * HOUR


def test_the_page_of_the_week_hears_of_a_claim(cast: Cast, published: Published) -> None:
    shift = scheduling.shift(cast.isar)
    services.claim(by=cast.member, shift=shift.pk)
    assert {f"row--{cast.member.pk}", f"head--{shift.day.isoformat()}", "panel"} <= published.events
    assert (f"week:{cast.isar.pk}:{shift.week.label}", f"row--{cast.member.pk}", {}) in published


def test_the_effect_tells_the_gap_the_rest_and_the_week_before_and_after(cast: Cast) -> None:
    from teams.staffing.services import Wanted, set_requirement

    shift = scheduling.shift(cast.isar, 1, "07:00", "15:00")
    set_requirement(by=cast.member, pod=cast.isar, wanted=[Wanted(scheduling.activity().pk, shift.span, 2)])
    effect = services.claim(by=cast.member, shift=shift.pk).effect
    assert effect is not None
    assert (effect.short_before, effect.short_after, effect.closes) == (960, 480, 480)
    assert (effect.worst_before, effect.worst_after) == (2, 1)
    assert effect.week == (shift.week.monday, 0, 480)
    assert effect.contract_minutes == 2400
