"""Calendar addresses over the API: which stand, making one (shown once), ending one."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cxportal.core.rest.operations import Operations, operation
from teams import permissions
from teams.feeds import services
from teams.feeds.queries import feeds_of
from teams.people.addresses import absolute
from teams.people.models import User
from teams.pods.models import Pod


class FeedItem(serializers.Serializer[Any]):
    """A pod in which you work, and whether a calendar address stands; it is never shown again."""

    pod = serializers.CharField()
    made_at = serializers.DateTimeField(allow_null=True, help_text="Null: there is none.")
    read_at = serializers.DateTimeField(allow_null=True, help_text="About when a calendar program came last.")


class FeedsResult(serializers.Serializer[Any]):
    """Your pods, the home pod first."""

    feeds = FeedItem(many=True)


class MadeFeed(serializers.Serializer[Any]):
    """The new address. Whoever has it reads your shifts in this pod."""

    pod = serializers.CharField()
    address = serializers.CharField(help_text="Shown once.")


class RevokedFeed(serializers.Serializer[Any]):
    """What ended; 0 when none stood."""

    pod = serializers.CharField()
    ended = serializers.IntegerField()


class FeedOperations(Operations):
    """Your secret calendar addresses, one for each pod in which you work."""

    @extend_schema(summary="List calendar addresses", responses=FeedsResult)
    @operation(scope="account:read")
    def show(self, request: Request) -> Response:
        user: User = self.person(request)
        lines = [{"pod": row.pod.slug, "made_at": row.made_at, "read_at": row.read_at} for row in feeds_of(user)]
        return self.answer(FeedsResult, {"feeds": lines})

    @extend_schema(summary="Make a calendar address", request=None, responses=MadeFeed)
    @operation(scope="account:write", fetch=permissions.member_pod)
    def make(self, request: Request, pod: Pod) -> Response:
        """One that stood before opens nothing from now on."""
        _feed, secret = services.make_feed(by=self.person(request), pod=pod)
        address = absolute("calendar_feed", request._request, secret=secret)
        response = self.answer(MadeFeed, {"pod": pod.slug, "address": address})
        response["Cache-Control"] = "no-store"
        return response

    @extend_schema(summary="End a calendar address", request=None, responses=RevokedFeed)
    @operation(scope="account:write", fetch=permissions.member_pod)
    def revoke(self, request: Request, pod: Pod) -> Response:
        """At once. Again changes nothing."""
        ended = services.revoke_feed(by=self.person(request), pod=pod)
        return self.answer(RevokedFeed, {"pod": pod.slug, "ended": ended})
