"""Pods over the API: who serves whom, when it is open, and what it promised."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
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
from teams.pods import agreement
from teams.pods.models import Pod, PodStage
from teams.pods.queries import visible_pods


class Named(serializers.Serializer[Any]):
    """Something with a short and a long name."""

    slug = serializers.CharField()
    name = serializers.CharField()


class PodItem(serializers.Serializer[Any]):
    """A pod as it stands in lists."""

    slug = serializers.CharField()
    name = serializers.CharField()
    letters = serializers.CharField()
    area = Named()
    partner = Named(allow_null=True)
    zone = serializers.CharField()
    country = serializers.CharField()
    purpose = serializers.CharField()
    stage = serializers.CharField(allow_null=True, help_text="classic, pilot or changed; null before any was set.")
    opens_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class HoursItem(serializers.Serializer[Any]):
    """Minutes after local midnight in which a channel is served on a weekday (0 is Monday)."""

    channel = serializers.CharField()
    weekday = serializers.IntegerField()
    opens = serializers.IntegerField()
    closes = serializers.IntegerField()


class PromiseItem(serializers.Serializer[Any]):
    """An answer within so many seconds."""

    channel = serializers.CharField()
    seconds = serializers.IntegerField()
    in_opening_time = serializers.BooleanField()


class PodDetail(PodItem):
    """A pod with its opening hours and promises."""

    opening_hours = HoursItem(many=True)
    promises = PromiseItem(many=True)


class BoundItem(serializers.Serializer[Any]):
    """What may be agreed of a bound in the pod's country, and whose word each side is."""

    key = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    group = serializers.CharField()
    least = serializers.FloatField(allow_null=True)
    most = serializers.FloatField(allow_null=True)
    least_by = serializers.CharField(help_text="product, law or company")
    most_by = serializers.CharField(help_text="product, law or company")


class AgreementDetail(serializers.Serializer[Any]):
    """The working agreement in force: a value for every bound, and the version's number."""

    version = serializers.IntegerField(help_text="0 before the pod agreed on anything: the defaults hold.")
    values = serializers.DictField()
    bounds = BoundItem(many=True)


def with_stage(pods: QuerySet[Pod]) -> QuerySet[Pod]:
    """Pods with their area, partner and present ``stage``, in one query."""
    stages = PodStage.objects.filter(pod=OuterRef("pk"), starts_on__lte=periods.now().date()).order_by("-starts_on")
    return pods.select_related("area", "partner").annotate(stage=Subquery(stages.values("stage")[:1]))


def readable_pod(user: User, slug: str) -> Pod:
    """The predicate of the pod's page; 404 for strangers."""
    return permissions.known_pod(user, slug)


class PodOperations(Operations):
    """Pods that you may know of."""

    lookup_url_kwarg = "slug"
    lookup_value_converter = "slug"

    @extend_schema(summary="List pods", parameters=[PageInput], responses=page_of(PodItem, "Pod"))
    @operation(scope="pods:read", fetch=visible_pods)
    def list(self, request: Request, pods: QuerySet[Pod]) -> Response:
        asked = self.query(request, PageInput)
        return self.page(with_stage(pods), asked, order=["slug"], item=PodItem)

    @extend_schema(summary="Read a pod", responses=PodDetail)
    @operation(scope="pods:read", fetch=readable_pod)
    def retrieve(self, request: Request, pod: Pod) -> Response:
        whole = with_stage(Pod.objects.filter(pk=pod.pk)).get()
        hours, promises = pod.opening_hours.all(), pod.promises.all()
        answer = PodItem(whole).data | {
            "opening_hours": HoursItem(hours, many=True).data,
            "promises": PromiseItem(promises, many=True).data,
        }
        return Response(answer)

    @extend_schema(summary="Read a pod's working agreement", responses=AgreementDetail)
    @action(detail=True, url_path="agreement")
    @operation(scope="agreements:read", fetch=readable_pod)
    def agreement(self, request: Request, pod: Pod) -> Response:
        found = agreement.values_at(pod, periods.now())
        values = {bound.key: found[bound.key] for bound in agreement.definitions()}
        limits = agreement.limits_of(pod.country)
        bounds = [
            {
                "key": bound.key,
                "name": str(bound.label),
                "unit": bound.unit,
                "group": bound.group,
                "least": limits[bound.key].least,
                "most": limits[bound.key].most,
                "least_by": limits[bound.key].least_by,
                "most_by": limits[bound.key].most_by,
            }
            for bound in agreement.definitions()
        ]
        return Response({"version": found.version, "values": values, "bounds": bounds})
