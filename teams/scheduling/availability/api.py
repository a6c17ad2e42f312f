"""Standing wishes over the API: when you work gladly, by the same service as the page. Nobody is refused for a wish."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cxportal.core import periods
from cxportal.core.instants import YEARS
from cxportal.core.rest.operations import Operations, operation
from cxportal.core.violations import Invalid
from teams.people.models import User
from teams.scheduling.availability.queries import availability_of
from teams.scheduling.availability.rules import Part, Wish
from teams.scheduling.availability.services import set_day, set_week

PARTS = [part.value for part in Part]
WISHES = [wish.value for wish in Wish]


class UsualWish(serializers.Serializer[Any]):
    """A part of a weekday."""

    weekday = serializers.IntegerField(min_value=1, max_value=7, help_text="1 is Monday.")
    part = serializers.ChoiceField(choices=PARTS, help_text="early to 12:00, midday to 17:00, late to midnight")
    wish = serializers.ChoiceField(choices=WISHES)


class PartWish(serializers.Serializer[Any]):
    """A part of a day."""

    part = serializers.ChoiceField(choices=PARTS)
    wish = serializers.ChoiceField(choices=WISHES)


class DayWishes(serializers.Serializer[Any]):
    """A day that differs from the week."""

    day = serializers.DateField()
    wishes = PartWish(many=True)


class WishesItem(serializers.Serializer[Any]):
    """The usual week, and the days from today on that differ. What is not named is possible."""

    week = UsualWish(many=True)
    days = DayWishes(many=True)


class UsualWeekInput(serializers.Serializer[Any]):
    """The whole usual week; what is not named is possible."""

    week = serializers.ListField(child=UsualWish(), max_length=21)


class WishedDayInput(serializers.Serializer[Any]):
    """The wishes of one day; without any it follows the week again."""

    day = serializers.DateField()
    wishes = serializers.ListField(child=PartWish(), max_length=3)

    def validate_day(self, value: Any) -> Any:
        if value.year not in YEARS:
            raise serializers.ValidationError(_("The year %(year)s cannot be meant.") % {"year": value.year})
        return value


class WishOperations(Operations):
    """When you work gladly, rather not, or cannot. It says who is asked first."""

    @extend_schema(summary="Read own wishes", responses=WishesItem)
    @operation(scope="shifts:read")
    def show(self, request: Request) -> Response:
        return self.answer(WishesItem, _told(self.person(request)))

    @extend_schema(summary="Set the usual week", request=UsualWeekInput, responses=WishesItem)
    @operation(scope="shifts:write")
    def usual(self, request: Request) -> Response:
        sent, user = self.read(request, UsualWeekInput)["week"], self.person(request)
        wishes = {(each["weekday"], Part(each["part"])): Wish(each["wish"]) for each in sent}
        _each_once(len(wishes), len(sent), "week")
        set_week(by=user, wishes=wishes)
        return self.answer(WishesItem, _told(user))

    @extend_schema(summary="Set a day that differs", request=WishedDayInput, responses=WishesItem)
    @operation(scope="shifts:write")
    def day(self, request: Request) -> Response:
        sent, user = self.read(request, WishedDayInput), self.person(request)
        wishes = {Part(each["part"]): Wish(each["wish"]) for each in sent["wishes"]}
        _each_once(len(wishes), len(sent["wishes"]), "wishes")
        set_day(by=user, day=sent["day"], wishes=wishes)
        return self.answer(WishesItem, _told(user))


def _each_once(found: int, sent: int, field: str) -> None:
    if found != sent:
        raise Invalid({field: _("A part of the day is named twice.")})


def _told(user: User) -> dict[str, Any]:
    known = availability_of([user.pk], periods.now().date())[user.pk]
    days: dict[Any, list[dict[str, str]]] = {}
    for day, part, wish in known.days:
        days.setdefault(day, []).append({"part": part.value, "wish": wish.value})
    return {
        "week": [{"weekday": n, "part": part.value, "wish": wish.value} for n, part, wish in known.week],
        "days": [{"day": day, "wishes": wishes} for day, wishes in sorted(days.items())],
    }
