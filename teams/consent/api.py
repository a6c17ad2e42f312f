"""Votes over the API: propose, answer, withdraw, by the same services and refusals as the pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cxportal.core import periods
from cxportal.core.rest.operations import Operations, PageInput, operation
from cxportal.core.rest.parsing import Instant
from cxportal.core.rest.schema import page_of
from teams import permissions
from teams.consent import foresight, queries, rules, services
from teams.consent.models import Ballot, Proposal
from teams.permissions import FoundProposal
from teams.pods.models import Pod
from teams.pods.queries import standing

NUMBER = 2**31 - 1


class ProposedItem(serializers.Serializer[Any]):
    """One bound under vote."""

    key = serializers.CharField()
    value = serializers.JSONField()
    was = serializers.JSONField()


class AnswerItem(serializers.Serializer[Any]):
    """The latest answer of a member; null before one was given."""

    member = serializers.IntegerField()
    name = serializers.CharField()
    choice = serializers.CharField(allow_null=True)
    reason = serializers.CharField()


class ProposalItem(serializers.Serializer[Any]):
    """A vote of a pod. Texts and answers are empty for who stands outside the pod."""

    id = serializers.IntegerField()
    pod = serializers.CharField()
    number = serializers.IntegerField()
    kind = serializers.CharField(help_text="change or exception")
    state = serializers.CharField(help_text="open, adopted, objected, lapsed or withdrawn")
    why = serializers.CharField(help_text="Why it lapsed: share, limit or gone; empty otherwise.")
    title = serializers.CharField()
    reason = serializers.CharField()
    by = serializers.CharField(allow_null=True)
    opened_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    effective_from = serializers.DateTimeField(allow_null=True)
    amends = serializers.IntegerField(allow_null=True, help_text="Number of the proposal whose text it amends.")
    version = serializers.IntegerField(allow_null=True, help_text="Number of the version that it made.")
    values = ProposedItem(many=True)
    effect = serializers.ListField(child=serializers.CharField(), help_text="What was foreseen when it was proposed.")
    electorate = serializers.IntegerField()
    needed = serializers.IntegerField(help_text="Consents that adopt it.")
    consents = serializers.IntegerField()
    asides = serializers.IntegerField()
    objections = serializers.IntegerField()
    answers = AnswerItem(many=True)


class ProposalsInput(PageInput):
    """Votes of one pod."""

    pod = serializers.SlugField()


class ProposeInput(serializers.Serializer[Any]):
    """Other values of a pod's agreement; bounds that are not named stay."""

    pod = serializers.SlugField()
    values = serializers.DictField(help_text="By bound key, in stored units (minutes, days, people).")
    title = serializers.CharField(required=False, allow_blank=True, default="", max_length=120)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)
    effective_from = Instant(
        required=False, default=None, allow_null=True, help_text="Once it is adopted, when left out."
    )
    amends = serializers.IntegerField(required=False, default=None, allow_null=True, min_value=1, max_value=NUMBER)


class VoteInput(serializers.Serializer[Any]):
    """Consent or stand aside."""

    choice = serializers.ChoiceField(choices=[Ballot.Choice.CONSENT.value, Ballot.Choice.ASIDE.value])
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)


class ObjectInput(serializers.Serializer[Any]):
    """What speaks against it."""

    reason = serializers.CharField(max_length=1000)


def told(row: Proposal, *, inside: bool) -> dict[str, Any]:
    """A proposal, read by ``queries.with_answers``, as the API tells it."""
    electors: list[Any] = list(row.electors.all())
    given = {elector.pk: ballot for elector in electors for ballot in elector.counting}
    count = rules.tally(len(electors), [ballot.choice for ballot in given.values()])
    answers = [
        {
            "member": elector.member_id,
            "name": elector.member.name,
            "choice": given[elector.pk].choice if elector.pk in given else None,
            "reason": given[elector.pk].reason if elector.pk in given else "",
        }
        for elector in electors
    ]
    return {
        **{key: getattr(row, key) for key in _PLAIN},
        "id": row.pk,
        "pod": row.pod.slug,
        "title": row.title if inside else "",
        "reason": row.reason if inside else "",
        "by": row.by.name if row.by and inside else None,
        "amends": row.amends.number if row.amends else None,
        "version": row.version.number if row.version else None,
        "values": list(row.values.all()),
        "effect": [str(each.words) for each in foresight.told(row.pod, row.effect, names=False)],
        "electorate": count.electorate,
        "needed": rules.needed(count.electorate, float(row.share)),
        "consents": count.consents,
        "asides": count.asides,
        "objections": count.objections,
        "answers": answers if inside else [],
    }


