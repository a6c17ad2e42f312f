"""What the API tells of shifts, and what it takes of activities inside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import serializers

from cxportal.core.periods import DAY, Period, parse_week
from cxportal.core.rest.parsing import Instant
from cxportal.core.violations import Invalid
from teams import permissions
from teams.people.models import User
from teams.pods.queries import standing
from teams.scheduling.models import Assignment, Seat, Segment, Shift
from teams.skills.models import Skill
from teams.staffing.models import Activity

MOST_SEATS = 200
MOST_PARTS = 12
LONGEST_SHIFT = DAY


class ShortPerson(serializers.Serializer[Any]):
    """Who it is."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class PartItem(serializers.Serializer[Any]):
    """An activity inside a shift; what no part covers is a break."""

    activity = serializers.CharField(source="activity.slug")
    start = serializers.DateTimeField(source="period.lower")
    end = serializers.DateTimeField(source="period.upper")


class TakenItem(serializers.Serializer[Any]):
    """Somebody on a seat, for the shift or a part of it."""

    id = serializers.IntegerField()
    member = ShortPerson()
    start = serializers.DateTimeField(source="period.lower")
    end = serializers.DateTimeField(source="period.upper")


class SeatItem(serializers.Serializer[Any]):
    """A numbered place, the skill that it needs, and who sits there."""

    number = serializers.IntegerField()
    skill = serializers.CharField(source="skill.slug", allow_null=True, default=None)
    must = serializers.BooleanField()
    taken = TakenItem(source="assignments.all", many=True)


class ShiftItem(serializers.Serializer[Any]):
    """A shift with its activities and seats."""

    id = serializers.IntegerField()
    pod = serializers.CharField(source="pod.slug")
    day = serializers.DateField()
    start = serializers.DateTimeField(source="period.lower")
    end = serializers.DateTimeField(source="period.upper")
    zone = serializers.CharField()
    version = serializers.IntegerField()
    parts = PartItem(source="segments.all", many=True)
    seats = SeatItem(source="seats.all", many=True)


class PartInput(serializers.Serializer[Any]):
    """An activity inside a shift, over the whole of it when no times are sent."""

    activity = serializers.SlugField(help_text="Short name of an activity.")
    start = Instant(required=False, default=None, help_text="With `end`; the shift's own start when left out.")
    end = Instant(required=False, default=None, help_text="The shift's own end when left out.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = attrs["start"], attrs["end"]
        if (start is None) != (end is None):
            raise serializers.ValidationError({"end": _("Send start and end together, or neither.")})
        if start is not None and end <= start:
            raise serializers.ValidationError({"end": _("The part ends before it begins.")})
        return attrs


def with_seats(shifts: QuerySet[Shift]) -> QuerySet[Shift]:
    """Shifts with all that is told of them: five queries for any number."""
    return shifts.select_related("pod").prefetch_related(
        Prefetch("segments", Segment.objects.select_related("activity")),
        Prefetch("seats", Seat.objects.select_related("skill").order_by("number")),
        Prefetch("seats__assignments", Assignment.objects.select_related("member")),
    )


def readable_shift(user: User, shift: int) -> Shift:
    """A shift of a pod whose week the person may read; cancelled and unknown ones look alike."""
    found = Shift.objects.select_related("pod").filter(pk=shift, cancelled_at=None).first()
    if found is None:
        raise Http404
    permissions.week_pod(user, found.pod.slug)
    return found


def own_shift(user: User, shift: int) -> Shift:
    """A shift of a pod in which the person works; the rules and reasons are those of ``readable_shift``."""
    found = readable_shift(user, shift)
    if found.pod_id not in standing(user).member_of:
        permissions.member_pod(user, found.pod.slug)
    return found


def ever_own_shift(user: User, shift: int) -> Shift:
    """The same, also when it is cancelled: cancelling again answers the same."""
    gone = Shift.objects.select_related("pod").filter(pk=shift).exclude(cancelled_at=None).first()
    if gone is None:
        return own_shift(user, shift)
    permissions.member_pod(user, gone.pod.slug)
    return gone


def activities(slugs: Sequence[str]) -> dict[str, int]:
    """Activities in use by short name. One query. Raises ``Invalid`` for one that there is none of."""
    found = dict(Activity.objects.filter(slug__in=slugs, retired_at=None).values_list("slug", "pk"))
    if unknown := sorted(set(slugs) - set(found)):
        raise Invalid({"parts": _("There is no activity %(names)s.") % {"names": ", ".join(unknown)}})
    return found


def skill_of(slug: str) -> Skill | None:
    """A skill in use by short name; None for no name. Raises ``Invalid`` for one that there is none of."""
    if not slug:
        return None
    found = Skill.objects.filter(slug=slug, retired_at=None).first()
    if found is None:
        raise Invalid({"skill": _("There is no skill %(name)s.") % {"name": slug}})
    return found


def parts_in(period: Period, sent: Sequence[dict[str, Any]]) -> list[tuple[int, Period]]:
    """The activities of a shift by time. Raises ``Invalid`` where one lies outside or two overlap."""
    known = activities([part["activity"] for part in sent])
    found = [(known[p["activity"]], Period(p["start"], p["end"]) if p["start"] else period) for p in sent]
    found.sort(key=lambda part: part[1])
    for n, (_activity, part) in enumerate(found):
        if not period.contains(part):
            raise Invalid({"parts": _("An activity lies outside the shift.")})
        if n and found[n - 1][1].overlaps(part):
            raise Invalid({"parts": _("Two activities overlap.")})
    return found


def period_of(start: dt.datetime, end: dt.datetime) -> Period:
    """The times of a shift, at most a day. Raises ``Invalid``."""
    if end <= start:
        raise Invalid({"end": _("The shift ends before it begins.")})
    if end - start > LONGEST_SHIFT:
        raise Invalid({"end": _("A shift lasts at most 24 hours.")})
    return Period(start, end)


def monday_of(label: str, field: str = "week") -> dt.date:
    """The Monday of ``2026-W52``. Raises ``Invalid`` for anything else."""
    try:
        return parse_week(label)
    except ValueError:
        raise Invalid({field: _("Send an ISO week like 2026-W52.")}) from None
