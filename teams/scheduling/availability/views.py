"""One's own standing wishes: a week to paint on, and the days that differ."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import guarded, verb
from cxportal.core.instants import YEARS
from cxportal.core.violations import Invalid
from teams import permissions
from teams.people.models import User
from teams.pods.queries import reader_zone
from teams.scheduling.availability import services
from teams.scheduling.availability.models import WishedTime
from teams.scheduling.availability.queries import availability_of
from teams.scheduling.availability.rules import Availability, Part, Wish


@guarded(permissions.oneself)
def availability(request: HttpRequest, person: User) -> HttpResponse:
    """The week with its parts, each a list to choose from; scripts add painting."""
    if request.method == "POST":
        services.set_week(by=person, wishes=_week(request))
        say(request, _("Your week is saved. It says who is asked first and never refuses anything."))
        return back_to(request, reverse("availability"))
    zone = reader_zone(person)
    today = periods.now().astimezone(ZoneInfo(zone)).date()
    known = availability_of([person.pk], today)[person.pk]
    context = {
        "rows": _rows(known),
        "heads": [str(WEEKDAYS_ABBR[n]) for n in range(7)],
        "days": _days(known),
        "wishes": WishedTime.Wish.choices,
        "parts": WishedTime.Part.choices,
        "today": today,
        "zone": zone,
    }
    return render(request, "teams/scheduling/availability.html", context)


@verb
@guarded(permissions.oneself)
def availability_day(request: HttpRequest, person: User) -> HttpResponse:
    """One day that differs from the week, or follows it again."""
    try:
        day = dt.date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        raise Invalid({"day": _("Write the day like 2026-12-24.")}) from None
    if day.year not in YEARS:
        raise Invalid({"day": _("Write the day like 2026-12-24.")})
    follows = "follow" in request.POST
    wishes = {} if follows else {part: _wish(request, part.value) for part in Part}
    services.set_day(by=person, day=day, wishes=wishes)
    say(request, _("The day follows your week again.") if follows else _("The day is saved."))
    return back_to(request, reverse("availability"))


def _week(request: HttpRequest) -> dict[tuple[int, Part], Wish]:
    return {(n, part): _wish(request, f"{part.value}-{n}") for n in range(1, 8) for part in Part}


def _wish(request: HttpRequest, name: str) -> Wish:
    """A chosen wish; what is missing is possible. Raises ``Invalid`` for a word that is none."""
    try:
        return Wish(request.POST.get(name) or Wish.POSSIBLE.value)
    except ValueError:
        raise Invalid({name: _("Choose gladly, possible, rather not or cannot.")}) from None


def _rows(known: Availability) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Label of a part, and name, weekday and wish of each of its cells."""
    monday = dt.date(2001, 1, 1)
    usual = Availability(known.week)
    return [
        (
            str(WishedTime.Part(part.value).label),
            [
                (f"{part.value}-{n + 1}", str(WEEKDAYS_ABBR[n]), usual.of(monday + dt.timedelta(days=n), part).value)
                for n in range(7)
            ],
        )
        for part in Part
    ]


def _days(known: Availability) -> list[tuple[dt.date, list[tuple[str, str, str]]]]:
    """Each day that differs with the label, key and words of its wishes."""
    return [
        (
            day,
            [
                (str(WishedTime.Part(part.value).label), wish.value, str(WishedTime.Wish(wish.value).label))
                for part, wish in zip(Part, known.on(day), strict=True)
            ],
        )
        for day in sorted({day for day, _part, _wish in known.days})
    ]
