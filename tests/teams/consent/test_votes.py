"""A pod changes its agreement by consent: who votes, what an answer does, what comes of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from cxportal.core import periods
from cxportal.core.periods import HOUR
from cxportal.core.violations import Denied, Invalid, Refused
from teams.consent import services, tasks
from teams.consent.models import Ballot, Elector, Proposal, ProposedValue
from teams.notifications.models import Notice
from teams.people.models import User
from teams.pods import agreement, versions
from teams.pods.models import AgreementVersion
from tests.cast import Cast
from tests.factories import people, pods
from tests.realtime_fixtures import Published

REST = {"rest_minutes": 720}
VOTE = dt.timedelta(hours=72)


def propose(cast: Cast, by: User | None = None, **wanted: Any) -> Proposal:
    about: dict[str, Any] = {"values": REST, "title": "Twelve hours of rest", "reason": "We are tired."} | wanted
    return services.propose(by=by or cast.member, pod=cast.isar, **about)


def vote(by: User, row: Proposal, choice: str = "consent", reason: str = "", **more: Any) -> Proposal:
    return services.vote(by=by, proposal=row.pk, choice=choice, reason=reason, **more)


def told(kind: str) -> set[str]:
    return set(Notice.objects.filter(kind=kind).values_list("recipient__name", flat=True))


def rest(cast: Cast, at: dt.datetime | None = None) -> int:
    return int(agreement.values_at(cast.isar, at or periods.now())["rest_minutes"])


def test_the_electorate_are_the_members_at_home_when_the_vote_opens(cast: Cast) -> None:
    row = propose(cast)
    people.member(cast.isar, "Nora Spät")
    members = set(row.electors.values_list("member__name", flat=True))
    assert members == {cast.member.name, cast.second_member.name, cast.lead.name}
    assert told("proposal_opened") == {cast.second_member.name, cast.lead.name}


def test_guests_and_coaches_do_not_propose_and_were_not_asked(cast: Cast) -> None:
    row = propose(cast)
    for role in ("guest", "coach", "other_member", "operations_lead"):
        with pytest.raises(Denied):
            propose(cast, cast[role], values={"day_minutes": 540})
        with pytest.raises(Denied):
            vote(cast[role], row)


def test_who_proposes_consents_and_all_answers_adopt_at_once(cast: Cast) -> None:
    row = propose(cast)
    assert list(row.electors.filter(ballots__choice="consent").values_list("member", flat=True)) == [cast.member.pk]
    assert vote(cast.second_member, row, "aside").state == "open"
    done = vote(cast.lead, row)
    assert (done.state, done.version and done.version.number) == ("adopted", 2)
    assert rest(cast) == 720
    version = AgreementVersion.objects.get(pod=cast.isar, number=2)
    assert (version.created_by, version.reason) == (cast.member, "Twelve hours of rest")
    assert told("proposal_adopted") == {cast.member.name, cast.second_member.name, cast.lead.name}


def test_at_the_closing_time_consents_must_reach_the_agreed_share(cast: Cast) -> None:
    row = propose(cast)
    vote(cast.second_member, row)
    early = services.close_due(by=None, pod=cast.isar, at=row.closes_at - dt.timedelta(seconds=1))
    late = services.close_due(by=None, pod=cast.isar, at=row.closes_at)
    row.refresh_from_db()
    assert (early, late, row.state) == (0, 1, "adopted")


def test_a_vote_that_too_few_consented_to_lapses_and_changes_nothing(cast: Cast) -> None:
    row = propose(cast)
    services.close_due(by=None, pod=cast.isar, at=row.closes_at)
    row.refresh_from_db()
    assert (row.state, row.why, rest(cast)) == ("lapsed", "share", 660)
    assert not ProposedValue.objects.filter(open=True).exists()


def test_the_pod_agrees_on_the_share_itself(cast: Cast) -> None:
    pods.agreement(cast.isar, since=periods.now() - HOUR, consent_share=1)
    row = propose(cast)
    vote(cast.second_member, row)
    services.close_due(by=None, pod=cast.isar, at=row.closes_at)
    row.refresh_from_db()
    assert row.state == "lapsed"


def test_an_objection_needs_a_reason_and_ends_the_vote(cast: Cast) -> None:
    row = propose(cast)
    with pytest.raises(Invalid):
        vote(cast.second_member, row, "object", "  ")
    assert vote(cast.second_member, row, "object", "The night shift cannot be filled.").state == "objected"
    assert "proposal_objected" in set(Notice.objects.values_list("kind", flat=True))
    with pytest.raises(Refused) as refused:
        vote(cast.lead, row)
    assert refused.value.codes == {"vote_closed"}
    assert rest(cast) == 660


def test_an_answer_can_be_changed_until_the_closing_and_the_earlier_ones_are_kept(cast: Cast) -> None:
    row = propose(cast)
    vote(cast.second_member, row, "aside")
    vote(cast.second_member, row, "consent")
    vote(cast.second_member, row, "consent")
    kept = Ballot.objects.filter(elector__member=cast.second_member)
    assert list(kept.values_list("choice", "latest")) == [("aside", False), ("consent", True)]
    with pytest.raises(Refused):
        vote(cast.second_member, row, "aside", at=row.closes_at)


def test_an_amended_text_opens_anew_and_names_the_earlier_one(cast: Cast) -> None:
    first = propose(cast)
    with pytest.raises(Refused) as refused:
        propose(cast, cast.second_member, values={"day_minutes": 540}, amends=first.number)
    assert refused.value.codes == {"still_open"}
    vote(cast.lead, first, "object", "Too long.")
    second = propose(cast, cast.second_member, values={"rest_minutes": 690}, amends=first.number)
    assert (second.number, second.amends, second.state) == (2, first, "open")
    third = propose(cast, cast.second_member, values={"rest_minutes": 700}, amends=second.number)
    second.refresh_from_db()
    assert (second.state, third.amends, third.electors.count()) == ("withdrawn", second, 3)


def test_only_the_proposer_withdraws_and_only_while_the_vote_is_open(cast: Cast) -> None:
    row = propose(cast)
    with pytest.raises(Refused) as refused:
        services.withdraw(by=cast.lead, proposal=row.pk)
    assert refused.value.codes == {"not_yours"}
    assert services.withdraw(by=cast.member, proposal=row.pk).state == "withdrawn"
    assert services.withdraw(by=cast.member, proposal=row.pk).state == "withdrawn"
    other = propose(cast)
    vote(cast.lead, other, "object", "No.")
    with pytest.raises(Refused):
        services.withdraw(by=cast.member, proposal=other.pk)


def test_values_outside_the_outer_limits_are_refused_with_bound_and_number(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        propose(cast, values={"rest_minutes": 600, "day_minutes": 660})
    found = {(v.numbers["key"], v.numbers["value"], v.numbers["limit"]) for v in refused.value.violations}
    assert found == {("rest_minutes", 600, 660.0), ("day_minutes", 660, 600.0)}
    assert "at least 11 h" in str(refused.value)
    assert not Proposal.objects.exists()


def test_the_law_of_another_country_is_other_data(cast: Cast) -> None:
    cast.isar.country = "US"
    cast.isar.save()
    assert propose(cast, values={"rest_minutes": 600}).state == "open"


def test_the_company_changes_a_countrys_limit(cast: Cast) -> None:
    versions.set_outer_limit(by=cast.administrator, key="rest_minutes", country="DE", minimum=480, maximum=None)  # type: ignore[arg-type]
    assert propose(cast, values={"rest_minutes": 600}).state == "open"


@pytest.mark.parametrize(
    ("values", "code"),
    [({"rest_minutes": 660}, "nothing_changed"), ({}, "nothing_changed")],
)
def test_a_proposal_that_changes_nothing_is_refused(cast: Cast, values: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        propose(cast, values=values)
    assert refused.value.codes == {code}


@pytest.mark.parametrize(
    "values",
    [
        {"rest_minutes": "long"},
        {"rest_minutes": 700.5},
        {"rest_minutes": True},
        {"no_such_bound": 3},
        {"coverage_floor": [{"activity": "phone"}]},
        {"coverage_floor": "all"},
    ],
)
def test_values_that_cannot_be_read_are_named(cast: Cast, values: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as invalid:
        propose(cast, values=values)
    assert list(invalid.value.fields) == [f"values.{key}" for key in values]


def test_a_bound_is_under_one_vote_at_a_time(cast: Cast) -> None:
    first = propose(cast)
    with pytest.raises(Refused) as refused:
        propose(cast, cast.lead, values={"rest_minutes": 780, "day_minutes": 540})
    assert refused.value.codes == {"under_vote"}
    assert refused.value.violations[0].numbers["number"] == first.number
    assert propose(cast, cast.lead, values={"day_minutes": 540}).state == "open"


def test_a_version_takes_effect_on_its_day_and_never_before_an_earlier_one(cast: Cast) -> None:
    later = periods.now() + dt.timedelta(days=9)
    first = propose(cast, effective_from=later)
    second = propose(cast, cast.lead, values={"day_minutes": 540})
    for row in (first, second):
        for person in (cast.member, cast.second_member, cast.lead):
            vote(person, row)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.version is not None
    assert second.version is not None
    assert (first.version.number, first.version.effective_from) == (2, later)
    assert (second.version.number, second.version.effective_from > later) == (3, True)
    assert (rest(cast), rest(cast, later)) == (660, 720)
    assert second.version.values["rest_minutes"] == 720


def test_what_the_company_forbade_meanwhile_lapses(cast: Cast) -> None:
    row = propose(cast)
    versions.set_outer_limit(by=cast.administrator, key="rest_minutes", country="DE", minimum=None, maximum=700)  # type: ignore[arg-type]
    vote(cast.second_member, row)
    done = vote(cast.lead, row)
    assert (done.state, done.why, rest(cast)) == ("lapsed", "limit", 660)


def test_jobs_close_a_vote_and_remind_once(cast: Cast, published: Published) -> None:
    row = propose(cast)
    vote(cast.second_member, row)
    with time_machine.travel(row.remind_at, tick=False):
        tasks.remind(0)
        tasks.remind(0)
        tasks.close_due(0)
    assert told("proposal_reminder") == {cast.lead.name}
    assert Notice.objects.filter(kind="proposal_reminder").count() == 1
    with time_machine.travel(row.closes_at, tick=False):
        tasks.close_due(0)
        tasks.close_due(0)
        tasks.remind(0)
    row.refresh_from_db()
    assert row.state == "adopted"
    assert Notice.objects.filter(kind="proposal_adopted").count() == 3
    assert AgreementVersion.objects.filter(pod=cast.isar).count() == 2
    assert (f"agreement:{cast.isar.pk}", "agreement", {"proposal": row.pk}) in published


def test_the_question_is_read_once_it_is_answered_or_settled(cast: Cast) -> None:
    row = propose(cast)
    asked = Notice.objects.filter(kind="proposal_opened", read_at=None)
    vote(cast.second_member, row)
    assert set(asked.values_list("recipient", flat=True)) == {cast.lead.pk}
    services.withdraw(by=cast.member, proposal=row.pk)
    assert not asked.exists()


def test_a_pod_without_members_at_home_cannot_vote(cast: Cast) -> None:
    empty = pods.open_pod("Weser", in_area=cast.north)
    people.join(cast.member, empty, "guest")
    with pytest.raises(Refused) as refused:
        services.ask_exception(
            by=cast.member, pod=empty, subject={"kind": "claim"}, key="claim:1:1", title="t", reason="r",
            before=periods.now() + HOUR,
        )  # fmt: skip
    assert refused.value.codes == {"nobody_votes"}


def test_one_person_alone_decides_at_once(cast: Cast) -> None:
    weser = pods.open_pod("Weser", in_area=cast.north)
    alone = people.member(weser, "Wilma")
    assert services.propose(by=alone, pod=weser, values=REST, title="More rest").state == "adopted"


# --- around the services --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("proposal_number", lambda row: Proposal.objects.filter(pk=row.pk).update(number=1)),
        ("proposal_closed_once_decided", lambda row: Proposal.objects.filter(pk=row.pk).update(state="adopted")),
        ("proposal_share", lambda row: Proposal.objects.filter(pk=row.pk).update(share=0.4)),
        ("proposal_takes_time", lambda row: Proposal.objects.filter(pk=row.pk).update(closes_at=row.opened_at)),
        (
            "proposal_lapsed_why",
            lambda row: Proposal.objects.filter(pk=row.pk).update(state="lapsed", closed_at=row.closes_at),
        ),
        (
            "proposed_value_one_open",
            lambda row: ProposedValue.objects.create(proposal=row, pod=row.pod, key="rest_minutes", value=700, was=660),
        ),
        ("elector_once", lambda row: Elector.objects.create(proposal=row, member=row.by)),
        (
            "ballot_one_counts",
            lambda row: Ballot.objects.create(elector=row.electors.get(member=row.by), choice="aside"),
        ),
        (
            "ballot_objection_has_reason",
            lambda row: Ballot.objects.create(elector=row.electors.get(member=row.by), choice="object", latest=False),
        ),
    ],
)
def test_the_database_holds_what_must_never_break(cast: Cast, name: str, broken: Any) -> None:
    propose(cast)
    row = propose(cast, cast.lead, values={"day_minutes": 540})
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        broken(row)


def test_who_is_at_home_from_today_on_by_the_pods_own_day_is_asked(cast: Cast) -> None:
    """In the morning of Sydney it is still the day before in UTC."""
    far = pods.open_pod("Far", zone="Australia/Sydney")
    founder, newcomer = people.member(far), people.user("Nora New")
    people.join(newcomer, far, since=dt.date(2025, 3, 10))
    morning = dt.datetime(2025, 3, 9, 21, tzinfo=dt.UTC)
    row = services.propose(by=founder, pod=far, values={"rest_minutes": 720}, at=morning)
    assert set(row.electors.values_list("member", flat=True)) == {founder.pk, newcomer.pk}
