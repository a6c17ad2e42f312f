"""Leave over the API: the own balance and requests by the same services as the page, and a pod's counts of a year."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cxportal.core.periods import each_day
from cxportal.core.rest.operations import Operations, PageInput, operation
from cxportal.core.rest.schema import page_of
from cxportal.core.violations import Invalid
from teams import permissions
from teams.leave import queries, services
from teams.leave.models import LeaveDay, LeaveKind, LeaveRequest, LedgerEntry
from teams.leave.reading import lots_of
from teams.leave.rules import DAY_MINUTES, Asked
from teams.people.models import User

LONGEST = dt.timedelta(days=366)


class DayItem(serializers.Serializer[Any]):
    """One day of a request. Minutes are minutes after local midnight; `cost` is what it takes of the balance."""

    day = serializers.DateField()
    begins = serializers.IntegerField()
    ends = serializers.IntegerField()
    cost = serializers.IntegerField()
    given_back = serializers.IntegerField()
    state = serializers.ChoiceField(choices=LeaveDay.State.choices)


class RequestItem(serializers.Serializer[Any]):
    """An own request with its days."""

    id = serializers.IntegerField()
    pod = serializers.CharField(source="pod.slug")
    kind = serializers.CharField(source="kind.slug")
    asked_at = serializers.DateTimeField()
    days = DayItem(source="days.all", many=True)


class AskedInput(serializers.Serializer[Any]):
    """A day, whole or from minute `begins` to minute `ends` after local midnight."""

    day = serializers.DateField()
    begins = serializers.IntegerField(required=False, default=0, min_value=0, max_value=DAY_MINUTES - 1)
    ends = serializers.IntegerField(required=False, default=DAY_MINUTES, min_value=1, max_value=DAY_MINUTES)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["begins"] >= attrs["ends"]:
            raise serializers.ValidationError({"ends": _("The part ends before it begins.")})
        return attrs


class RequestInput(serializers.Serializer[Any]):
    """Days of leave: `days`, or every day from `first` to `last`."""

    kind = serializers.SlugField(help_text="Short name of a kind of leave.")
    first = serializers.DateField(required=False, default=None)
    last = serializers.DateField(required=False, default=None)
    days = AskedInput(many=True, required=False, default=list, help_text="With gaps or parts; each is judged.")
    wait = serializers.BooleanField(required=False, default=False, help_text="Wait for days that are full.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first, last = attrs["first"], attrs["last"]
        if bool(attrs["days"]) == (first is not None):
            raise serializers.ValidationError({"days": _("Send days, or first and last.")})
        if first is not None and not (last and first <= last < min(first, dt.date.max - LONGEST) + LONGEST):
            raise serializers.ValidationError({"last": _("The days run from first to last, at most a year.")})
        return attrs


class WithdrawInput(serializers.Serializer[Any]):
    """Which days are taken back; all of them when none is named."""

    days = serializers.ListField(child=serializers.DateField(), required=False, default=list, max_length=366)


class JudgedItem(serializers.Serializer[Any]):
    """What became of a day: `fits` and `free` are granted, `full` waits when asked to, `held` was yours, `no` not."""

    day = serializers.DateField(source="asked.day")
    cost = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=["fits", "free", "full", "held", "no"])
    away = serializers.IntegerField(help_text="Other people who are away on the day.")
    violations = serializers.SerializerMethodField()

    def get_violations(self, verdict: Any) -> list[dict[str, Any]]:
        """The reasons, as in a refusal."""
        return [why.as_problem() for why in verdict.violations]


class RequestResult(serializers.Serializer[Any]):
    """The request and every day of it; `repeat` when these days were yours before."""

    id = serializers.IntegerField(allow_null=True)
    repeat = serializers.BooleanField()
    granted = serializers.IntegerField()
    waiting = serializers.IntegerField()
    days = JudgedItem(many=True)


class WithdrawResult(serializers.Serializer[Any]):
    """The days that were taken back now, and in words which shifts they freed: yours again, or not and why."""

    id = serializers.IntegerField()
    days = serializers.ListField(child=serializers.DateField())
    restored = serializers.ListField(child=serializers.CharField())
    gone = serializers.ListField(child=serializers.CharField())


class LotItem(serializers.Serializer[Any]):
    """What is left of a year's leave, in minutes; `valid_until` null within its own year."""

    kind = serializers.CharField()
    year = serializers.IntegerField()
    valid_until = serializers.DateField(allow_null=True)
    lapses_on = serializers.DateField(allow_null=True, help_text="Null while it cannot lapse: nobody was told yet.")
    minutes = serializers.IntegerField()


class BalanceDetail(serializers.Serializer[Any]):
    """The own balances, lot by lot."""

    lots = LotItem(many=True)


