"""A whole pattern over the API: its open days with their judgement, and many claims in one act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cxportal.core import periods
from cxportal.core.periods import Period
from cxportal.core.rest.operations import Operations, operation
from cxportal.core.rest.parsing import Instant
from cxportal.core.violations import Invalid
from teams import permissions
from teams.scheduling import services
from teams.scheduling.opening.forms import LONGEST
from teams.scheduling.opening.queries import Wanted, judge_pattern, usual_days
from teams.scheduling.opening.rules import Judged, Line
from teams.scheduling.services.series import MOST_LINES

LARGEST = 2**63 - 1


class SeriesInput(serializers.Serializer[Any]):
    """A pattern of a pod over days to come."""

    pod = serializers.SlugField(help_text="Short name of a pod in which you work.")
    pattern = serializers.IntegerField(
        required=False, default=None, min_value=1, max_value=LARGEST, help_text="Left out: the first with an open seat."
    )
    first = serializers.DateField(required=False, default=None, help_text="First day; today when left out.")
    last = serializers.DateField(
        required=False, default=None, help_text="Last day; the end of the last open week when left out."
    )
    leave_out = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST),
        required=False,
        default=list,
        max_length=MOST_LINES,
        help_text="Shifts that the others are judged without.",
    )


class ReasonItem(serializers.Serializer[Any]):
    """A broken bound: its stable code and the sentence."""

    code = serializers.CharField()
    message = serializers.CharField()


class LineItem(serializers.Serializer[Any]):
    """An open seat of a shift, judged together with the lines before it that fit."""

    shift = serializers.IntegerField()
    version = serializers.IntegerField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    fits = serializers.BooleanField()
    violations = ReasonItem(many=True)


class WeekItem(serializers.Serializer[Any]):
    """Your paid minutes of a week before and after all lines that fit."""

    monday = serializers.DateField()
    minutes_before = serializers.IntegerField(source="before")
    minutes_after = serializers.IntegerField(source="after")
    contract_minutes = serializers.IntegerField(source="contract", allow_null=True)
    most_minutes = serializers.IntegerField(source="most")


class SeriesItem(serializers.Serializer[Any]):
    """The open days of a pattern."""

    pattern = serializers.IntegerField(allow_null=True)
    agreement_version = serializers.IntegerField()
    lines = LineItem(many=True)
    weeks = WeekItem(many=True)


class LineInput(serializers.Serializer[Any]):
    """A line as it was read; a shift that changed since is skipped."""

    shift = serializers.IntegerField(min_value=1, max_value=LARGEST)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    start = Instant()
    end = Instant()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["end"] <= attrs["start"]:
            raise serializers.ValidationError({"end": _("The part ends before it begins.")})
        return attrs


class ClaimsInput(serializers.Serializer[Any]):
    """What is claimed in one act."""

    pod = serializers.SlugField(help_text="Short name of a pod in which you work.")
    lines = LineInput(many=True, allow_empty=False, help_text=f"At most {MOST_LINES}.")
    seen_version = serializers.IntegerField(
        required=False, default=None, min_value=0, max_value=2**31 - 1, help_text="Agreement version that you saw."
    )


class ClaimsResult(serializers.Serializer[Any]):
    """What is yours now, what was skipped and why, and how many of the lines you had before."""

    claimed = LineItem(many=True)
    skipped = LineItem(many=True)
    held = serializers.IntegerField()
    undo = serializers.IntegerField(allow_null=True, help_text="The act, which can be undone for ten minutes.")


def _lines(found: Iterable[Judged]) -> list[dict[str, Any]]:
    return [
        {
            "shift": judged.line.shift,
            "version": judged.line.version,
            "start": judged.line.period.start,
            "end": judged.line.period.end,
            "fits": judged.fits,
            "violations": [{"code": v.code, "message": str(v.message)} for v in judged.violations],
        }
        for judged in found
    ]


class SeriesOperations(Operations):
    """Many shifts claimed in one act."""

    @extend_schema(summary="Judge the open days of a pattern", parameters=[SeriesInput], responses=SeriesItem)
    @operation(scope="shifts:read")
    def list(self, request: Request) -> Response:
        """Each day is judged together with those before it that fit, as the act judges them."""
        asked, user, now = self.query(request, SeriesInput), self.person(request), periods.now()
        pod = permissions.member_pod(user, asked["pod"])
        usual = usual_days(pod, now)
        first, last = asked["first"] or usual[0], asked["last"] or usual[1]
        if not first <= last < first + dt.timedelta(days=LONGEST):
            raise Invalid({"last": _("The days run from first to last, at most %(days)s.") % {"days": LONGEST}})
        wanted = Wanted(asked["pattern"], first, last, left_out=asked["leave_out"])
        picture, series, pattern = judge_pattern(pod, user, wanted, now)
        told = {
            "pattern": pattern,
            "agreement_version": picture.bounds.version,
            "lines": _lines(series.lines),
            "weeks": series.weeks(picture.bounds),
        }
        return self.answer(SeriesItem, told)

    @extend_schema(summary="Claim several shifts", request=ClaimsInput, responses=ClaimsResult)
    @operation(scope="shifts:write")
    def create(self, request: Request) -> Response:
        """Takes every line that still fits, in one act; 409 when none does. The same act again answers the same."""
        sent, user = self.read(request, ClaimsInput), self.person(request)
        pod = permissions.member_pod(user, sent["pod"])
        lines = [Line(each["shift"], each["version"], Period(each["start"], each["end"])) for each in sent["lines"]]
        done = services.claim_series(by=user, pod=pod, lines=lines, seen_version=sent["seen_version"])
        told = {
            "claimed": _lines(done.claimed),
            "skipped": _lines(done.skipped),
            "held": done.held,
            "undo": done.act.pk if done.act else None,
        }
        return self.answer(ClaimsResult, told)
