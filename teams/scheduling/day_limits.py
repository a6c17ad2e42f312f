"""What one working day may be: its rest before and after, its span, its minutes, its breaks. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _

from cxportal.core.periods import MINUTE, Period, local_date
from cxportal.core.violations import Violation
from teams.scheduling import words
from teams.scheduling.duties import DutySpan, Joined
from teams.scheduling.facts import BoundValues, Candidate, MemberState

SHORT_DAY, LONG_DAY = 360, 540  # minutes of work beyond which a day needs its short and its long break
LEAST_BREAK = 15  # a shorter hole is no break


def rest(candidate: Candidate, member: MemberState, joined: Joined, bounds: BoundValues) -> list[Violation]:
    """Rest before and after, or the span of a split day; nothing when the joined day fits."""
    if not joined.absorbed or joined.duty.period.minutes <= bounds.span_minutes:
        return []
    own_day = local_date(candidate.period.start, member.zone)
    found: list[Violation] = []
    before = [d for d in joined.absorbed if d.period.end <= candidate.period.start]
    after = [d for d in joined.absorbed if d.period.start >= candidate.period.end]
    if before and local_date((last := before[-1]).period.start, member.zone) != own_day:
        found.append(rest_before(candidate, last))
    if after and local_date((first := after[0]).period.start, member.zone) != own_day:
        found.append(_rest_after(candidate, first, bounds))
    return found or [span(candidate, joined.duty.period, bounds)]


def rest_before(candidate: Candidate, last: DutySpan) -> Violation:
    """The rest between a working day and the candidate that follows it."""
    return _rest("rest_before", last.period.end, candidate.period.start, last.rest_minutes, candidate)


def _rest_after(candidate: Candidate, first: DutySpan, bounds: BoundValues) -> Violation:
    return _rest("rest_after", candidate.period.end, first.period.start, bounds.rest_minutes, candidate)


def _rest(code: str, since: dt.datetime, until: dt.datetime, agreed: int, candidate: Candidate) -> Violation:
    minutes = int((until - since) // MINUTE)  # none at all where work follows on work
    return Violation(
        code,
        _("Rest before %(start)s would be %(rest)s, the pod agreed %(agreed)s.")
        % {
            "start": words.day_clock(until, candidate.zone),
            "rest": words.hours(minutes),
            "agreed": words.hours(agreed),
        },
        {"minutes": minutes, "agreed": agreed, "from": since.isoformat(), "to": until.isoformat()},
    )


def span(candidate: Candidate, whole: Period, bounds: BoundValues) -> Violation:
    """A working day that stretches too far."""
    return Violation(
        "span",
        _("Your day would stretch over %(span)s (%(hours)s), the pod agreed %(agreed)s.")
        % {
            "span": words.span(whole, candidate.zone),
            "hours": words.hours(whole.minutes),
            "agreed": words.hours(bounds.span_minutes),
        },
        {"minutes": whole.minutes, "agreed": bounds.span_minutes},
    )


def day(candidate: Candidate, member: MemberState, joined: Joined, bounds: BoundValues) -> list[Violation]:
    """A working day counts for the day on which it begins, in the member's zone."""
    date = local_date(joined.duty.period.start, member.zone)
    spans = [joined.duty.period] + [
        d.period for d in member.duties if d not in joined.absorbed and local_date(d.period.start, member.zone) == date
    ]
    minutes = candidate.held.minutes + sum(
        h.minutes for h in member.held if any(span.contains(h.period) for span in spans)
    )
    return day_minutes(date, minutes, bounds)


def day_minutes(date: dt.date, minutes: int, bounds: BoundValues) -> list[Violation]:
    """The paid minutes of a date against the most that was agreed."""
    if minutes <= bounds.day_minutes:
        return []
    return [
        Violation(
            "day_minutes",
            _("Your %(day)s would have %(hours)s, the pod agreed at most %(agreed)s a day.")
            % {"day": words.day(date), "hours": words.hours(minutes), "agreed": words.hours(bounds.day_minutes)},
            {"minutes": minutes, "agreed": bounds.day_minutes, "day": date.isoformat()},
        )
    ]


def work_in(candidate: Candidate, member: MemberState, joined: Joined) -> list[Period]:
    """The paid parts of the working day that a candidate would make, in order."""
    inside = [h.work for h in member.held if joined.duty.period.contains(h.period)] if joined.absorbed else []
    return sorted(part for works in (candidate.work, *inside) for part in works)


def breaks(date: dt.date, work: Iterable[Period], bounds: BoundValues) -> list[Violation]:
    """The holes in a day's work: enough of them for its length, and none of them too late.

    ``work`` comes in order. More than 6 h of work need the short break, more than 9 h the long
    one; a hole of less than a quarter of an hour is none. Nobody works more than 6 h on end.
    """
    if not bounds.break_minutes and not bounds.long_break_minutes:
        return []
    total, free, run, longest, end = 0, 0, 0, 0, None
    for part in work:
        minutes = part.minutes
        hole = int((part.start - end) // MINUTE) if end else 0
        free, run = (free + hole, minutes) if hole >= LEAST_BREAK else (free, run + minutes)
        total, longest, end = total + minutes, max(longest, run), part.end
    needed, above = (bounds.break_minutes, SHORT_DAY) if total > SHORT_DAY else (0, 0)
    if total > LONG_DAY and bounds.long_break_minutes > needed:
        needed, above = bounds.long_break_minutes, LONG_DAY
    if free < needed:
        return [_too_little_break(date, total, free, needed, above)]
    if bounds.break_minutes and longest > SHORT_DAY:
        return [
            Violation(
                "break_late",
                _("On %(day)s you would work %(hours)s without a break; after %(most)s at the latest there is one.")
                % {"day": words.day(date), "hours": words.hours(longest), "most": words.hours(SHORT_DAY)},
                {"minutes": longest, "agreed": SHORT_DAY, "day": date.isoformat()},
            )
        ]
    return []


def _too_little_break(date: dt.date, total: int, free: int, needed: int, above: int) -> Violation:
    return Violation(
        "break" if above == SHORT_DAY else "long_break",
        _(
            "Your %(day)s would have %(free)s min of break in %(hours)s of work;"
            " the pod agreed %(agreed)s above %(above)s."
        )
        % {
            "day": words.day(date),
            "free": free,
            "hours": words.hours(total),
            "agreed": _("%(n)s min") % {"n": needed},
            "above": words.hours(above),
        },
        {"minutes": free, "agreed": needed, "work": total, "day": date.isoformat()},
        _("A part of the shift may fit; or plan a break inside it."),
    )
