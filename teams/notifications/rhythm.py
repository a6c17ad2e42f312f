"""When a person may be mailed: quiet hours, days off, and the time of the daily summary. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cxportal.core.periods import DAY, to_instant

MIDNIGHT = dt.time()


@dataclass(frozen=True)
class Rhythm:
    """Wall times in the person's zone; a quiet time that ends before it begins runs over midnight.

    ``days_off`` are ISO weekdays. Equal times mean no quiet hours.
    """

    zone: ZoneInfo
    quiet_from: dt.time = dt.time(20)
    quiet_until: dt.time = dt.time(7)
    days_off: frozenset[int] = frozenset()
    digest_at: dt.time = dt.time(7, 30)

    def is_quiet(self, at: dt.datetime) -> bool:
        """Nothing is mailed at this instant."""
        local = at.astimezone(self.zone)
        if local.isoweekday() in self.days_off:
            return True
        now = local.time()
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= now < self.quiet_until
        return now >= self.quiet_from or now < self.quiet_until

    def loud_from(self, at: dt.datetime) -> dt.datetime:
        """The first instant from one on that is not quiet. Seven days off in a row are none: then it is the same."""
        if not self.is_quiet(at):
            return at
        today = at.astimezone(self.zone).date()
        edges = (
            to_instant(today + n * DAY, wall, self.zone, is_end=True)
            for n in range(9)
            for wall in sorted({MIDNIGHT, self.quiet_until})
        )
        return next((edge for edge in edges if edge > at and not self.is_quiet(edge)), at)

    def digest_day(self, at: dt.datetime) -> dt.date | None:
        """The day whose summary is due at this instant, or None before its time and in quiet hours.

        A summary whose time lies in the quiet hours comes right after them: one of the late evening on the
        next morning, for the day before.
        """
        local = at.astimezone(self.zone)
        if self.is_quiet(at):
            return None
        if local.time() >= self.digest_at:
            return local.date()
        evening = self.quiet_until < self.quiet_from <= self.digest_at
        return local.date() - DAY if evening else None
