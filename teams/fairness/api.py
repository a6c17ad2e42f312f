"""Points over the API: the ledger of the pods in which one works."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cxportal.core.rest.operations import Operations, PageInput, operation
from cxportal.core.rest.schema import page_of
from teams import permissions
from teams.fairness import services
from teams.fairness.models import PointEntry
from teams.scheduling.api import ShortPerson


class PointsInput(PageInput):
    """A pod, and whose points."""

    pod = serializers.SlugField(help_text="Short name of a pod in which you work.")
    mine = serializers.BooleanField(required=False, default=False, help_text="Only your own.")


class PointItem(serializers.Serializer[Any]):
    """Points with their reason. Entries never change: what was wrong is set right by a further one of the same kind."""

    id = serializers.IntegerField()
    member = ShortPerson()
    kind = serializers.ChoiceField(choices=PointEntry.Reason.choices)
    points = serializers.DecimalField(max_digits=7, decimal_places=2)
    happened_at = serializers.DateTimeField()
    about = serializers.CharField(source="source", help_text="What it stands for: `shift:12`, `contact:42`.")
    numbers = serializers.DictField(help_text="What the reason names, by kind: minutes, until, weekday, name.")


class PointOperations(Operations):
    """The ledger of fairness of the pods in which you work."""

    lookup_url_kwarg = "point"
    lookup_value_converter = "int"

    @extend_schema(summary="List points", parameters=[PointsInput], responses=page_of(PointItem, "Point"))
    @operation(scope="shifts:read")
    def list(self, request: Request) -> Response:
        """Oldest first. Work that is over since the last look is counted before."""
        asked = self.query(request, PointsInput)
        person = self.person(request)
        pod = permissions.member_pod(person, asked["pod"])
        services.settle(pod=pod)
        rows = PointEntry.objects.filter(pod=pod).select_related("member")
        rows = rows.filter(member=person) if asked["mine"] else rows
        return self.page(rows, asked, order=["id"], item=PointItem)
