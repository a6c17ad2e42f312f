"""Shift patterns over the API: by the same rules as the editor."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cxportal.core.rest.operations import Operations, PageInput, operation
from cxportal.core.rest.schema import page_of
from cxportal.core.violations import Invalid
from teams import permissions
from teams.people.models import User, validate_zone
from teams.pods.models import Pod
from teams.pods.queries import standing
from teams.scheduling import services
from teams.scheduling.api.items import MOST_PARTS, MOST_SEATS, activities, skill_of
from teams.scheduling.expansion import Part
from teams.scheduling.models import ShiftPattern
from teams.scheduling.services.weeks import pattern_rule

DAY_MINUTES = 1440
CLOCK = ["%H:%M", "%H:%M:%S"]


class PatternPart(serializers.Serializer[Any]):
    """An activity inside a pattern, in minutes on the clock from its start; what no part covers is a break."""

    activity = serializers.SlugField(source="activity.slug")
    start = serializers.IntegerField(min_value=0, max_value=DAY_MINUTES - 1)
    end = serializers.IntegerField(min_value=1, max_value=DAY_MINUTES)


class PatternItem(serializers.Serializer[Any]):
    """A shift in wall time that weeks are made from; an end not after the start is next day."""

    id = serializers.IntegerField()
    pod = serializers.CharField(source="pod.slug")
    name = serializers.CharField()
    starts = serializers.TimeField(format="%H:%M")
    ends = serializers.TimeField(format="%H:%M")
    weekdays = serializers.ListField(child=serializers.IntegerField())
    zone = serializers.CharField()
    clock_change = serializers.CharField()
    seats = serializers.IntegerField()
    skill = serializers.CharField(source="skill.slug", allow_null=True, default=None)
    parts = PatternPart(source="segments.all", many=True)
    retired_at = serializers.DateTimeField(allow_null=True)


class PatternsInput(PageInput):
    """Patterns of one pod."""

    pod = serializers.SlugField(help_text="Short name of a pod whose week you may read.")
    retired = serializers.BooleanField(required=False, default=False, help_text="Those out of use instead.")


class PatternInput(serializers.Serializer[Any]):
    """A pattern as a whole: what is left out takes its usual value."""

    name = serializers.CharField(max_length=60)
    starts = serializers.TimeField(input_formats=CLOCK, help_text="Wall time, `07:00`.")
    ends = serializers.TimeField(input_formats=CLOCK, help_text="Not after the start: the next day.")
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), min_length=1, max_length=7, help_text="1 is Monday."
    )
    zone = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=64, help_text="The pod's when left out."
    )
    clock_change = serializers.ChoiceField(
        choices=ShiftPattern.ClockChange.values, required=False, default=ShiftPattern.ClockChange.KEEP_END.value
    )
    seats = serializers.IntegerField(required=False, default=1, min_value=1, max_value=MOST_SEATS)
    skill = serializers.SlugField(required=False, default="", allow_blank=True, help_text="That every seat needs.")
    parts = serializers.ListField(child=PatternPart(), min_length=1, max_length=MOST_PARTS)

    def validate_zone(self, value: str) -> str:
        if value:
            validate_zone(value)
        return value

    def validate_weekdays(self, value: list[int]) -> list[int]:
        return sorted(set(value))


class NewPatternInput(PatternInput):
    """A pattern of a pod in which you work."""

    pod = serializers.SlugField()


class EditPatternInput(PatternInput):
    """The pattern as it is from now on."""

    replan = serializers.BooleanField(
        required=False, default=False, help_text="Shifts of made weeks that nobody claimed or changed follow."
    )


class EditResult(serializers.Serializer[Any]):
    """The pattern, and how many shifts of made weeks followed it."""

    pattern = PatternItem()
    followed = serializers.IntegerField()


def readable_pattern(user: User, pattern: int) -> ShiftPattern:
    """A pattern, in use or retired, of a pod whose week the person may read."""
    found = ShiftPattern.objects.select_related("pod").filter(pk=pattern).first()
    if found is None:
        raise Http404
    permissions.week_pod(user, found.pod.slug)
    return found


def own_pattern(user: User, pattern: int) -> ShiftPattern:
    """The same of a pod in which the person works."""
    found = readable_pattern(user, pattern)
    if found.pod_id not in standing(user).member_of:
        permissions.member_pod(user, found.pod.slug)
    return found


class PatternOperations(Operations):
    """Shift patterns of the pods in which you work or coach."""

    lookup_url_kwarg = "pattern"
    lookup_value_converter = "int"

    @extend_schema(summary="List patterns", parameters=[PatternsInput], responses=page_of(PatternItem, "Pattern"))
    @operation(scope="shifts:read")
    def list(self, request: Request) -> Response:
        asked = self.query(request, PatternsInput)
        pod = permissions.week_pod(self.person(request), asked["pod"])
        rows = _told().filter(pod=pod, retired_at__isnull=not asked["retired"])
        return self.page(rows, asked, order=["starts", "id"], item=PatternItem)

    @extend_schema(summary="Read a pattern", responses=PatternItem)
    @operation(scope="shifts:read", fetch=readable_pattern)
    def retrieve(self, request: Request, pattern: ShiftPattern) -> Response:
        return Response(_item(pattern))

    @extend_schema(summary="Write a pattern", request=NewPatternInput, responses={201: PatternItem})
    @operation(scope="shifts:write")
    def create(self, request: Request) -> Response:
        """Weeks made from now on use it."""
        sent, user = self.read(request, NewPatternInput), self.person(request)
        pod = permissions.member_pod(user, sent.pop("pod"))
        row, parts = _filled(ShiftPattern(pod=pod), sent)
        services.save_pattern(by=user, pattern=row, parts=parts)
        return Response(_item(row), status=201)

    @extend_schema(summary="Change a pattern", request=EditPatternInput, responses=EditResult)
    @operation(scope="shifts:write", fetch=own_pattern)
    def update(self, request: Request, pattern: ShiftPattern) -> Response:
        """In place of what it was. Weeks that are made stay as they are, unless `replan` asks."""
        sent = self.read(request, EditPatternInput)
        if pattern.retired_at is not None:
            raise Http404
        replan = sent.pop("replan")
        row, parts = _filled(pattern, sent)
        followed = services.save_pattern(by=self.person(request), pattern=row, parts=parts, replan=replan)
        return Response({"pattern": _item(row), "followed": followed})

    @extend_schema(summary="Retire a pattern", request=None, responses=PatternItem)
    @action(detail=True, methods=["post"])
    @operation(scope="shifts:write", fetch=own_pattern)
    def retire(self, request: Request, pattern: ShiftPattern) -> Response:
        """No week to come is made from it. Again changes nothing."""
        return Response(_item(services.retire_pattern(by=self.person(request), pattern=pattern)))


def _told() -> Any:
    """Patterns with all that is told of them: two queries for any number."""
    return ShiftPattern.objects.select_related("pod", "skill").prefetch_related("segments__activity")


def _item(row: ShiftPattern) -> Any:
    return PatternItem(_told().get(pk=row.pk)).data


def _filled(row: ShiftPattern, sent: dict[str, Any]) -> tuple[ShiftPattern, list[Part]]:
    """The row with the sent values, and its parts. Raises ``Invalid`` where a part lies outside or two overlap."""
    known = activities([part["activity"]["slug"] for part in sent["parts"]])
    parts = [Part(known[p["activity"]["slug"]], p["start"], p["end"]) for p in sent.pop("parts")]
    parts.sort(key=lambda part: part.start)
    pod: Pod = row.pod
    row.skill, row.zone = skill_of(sent.pop("skill")), sent.pop("zone") or pod.zone
    for name, value in sent.items():
        setattr(row, name, value)
    length, last = pattern_rule(row, ()).wall_minutes, 0
    for part in parts:
        if not last <= part.start < part.end <= length:
            outside = part.end > length or part.start >= part.end
            words = _("An activity lies outside the shift.") if outside else _("Two activities overlap.")
            raise Invalid({"parts": words})
        last = part.end
    return row, parts
