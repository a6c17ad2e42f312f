"""The card of a pod's coverage today: the strip of its roster, large, with the hours under it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import ngettext

from cxportal.core.periods import Period
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.queries import coverage_of_day
from teams.scheduling.strips import DayCoverage, Gap

LONG = 16 * 4
SOON = dt.timedelta(minutes=15)  # a gap that ends earlier cannot be closed any more


@dataclass(frozen=True)
class CoverCard:
    """A day of a pod; ``gaps`` are those still ahead.

    ``ticks`` are (quarter hours after the strip's start, hour, the widest step between hours in which it stands:
    1, 2 or 4): where there is less room, the page leaves out whole steps, never the ends alone.
    """

    pod: Pod
    day: DayCoverage
    gaps: list[str]
    ticks: list[tuple[int, str, int]]
    now: int | None

    @property
    def more(self) -> int:
        """Gaps beyond the two that the card names."""
        return max(0, len(self.gaps) - 2)

    @property
    def long(self) -> bool:
        """Whether the strip shows so many hours that not each has room for its name."""
        return self.span > LONG

    @property
    def span(self) -> int:
        return self.day.strip.width


def cover_card(pod: Pod, now: dt.datetime) -> CoverCard:
    """Today's coverage of a pod. One statement."""
    day = coverage_of_day(pod, at=now)
    start = _hour(day.strip.first)
    now = now.replace(second=0, microsecond=0)
    ticks = [_tick(start + quarter // 4, quarter) for quarter in range(0, day.strip.width + 1, 4)]
    local = now.astimezone(pod.tzinfo)
    quarter = (local.hour - start) * 4 + local.minute // 15
    return CoverCard(
        pod=pod,
        day=day,
        gaps=[_gap(pod, max(gap.start, now), gap.end, gap) for gap in day.gaps if gap.end >= now + SOON],
        ticks=ticks,
        now=quarter if 0 <= quarter <= day.strip.width else None,
    )


def _tick(hour: int, quarter: int) -> tuple[int, str, int]:
    return quarter, f"{hour % 24:02d}:00", next(step for step in (4, 2, 1) if hour % step == 0)


def _hour(label: str) -> int:
    return int(label.partition(":")[0])


def _gap(pod: Pod, start: dt.datetime, end: dt.datetime, gap: Gap) -> str:
    """``11:30–11:45, Phone 1 short``: others may be spare at the same time, on other work."""
    short = ngettext("%(n)d short", "%(n)d short", gap.people) % {"n": gap.people}
    return f"{words.span(Period(start, end), pod.tzinfo)}, {gap.activity} {short}".replace(",  ", ", ")
