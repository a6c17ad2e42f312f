"""An exception for one case: asked from a refusal, allowed by the pod or by a lead, used once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from cxportal.core import periods
from cxportal.core.periods import HOUR
from cxportal.core.violations import Denied, Invalid, Refused
from teams.consent import services as consent
from teams.consent.models import Proposal
from teams.notifications.models import Notice
from teams.pods import versions
from teams.pods.models import Pod
from teams.scheduling import services
from teams.scheduling.models import Assignment, Duty, Shift
from teams.scheduling.waiver_models import Waiver
from tests.cast import Cast
from tests.factories import pods, scheduling

REASON = "My train comes early, I sleep on the way."


@pytest.fixture
def isar(cast: Cast) -> Pod:
    """The pod agreed on 12 h of rest where the law wants 11 h, so there is room for an exception."""
    pods.agreement(cast.isar, since=periods.now() - HOUR, rest_minutes=720)
    return cast.isar


@pytest.fixture
def early(cast: Cast, isar: Pod) -> Shift:
    """Tuesday 07:00, after a Monday until 19:30: 11 h 30 of rest."""
    scheduling.seated(cast.member, scheduling.shift(isar, 0, "12:00", "19:30"))
    return scheduling.shift(isar, 1, "07:00", "15:00")


def ask(cast: Cast, shift: Shift) -> Proposal:
    return services.ask(by=cast.member, shift=shift.pk, reason=REASON)


def allow(cast: Cast, row: Proposal) -> Proposal:
    for by in (cast.member, cast.second_member, cast.lead):
        row = consent.vote(by=by, proposal=row.pk, choice="consent")
    return row


def claim(cast: Cast, shift: Shift) -> Assignment:
    return services.claim(by=cast.member, shift=shift.pk).assignment


def rests(cast: Cast) -> list[int]:
    return [
        int((duty.rest_until - duty.ends_at).total_seconds() // 60)
        for duty in Duty.objects.filter(member=cast.member).order_by("starts_at")
    ]


def test_without_an_exception_the_claim_is_refused(cast: Cast, early: Shift) -> None:
    with pytest.raises(Refused) as refused:
        claim(cast, early)
    assert refused.value.codes == {"rest_before"}


def test_with_the_pods_consent_exactly_this_claim_is_made_once(cast: Cast, early: Shift) -> None:
    row = ask(cast, early)
    assert (row.kind, row.state, allow(cast, row).state) == ("exception", "open", "adopted")
    held = claim(cast, early)
    waiver = Waiver.objects.get()
    assert (waiver.source, waiver.proposal, waiver.assignment) == ("consent", row, held.pk)
    assert waiver.grants == {"rest_before": {"minutes": 690, "agreed": 720}}
    assert rests(cast) == [690, 720]
    services.release(by=cast.member, assignment=held.pk)
    assert rests(cast) == [720]
    with pytest.raises(Refused) as refused:
        claim(cast, early)
    assert refused.value.codes == {"rest_before"}


def test_an_undone_claim_leaves_the_exception_to_be_used(cast: Cast, early: Shift) -> None:
    allow(cast, ask(cast, early))
    done = services.claim(by=cast.member, shift=early.pk)
    assert done.act
    services.undo(by=cast.member, act=done.act.pk)
    assert rests(cast) == [720]
    assert claim(cast, early).pk
    assert rests(cast) == [690, 720]


def test_an_undone_give_back_sits_down_again_under_its_exception(cast: Cast, early: Shift) -> None:
    allow(cast, ask(cast, early))
    gone = services.release(by=cast.member, assignment=claim(cast, early).pk)
    assert gone.act
    services.undo(by=cast.member, act=gone.act.pk)
    held = Assignment.objects.get(shift=early)
    assert (rests(cast), Waiver.objects.get().assignment) == ([690, 720], held.pk)


def test_a_shift_on_offer_is_taken_over_under_the_exception_and_uses_it_up(cast: Cast, isar: Pod, early: Shift) -> None:
    offer = services.offer(by=cast.second_member, assignment=scheduling.seated(cast.second_member, early).pk)
    with pytest.raises(Refused):
        services.take(by=cast.member, give_away=offer.pk)
    grants = {"rest_before": {"minutes": 690, "agreed": 720}}
    Waiver.objects.create(
        shift=early, shift_version=early.version, member=cast.member, grants=grants, source="override", reason="Flood."
    )
    services.take(by=cast.member, give_away=offer.pk)
    assert rests(cast) == [690, 720]
    assert Waiver.objects.get().assignment == Assignment.objects.get(shift=early).pk


def test_an_exception_is_for_its_person_and_its_shift_alone(cast: Cast, isar: Pod, early: Shift) -> None:
    allow(cast, ask(cast, early))
    other = scheduling.shift(isar, 1, "07:00", "14:00")
    with pytest.raises(Refused):
        claim(cast, other)
    scheduling.seated(cast.second_member, scheduling.shift(isar, 0, "13:00", "19:30"))
    with pytest.raises(Refused):
        services.claim(by=cast.second_member, shift=early.pk)


def test_an_exception_goes_no_further_than_it_was_asked_for(cast: Cast, isar: Pod, early: Shift) -> None:
    allow(cast, ask(cast, early))
    scheduling.seated(cast.member, scheduling.shift(isar, 0, "19:30", "20:00"))
    with pytest.raises(Refused) as refused:
        claim(cast, early)
    assert refused.value.codes == {"rest_before"}


def test_a_rest_behind_the_claim_can_be_lifted_too(cast: Cast, isar: Pod) -> None:
    scheduling.seated(cast.member, scheduling.shift(isar, 2, "07:00", "15:00"))
    late = scheduling.shift(isar, 1, "12:00", "19:30")
    allow(cast, ask(cast, late))
    claim(cast, late)
    assert rests(cast) == [690, 720]


def test_what_a_lifted_rest_uncovers_is_asked_for_with_it(cast: Cast, isar: Pod) -> None:
    pods.agreement(isar, since=periods.now() - HOUR / 2, rest_minutes=720, day_minutes=420)
    scheduling.seated(cast.member, scheduling.shift(isar, 0, "12:00", "19:30"))
    row = ask(cast, scheduling.shift(isar, 1, "07:00", "15:00"))
    assert row.subject["grants"] == {
        "rest_before": {"minutes": 690, "agreed": 720},
        "day_minutes": {"minutes": 480, "agreed": 420},
    }


def test_nobody_allows_what_lies_outside_the_outer_limits(cast: Cast, isar: Pod) -> None:
    scheduling.seated(cast.member, scheduling.shift(isar, 0, "12:00", "20:30"))
    shift = scheduling.shift(isar, 1, "07:00", "15:00")
    with pytest.raises(Refused) as refused:
        ask(cast, shift)
    assert refused.value.codes == {"outer_limit"}
    assert refused.value.violations[0].numbers == {"key": "rest_minutes", "value": 630, "limit": 660.0}
    versions.set_outer_limit(by=cast.administrator, key="rest_minutes", country="DE", minimum=480, maximum=None)  # type: ignore[arg-type]
    assert ask(cast, shift).state == "open"


def test_what_no_agreement_holds_cannot_be_asked_for(cast: Cast, isar: Pod) -> None:
    scheduling.seated(cast.member, scheduling.shift(isar, 1, "08:00", "12:00"))
    with pytest.raises(Refused) as refused:
        ask(cast, scheduling.shift(isar, 1, "07:00", "15:00"))
    assert refused.value.codes == {"overlap"}
    with pytest.raises(Refused) as refused:
        ask(cast, scheduling.shift(isar, 4, "07:00", "15:00"))
    assert refused.value.codes == {"fits"}


def test_asking_again_answers_the_same_and_needs_a_reason(cast: Cast, early: Shift) -> None:
    with pytest.raises(Invalid):
        services.ask(by=cast.member, shift=early.pk, reason=" ")
    assert ask(cast, early) == ask(cast, early)
    with pytest.raises(Denied):
        services.ask(by=cast.coach, shift=early.pk, reason=REASON)


def test_the_vote_ends_within_the_agreed_hours_and_before_the_shift(cast: Cast, early: Shift) -> None:
    row = ask(cast, early)
    assert row.closes_at - row.opened_at == dt.timedelta(hours=24)
    consent.withdraw(by=cast.member, proposal=row.pk)
    late = services.ask(by=cast.member, shift=early.pk, reason=REASON, at=early.span.start - 2 * HOUR)
    assert late.closes_at == early.span.start
    consent.withdraw(by=cast.member, proposal=late.pk, at=early.span.start - HOUR)
    with pytest.raises(Refused) as refused:
        services.ask(by=cast.member, shift=early.pk, reason=REASON, at=early.span.start)
    assert "too_late" in refused.value.codes


def test_an_exception_for_a_shift_that_was_moved_lapses(cast: Cast, early: Shift) -> None:
    row = ask(cast, early)
    Shift.objects.filter(pk=early.pk).update(version=early.version + 1)
    done = allow(cast, row)
    assert (done.state, done.why, Waiver.objects.count()) == ("lapsed", "gone", 0)


def test_who_asked_is_led_to_the_shift_when_the_pod_consents(cast: Cast, early: Shift) -> None:
    allow(cast, ask(cast, early))
    notice = Notice.objects.get(recipient=cast.member, kind="exception_allowed")
    assert notice.url == f"/p/isar/shifts/{early.pk}/"


# --- emergency ------------------------------------------------------------------------------------


def test_a_lead_lifts_a_bound_in_an_emergency_and_the_pod_is_told(cast: Cast, isar: Pod) -> None:
    scheduling.seated(cast.member, scheduling.shift(isar, 0, "12:00", "21:00"))
    shift = scheduling.shift(isar, 1, "07:00", "15:00")
    made = services.override(by=cast.lead, shift=shift.pk, member=cast.member, reason="Three people are ill.")
    again = services.override(by=cast.lead, shift=shift.pk, member=cast.member, reason="Three people are ill.")
    assert (made, made.source, made.grants["rest_before"]["minutes"]) == (again, "override", 600)
    told = Notice.objects.filter(kind="bound_overridden")
    assert set(told.values_list("recipient", flat=True)) == {cast.member.pk, cast.second_member.pk, cast.guest.pk}
    assert told[0].data["reason"] == "Three people are ill."
    claim(cast, shift)
    assert rests(cast) == [600, 720]


def test_only_who_leads_lifts_a_bound_and_only_with_a_reason(cast: Cast, early: Shift) -> None:
    for role in ("member", "coach", "other_member", "other_operations_lead", "executive"):
        with pytest.raises(Denied):
            services.override(by=cast[role], shift=early.pk, member=cast.member, reason="Because.")
    with pytest.raises(Invalid):
        services.override(by=cast.lead, shift=early.pk, member=cast.member, reason="")
    with pytest.raises(Invalid):
        services.override(by=cast.lead, shift=early.pk, member=cast.other_member, reason="Because.")
    assert services.override(by=cast.operations_lead, shift=early.pk, member=cast.member, reason="Flood.").pk


def test_an_operations_lead_takes_an_override_back_on_the_page_and_the_pod_is_told(
    cast: Cast, early: Shift, browser: Callable[..., Client]
) -> None:
    own = services.override(by=cast.operations_lead, shift=early.pk, member=cast.member, reason="Flood.")
    other = scheduling.shift(cast.isar, 2, "05:00", "09:00")
    scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 1, "13:00", "20:00"))
    services.override(by=cast.lead, shift=other.pk, member=cast.second_member, reason="The pod's own trouble.")
    client = browser(cast.operations_lead)
    page = client.get("/p/isar/agreement/").text
    assert f"/p/isar/override/{own.pk}/end" in page
    assert "own trouble" not in page
    answer = client.post(f"/p/isar/override/{own.pk}/end", follow=True)
    assert "not used yet" not in answer.text
    assert "taken back" in answer.text
    client.post(f"/p/isar/override/{own.pk}/end")
    told = Notice.objects.filter(kind="override_ended").order_by("recipient")
    members = {cast.member, cast.second_member, cast.guest, cast.lead}
    assert {notice.recipient for notice in told} == members
    assert told.count() == len(members)
    assert "own trouble" in browser(cast.member).get("/p/isar/agreement/").text
    with pytest.raises(Refused):
        claim(cast, early)


def test_an_override_is_taken_back_until_it_is_used(cast: Cast, early: Shift) -> None:
    first = services.override(by=cast.lead, shift=early.pk, member=cast.member, reason="Flood.")
    services.take_back(by=cast.lead, waiver=first.pk)
    with pytest.raises(Refused):
        claim(cast, early)
    second = services.override(by=cast.lead, shift=early.pk, member=cast.member, reason="Flood again.")
    claim(cast, early)
    with pytest.raises(Refused) as refused:
        services.take_back(by=cast.lead, waiver=second.pk)
    assert refused.value.codes == {"used"}


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("waiver_once", {}),
        ("waiver_has_reason", {"reason": "", "ended_at": periods.now()}),
        ("waiver_used_by_a_claim", {"used_at": periods.now()}),
    ],
)
def test_the_database_holds_one_open_exception_with_a_reason(
    cast: Cast, early: Shift, name: str, fields: dict[str, object]
) -> None:
    about = {"shift": early, "shift_version": 1, "member": cast.member, "source": "override", "reason": "Flood."}
    Waiver.objects.create(**about)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Waiver.objects.create(**(about | fields))
