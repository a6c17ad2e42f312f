"""Shifts over the API: who sits where, and claiming and giving back by the same services as the page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cxportal.core import periods
from cxportal.core.periods import Period
from cxportal.core.rest.operations import PageInput, operation
from cxportal.core.rest.parsing import Instant
from cxportal.core.rest.schema import page_of
from cxportal.core.violations import Invalid
from teams import permissions
from teams.people.models import User
from teams.pods.queries import standing
from teams.scheduling import services
from teams.scheduling.api.changes import ShiftChanges
from teams.scheduling.api.items import ShiftItem, own_shift, readable_shift, with_seats
from teams.scheduling.effects import Effect
from teams.scheduling.models import Assignment, Shift
from teams.scheduling.services.doors import Door, door

LONGEST = dt.timedelta(days=62)


class ShiftsInput(PageInput):
    """A pod and a span of days."""

    pod = serializers.SlugField(help_text="Short name of a pod whose week you may read.")
    first = serializers.DateField(required=False, default=None, help_text="First day; today when left out.")
    last = serializers.DateField(required=False, default=None, help_text="Last day; 13 days later when left out.")


class ClaimInput(serializers.Serializer[Any]):
    """What is claimed: the whole shift, or a part."""

    start = Instant(required=False, default=None, help_text="Begin of the part; with `end`.")
    end = Instant(required=False, default=None, help_text="End of the part.")
    seen_version = serializers.IntegerField(
        required=False, default=None, min_value=0, max_value=2**31 - 1, help_text="Agreement version that you saw."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = attrs["start"], attrs["end"]
        if (start is None) != (end is None):
            raise serializers.ValidationError({"end": _("Send start and end together, or neither.")})
        if start is not None and end <= start:
            raise serializers.ValidationError({"end": _("The part ends before it begins.")})
        return attrs


class EffectItem(serializers.Serializer[Any]):
    """What the act changed. Short ones are person-minutes below the need; None when it was done before."""

    short_before = serializers.IntegerField()
    short_after = serializers.IntegerField()
    week = serializers.DateField()
    week_minutes_before = serializers.IntegerField()
    week_minutes_after = serializers.IntegerField()
    contract_minutes = serializers.IntegerField(allow_null=True)


class ClaimResult(serializers.Serializer[Any]):
    """The seat is yours; ``repeat`` when it was before."""

    shift = serializers.IntegerField()
    assignment = serializers.IntegerField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    repeat = serializers.BooleanField()
    undo = serializers.IntegerField(allow_null=True, help_text="The act, which can be undone for ten minutes.")
    effect = EffectItem(allow_null=True)


class ReleaseResult(serializers.Serializer[Any]):
    """The seat is open again; ``repeat`` when it was before."""

    shift = serializers.IntegerField()
    repeat = serializers.BooleanField()
    undo = serializers.IntegerField(allow_null=True)
    effect = EffectItem(allow_null=True)


def door_of_own(user: User, shift: int) -> Door:
    """A shift of a pod in which the person works, with who sits there; refused as ``own_shift`` refuses."""
    found = door(shift)
    if found.shift.pod_id not in standing(user).member_of:
        own_shift(user, shift)
    return found


def effect_of(effect: Effect | None) -> dict[str, Any] | None:
    """The effect as it is told."""
    if effect is None:
        return None
    week, before, after = effect.week
    return {
        "short_before": effect.short_before,
        "short_after": effect.short_after,
        "week": week,
        "week_minutes_before": before,
        "week_minutes_after": after,
        "contract_minutes": effect.contract_minutes,
    }


class ShiftOperations(ShiftChanges):
    """Shifts of the pods in which you work or coach."""

    lookup_url_kwarg = "shift"
    lookup_value_converter = "int"

    @extend_schema(summary="List shifts", parameters=[ShiftsInput], responses=page_of(ShiftItem, "Shift"))
    @operation(scope="shifts:read")
    def list(self, request: Request) -> Response:
        asked = self.query(request, ShiftsInput)
        pod = permissions.week_pod(self.person(request), asked["pod"])
        first = asked["first"] or periods.local_date(periods.now(), pod.tzinfo)
        last = asked["last"] or min(first, dt.date.max - LONGEST) + dt.timedelta(days=13)
        if not first <= last <= min(first, dt.date.max - LONGEST) + LONGEST:
            raise Invalid({"last": _("The days run from first to last, at most two months.")})
        rows = with_seats(Shift.objects.filter(pod=pod, day__range=(first, last), cancelled_at=None))
        return self.page(rows, asked, order=["day", "id"], item=ShiftItem)

    @extend_schema(summary="Read a shift", responses=ShiftItem)
    @operation(scope="shifts:read", fetch=readable_shift)
    def retrieve(self, request: Request, shift: Shift) -> Response:
        return Response(ShiftItem(with_seats(Shift.objects.filter(pk=shift.pk)).get()).data)

    @extend_schema(summary="Claim a shift", request=ClaimInput, responses=ClaimResult)
    @action(detail=True, methods=["post"])
    @operation(scope="shifts:write", fetch=door_of_own)
    def claim(self, request: Request, found: Door) -> Response:
        """Takes a free seat for you, inside the pod's agreement, at once. The same claim again answers the same."""
        sent = self.read(request, ClaimInput)
        part = Period(sent["start"], sent["end"]) if sent["start"] else None
        done = services.claim(by=self.person(request), shift=found, period=part, seen_version=sent["seen_version"])
        answer = {
            "shift": found.shift.pk,
            "assignment": done.assignment.pk,
            "start": done.assignment.period.lower,
            "end": done.assignment.period.upper,
            "repeat": done.repeat,
            "undo": done.act.pk if done.act else None,
            "effect": effect_of(done.effect),
        }
        return self.answer(ClaimResult, answer)

    @extend_schema(summary="Give a shift back", request=None, responses=ReleaseResult)
    @action(detail=True, methods=["post"])
    @operation(scope="shifts:write", fetch=own_shift)
    def release(self, request: Request, shift: Shift) -> Response:
        """Opens your seat again, inside the pod's agreement. Refused below the floor and inside the notice limit."""
        user = self.person(request)
        mine = Assignment.objects.filter(shift=shift, member=user).values_list("pk", flat=True).first()
        if mine is None:
            answer: dict[str, Any] = {"shift": shift.pk, "repeat": True, "undo": None, "effect": None}
            return self.answer(ReleaseResult, answer)
        done = services.release(by=user, assignment=mine)
        undo = done.act.pk if done.act else None
        answer = {"shift": shift.pk, "repeat": done.repeat, "undo": undo, "effect": effect_of(done.effect)}
        return self.answer(ReleaseResult, answer)
