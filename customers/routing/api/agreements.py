"""Overflow agreements over the API: asked, changed, signed and paused by the pods themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from customers import permissions
from customers.permissions import Side
from customers.routing import agreements
from customers.routing.api.contacts import pod_id
from customers.routing.models import OverflowAgreement, OverflowTerms
from customers.routing.terms import Terms
from cxportal.core.rest.operations import Operations, PageInput, operation
from cxportal.core.rest.schema import page_of
from cxportal.core.violations import Invalid
from teams.pods.channels import Channel
from teams.skills.models import Skill


class VersionItem(serializers.Serializer[Any]):
    """One version of the terms, and which pods signed it."""

    number = serializers.IntegerField()
    state = serializers.CharField()
    thresholds = serializers.DictField(child=serializers.IntegerField())
    skills = serializers.ListField(child=serializers.IntegerField(), source="skill_ids")
    when_closed = serializers.BooleanField()
    when_nobody = serializers.BooleanField()
    expected_wait = serializers.IntegerField(allow_null=True)
    reserve = serializers.IntegerField()
    guard = serializers.IntegerField()
    cap_once = serializers.IntegerField()
    cap_hour = serializers.IntegerField()
    cap_day = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)
    why = serializers.CharField()
    signed_by = serializers.SerializerMethodField()

    def get_signed_by(self, version: OverflowTerms) -> list[str]:
        return sorted(signature.pod.slug for signature in version.signatures.all())


class AgreementItem(serializers.Serializer[Any]):
    """An agreement with its versions, the oldest first."""

    id = serializers.IntegerField()
    home = serializers.CharField(source="home.slug")
    partner = serializers.CharField(source="partner.slug")
    order = serializers.IntegerField()
    state = serializers.CharField()
    paused_by = serializers.CharField(source="paused_by.slug", allow_null=True, default=None)
    versions = VersionItem(source="versions.all", many=True)


def with_versions() -> QuerySet[OverflowAgreement]:
    """Agreements with all that is told of them: four queries for any number."""
    versions = OverflowTerms.objects.order_by("number").prefetch_related("signatures__pod")
    whole = OverflowAgreement.objects.select_related("home", "partner", "paused_by")
    return whole.prefetch_related(Prefetch("versions", versions))


class TermsInput(serializers.Serializer[Any]):
    """One version: seconds waited by channel before the partner is asked, caps, and what is kept free."""

    thresholds = serializers.DictField(child=serializers.IntegerField(min_value=1, max_value=10**6))
    skills = serializers.ListField(child=serializers.SlugField(), required=False, default=list, max_length=50)
    when_closed = serializers.BooleanField(required=False, default=True)
    when_nobody = serializers.BooleanField(required=False, default=True)
    expected_wait = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=10**6
    )
    reserve = serializers.IntegerField(required=False, default=1, min_value=0, max_value=1000)
    guard = serializers.IntegerField(required=False, default=0, min_value=0, max_value=1000)
    cap_once = serializers.IntegerField(required=False, default=2, min_value=1, max_value=1000)
    cap_hour = serializers.IntegerField(required=False, default=8, min_value=1, max_value=10_000)
    cap_day = serializers.IntegerField(required=False, default=40, min_value=1, max_value=30_000)
    why = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)

    def validate_thresholds(self, value: dict[str, int]) -> dict[str, int]:
        if not value or set(value) - set(Channel.values):
            raise serializers.ValidationError(_("Name channels and seconds."))
        return value

    @staticmethod
    def terms(sent: dict[str, Any]) -> Terms:
        """The terms as the rules read them."""
        skills = dict(Skill.objects.filter(slug__in=sent["skills"]).values_list("slug", "pk"))
        if missing := [slug for slug in sent["skills"] if slug not in skills]:
            raise Invalid({"terms.skills": _("There is no skill %(names)s.") % {"names": ", ".join(missing)}})
        return Terms(skill_ids=tuple(skills.values()), **{key: sent[key] for key in sent if key != "skills"})


class Asked(serializers.Serializer[Any]):
    """A first version: your pod asks a partner for help."""

    pod = serializers.SlugField()
    partner = serializers.SlugField()
    terms = TermsInput()


class Changed(serializers.Serializer[Any]):
    """Another version of an agreement; refused when somebody wrote one since `seen_version`."""

    seen_version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    terms = TermsInput()


class Seen(serializers.Serializer[Any]):
    """The version that was read."""

    seen_version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class AgreementsInput(PageInput):
    """Agreements of one pod."""

    pod = serializers.SlugField()


class AgreementOperations(Operations):
    """Overflow agreements between two pods; both sign."""

    lookup_url_kwarg = "agreement"
    lookup_value_converter = "int"

    @extend_schema(
        summary="List overflow agreements", parameters=[AgreementsInput], responses=page_of(AgreementItem, "Agreement")
    )
    @operation(scope="agreements:read")
    def list(self, request: Request) -> Response:
        asked = self.query(request, AgreementsInput)
        pod = permissions.agreements_of(self.person(request), asked["pod"])
        rows = with_versions().filter(Q(home=pod) | Q(partner=pod))
        return self.page(rows, asked, order=["-id"], item=AgreementItem)

    @extend_schema(summary="Read an overflow agreement", responses=AgreementItem)
    @operation(scope="agreements:read", fetch=permissions.agreement_side)
    def retrieve(self, request: Request, side: Side) -> Response:
        return self._told(side.agreement.pk)

    @extend_schema(summary="Ask a pod for help", request=Asked, responses={201: AgreementItem})
    @operation(scope="agreements:write")
    def create(self, request: Request) -> Response:
        """Writes version 1 and signs it for your pod; the partner is asked to sign."""
        user, sent = self.person(request), self.read(request, Asked)
        pod = permissions.works_in(user, sent["pod"])
        terms, partner = TermsInput.terms(sent["terms"]), pod_id(sent["partner"], "partner")
        made = agreements.propose(by=user, pod=pod, partner_id=partner, terms=terms)
        return self._told(made.agreement_id, status=201)

    @extend_schema(summary="Propose a change", request=Changed, responses=AgreementItem)
    @action(detail=True, methods=["post"])
    @operation(scope="agreements:write", fetch=permissions.agreement_acting)
    def propose(self, request: Request, side: Side) -> Response:
        sent = self.read(request, Changed)
        agreements.propose(
            by=side.user,
            pod=side.pod,
            terms=TermsInput.terms(sent["terms"]),
            agreement_id=side.agreement.pk,
            seen_version=sent["seen_version"],
        )
        return self._told(side.agreement.pk)

    @extend_schema(summary="Sign for your pod", request=Seen, responses=AgreementItem)
    @action(detail=True, methods=["post"])
    @operation(scope="agreements:write", fetch=permissions.agreement_acting)
    def sign(self, request: Request, side: Side) -> Response:
        seen = self.read(request, Seen)["seen_version"]
        agreements.sign(by=side.user, pod=side.pod, agreement_id=side.agreement.pk, seen_version=seen)
        return self._told(side.agreement.pk)

    @extend_schema(summary="Take back the own signature", request=None, responses=AgreementItem)
    @action(detail=True, methods=["post"], url_path="take-back")
    @operation(scope="agreements:write", fetch=permissions.agreement_acting)
    def take_back(self, request: Request, side: Side) -> Response:
        """For ten minutes after it put a version in force, while nothing went out under it."""
        return self._act(side, agreements.take_back)

    @extend_schema(summary="Withdraw the waiting version", request=None, responses=AgreementItem)
    @action(detail=True, methods=["post"])
    @operation(scope="agreements:write", fetch=permissions.agreement_acting)
    def withdraw(self, request: Request, side: Side) -> Response:
        return self._act(side, agreements.withdraw)

    @extend_schema(summary="Pause", request=None, responses=AgreementItem)
    @action(detail=True, methods=["post"])
    @operation(scope="agreements:write", fetch=permissions.agreement_acting)
    def pause(self, request: Request, side: Side) -> Response:
        return self._act(side, agreements.pause)

    @extend_schema(summary="Resume", request=None, responses=AgreementItem)
    @action(detail=True, methods=["post"])
    @operation(scope="agreements:write", fetch=permissions.agreement_acting)
    def resume(self, request: Request, side: Side) -> Response:
        return self._act(side, agreements.resume)

    @extend_schema(summary="End for good", request=None, responses=AgreementItem)
    @action(detail=True, methods=["post"])
    @operation(scope="agreements:write", fetch=permissions.agreement_acting)
    def end(self, request: Request, side: Side) -> Response:
        return self._act(side, agreements.finish)

    def _act(self, side: Side, act: Callable[..., Any]) -> Response:
        act(by=side.user, pod=side.pod, agreement_id=side.agreement.pk)
        return self._told(side.agreement.pk)

    def _told(self, pk: int, status: int = 200) -> Response:
        return Response(AgreementItem(with_versions().get(pk=pk)).data, status=status)
