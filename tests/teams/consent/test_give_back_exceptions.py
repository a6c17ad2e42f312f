"""An exception for giving a shift back: below the floor or inside the notice, by consent, used once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation

from cxportal.core import periods
from cxportal.core.periods import HOUR
from cxportal.core.violations import Refused
from teams.consent import services as consent
from teams.consent.models import Proposal
from teams.notifications.kinds import find
from teams.notifications.models import Notice
from teams.scheduling import services
from teams.scheduling.models import Assignment
from teams.scheduling.waiver_models import Waiver
from tests.cast import Cast
from tests.factories import pods, scheduling

REASON = "My child is ill, and Bela knows the day."
FLOOR = {"activity": "phone", "weekdays": [2], "start": "08:00", "end": "12:00"}


def agree(cast: Cast, people: int = 1) -> None:
    pods.agreement(cast.isar, since=periods.now() - HOUR, coverage_floor=[FLOOR | {"people": people}])


@pytest.fixture
def held(cast: Cast) -> Assignment:
    """The only one on the phone on Tuesday morning, where the pod agreed on one."""
    agree(cast)
    return scheduling.seated(cast.member, scheduling.shift(cast.isar, 1, "08:00", "12:00", seats=2))


def ask(cast: Cast, row: Assignment, at: dt.datetime | None = None) -> Proposal:
    return services.ask(by=cast.member, shift=row.shift_id, reason=REASON, at=at)


def allow(cast: Cast, row: Proposal, at: dt.datetime | None = None) -> Proposal:
    for by in (cast.member, cast.second_member, cast.lead):
        row = consent.vote(by=by, proposal=row.pk, choice="consent", at=at)
    return row


def release(cast: Cast, row: Assignment, at: dt.datetime | None = None) -> services.claims.Released:
    return services.release(by=cast.member, assignment=row.pk, at=at)


def refused(cast: Cast, row: Assignment, at: dt.datetime | None = None) -> set[str]:
    with pytest.raises(Refused) as refusal:
        release(cast, row, at)
    return refusal.value.codes


def test_with_the_pods_consent_a_shift_goes_back_below_the_floor_once(cast: Cast, held: Assignment) -> None:
    assert refused(cast, held) == {"floor"}
    row = ask(cast, held)
    assert row.subject["grants"] == {"floor": {"minutes": 1, "agreed": 0}}
    assert allow(cast, row).state == "adopted"
    assert release(cast, held).act
    waiver = Waiver.objects.get()
    assert (waiver.act, waiver.proposal, waiver.assignment) == ("release", row, held.pk)
    again = scheduling.seated(cast.member, held.shift)
    assert refused(cast, again) == {"floor"}


def test_who_asked_reads_that_the_shift_can_be_given_back(cast: Cast, held: Assignment) -> None:
    allow(cast, ask(cast, held))
    notice = Notice.objects.get(recipient=cast.member, kind="exception_allowed")
    kind = find(notice.kind)
    assert kind is not None
    with translation.override("en"):
        assert str(kind.words(notice.data)).endswith("You can give the shift back now.")


def test_notice_and_a_fixed_week_are_lifted_until_the_shift_begins(cast: Cast) -> None:
    row = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1, "08:00", "12:00", state="fixed"))
    near = row.span.start - 2 * HOUR
    assert refused(cast, row, near) == {"notice", "week_fixed"}
    allow(cast, ask(cast, row, near), near + HOUR)
    assert release(cast, row, near + 1.5 * HOUR).act


def test_a_shift_that_has_begun_goes_back_by_nobodys_consent(cast: Cast, held: Assignment) -> None:
    with pytest.raises(Refused) as refusal:
        ask(cast, held, held.span.start + HOUR)
    assert refusal.value.codes == {"started"}


def test_no_more_people_are_missing_than_was_asked_for(cast: Cast) -> None:
    agree(cast, people=2)
    shift = scheduling.shift(cast.isar, 1, "08:00", "12:00", seats=2)
    other, held = scheduling.seated(cast.second_member, shift), scheduling.seated(cast.member, shift)
    allow(cast, ask(cast, held))
    Assignment.objects.filter(pk=other.pk).delete()
    assert refused(cast, held) == {"floor"}


def test_an_undone_give_back_leaves_the_exception_to_be_used(cast: Cast, held: Assignment) -> None:
    allow(cast, ask(cast, held))
    gone = release(cast, held)
    assert gone.act
    services.undo(by=cast.member, act=gone.act.pk)
    assert Waiver.objects.get().used_at is None
    assert release(cast, Assignment.objects.get(shift=held.shift)).act


def test_a_claim_does_not_use_an_exception_for_giving_back(cast: Cast, held: Assignment) -> None:
    allow(cast, ask(cast, held))
    Assignment.objects.filter(pk=held.pk).delete()
    services.claim(by=cast.member, shift=held.shift_id)
    assert Waiver.objects.get().used_at is None


def test_the_exception_lapses_when_the_shift_is_not_the_members_any_more(cast: Cast, held: Assignment) -> None:
    row = ask(cast, held)
    Assignment.objects.filter(pk=held.pk).delete()
    assert (allow(cast, row).why, Waiver.objects.count()) == ("gone", 0)


def test_what_can_simply_be_given_back_needs_no_exception(cast: Cast, held: Assignment) -> None:
    scheduling.seated(cast.second_member, held.shift)
    with pytest.raises(Refused) as refusal:
        ask(cast, held)
    assert refusal.value.codes == {"fits"}


def test_the_page_of_an_own_shift_leads_to_the_vote_and_then_gives_back(cast: Cast, held: Assignment, browser) -> None:
    client, url = browser(cast.member), f"/p/isar/shifts/{held.shift_id}/"
    assert f"{url}ask/" in client.get(url).text
    asking = client.get(f"{url}ask/").text
    assert "give back exactly this shift once" in asking
    assert "1 person fewer than the agreed floor" in asking
    answer = client.post(f"{url}ask/", {"reason": REASON}, follow=True)
    assert "The shift stays yours meanwhile." in answer.text
    allow(cast, Proposal.objects.get())
    page = client.get(url).text
    assert "1 person fewer than the agreed floor" in page
    assert f"{url}ask/" not in page
    assert client.post(f"/p/isar/assignments/{held.pk}/release", {"shift": held.shift_id}).status_code in {200, 303}
