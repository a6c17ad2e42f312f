"""Own acts on a roster over the API: the recent ones, and taking one back."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cxportal.core.rest.operations import Operations, operation
from cxportal.core.rest.schema import Listing, page_of
from teams.people.models import User
from teams.scheduling import services
from teams.scheduling.models import Act
from teams.scheduling.services.weeks import undo_opening


class ActItem(serializers.Serializer[Any]):
    """Something that you did on a roster."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    pod = serializers.CharField(source="week.pod.slug")
    week = serializers.CharField(source="week.label")
    at = serializers.DateTimeField()
    undo_until = serializers.SerializerMethodField()
    undone_at = serializers.DateTimeField(allow_null=True)

    def get_undo_until(self, row: Act) -> str:
        return (row.at + Act.UNDO_FOR).isoformat()


def own_act(user: User, act: int) -> Act:
    """An own act; others' and unknown ones look alike."""
    found = Act.objects.select_related("week__pod").filter(pk=act, member=user).first()
    if found is None:
        raise Http404
    return found


class ActOperations(Operations):
    """What you did on rosters: claims, give-backs, changes of shifts, openings of weeks."""

    lookup_url_kwarg = "act"
    lookup_value_converter = "int"

    @extend_schema(summary="List own acts", parameters=[Listing], responses=page_of(ActItem, "Act"))
    @operation(scope="shifts:read")
    def list(self, request: Request) -> Response:
        """The newest first."""
        rows = Act.objects.select_related("week__pod").filter(member=self.person(request))
        return self.page(rows, self.query(request, Listing), order=["-id"], item=ActItem)

    @extend_schema(summary="Undo an own act", request=None, responses=ActItem)
    @action(detail=True, methods=["post"])
    @operation(scope="shifts:write", fetch=own_act)
    def undo(self, request: Request, act: Act) -> Response:
        """Within ten minutes, if nobody built on it. Undoing again answers the same."""
        user = self.person(request)
        if act.kind == Act.Kind.OPEN:
            undo_opening(by=user, week=act.week)
        else:
            services.undo(by=user, act=act.pk)
        return Response(ActItem(own_act(user, act.pk)).data)
