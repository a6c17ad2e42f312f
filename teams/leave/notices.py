"""The sentences of leave's notices; they are made when a notice is read, in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from teams.notifications.kinds import register
from teams.scheduling import words


def _day(text: str) -> str:
    day = dt.date.fromisoformat(text)
    return f"{words.long_day(day)} {day.year}"


def _moment(text: str, zone: str) -> str:
    local = dt.datetime.fromisoformat(text).astimezone(ZoneInfo(zone))
    return f"{words.long_day(local.date())}, {local:%H:%M}"


def granted(data: Mapping[str, Any]) -> str:
    return _("A place is free: your leave on %(day)s is granted.") % {"day": _day(data["day"])}


def lapses(data: Mapping[str, Any]) -> str:
    return _("%(hours)s of %(kind)s for %(year)s lapse after %(day)s unless you take them.") % {
        "hours": words.hours(data["minutes"]),
        "kind": data["kind"],
        "year": data["year"],
        "day": _day(data["on"]),
    }


def peak(data: Mapping[str, Any]) -> str:
    return _("%(peak)s is shared out from %(opens)s on.") % {
        "peak": data["peak"],
        "opens": _moment(data["opens"], data["zone"]),
    }


def turn(data: Mapping[str, Any]) -> str:
    return _("%(peak)s: it is your turn to choose, until %(until)s.") % {
        "peak": data["peak"],
        "until": _moment(data["until"], data["zone"]),
    }


def passed(data: Mapping[str, Any]) -> str:
    whys = {
        "leave_full": _("%(share)s is full"),
        "leave_balance": _("%(share)s costs more than your balance has"),
        "held": _("%(share)s is yours already"),
        "free": _("%(share)s has no working day of yours"),
    }
    other = _("%(share)s lies outside your time in the pod")
    told = "; ".join(whys.get(code, other) % {"share": share} for share, code in data["why"])
    return _("%(peak)s: your turn passed by itself, there was nothing to take: %(why)s.") % {
        "peak": data["peak"],
        "why": told,
    }


def drawn(data: Mapping[str, Any]) -> str:
    if data["got"]:
        return _("%(peak)s: the lot gave you %(share)s.") % data
    return _("%(peak)s: the lot gave you %(share)s, but your balance or a shift does not allow it.") % data


def register_notices() -> None:
    """Make the kinds known; called once when the teams floor starts."""
    register("leave_granted", icon="plane", words=granted, tone="good", group="leave")
    register("leave_lapses", icon="hourglass", words=lapses, tone="watch", group="leave")
    register("leave_peak", icon="plane", words=peak, group="leave")
    register("leave_turn", icon="plane", words=turn, tone="watch", group="leave")
    register("leave_passed", icon="plane", words=passed, group="leave")
    register("leave_drawn", icon="plane", words=drawn, group="leave")
