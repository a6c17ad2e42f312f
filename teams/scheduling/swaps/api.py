"""Exchanges over the API: by the same services, refusals and rights as the pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cxportal.core.periods import Period
from cxportal.core.rest.operations import Operations, PageInput, operation
from cxportal.core.rest.parsing import Instant
from cxportal.core.rest.schema import page_of
from teams import permissions
from teams.people.models import User
from teams.scheduling.api import ShortPerson
from teams.scheduling.swaps import services
from teams.scheduling.swaps.models import Exchange
from teams.scheduling.swaps.services import Planned


class LegItem(serializers.Serializer[Any]):
    """Who gives which part of a shift to whom."""

    giver = ShortPerson()
    taker = ShortPerson()
    shift = serializers.IntegerField(source="shift_id")
    start = serializers.DateTimeField(source="period.lower")
    end = serializers.DateTimeField(source="period.upper")


class ConsentItem(serializers.Serializer[Any]):
    """Whether somebody concerned agrees."""

    member = ShortPerson()
    answer = serializers.ChoiceField(choices=["waiting", "consent", "decline"])


class ExchangeItem(serializers.Serializer[Any]):
    """Legs that happen together, or not at all."""

    id = serializers.IntegerField()
    pod = serializers.CharField(source="pod.slug")
    outcome = serializers.CharField()
    made_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    message = serializers.CharField()
    warnings = serializers.ListField(child=serializers.CharField())
    legs = LegItem(source="legs.all", many=True)
    consents = ConsentItem(source="consents.all", many=True)


class ExchangesInput(PageInput):
    """A pod, and perhaps one outcome."""

    pod = serializers.SlugField(help_text="Short name of a pod in which you work.")
    outcome = serializers.CharField(required=False, default="", max_length=10, help_text="`open`, `done`, …")


class LegInput(serializers.Serializer[Any]):
    """An assignment, or a part of it, and who takes it."""

    assignment = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    taker = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="Person who takes it.")
    start = Instant(required=False, default=None, help_text="Begin of the part; with `end`.")
    end = Instant(required=False, default=None, help_text="End of the part.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = attrs["start"], attrs["end"]
        if (start is None) != (end is None) or (start is not None and end <= start):
            raise serializers.ValidationError({"end": "Send start and a later end together, or neither."})
        return attrs


class ExchangeInput(serializers.Serializer[Any]):
    """An exchange in which you take part; you consent by asking."""

    pod = serializers.SlugField()
    legs = serializers.ListField(child=LegInput(), min_length=1, max_length=services.MOST_LEGS)
    message = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)


def concerned_exchange(user: User, exchange: int) -> Exchange:
    """An exchange that concerns the person; others' and unknown ones look alike."""
    found = Exchange.objects.select_related("pod").filter(pk=exchange, consents__member=user).first()
    if found is None:
        raise Http404
    permissions.member_pod(user, found.pod.slug)
    return found


class ExchangeOperations(Operations):
    """Exchanges that concern you."""

    lookup_url_kwarg = "exchange"
    lookup_value_converter = "int"

    @extend_schema(summary="List exchanges", parameters=[ExchangesInput], responses=page_of(ExchangeItem, "Exchange"))
    @operation(scope="shifts:read")
    def list(self, request: Request) -> Response:
        asked, user = self.query(request, ExchangesInput), self.person(request)
        pod = permissions.member_pod(user, asked["pod"])
        rows = _told().filter(pod=pod, consents__member=user)
        if asked["outcome"]:
            rows = rows.filter(outcome=asked["outcome"])
        return self.page(rows, asked, order=["id"], item=ExchangeItem)

    @extend_schema(summary="Read an exchange", responses=ExchangeItem)
    @operation(scope="shifts:read", fetch=concerned_exchange)
    def retrieve(self, request: Request, exchange: Exchange) -> Response:
        return self._answer(exchange)

    @extend_schema(summary="Ask for an exchange", request=ExchangeInput, responses=ExchangeItem)
    @operation(scope="shifts:write")
    def create(self, request: Request) -> Response:
        """Asks everybody concerned. Judged as if it happened now; the same one again answers the same."""
        sent, user = self.read(request, ExchangeInput), self.person(request)
        pod = permissions.member_pod(user, sent["pod"])
        planned = [
            Planned(leg["assignment"], leg["taker"], Period(leg["start"], leg["end"]) if leg["start"] else None)
            for leg in sent["legs"]
        ]
        return self._answer(services.ask(by=user, pod=pod, planned=planned, message=sent["message"]))

    @extend_schema(summary="Consent to an exchange", request=None, responses=ExchangeItem)
    @action(detail=True, methods=["post"])
    @operation(scope="shifts:write", fetch=concerned_exchange)
    def accept(self, request: Request, exchange: Exchange) -> Response:
        """The last consent applies all legs in one transaction, or answers 409 naming the leg that fails."""
        return self._answer(services.answer(by=self.person(request), exchange=exchange.pk, consent=True))

    @extend_schema(summary="Decline an exchange", request=None, responses=ExchangeItem)
    @action(detail=True, methods=["post"])
    @operation(scope="shifts:write", fetch=concerned_exchange)
    def decline(self, request: Request, exchange: Exchange) -> Response:
        """Ends it for everybody; nothing changes."""
        return self._answer(services.answer(by=self.person(request), exchange=exchange.pk, consent=False))

    @extend_schema(summary="Undo an exchange", request=None, responses=ExchangeItem)
    @action(detail=True, methods=["post"])
    @operation(scope="shifts:write", fetch=concerned_exchange)
    def undo(self, request: Request, exchange: Exchange) -> Response:
        """Puts every leg back within ten minutes, if nobody built on it."""
        return self._answer(services.undo_exchange(by=self.person(request), exchange=exchange.pk))

    def _answer(self, exchange: Exchange) -> Response:
        return Response(ExchangeItem(_told().get(pk=exchange.pk)).data)


def _told() -> Any:
    """Exchanges with all that is told of them: four queries for any number."""
    return Exchange.objects.select_related("pod").prefetch_related("legs__giver", "legs__taker", "consents__member")
