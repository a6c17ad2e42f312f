"""Coverage over the API: intervals of a pod's days, the gaps of its board, and asking who could cover one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cxportal.core import periods
from cxportal.core.periods import DAY, Period, day_period, days_period, each_day, local_date
from cxportal.core.rest.operations import Operations, operation
from cxportal.core.violations import Invalid
from teams import permissions
from teams.pods.queries import standing
from teams.scheduling import services
from teams.scheduling.board import read_board
from teams.scheduling.coverage import Step, short_minutes
from teams.scheduling.covering import Missing
from teams.scheduling.picture import PodPicture
from teams.scheduling.reading import read_pod

MOST_DAYS = 31
USUAL = 6


class ShortItem(serializers.Serializer[Any]):
    """People that are missing in an activity."""

    activity = serializers.CharField()
    people = serializers.IntegerField()


class CoverageInterval(serializers.Serializer[Any]):
    """A time over which nothing changes. ``need`` is the higher of requirement and floor, summed over activities."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    need = serializers.IntegerField()
    have = serializers.IntegerField(help_text="People who meet the need.")
    spare = serializers.IntegerField(help_text="People beyond it who serve customers.")
    floor = serializers.IntegerField(help_text="People below whom nobody may give back.")
    short = ShortItem(many=True)


class CoverageDay(serializers.Serializer[Any]):
    """A local day of the pod, cut where anything changes."""

    day = serializers.DateField()
    short_minutes = serializers.IntegerField(help_text="Person-minutes below the need.")
    intervals = CoverageInterval(many=True)


class CoverageResult(serializers.Serializer[Any]):
    """Coverage of some days; the agreement's version says whose floor it is."""

    pod = serializers.CharField()
    zone = serializers.CharField()
    agreement = serializers.IntegerField()
    days = CoverageDay(many=True)


class CoverageInput(serializers.Serializer[Any]):
    """A pod and a span of days."""

    pod = serializers.SlugField(help_text="Short name of a pod whose coverage you may read.")
    first = serializers.DateField(required=False, default=None, help_text="First day; today when left out.")
    last = serializers.DateField(required=False, default=None, help_text="Last day; six days later when left out.")


class GapsInput(serializers.Serializer[Any]):
    """A pod."""

    pod = serializers.SlugField(help_text="Short name of a pod whose coverage you may read.")


class AbleItem(serializers.Serializer[Any]):
    """Somebody who could cover a gap inside every bound, who would gladly first."""

    id = serializers.IntegerField(source="person.pk")
    name = serializers.CharField(source="person.name")
    shift = serializers.IntegerField(help_text="The shift that they would claim; 0 when one must be added.")
    planned = serializers.CharField(source="hours")


class GapItem(serializers.Serializer[Any]):
    """People that are missing over a time in an activity. Names are told inside the pod alone."""

    key = serializers.CharField(help_text="What asking names it by.")
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    people = serializers.IntegerField()
    activity = serializers.CharField()
    week = serializers.CharField()
    shifts = serializers.ListField(child=serializers.IntegerField(), help_text="With open seats that would close it.")
    number_able = serializers.IntegerField(help_text="How many could cover it.")
    able = AbleItem(many=True)
    others = serializers.CharField(help_text="Why the others cannot, counted.")


class GapsResult(serializers.Serializer[Any]):
    """The gaps of the coming four weeks, worst first."""

    pod = serializers.CharField()
    gaps = GapItem(many=True)


class AskInput(serializers.Serializer[Any]):
    """Whom to ask for a gap; who was asked today hears nothing again."""

    pod = serializers.SlugField()
    gap = serializers.CharField(max_length=40)
    members = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), min_length=1, max_length=200
    )


class AskResult(serializers.Serializer[Any]):
    """How many were asked now."""

    asked = serializers.IntegerField()
    later = serializers.IntegerField(help_text="How many of them hear of it when their quiet hours end.")


class CoverageOperations(Operations):
    """How the pods that you may read are covered: counts, never names."""

    @extend_schema(summary="Coverage of days", parameters=[CoverageInput], responses=CoverageResult)
    @operation(scope="shifts:read")
    def show(self, request: Request) -> Response:
        asked = self.query(request, CoverageInput)
        pod = permissions.board_pod(self.person(request), asked["pod"])
        first = asked["first"] or local_date(periods.now(), pod.tzinfo)
        latest = dt.date(2199, 12, 1)
        last = asked["last"] or min(first, latest) + USUAL * DAY
        if not (dt.date(1990, 1, 2) <= first <= last <= min(first, latest) + (MOST_DAYS - 1) * DAY):
            raise Invalid({"last": _("The days run from first to last, at most 31.")})
        picture = read_pod(pod, days_period(first, last, pod.tzinfo), periods.now())
        days = [_day(picture, day) for day in each_day(first, last)]
        told = {"pod": pod.slug, "zone": pod.zone, "agreement": picture.bounds.version, "days": days}
        return self.answer(CoverageResult, told)


class GapOperations(Operations):
    """The gaps of a pod's board, and who could cover them."""

    @extend_schema(summary="List gaps", parameters=[GapsInput], responses=GapsResult)
    @operation(scope="shifts:read")
    def show(self, request: Request) -> Response:
        user, asked = self.person(request), self.query(request, GapsInput)
        pod = permissions.board_pod(user, asked["pod"])
        names = pod.pk in standing(user).pods
        board = read_board(pod, periods.now(), everything=True)
        gaps = [_gap(board.picture, each, names=names) for each in board.gaps]
        return self.answer(GapsResult, {"pod": pod.slug, "gaps": gaps})

    @extend_schema(summary="Ask who could cover a gap", request=AskInput, responses=AskResult)
    @operation(scope="shifts:write")
    def ask(self, request: Request) -> Response:
        """One notice a day for each person and gap, whoever asks."""
        user, sent = self.person(request), self.read(request, AskInput)
        pod = permissions.member_pod(user, sent["pod"])
        asked = services.ask_to_cover(by=user, pod=pod, gap=sent["gap"], members=set(sent["members"]))
        return self.answer(AskResult, {"asked": asked.people, "later": asked.later})


def _day(picture: PodPicture, day: dt.date) -> dict[str, Any]:
    steps = picture.steps(day_period(day, picture.zone))
    return {
        "day": day,
        "short_minutes": short_minutes(steps),
        "intervals": [_interval(picture, step) for step in steps],
    }


def _interval(picture: PodPicture, step: Step) -> dict[str, Any]:
    return {
        "start": step.period.start,
        "end": step.period.end,
        "need": step.needed,
        "have": step.met,
        "spare": step.spare,
        "floor": _floor(picture, step.period),
        "short": [{"activity": picture.activities[a].slug, "people": n} for a, n in step.short_in],
    }


def _floor(picture: PodPicture, period: Period) -> int:
    """People that the floor asks for over an interval, activity by activity the highest rule."""
    highest: dict[int, int] = {}
    for need in picture.floor:
        if need.period.overlaps(period):
            highest[need.activity] = max(highest.get(need.activity, 0), need.people)
    return sum(highest.values())


def _gap(picture: PodPicture, gap: Missing, *, names: bool) -> dict[str, Any]:
    return {
        "key": gap.key,
        "start": gap.period.start,
        "end": gap.period.end,
        "people": gap.people,
        "activity": picture.activities[gap.activity].slug,
        "week": gap.week,
        "shifts": list(gap.shifts) if names else [],
        "number_able": len(gap.able),
        "able": list(gap.able) if names else [],
        "others": gap.others if names else "",
    }
