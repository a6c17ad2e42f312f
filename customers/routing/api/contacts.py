"""Telephony and other systems speak this: contacts arrive, and what happens to them is reported.

Members act for themselves by the same verbs. An integration is a token of an administrator: it
reports for people (``member``) and reads nothing of a contact but its state.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from customers import permissions
from customers.contacts.api import ContactReading
from customers.contacts.models import Contact
from customers.permissions import Read
from customers.routing import services
from customers.routing.services import Arrival
from cxportal.core.rest.operations import operation
from cxportal.core.rest.parsing import Instant
from cxportal.core.violations import Denied, Invalid
from teams.people.models import User
from teams.pods.channels import Channel
from teams.pods.models import Pod
from teams.skills.models import Skill

MOST = 2**63 - 1
LONGEST_KEY = 200


class ArrivalInput(serializers.Serializer[Any]):
    """What is known of a contact when it arrives."""

    channel = serializers.ChoiceField(choices=Channel.choices)
    customer = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=MOST)
    customer_number = serializers.CharField(required=False, allow_blank=True, default="", max_length=120)
    pod = serializers.SlugField(
        required=False, allow_blank=True, default="", help_text="Pod of the address, for unknown customers."
    )
    at = Instant(required=False, allow_null=True, default=None, help_text="When it arrived; now when left out.")
    direction = serializers.ChoiceField(required=False, default="in", choices=Contact.Direction.choices)
    subject = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    caller = serializers.CharField(required=False, allow_blank=True, default="", max_length=120)
    skill = serializers.SlugField(required=False, allow_blank=True, default="", help_text="Never relaxed.")
    wished = serializers.ListField(
        child=serializers.SlugField(), required=False, default=list, max_length=10, help_text="Relaxed in this order."
    )
    priority = serializers.IntegerField(required=False, default=5, min_value=1, max_value=9)
    reason = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=MOST)
    started_digitally = serializers.BooleanField(required=False, default=False)
    complaint = serializers.BooleanField(required=False, default=False)
    automated = serializers.BooleanField(required=False, default=False)
    # A field that is called as an attribute of every field.
    source = serializers.CharField(required=False, allow_blank=True, default="", max_length=60)  # type: ignore[assignment]
    external_id = serializers.CharField(required=False, allow_null=True, default=None, max_length=160)


class Happened(serializers.Serializer[Any]):
    """When it happened, and to whom when an integration reports it."""

    at = Instant(required=False, allow_null=True, default=None, help_text="Now when left out; out of order allowed.")
    member = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=MOST, help_text="Only integrations."
    )


class Resolution(Happened):
    """How it was solved."""

    reason = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=MOST)
    resolution = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
    complaint = serializers.BooleanField(required=False, allow_null=True, default=None)


class HandOver(Happened):
    """Why and to whom: a pod or a colleague."""

    why = serializers.CharField(max_length=500)
    to_pod = serializers.SlugField(required=False, allow_blank=True, default="")
    to_member = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=MOST)


class Remark(serializers.Serializer[Any]):
    """What the next person should know."""

    text = serializers.CharField(max_length=4000)


class DecisionTold(serializers.Serializer[Any]):
    """Who gets it, or why nobody does yet. ``trace`` is told to integrations only."""

    outcome = serializers.CharField()
    why = serializers.CharField()
    person = serializers.IntegerField(allow_null=True)
    pod = serializers.IntegerField(allow_null=True)
    agreement = serializers.IntegerField(allow_null=True)
    due = serializers.DateTimeField(allow_null=True)
    opens_at = serializers.DateTimeField(allow_null=True)
    call_back = serializers.BooleanField()
    nobody_holds_skill = serializers.BooleanField()
    trace = serializers.ListField(child=serializers.DictField(), required=False)


class ArrivedTold(serializers.Serializer[Any]):
    """The contact and its routing decision."""

    id = serializers.IntegerField()
    state = serializers.CharField()
    decision = DecisionTold()


class StateTold(serializers.Serializer[Any]):
    """Where the contact stands after the act."""

    id = serializers.IntegerField()
    state = serializers.CharField()
    person = serializers.IntegerField(source="person_id", allow_null=True)
    serving_pod = serializers.IntegerField(source="serving_pod_id", allow_null=True)
    first_response_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    reopened_count = serializers.IntegerField()


class NoteTold(serializers.Serializer[Any]):
    """The note as it stands."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()


KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="The same key and body get the stored answer."
)


class ContactOperations(ContactReading):
    """Contacts: read, take in, and report what happens to them."""

    @extend_schema(summary="Take a contact in", request=ArrivalInput, responses={201: ArrivedTold}, parameters=[KEY])
    @operation(scope="contacts:write", fetch=permissions.reporter)
    def create(self, request: Request, reporter: permissions.Reporter) -> Response:
        """Answers with the routing decision. With an Idempotency-Key a repeat has no second effect."""
        sent = self.read(request, ArrivalInput)
        token = getattr(request.auth, "token_id", None)
        caller = f"token:{token}" if token else f"user:{reporter.user.pk}"
        arrived = services.arrive(
            by=reporter.user, arrival=_arrival(sent, reporter), at=sent["at"], key=_key(request), scope=caller
        )
        decision = dict(arrived.decision)
        if not reporter.integrates:
            decision.pop("trace", None)
        answer = {"id": arrived.contact_id, "state": arrived.state, "decision": decision}
        headers = {"Idempotency-Replayed": "true"} if arrived.stored else None
        return Response(answer, status=201, headers=headers)

    @extend_schema(summary="Accept an offered contact", request=Happened, responses=StateTold)
    @action(detail=True, methods=["post"])
    @operation(scope="contacts:write", fetch=permissions.contact_event)
    def accept(self, request: Request, found: Read) -> Response:
        return self._report(request, found, services.accept)

    @extend_schema(summary="Take a waiting contact", request=Happened, responses=StateTold)
    @action(detail=True, methods=["post"])
    @operation(scope="contacts:write", fetch=permissions.contact_event)
    def take(self, request: Request, found: Read) -> Response:
        return self._report(request, found, services.take)

    @extend_schema(summary="Decline an offered contact", request=Happened, responses=StateTold)
    @action(detail=True, methods=["post"])
    @operation(scope="contacts:write", fetch=permissions.contact_event)
    def decline(self, request: Request, found: Read) -> Response:
        return self._report(request, found, services.decline)

    @extend_schema(summary="End the conversation", request=Happened, responses=StateTold)
    @action(detail=True, methods=["post"])
    @operation(scope="contacts:write", fetch=permissions.contact_event)
    def end(self, request: Request, found: Read) -> Response:
        return self._report(request, found, services.end)

    @extend_schema(summary="Resolve a contact", request=Resolution, responses=StateTold)
    @action(detail=True, methods=["post"])
    @operation(scope="contacts:write", fetch=permissions.contact_event)
    def resolve(self, request: Request, found: Read) -> Response:
        sent = self.read(request, Resolution)
        closed = services.resolve(
            **_who(sent, found),
            contact_id=found.contact.pk,
            reason_id=sent["reason"],
            resolution=sent["resolution"],
            complaint=sent["complaint"],
        )
        return Response(StateTold(closed.contact).data)

    @extend_schema(summary="Reopen a contact", request=Happened, responses=StateTold)
    @action(detail=True, methods=["post"])
    @operation(scope="contacts:write", fetch=permissions.contact_event)
    def reopen(self, request: Request, found: Read) -> Response:
        return self._about(request, found, services.reopen)

    @extend_schema(summary="The customer gave up", request=Happened, responses=StateTold)
    @action(detail=True, methods=["post"])
    @operation(scope="contacts:write", fetch=permissions.contact_event)
    def abandon(self, request: Request, found: Read) -> Response:
        return self._about(request, found, services.abandon)

    @extend_schema(summary="Hand a contact over", request=HandOver, responses=StateTold)
    @action(detail=True, methods=["post"], url_path="hand-over")
    @operation(scope="contacts:write", fetch=permissions.contact_event)
    def hand_over(self, request: Request, found: Read) -> Response:
        """To another pod or a colleague, with a reason. The home pod stays the owner."""
        sent = self.read(request, HandOver)
        contact = services.hand_over(
            **_who(sent, found),
            contact_id=found.contact.pk,
            why=sent["why"],
            to_pod_id=pod_id(sent["to_pod"], "to_pod") if sent["to_pod"] else None,
            to_member_id=sent["to_member"],
        )
        return Response(StateTold(contact).data)

    @extend_schema(summary="Write a note", request=Remark, responses={201: NoteTold})
    @action(detail=True, methods=["post"])
    @operation(scope="contacts:write", fetch=permissions.contact_work)
    def notes(self, request: Request, found: Read) -> Response:
        note = services.add_note(by=found.user, contact_id=found.contact.pk, text=self.read(request, Remark)["text"])
        return Response(NoteTold(note).data, status=201)

    def _report(self, request: Request, found: Read, act: Callable[..., Contact]) -> Response:
        sent = self.read(request, Happened)
        return Response(StateTold(act(**_who(sent, found), contact_id=found.contact.pk)).data)

    def _about(self, request: Request, found: Read, act: Callable[..., Contact]) -> Response:
        """An act that concerns no person: `member` is not looked at."""
        sent = self.read(request, Happened)
        return Response(StateTold(act(by=found.user, contact_id=found.contact.pk, at=sent["at"])).data)


