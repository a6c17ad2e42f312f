"""Contacts as the API tells them: short in lists, whole with their course for who works on them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from customers import permissions
from customers.contacts.models import Contact
from customers.routing.models import RoutingDecision
from customers.routing.sentences import outside
from cxportal.core.rest.operations import Operations, PageInput, operation
from cxportal.core.rest.parsing import Instant
from cxportal.core.rest.schema import page_of
from teams.pods.channels import Channel
from teams.pods.queries import standing


class Known(serializers.Serializer[Any]):
    """Who it is."""

    id = serializers.IntegerField()
    name = serializers.CharField(source="__str__")


class CauseItem(serializers.Serializer[Any]):
    """A reason and its group."""

    id = serializers.IntegerField()
    group = serializers.CharField(source="group.name")
    name = serializers.CharField()


class ContactItem(serializers.Serializer[Any]):
    """A contact as it stands now."""

    id = serializers.IntegerField()
    channel = serializers.CharField()
    direction = serializers.CharField()
    state = serializers.CharField()
    priority = serializers.IntegerField()
    customer = Known(allow_null=True)
    caller = serializers.CharField()
    subject = serializers.CharField()
    home_pod = serializers.CharField(source="home_pod.slug")
    serving_pod = serializers.CharField(source="serving_pod.slug", allow_null=True, default=None)
    person = Known(allow_null=True)
    required_skill = serializers.CharField(source="required_skill.slug", allow_null=True, default=None)
    arrived_at = serializers.DateTimeField()
    first_response_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    work_seconds = serializers.IntegerField()
    after_work_seconds = serializers.IntegerField()
    reopened_count = serializers.IntegerField()
    reason = CauseItem(allow_null=True)
    resolution = serializers.CharField()
    complaint = serializers.BooleanField()
    started_digitally = serializers.BooleanField()
    automated = serializers.BooleanField()
    imported = serializers.BooleanField()


class EventItem(serializers.Serializer[Any]):
    """What happened, and when we learned of it."""

    kind = serializers.CharField()
    at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    by = serializers.IntegerField(source="by_id", allow_null=True)
    person = serializers.IntegerField(source="data.person", allow_null=True, default=None)
    pod = serializers.IntegerField(source="pod_id", allow_null=True)


class DecisionItem(serializers.Serializer[Any]):
    """One routing decision with its whole trace."""

    at = serializers.DateTimeField()
    outcome = serializers.CharField()
    why = serializers.CharField()
    person = serializers.IntegerField(source="person_id", allow_null=True)
    pod = serializers.IntegerField(source="pod_id", allow_null=True)
    agreement = serializers.IntegerField(source="agreement_id", allow_null=True)
    trace = serializers.ListField(child=serializers.DictField())


class NoteItem(serializers.Serializer[Any]):
    """What somebody wrote down."""

    by = serializers.IntegerField(source="by_id", allow_null=True)
    at = serializers.DateTimeField()
    text = serializers.CharField()


class ContactDetail(ContactItem):
    """A contact with its course, its latest decisions and notes."""

    events = EventItem(many=True)
    decisions = DecisionItem(many=True)
    notes = NoteItem(many=True)


class ContactsInput(PageInput):
    """Filters of the list."""

    pod = serializers.SlugField(help_text="Home pod, one in which you work.")
    state = serializers.ChoiceField(
        required=False, default="", choices=["", "open", *Contact.State.values], help_text="`open` is every open state."
    )
    channel = serializers.ChoiceField(required=False, default="", choices=["", *Channel.values])
    customer = serializers.IntegerField(required=False, default=None, min_value=1, max_value=2**63 - 1)
    since = Instant(required=False, default=None, help_text="Arrived at or after this instant.")


def told(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """Contacts with what is told of them, in one query."""
    return contacts.select_related("customer", "home_pod", "serving_pod", "person", "required_skill", "reason__group")


class ContactReading(Operations):
    """Contacts that you may read."""

    lookup_url_kwarg = "contact"
    lookup_value_converter = "int"

    @extend_schema(summary="List contacts", parameters=[ContactsInput], responses=page_of(ContactItem, "Contact"))
    @operation(scope="contacts:read")
    def list(self, request: Request) -> Response:
        """Contacts of one of your pods, the newest first."""
        asked = self.query(request, ContactsInput)
        pod = permissions.works_in(self.person(request), asked["pod"])
        rows = Contact.objects.filter(home_pod=pod)
        if asked["state"] == "open":
            rows = rows.filter(state__in=Contact.OPEN)
        elif asked["state"]:
            rows = rows.filter(state=asked["state"])
        given = {"channel": asked["channel"], "customer": asked["customer"], "arrived_at__gte": asked["since"]}
        rows = rows.filter(**{name: value for name, value in given.items() if value})
        return self.page(told(rows), asked, order=["-arrived_at", "-id"], item=ContactItem)

    @extend_schema(summary="Read a contact", responses=ContactDetail)
    @operation(scope="contacts:read", fetch=permissions.contact_read)
    def retrieve(self, request: Request, found: permissions.Read) -> Response:
        contact = found.contact
        decisions = list(RoutingDecision.objects.filter(contact=contact).order_by("-at", "-pk")[:10])
        if contact.home_pod_id not in standing(found.user).member_of:
            for decision in decisions:
                decision.trace = outside(decision.trace)
        answer = ContactItem(contact).data | {
            "events": EventItem(contact.events.order_by("at", "pk"), many=True).data,
            "decisions": DecisionItem(decisions, many=True).data,
            "notes": NoteItem(contact.notes.all(), many=True).data,
        }
        return Response(answer)
