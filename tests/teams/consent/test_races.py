"""Votes at the same instant: the closing twice, an answer against it, two adoptions, double clicks; with controls."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError

from cxportal.core import periods
from cxportal.core.database import LockClass
from cxportal.core.periods import HOUR
from teams.consent import news, rules, services
from teams.consent.models import Ballot, Proposal
from teams.notifications.models import Notice
from teams.people.models import User
from teams.pods import versions
from teams.pods.models import AgreementVersion
from teams.scheduling import services as roster
from teams.scheduling.models import Assignment
from teams.scheduling.services import claims
from teams.scheduling.waiver_models import Waiver
from tests import races
from tests.cast import Cast
from tests.factories import pods, scheduling
from tests.races import meeting, together, without_constraints, without_locks

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

COUNTED = (rules, "outcome")


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def proposal(cast: Cast, **values: int) -> Proposal:
    wanted = values or {"rest_minutes": 720}
    row = services.propose(by=cast.member, pod=cast.isar, values=wanted, title="More rest")
    services.vote(by=cast.second_member, proposal=row.pk, choice="consent")
    return row


def close(cast: Cast, row: Proposal) -> races.Act:
    return lambda: services.close_due(by=None, pod=cast.isar, at=row.closes_at)


def answer(user: User, row: Proposal, choice: str, at: dt.datetime | None = None, reason: str = "No.") -> races.Act:
    said = reason if choice == "object" else ""
    return lambda: services.vote(by=again(user), proposal=row.pk, choice=choice, reason=said, at=at)


def made(cast: Cast) -> int:
    """Versions beyond the first."""
    return AgreementVersion.objects.filter(pod=cast.isar).count() - 1


# --- two closings ---------------------------------------------------------------------------------


def test_two_closings_make_one_version_and_one_notice_each(cast: Cast) -> None:
    row = proposal(cast)
    with meeting(COUNTED):
        told = together([close(cast, row)] * 4)
    assert sorted(told.answers) == [0, 0, 0, 1]
    assert made(cast) == 1
    assert Notice.objects.filter(kind="proposal_adopted", recipient=cast.lead).count() == 1


def test_control_without_the_lock_two_closings_adopt_twice(cast: Cast) -> None:
    row = proposal(cast)
    held = ("agreement_version_number", "agreement_version_instant")
    with without_locks(LockClass.AGREEMENT), without_constraints(*held), meeting(COUNTED):
        told = together([close(cast, row)] * 2)
        assert told.answers == [1, 1]
        assert made(cast) == 2


def test_without_the_lock_the_database_still_keeps_the_number_of_a_version_once(cast: Cast) -> None:
    row = proposal(cast)
    with without_locks(LockClass.AGREEMENT), meeting(COUNTED):
        told = together([close(cast, row)] * 2, tolerate=(IntegrityError,))
    assert (len(told.answers), len(told.errors), made(cast)) == (1, 1, 1)


# --- an answer against the closing ----------------------------------------------------------------


def late_objection(cast: Cast) -> tuple[Proposal, list[races.Act]]:
    """The objection comes a moment before the end, the closing a moment after it."""
    row = proposal(cast)
    return row, [answer(cast.lead, row, "object", at=row.closes_at - periods.MINUTE), close(cast, row)]


def test_an_objection_against_the_closing_is_counted_or_refused_never_lost(cast: Cast) -> None:
    row, acts = late_objection(cast)
    with meeting(COUNTED, (news, "answered"), before=True):
        told = together(acts)
    row.refresh_from_db()
    objected = Ballot.objects.filter(choice="object", latest=True).exists()
    assert (row.state, made(cast)) == (("objected", 0) if objected else ("adopted", 1))
    assert told.codes <= {"vote_closed"}
    assert bool(told.refusals) != objected


def test_control_without_the_lock_a_pod_adopts_what_somebody_objected_to(cast: Cast) -> None:
    _row, acts = late_objection(cast)
    with without_locks(LockClass.AGREEMENT), meeting(COUNTED):
        together(acts)
        assert Ballot.objects.filter(choice="object", latest=True).exists()
        assert made(cast) == 1


def test_a_double_click_on_an_answer_is_one_ballot(cast: Cast) -> None:
    row = services.propose(by=cast.member, pod=cast.isar, values={"rest_minutes": 720}, title="More rest")
    with meeting((news, "answered"), before=True):
        told = together([answer(cast.lead, row, "aside")] * 3)
    assert len(told.answers) == 3
    assert Ballot.objects.filter(elector__member=cast.lead).count() == 1


# --- two proposals --------------------------------------------------------------------------------


def last_answers(cast: Cast) -> list[races.Act]:
    first, second = proposal(cast), proposal(cast, day_minutes=540)
    return [answer(cast.lead, row, "consent") for row in (first, second)]


def test_two_proposals_adopted_at_once_make_two_versions_and_keep_both_changes(cast: Cast) -> None:
    with meeting(COUNTED):
        told = together(last_answers(cast))
    assert len(told.answers) == 2
    newest = AgreementVersion.objects.filter(pod=cast.isar).order_by("number").last()
    assert newest is not None
    assert (newest.number, newest.values["rest_minutes"], newest.values["day_minutes"]) == (3, 720, 540)


def test_control_without_the_lock_the_second_version_loses_the_first_change(cast: Cast) -> None:
    acts = last_answers(cast)
    held = ("agreement_version_number", "agreement_version_instant")
    judged = (versions, "check_values")
    with without_locks(LockClass.AGREEMENT), without_constraints(*held), meeting(judged):
        together(acts)
        both = [
            version
            for version in AgreementVersion.objects.filter(pod=cast.isar)
            if (version.values.get("rest_minutes"), version.values.get("day_minutes")) == (720, 540)
        ]
        assert both == []


def proposals_at_once(cast: Cast) -> list[races.Act]:
    def propose(user: User) -> races.Act:
        return lambda: services.propose(by=again(user), pod=cast.isar, values={"rest_minutes": 720}, title="More rest")

    return [propose(cast.member), propose(cast.lead)]


def test_of_two_proposals_for_one_bound_one_opens(cast: Cast) -> None:
    with meeting((services, "must_be_free")):
        told = together(proposals_at_once(cast))
    assert (len(told.answers), told.codes, Proposal.objects.count()) == (1, {"under_vote"}, 1)


def test_control_without_lock_and_constraints_a_bound_is_under_two_votes(cast: Cast) -> None:
    acts = proposals_at_once(cast)
    held = ("proposed_value_one_open", "proposal_number")
    with without_locks(LockClass.AGREEMENT), without_constraints(*held), meeting((services, "must_be_free")):
        assert len(together(acts).answers) == 2


# --- exceptions -----------------------------------------------------------------------------------


def allowed(cast: Cast) -> tuple[int, list[races.Act]]:
    """One exception for a shift with two seats, and its member in two tabs."""
    pods.agreement(cast.isar, since=periods.now() - HOUR, rest_minutes=720)
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 0, "12:00", "19:30"))
    shift = scheduling.shift(cast.isar, 1, "07:00", "15:00", seats=2)
    roster.override(by=cast.lead, shift=shift.pk, member=cast.member, reason="Flood.")
    return shift.pk, [lambda: roster.claim(by=again(cast.member), shift=shift.pk)] * 2


def test_an_exception_is_used_once_in_two_tabs(cast: Cast) -> None:
    shift, acts = allowed(cast)
    with meeting((claims, "claim_effect")):
        told = together(acts)
    assert {done.assignment.pk for done in told.answers} == {Assignment.objects.get(shift=shift).pk}
    assert Waiver.objects.get().assignment == Assignment.objects.get(shift=shift).pk


def test_two_overrides_at_once_are_one(cast: Cast) -> None:
    pods.agreement(cast.isar, since=periods.now() - HOUR, rest_minutes=720)
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 0, "12:00", "19:30"))
    shift = scheduling.shift(cast.isar, 1, "07:00", "15:00")

    def override(leader: User) -> races.Act:
        return lambda: roster.override(by=again(leader), shift=shift.pk, member=cast.member, reason="Flood.")

    with meeting((roster.waivers, "missing")):
        told = together([override(cast.lead), override(cast.operations_lead)])
    assert {waiver.pk for waiver in told.answers} == {Waiver.objects.get().pk}


def test_without_the_locks_the_row_of_an_exception_still_allows_one_claim(cast: Cast) -> None:
    """Control: both tabs judge by the exception, which the locks let only one of them do."""
    shift, acts = allowed(cast)
    with without_locks(LockClass.MEMBER_WEEK, LockClass.POD_DAY), meeting((claims, "claim_effect")):
        told = together(acts)
    assert (len(told.answers), told.codes) == (1, {"used"})
    assert Waiver.objects.get().assignment == Assignment.objects.get(shift=shift).pk
