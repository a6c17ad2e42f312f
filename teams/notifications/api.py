"""How you get notices by email, over the API: by the same service as the page."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cxportal.core.rest.operations import Operations, operation
from teams.notifications import kinds, mailing
from teams.notifications.models import MailChoice
from teams.people.models import User

CLOCK = ["%H:%M", "%H:%M:%S"]


class MailGroup(serializers.Serializer[Any]):
    """Notices that are switched together."""

    group = serializers.CharField()
    name = serializers.CharField()
    how = serializers.ChoiceField(choices=MailChoice.How.values)


class MailItem(serializers.Serializer[Any]):
    """What holds for you; the times are wall times in your zone."""

    zone = serializers.CharField()
    groups = MailGroup(many=True)
    quiet_from = serializers.TimeField(format="%H:%M")
    quiet_until = serializers.TimeField(format="%H:%M")
    digest_at = serializers.TimeField(format="%H:%M")
    days_off = serializers.ListField(child=serializers.IntegerField(), help_text="Weekdays without email; 1 is Monday.")


class MailInput(serializers.Serializer[Any]):
    """What is to change: what is left out stays."""

    choices = serializers.DictField(
        child=serializers.ChoiceField(choices=MailChoice.How.values),
        required=False,
        default=dict,
        help_text="By group.",
    )
    quiet_from = serializers.TimeField(input_formats=CLOCK, required=False)
    quiet_until = serializers.TimeField(input_formats=CLOCK, required=False)
    digest_at = serializers.TimeField(input_formats=CLOCK, required=False)
    days_off = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), required=False, max_length=7
    )


class MailOperations(Operations):
    """Your emails: each group at once, in one summary a day, or never; quiet hours and days off."""

    @extend_schema(summary="Read mail preferences", responses=MailItem)
    @operation(scope="account:read")
    def show(self, request: Request) -> Response:
        return self.answer(MailItem, _told(self.person(request)))

    @extend_schema(summary="Change mail preferences", request=MailInput, responses=MailItem)
    @operation(scope="account:write")
    def change(self, request: Request) -> Response:
        sent, user = self.read(request, MailInput), self.person(request)
        now = mailing.rhythm_of(user)
        times = {name: sent.get(name, getattr(now, name)) for name in ("quiet_from", "quiet_until", "digest_at")}
        mailing.choose(by=user, choices=sent["choices"], days_off=sent.get("days_off", now.days_off), **times)
        return self.answer(MailItem, _told(user))


def _told(user: User) -> dict[str, Any]:
    now, how = mailing.rhythm_of(user), mailing.choices_of(user.pk)
    return {
        "zone": now.zone.key,
        "groups": [{"group": g.key, "name": str(g.label), "how": how[g.key]} for g in kinds.groups()],
        "quiet_from": now.quiet_from,
        "quiet_until": now.quiet_until,
        "digest_at": now.digest_at,
        "days_off": sorted(now.days_off),
    }
