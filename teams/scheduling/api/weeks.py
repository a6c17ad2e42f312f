"""Weeks over the API: made from patterns, copied, opened early, and that taken back."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cxportal.core import periods
from cxportal.core.rest.operations import Operations, PageInput, operation
from cxportal.core.rest.schema import page_of
from teams import permissions
from teams.people.models import User
from teams.pods.queries import standing
from teams.scheduling import services
from teams.scheduling.api.items import monday_of
from teams.scheduling.models import Week


class RosterWeek(serializers.Serializer[Any]):
    """An ISO week of a pod, and how full it is."""

    id = serializers.IntegerField()
    pod = serializers.CharField(source="pod.slug")
    week = serializers.CharField(source="label")
    monday = serializers.DateField()
    state = serializers.SerializerMethodField(help_text="draft, open, fixed or past")
    opens_at = serializers.DateTimeField()
    fixes_at = serializers.DateTimeField()
    shifts = serializers.IntegerField(source="number")
    assignments = serializers.IntegerField()

    def get_state(self, row: Week) -> str:
        return row.state_at(periods.now())


class WeeksInput(PageInput):
    """The made weeks of a pod."""

    pod = serializers.SlugField(help_text="Short name of a pod whose week you may read.")
    first = serializers.CharField(required=False, default="", max_length=10, help_text="`2026-W52`; this week.")


class MakeWeekInput(serializers.Serializer[Any]):
    """A week of a pod in which you work."""

    pod = serializers.SlugField()
    week = serializers.CharField(max_length=10, help_text="`2026-W52`")


class CopyWeekInput(serializers.Serializer[Any]):
    """Where the shifts go."""

    to = serializers.CharField(max_length=10, help_text="`2027-W02`, a week without shifts.")


def readable_week(user: User, made: int) -> Week:
    """A made week of a pod whose week the person may read."""
    found = Week.objects.select_related("pod").filter(pk=made).first()
    if found is None:
        raise Http404
    permissions.week_pod(user, found.pod.slug)
    return found


def own_week(user: User, made: int) -> Week:
    """The same of a pod in which the person works."""
    found = readable_week(user, made)
    if found.pod_id not in standing(user).member_of:
        permissions.member_pod(user, found.pod.slug)
    return found


class WeekOperations(Operations):
    """Weeks of the pods in which you work or coach. A week exists once it was made."""

    lookup_url_kwarg = "made"
    lookup_value_converter = "int"

    @extend_schema(summary="List weeks", parameters=[WeeksInput], responses=page_of(RosterWeek, "RosterWeek"))
    @operation(scope="shifts:read")
    def list(self, request: Request) -> Response:
        asked = self.query(request, WeeksInput)
        pod = permissions.week_pod(self.person(request), asked["pod"])
        today = periods.monday(periods.local_date(periods.now(), pod.tzinfo))
        first = monday_of(asked["first"], "first") if asked["first"] else today
        return self.page(_told().filter(pod=pod, monday__gte=first), asked, order=["monday", "id"], item=RosterWeek)

    @extend_schema(summary="Read a week", responses=RosterWeek)
    @operation(scope="shifts:read", fetch=readable_week)
    def retrieve(self, request: Request, week: Week) -> Response:
        return _answer(week)

    @extend_schema(summary="Make a week", request=MakeWeekInput, responses=RosterWeek)
    @operation(scope="shifts:write")
    def create(self, request: Request) -> Response:
        """From the pod's patterns, as a draft. A week that exists is answered as it is."""
        sent, user = self.read(request, MakeWeekInput), self.person(request)
        pod = permissions.member_pod(user, sent["pod"])
        return _answer(services.make_week(by=user, pod=pod, monday=monday_of(sent["week"])))

    @extend_schema(summary="Open a week early", request=None, responses=RosterWeek)
    @action(detail=True, methods=["post"])
    @operation(scope="shifts:write", fetch=own_week)
    def open(self, request: Request, week: Week) -> Response:
        """For everybody at once. A week that is open stays as it is."""
        services.open_week(by=self.person(request), week=week)
        return _answer(week)

    @extend_schema(summary="Take back an early opening", request=None, responses=RosterWeek)
    @action(detail=True, methods=["post"], url_path="undo-opening")
    @operation(scope="shifts:write", fetch=own_week)
    def undo_opening(self, request: Request, week: Week) -> Response:
        """Until the first claim, and until its agreed instant."""
        services.undo_opening(by=self.person(request), week=week)
        return _answer(week)

    @extend_schema(summary="Copy a week", request=CopyWeekInput, responses=RosterWeek)
    @action(detail=True, methods=["post"])
    @operation(scope="shifts:write", fetch=own_week)
    def copy(self, request: Request, week: Week) -> Response:
        """The same shifts at the same wall times in another week, as a draft; nobody sits on them."""
        to = monday_of(self.read(request, CopyWeekInput)["to"], "to")
        return _answer(services.copy_week(by=self.person(request), source=week, monday=to))


def _told() -> Any:
    """Weeks with their counts: one query for any number."""
    return Week.objects.select_related("pod").annotate(
        number=Count("shifts", filter=Q(shifts__cancelled_at=None), distinct=True),
        assignments=Count("shifts__assignments", distinct=True),
    )


def _answer(week: Week) -> Response:
    return Response(RosterWeek(_told().get(pk=week.pk)).data)