class EntryItem(serializers.Serializer[Any]):
    """A line of the own ledger."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    kind = serializers.CharField(source="kind.slug")
    year = serializers.IntegerField()
    entry = serializers.ChoiceField(choices=LedgerEntry.Entry.choices)
    minutes = serializers.IntegerField()
    valid_until = serializers.DateField(allow_null=True)
    reason = serializers.CharField()


class YearInput(serializers.Serializer[Any]):
    """A pod and a year."""

    pod = serializers.SlugField(help_text="Short name of a pod that you may know of.")
    year = serializers.IntegerField(min_value=2000, max_value=2199)


class CountItem(serializers.Serializer[Any]):
    """People away on a day."""

    day = serializers.DateField()
    away = serializers.IntegerField()


class YearCounts(serializers.Serializer[Any]):
    """How many people of a pod are away on each day of a year; days without are left out. Never who."""

    pod = serializers.CharField()
    year = serializers.IntegerField()
    places = serializers.IntegerField(help_text="How many may be away at the same time, as agreed now.")
    days = CountItem(many=True)


class LeaveOperations(Operations):
    """Your leave, and how many people of a pod are away."""

    lookup_url_kwarg = "asked"
    lookup_value_converter = "int"

    @extend_schema(
        summary="List your requests for leave", parameters=[PageInput], responses=page_of(RequestItem, "Leave")
    )
    @operation(scope="leave:read", fetch=permissions.oneself)
    def list(self, request: Request, user: User) -> Response:
        asked = self.query(request, PageInput)
        rows = LeaveRequest.objects.filter(member=user).select_related("pod", "kind").prefetch_related("days")
        return self.page(rows, asked, order=["-asked_at", "-id"], item=RequestItem)

    @extend_schema(summary="Ask for leave", request=RequestInput, responses=RequestResult)
    @operation(scope="leave:write", fetch=permissions.oneself)
    def create(self, request: Request, user: User) -> Response:
        """Each day is judged; what fits is granted at once. Refused when no day can be granted or wait."""
        sent = self.read(request, RequestInput)
        kind = LeaveKind.objects.filter(slug=sent["kind"], retired_at=None).first()
        if kind is None:
            raise Invalid({"kind": _("There is no such kind of leave.")})
        days = sorted((Asked(**each) for each in sent["days"]), key=lambda each: each.day)
        asked = days or [Asked(day) for day in each_day(sent["first"], sent["last"])]
        done = services.request_leave(by=user, member=user, kind=kind, asked=asked, wait=sent["wait"])
        answer = {
            "id": done.request.pk if done.request else None,
            "repeat": done.repeat,
            "granted": len(done.granted),
            "waiting": len(done.waiting),
            "days": done.verdicts,
        }
        return self.answer(RequestResult, answer)

    @extend_schema(summary="Take leave back", request=WithdrawInput, responses=WithdrawResult)
    @action(detail=True, methods=["post"])
    @operation(scope="leave:write", fetch=permissions.oneself)
    def withdraw(self, request: Request, user: User, asked: int) -> Response:
        """Takes a request back, or some of its days. Again changes nothing."""
        sent = self.read(request, WithdrawInput)
        back = services.withdraw(by=user, request=asked, days=sent["days"] or None)
        days = sorted(row.day for row in back.days)
        return self.answer(WithdrawResult, {"id": asked, "days": days, "restored": back.restored, "gone": back.gone})

    @extend_schema(summary="Read your balances", responses=BalanceDetail)
    @action(detail=False, url_path="balance")
    @operation(scope="leave:read", fetch=permissions.oneself)
    def balance(self, request: Request, user: User) -> Response:
        kinds = LeaveKind.objects.filter(from_balance=True)
        lots = [
            {
                "kind": kind.slug,
                "year": lot.year,
                "valid_until": lot.valid_until,
                "lapses_on": lot.lapses_on,
                "minutes": lot.minutes,
            }
            for kind in kinds
            for lot in lots_of(user, kind)
        ]
        return self.answer(BalanceDetail, {"lots": lots})

    @extend_schema(
        summary="List the lines of your ledger", parameters=[PageInput], responses=page_of(EntryItem, "Entry")
    )
    @action(detail=False, url_path="entries")
    @operation(scope="leave:read", fetch=permissions.oneself)
    def entries(self, request: Request, user: User) -> Response:
        asked = self.query(request, PageInput)
        rows = LedgerEntry.objects.filter(member=user).select_related("kind")
        return self.page(rows, asked, order=["-at", "-id"], item=EntryItem)

    @extend_schema(summary="Count who is away in a year", parameters=[YearInput], responses=YearCounts)
    @action(detail=False, url_path="year")
    @operation(scope="leave:read")
    def year(self, request: Request) -> Response:
        """Counts only, for everybody who may know of the pod."""
        asked = self.query(request, YearInput)
        pod = permissions.known_pod(self.person(request), asked["pod"])
        first, last = dt.date(asked["year"], 1, 1), dt.date(asked["year"], 12, 31)
        places, _since = queries.places_of(pod)
        days = [{"day": day, "away": n} for day, n in sorted(queries.counts(pod, first, last).items())]
        return self.answer(YearCounts, {"pod": pod.slug, "year": asked["year"], "places": places, "days": days})
