"""What another number of places would do to leave that is planned: days over it, and who would get one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.utils.translation import ngettext

from cxportal.core.periods import local_date
from teams.consent.foresight import Facts, Foresight, Told, register
from teams.leave.models import LeaveDay
from teams.pods.agreement import Values
from teams.pods.models import Pod
from teams.scheduling import words

CASES = 5
KEY = "leave_concurrency"


def days_over(pod: Pod, _before: Values, after: Values, at: dt.datetime) -> Facts | None:
    """Days to come with more people away than the new number, and waiting days that it has room for. Two queries."""
    coming = LeaveDay.objects.filter(pod=pod, day__gte=local_date(at, pod.tzinfo), takes_place=True)
    granted = coming.filter(state=LeaveDay.State.GRANTED).order_by().values_list("day").annotate(n=Count("pk"))
    waiting = coming.filter(state=LeaveDay.State.WAITING).order_by().values_list("day").annotate(n=Count("pk"))
    away, places = dict(granted), int(after[KEY])
    over = sorted(day for day, n in away.items() if n > places)
    freed = sum(min(n, max(0, places - away.get(day, 0))) for day, n in waiting)
    return {"over": len(over), "freed": freed, "cases": [day.isoformat() for day in over[:CASES]]}


def told(_pod: Pod, facts: Mapping[str, Any]) -> Told:
    """In words: leave that was granted stays, and who waits comes first."""
    cases = tuple(words.long_day(dt.date.fromisoformat(day)) for day in facts["cases"])
    if facts["over"]:
        said = ngettext(
            "On %(n)s day more people are away already; their leave stays.",
            "On %(n)s days more people are away already; their leave stays.",
            facts["over"],
        )
        return Told(said % {"n": facts["over"]}, "watch", cases)
    said = ngettext(
        "No day to come is over it; %(n)s day that somebody waits for would be granted.",
        "No day to come is over it; %(n)s days that somebody waits for would be granted.",
        facts["freed"],
    )
    return Told(said % {"n": facts["freed"]}, "good")


def register_foresight() -> None:
    """Make it known; called once when the teams floor starts."""
    register(Foresight("leave_places", frozenset({KEY}), days_over, told))