_PLAIN = ("number", "kind", "state", "why", "opened_at", "closes_at", "closed_at", "effective_from")


class ProposalOperations(Operations):
    """Votes on working agreements; the members at home decide by consent."""

    lookup_url_kwarg = "proposal"
    lookup_value_converter = "int"

    @extend_schema(summary="List votes", parameters=[ProposalsInput], responses=page_of(ProposalItem, "Proposal"))
    @operation(scope="agreements:read")
    def list(self, request: Request) -> Response:
        asked, user = self.query(request, ProposalsInput), self.person(request)
        pod = permissions.setup_pod(user, asked["pod"]).pod
        _decide(pod)
        rows = queries.with_answers(queries.visible(user, pod))
        inside = pod.pk in standing(user).pods
        return self.page(rows, asked, order=["-id"], item=_item(inside=inside))

    @extend_schema(summary="Read a vote", responses=ProposalItem)
    @operation(scope="agreements:read", fetch=permissions.readable_proposal)
    def retrieve(self, request: Request, found: FoundProposal) -> Response:
        _decide(found.pod)
        return self._told(found)

    @extend_schema(summary="Propose a change of the agreement", request=ProposeInput, responses={201: ProposalItem})
    @operation(scope="agreements:write")
    def create(self, request: Request) -> Response:
        """Opens a vote of the pod that is your home; your consent is counted."""
        user, sent = self.person(request), self.read(request, ProposeInput)
        pod = permissions.home_pod(user, sent.pop("pod"))
        row = services.propose(by=user, pod=pod, **sent)
        return self._told(FoundProposal(user, pod, row, inside=True), status=201)

    @extend_schema(summary="Consent or stand aside", request=VoteInput, responses=ProposalItem)
    @action(detail=True, methods=["post"])
    @operation(scope="agreements:write", fetch=permissions.acting_proposal)
    def vote(self, request: Request, found: FoundProposal) -> Response:
        """Another answer until the vote ends replaces it; the same again answers the same."""
        sent = self.read(request, VoteInput)
        services.vote(by=found.by, proposal=found.proposal.pk, choice=sent["choice"], reason=sent["reason"])
        return self._told(found)

    @extend_schema(summary="Object with a reason", request=ObjectInput, responses=ProposalItem)
    @action(detail=True, methods=["post"], url_path="object")
    @operation(scope="agreements:write", fetch=permissions.acting_proposal)
    def object_(self, request: Request, found: FoundProposal) -> Response:
        """Ends the vote; the text can be amended and opens anew."""
        reason = self.read(request, ObjectInput)["reason"]
        services.vote(by=found.by, proposal=found.proposal.pk, choice=Ballot.Choice.OBJECT, reason=reason)
        return self._told(found)

    @extend_schema(summary="Withdraw an own proposal", request=None, responses=ProposalItem)
    @action(detail=True, methods=["post"])
    @operation(scope="agreements:write", fetch=permissions.acting_proposal)
    def withdraw(self, request: Request, found: FoundProposal) -> Response:
        services.withdraw(by=found.by, proposal=found.proposal.pk)
        return self._told(found)

    def _told(self, found: FoundProposal, *, status: int = 200) -> Response:
        row = queries.with_answers(Proposal.objects.filter(pk=found.proposal.pk)).get()
        return Response(ProposalItem(told(row, inside=found.inside)).data, status=status)


def _decide(pod: Pod) -> None:
    """A vote whose time has come is decided before it is read."""
    if services.is_due(pod, periods.now()):
        services.close_due(by=None, pod=pod)


def _item(*, inside: bool) -> type[serializers.Serializer[Any]]:
    """The item for readers inside or outside the pod."""
    return _Inside if inside else _Outside


class _Inside(ProposalItem):
    def to_representation(self, instance: Proposal) -> dict[str, Any]:
        return dict(super().to_representation(told(instance, inside=True)))


class _Outside(ProposalItem):
    def to_representation(self, instance: Proposal) -> dict[str, Any]:
        return dict(super().to_representation(told(instance, inside=False)))
