"""Changing shifts over the API: added, moved, split, with other activities, cancelled."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cxportal.core.periods import MINUTE
from cxportal.core.rest.operations import Operations, operation
from cxportal.core.rest.parsing import Instant
from teams import permissions
from teams.people.models import User
from teams.scheduling import services
from teams.scheduling.api.items import (
    MOST_PARTS,
    MOST_SEATS,
    PartInput,
    ShiftItem,
    ever_own_shift,
    own_shift,
    parts_in,
    period_of,
    skill_of,
    with_seats,
)
from teams.scheduling.expansion import Part
from teams.scheduling.models import Act, Shift


class NewShiftInput(serializers.Serializer[Any]):
    """A shift by hand in a pod in which you work."""

    pod = serializers.SlugField()
    start = Instant()
    end = Instant()
    parts = serializers.ListField(child=PartInput(), min_length=1, max_length=MOST_PARTS)
    seats = serializers.IntegerField(required=False, default=1, min_value=1, max_value=MOST_SEATS)
    skill = serializers.SlugField(
        required=False, default="", allow_blank=True, help_text="Skill that every seat needs."
    )


class MoveInput(serializers.Serializer[Any]):
    """Other times, inside the same week."""

    start = Instant()
    end = Instant()


class SplitInput(serializers.Serializer[Any]):
    """Where to cut."""

    at = Instant()


class PartsInput(serializers.Serializer[Any]):
    """The activities that the shift has from now on."""

    parts = serializers.ListField(child=PartInput(), min_length=1, max_length=MOST_PARTS)


class ChangeResult(serializers.Serializer[Any]):
    """The shifts as they are now, none after cancelling; ``undo`` is null when nothing changed."""

    shifts = ShiftItem(many=True)
    undo = serializers.IntegerField(allow_null=True, help_text="The act, which can be undone for ten minutes.")


class ShiftChanges(Operations):
    """What members do to the shifts of their pod."""

    @extend_schema(summary="Add a shift", request=NewShiftInput, responses={201: ShiftItem})
    @operation(scope="shifts:write")
    def create(self, request: Request) -> Response:
        """Adds a shift to the week of its day, which is made when it is missing."""
        sent, user = self.read(request, NewShiftInput), self.person(request)
        pod = permissions.member_pod(user, sent["pod"])
        period, skill = period_of(sent["start"], sent["end"]), skill_of(sent["skill"])
        parts = [
            Part(activity, (span.start - period.start) // MINUTE, (span.end - period.start) // MINUTE)
            for activity, span in parts_in(period, sent["parts"])
        ]
        made = services.add_shift(
            by=user, pod=pod, period=period, parts=parts, seats=sent["seats"], skill=skill.pk if skill else None
        )
        return Response(_told([made.pk])[0], status=201)

    @extend_schema(summary="Move a shift", request=MoveInput, responses=ChangeResult)
    @action(detail=True, methods=["post"])
    @operation(scope="shifts:write", fetch=own_shift)
    def move(self, request: Request, shift: Shift) -> Response:
        """Moves, lengthens or shortens it with everybody on it; they are judged and told."""
        sent = self.read(request, MoveInput)
        period, user = period_of(sent["start"], sent["end"]), self.person(request)
        if period == shift.span:
            return _changed(user, shift, [shift.pk], version=shift.version)
        services.move_shift(by=user, shift=shift.pk, period=period)
        return _changed(user, shift, [shift.pk], version=shift.version)

    @extend_schema(summary="Split a shift", request=SplitInput, responses=ChangeResult)
    @action(detail=True, methods=["post"])
    @operation(scope="shifts:write", fetch=own_shift)
    def split(self, request: Request, shift: Shift) -> Response:
        """Cuts it in two; whoever sits there over the cut sits on both. Again at the same instant answers the same."""
        user, instant = self.person(request), self.read(request, SplitInput)["at"]
        halves = services.split_shift(by=user, shift=shift.pk, instant=instant)
        return _changed(user, shift, [half.pk for half in halves], version=shift.version)

    @extend_schema(summary="Set a shift's activities", request=PartsInput, responses=ChangeResult)
    @action(detail=True, methods=["post"])
    @operation(scope="shifts:write", fetch=own_shift)
    def parts(self, request: Request, shift: Shift) -> Response:
        """What no part covers is a break. The same activities again change nothing."""
        user, sent = self.person(request), self.read(request, PartsInput)
        services.change_parts(by=user, shift=shift.pk, parts=parts_in(shift.span, sent["parts"]))
        return _changed(user, shift, [shift.pk], version=shift.version)

    @extend_schema(summary="Cancel a shift", request=None, responses=ChangeResult)
    @action(detail=True, methods=["post"])
    @operation(scope="shifts:write", fetch=ever_own_shift)
    def cancel(self, request: Request, shift: Shift) -> Response:
        """Takes it out of the week; whoever sits on it is told. Refused below the floor. Again changes nothing."""
        user = self.person(request)
        services.cancel_shift(by=user, shift=shift.pk)
        return _changed(user, shift, [], version=shift.version)


def _told(shifts: list[int]) -> list[dict[str, Any]]:
    rows = with_seats(Shift.objects.filter(pk__in=shifts)).order_by("period", "pk")
    return list(ShiftItem(rows, many=True).data)


def _changed(user: User, shift: Shift, now: list[int], *, version: int) -> Response:
    """The answer with the act that this change left behind: a version that did not rise left none."""
    rose = Shift.objects.filter(pk=shift.pk, version__gt=version).exists()
    acts = Act.objects.filter(member=user, shift=shift, undone_at=None).order_by("-at", "-pk")
    undo = acts.values_list("pk", flat=True).first() if rose else None
    return Response({"shifts": _told(now), "undo": undo})