def _who(sent: dict[str, Any], found: Read) -> dict[str, Any]:
    """Who acts, for whom, and when. Integrations name the person; nobody else may name somebody else."""
    given = sent["member"]
    if given is None:
        if found.integrates:
            raise Invalid({"member": _("An integration says whom it reports for.")})
        return {"by": found.user, "member": None, "at": sent["at"]}
    if not found.integrates and given != found.user.pk:
        raise Denied(_("Only an integration reports for somebody else: a token of an administrator."))
    member = User.objects.filter(pk=given, is_active=True).first()
    if member is None:
        raise Invalid({"member": _("There is no such person.")})
    return {"by": found.user, "member": member, "at": sent["at"]}


def _arrival(sent: dict[str, Any], reporter: permissions.Reporter) -> Arrival:
    wanted = [*sent["wished"], *([sent["skill"]] if sent["skill"] else [])]
    skills = dict(Skill.objects.filter(slug__in=wanted).values_list("slug", "pk")) if wanted else {}
    if missing := [slug for slug in wanted if slug not in skills]:
        raise Invalid({"skill": _("There is no skill %(names)s.") % {"names": ", ".join(missing)}})
    if sent["pod"] and not reporter.integrates and sent["pod"] not in reporter.pods:
        raise Invalid({"pod": _("Name a pod in which you work.")})
    return Arrival(
        channel=sent["channel"],
        customer_id=sent["customer"],
        customer_number=sent["customer_number"] or None,
        pod_id=pod_id(sent["pod"], "pod") if sent["pod"] else None,
        subject=sent["subject"],
        caller=sent["caller"],
        skill_id=skills.get(sent["skill"]),
        wished=tuple(skills[slug] for slug in sent["wished"]),
        priority=sent["priority"],
        reason_id=sent["reason"],
        direction=sent["direction"],
        started_digitally=sent["started_digitally"],
        complaint=sent["complaint"],
        automated=sent["automated"],
        source=sent["source"],
        external_id=sent["external_id"],
    )


def pod_id(slug: str, field: str) -> int:
    found = Pod.objects.filter(slug=slug, closed_at__isnull=True).values_list("pk", flat=True).first()
    if found is None:
        raise Invalid({field: _("There is no pod %(name)s.") % {"name": slug}})
    return found


def _key(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise Invalid({"Idempotency-Key": _("A key has at most 200 printable characters.")})
    return key or None
