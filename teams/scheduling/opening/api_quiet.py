"""Quiet offers over the API: by the same services and rights as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cxportal.core.rest.operations import Operations, PageInput, operation
from cxportal.core.rest.parsing import Instant
from cxportal.core.rest.schema import page_of
from teams import permissions
from teams.people.models import User
from teams.scheduling import services
from teams.scheduling.api import ShortPerson, own_shift
from teams.scheduling.opening.models import QuietOffer
from teams.scheduling.opening.quiet_queries import outcome_words, own_offers


class QuietItem(serializers.Serializer[Any]):
    """Who takes which part of a shift when, if nobody else does."""

    id = serializers.IntegerField()
    shift = serializers.IntegerField(source="shift_id")
    start = serializers.DateTimeField(source="period.lower")
    end = serializers.DateTimeField(source="period.upper")
    member = ShortPerson()
    falls_at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(choices=QuietOffer.Outcome.values)
    closed_at = serializers.DateTimeField(allow_null=True)
    why = serializers.SerializerMethodField(help_text="Why it ended, in words; empty while it is open.")

    def get_why(self, row: QuietOffer) -> str:
        """Only its owner ever reads one that has ended, so the reason may name their other work."""
        return "" if row.outcome == QuietOffer.Outcome.OPEN else outcome_words(row, row.shift.pod.tzinfo)


class QuietsInput(PageInput):
    """A pod in which you work."""

    pod = serializers.SlugField(help_text="Short name of a pod in which you work.")
    own = serializers.BooleanField(
        required=False, default=False, help_text="Your own alone, with those that have ended and why."
    )


class QuietInput(serializers.Serializer[Any]):
    """The shift, and the instant by which somebody else may take it."""

    shift = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    falls_at = Instant(help_text="Before the shift begins, and not before its week opens.")


def own_quiet(user: User, pk: int) -> QuietOffer:
    """An own quiet offer of a pod in which the person works."""
    found = QuietOffer.objects.select_related("shift__pod").filter(pk=pk, member=user).first()
    if found is None:
        raise Http404
    permissions.member_pod(user, found.shift.pod.slug)
    return found


def _with_words(rows: QuerySet[QuietOffer]) -> QuerySet[QuietOffer]:
    return rows.select_related("member", "shift__pod", "closed_by")


class QuietOperations(Operations):
    """Quiet offers: I take it if nobody else does."""

    lookup_url_kwarg = "pk"
    lookup_value_converter = "int"

    @extend_schema(summary="List quiet offers", parameters=[QuietsInput], responses=page_of(QuietItem, "QuietOffer"))
    @operation(scope="shifts:read")
    def list(self, request: Request) -> Response:
        """The open ones of a pod, which its members see all; with ``own`` all that you ever made there."""
        asked, user = self.query(request, QuietsInput), self.person(request)
        pod = permissions.member_pod(user, asked["pod"])
        rows = own_offers(user) if asked["own"] else QuietOffer.objects.filter(outcome=QuietOffer.Outcome.OPEN)
        return self.page(_with_words(rows.filter(shift__pod=pod)), asked, order=["id"], item=QuietItem)

    @extend_schema(summary="Offer quietly", request=QuietInput, responses=QuietItem)
    @operation(scope="shifts:write")
    def create(self, request: Request) -> Response:
        """Judged now and again at the instant. Offering again moves the instant."""
        sent, user = self.read(request, QuietInput), self.person(request)
        shift = own_shift(user, sent["shift"])
        return self._answer(services.offer_quietly(by=user, shift=shift.pk, falls_at=sent["falls_at"]))

    @extend_schema(summary="Withdraw a quiet offer", request=None, responses=QuietItem)
    @action(detail=True, methods=["post"])
    @operation(scope="shifts:write", fetch=own_quiet)
    def withdraw(self, request: Request, quiet: QuietOffer) -> Response:
        """Ends your open offer of its shift; withdrawing again changes nothing."""
        return self._answer(services.withdraw_quiet(by=self.person(request), shift=quiet.shift_id))

    def _answer(self, row: QuietOffer) -> Response:
        return Response(QuietItem(_with_words(QuietOffer.objects.filter(pk=row.pk)).get()).data)
