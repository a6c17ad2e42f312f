"""Why a claim or a give-back fits or not: the pod's agreed bounds, judged with reasons. Pure.

Every function takes plain data and answers with a list of ``Violation``; an empty list means
that the act fits. The page's hints, the refusal, the preview and the commit all ask the same
functions. A sentence names what does not fit, whose rule it is and the numbers of both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core.periods import MINUTE, Period, local_date, minutes_by_week
from cxportal.core.violations import Violation
from teams.scheduling import words
from teams.scheduling.coverage import FloorBreak, FloorRule
from teams.scheduling.duties import DutySpan, Joined, join
from teams.scheduling.waived import Waived, ease

DRAFT, OPEN, FIXED, PAST = "draft", "open", "fixed", "past"


@dataclass(frozen=True)
class BoundValues:
    """The agreed values in force, in minutes, and the version that holds them."""

    version: int = 0
    version_id: int | None = None
    rest_minutes: int = 660
    day_minutes: int = 600
    week_minutes: int = 2880
    span_minutes: int = 720
    notice_minutes: int = 1440
    late_claim_minutes: int = 30
    open_days_before: int = 28
    fixed_days_before: int = 7
    floors: tuple[FloorRule, ...] = ()


@dataclass(frozen=True)
class Held:
    """Work that a member has: the whole period and the paid parts inside it."""

    shift: int
    pod: int
    period: Period
    work: tuple[Period, ...]

    @property
    def minutes(self) -> int:
        return sum(p.minutes for p in self.work)


@dataclass(frozen=True)
class MemberState:
    """What the rules need to know of a member around a candidate.

    ``held`` and ``duties`` reach at least over the ISO weeks (in the member's zone) that the
    candidate touches and two days to both sides.
    """

    member: int
    zone: ZoneInfo
    held: tuple[Held, ...] = ()
    duties: tuple[DutySpan, ...] = ()
    absences: tuple[Period, ...] = ()
    skills: frozenset[int] = frozenset()
    contract_minutes: int | None = None
    region: str = ""
    waived: tuple[Waived, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A seat that somebody would take, or a part of it. ``zone`` is the pod's.

    ``began`` is when the seat became vacant: for a running shift the claim counts from now,
    its lateness from then.
    """

    shift: int
    pod: int
    period: Period
    work: tuple[Period, ...]
    zone: ZoneInfo
    week_state: str = OPEN
    opens_at: dt.datetime | None = None
    began: dt.datetime | None = None
    skill: int | None = None
    skill_name: str = ""
    activities: frozenset[int] = field(default_factory=frozenset)

    @property
    def held(self) -> Held:
        return Held(self.shift, self.pod, self.period, self.work)


def judge_claim(candidate: Candidate, member: MemberState, bounds: BoundValues, *, now: dt.datetime) -> list[Violation]:
    """Every reason why this member may not take this candidate now; empty when it fits.

    Rest and the daily limit look at the working day that the claim would make, joined with
    work that is too close for a rest between. Lengths are elapsed minutes. What was lifted for
    this member on this shift is no reason.
    """
    lifted = [w for w in member.waived if w.shift == candidate.shift]
    return [v for v in _judged(candidate, member, bounds, now) if not any(w.covers(v) for w in lifted)]


def _judged(candidate: Candidate, member: MemberState, bounds: BoundValues, now: dt.datetime) -> list[Violation]:
    found = [*_time(candidate, bounds, now), *_skill(candidate, member), *_absent(candidate, member)]
    overlap = _overlap(candidate, member)
    if overlap:
        return [*found, *overlap]
    day = local_date(candidate.period.start, member.zone)
    eased = ease(member, candidate.shift, candidate.period, bounds.rest_minutes, day)
    joined = join(eased.duties, candidate.period, rest_minutes=eased.rest_minutes, version=bounds.version)
    # Work too close together is one working day only while that day keeps its span; beyond
    # it the missing rest is the reason, and the minutes of such a day would mean nothing.
    found += _rest(candidate, member, joined, bounds) or _day(candidate, member, joined, bounds)
    found += _week(candidate, member, bounds)
    return found


def judge_release(
    held: Held,
    breaks: Sequence[FloorBreak],
    bounds: BoundValues,
    *,
    now: dt.datetime,
    week_state: str,
    zone: ZoneInfo,
    names: dict[int, str],
) -> list[Violation]:
    """Every reason why work may not simply be given back now; empty when it may.

    ``breaks`` are the intervals that would fall below the floor without this person; ``names``
    are the activities' names by id.
    """
    if week_state == PAST or held.period.start <= now:
        return [
            Violation(
                "started",
                _("%(span)s has begun. Report an absence for the part that you cannot work.")
                % {"span": words.day_span(held.period, zone)},
                {"start": held.period.start.isoformat()},
            )
        ]
    found: list[Violation] = []
    if week_state == FIXED:
        found.append(
            Violation(
                "week_fixed",
                _("The week is fixed since %(days)s before it begins, as the pod agreed.")
                % {"days": _days(bounds.fixed_days_before)},
                {"fixed_days_before": bounds.fixed_days_before},
                _("Offer it to the others; it stays yours until somebody takes it."),
            )
        )
    notice = (held.period.start - now) // MINUTE
    if notice < bounds.notice_minutes:
        found.append(
            Violation(
                "notice",
                _("It begins in %(left)s, the pod agreed %(agreed)s of notice.")
                % {"left": words.hours(notice), "agreed": words.hours(bounds.notice_minutes)},
                {"minutes": notice, "agreed": bounds.notice_minutes},
                _("Offer it to the others, or report sick."),
            )
        )
    return found + [floor_violation(b, zone, names) for b in breaks]


def _time(candidate: Candidate, bounds: BoundValues, now: dt.datetime) -> list[Violation]:
    span = words.day_span(candidate.period, candidate.zone)
    if candidate.week_state == PAST or candidate.period.end <= now:
        return [Violation("shift_over", _("%(span)s is over.") % {"span": span}, {})]
    if candidate.week_state == DRAFT:
        opens = candidate.opens_at
        when = words.day_clock(opens, candidate.zone) if opens else ""
        day = words.long_day(local_date(opens, candidate.zone)) if opens else ""
        return [
            Violation(
                "week_draft",
                _("The week is a draft. Claims open on %(day)s at %(time)s for everybody.")
                % {"day": day, "time": when.rpartition(" ")[2]}
                if opens
                else _("The week is a draft; claims are not open yet."),
                {"opens_at": opens.isoformat() if opens else None},
                _("Any member may open the week early."),
            )
        ]
    late = (now - (candidate.began or candidate.period.start)) // MINUTE
    if late > bounds.late_claim_minutes:
        return [
            Violation(
                "started_too_late",
                _("%(span)s began %(late)s ago, the pod agreed on up to %(agreed)s.")
                % {"span": span, "late": words.hours(late), "agreed": words.hours(bounds.late_claim_minutes)},
                {"minutes": late, "agreed": bounds.late_claim_minutes},
            )
        ]
    return []


def _skill(candidate: Candidate, member: MemberState) -> list[Violation]:
    if candidate.skill is None or candidate.skill in member.skills:
        return []
    return [
        Violation(
            "skill",
            _("The seat needs the skill %(skill)s, which is not among yours.") % {"skill": candidate.skill_name},
            {"skill": candidate.skill},
        )
    ]


def _absent(candidate: Candidate, member: MemberState) -> list[Violation]:
    hit = next((a for a in sorted(member.absences) if a.overlaps(candidate.period)), None)
    if hit is None:
        return []
    return [
        Violation(
            "absent",
            _("You are away from %(start)s to %(end)s.")
            % {
                "start": words.day_clock(hit.start, candidate.zone),
                "end": words.day_clock(hit.end, candidate.zone),
            },
            {"start": hit.start.isoformat(), "end": hit.end.isoformat()},
        )
    ]


def _overlap(candidate: Candidate, member: MemberState) -> list[Violation]:
    hit = next((h for h in sorted(member.held, key=lambda h: h.period) if h.period.overlaps(candidate.period)), None)
    if hit is None:
        return []
    return [
        Violation(
            "overlap",
            _("You already work %(span)s then; nobody works twice at once.")
            % {"span": words.day_span(hit.period, candidate.zone)},
            {"shift": hit.shift, "start": hit.period.start.isoformat(), "end": hit.period.end.isoformat()},
        )
    ]


def _rest(candidate: Candidate, member: MemberState, joined: Joined, bounds: BoundValues) -> list[Violation]:
    """Rest before and after, or the span of a split day; nothing when the joined day fits."""
    if not joined.absorbed or joined.duty.period.minutes <= bounds.span_minutes:
        return []
    own_day = local_date(candidate.period.start, member.zone)
    found: list[Violation] = []
    before = [d for d in joined.absorbed if d.period.end <= candidate.period.start]
    after = [d for d in joined.absorbed if d.period.start >= candidate.period.end]
    if before and local_date((last := before[-1]).period.start, member.zone) != own_day:
        found.append(_rest_before(candidate, last))
    if after and local_date((first := after[0]).period.start, member.zone) != own_day:
        found.append(_rest_after(candidate, first, bounds))
    return found or [_span(candidate, joined, bounds)]


def _rest_before(candidate: Candidate, last: DutySpan) -> Violation:
    minutes = int((candidate.period.start - last.period.end) // MINUTE)
    return Violation(
        "rest_before",
        _("Rest before %(start)s would be %(rest)s, the pod agreed %(agreed)s.")
        % {
            "start": words.day_clock(candidate.period.start, candidate.zone),
            "rest": words.hours(minutes),
            "agreed": words.hours(last.rest_minutes),
        },
        {
            "minutes": minutes,
            "agreed": last.rest_minutes,
            "from": last.period.end.isoformat(),
            "to": candidate.period.start.isoformat(),
        },
    )


def _rest_after(candidate: Candidate, first: DutySpan, bounds: BoundValues) -> Violation:
    minutes = int((first.period.start - candidate.period.end) // MINUTE)
    return Violation(
        "rest_after",
        _("Rest before %(start)s would be %(rest)s, the pod agreed %(agreed)s.")
        % {
            "start": words.day_clock(first.period.start, candidate.zone),
            "rest": words.hours(minutes),
            "agreed": words.hours(bounds.rest_minutes),
        },
        {
            "minutes": minutes,
            "agreed": bounds.rest_minutes,
            "from": candidate.period.end.isoformat(),
            "to": first.period.start.isoformat(),
        },
    )


def _span(candidate: Candidate, joined: Joined, bounds: BoundValues) -> Violation:
    minutes = joined.duty.period.minutes
    return Violation(
        "span",
        _("Your day would stretch over %(span)s (%(hours)s), the pod agreed %(agreed)s.")
        % {
            "span": words.span(joined.duty.period, candidate.zone),
            "hours": words.hours(minutes),
            "agreed": words.hours(bounds.span_minutes),
        },
        {"minutes": minutes, "agreed": bounds.span_minutes},
    )


def _day(candidate: Candidate, member: MemberState, joined: Joined, bounds: BoundValues) -> list[Violation]:
    """A working day counts for the day on which it begins, in the member's zone."""
    day = local_date(joined.duty.period.start, member.zone)
    spans = [joined.duty.period] + [
        d.period for d in member.duties if d not in joined.absorbed and local_date(d.period.start, member.zone) == day
    ]
    minutes = candidate.held.minutes + sum(
        h.minutes for h in member.held if any(span.contains(h.period) for span in spans)
    )
    if minutes <= bounds.day_minutes:
        return []
    return [
        Violation(
            "day_minutes",
            _("Your %(day)s would have %(hours)s, the pod agreed at most %(agreed)s a day.")
            % {"day": words.day(day), "hours": words.hours(minutes), "agreed": words.hours(bounds.day_minutes)},
            {"minutes": minutes, "agreed": bounds.day_minutes, "day": day.isoformat()},
        )
    ]


def _week(candidate: Candidate, member: MemberState, bounds: BoundValues) -> list[Violation]:
    found = []
    for monday, (before, after) in week_minutes(candidate, member).items():
        if after > bounds.week_minutes:
            found.append(
                Violation(
                    "week_minutes",
                    _("Your week %(week)s would have %(hours)s, the pod agreed at most %(agreed)s.")
                    % {
                        "week": monday.isocalendar().week,
                        "hours": words.hours(after),
                        "agreed": words.hours(bounds.week_minutes),
                    },
                    {"before": before, "minutes": after, "agreed": bounds.week_minutes, "week": monday.isoformat()},
                )
            )
    return found


def week_minutes(candidate: Candidate, member: MemberState) -> dict[dt.date, tuple[int, int]]:
    """Paid minutes of each ISO week (its Monday, member's zone) before and after the claim."""
    added = minutes_of(candidate.work, member.zone)
    has = minutes_of((p for h in member.held for p in h.work), member.zone)
    return {monday: (has.get(monday, 0), has.get(monday, 0) + more) for monday, more in sorted(added.items())}


def minutes_of(work: Iterable[Period], zone: ZoneInfo) -> dict[dt.date, int]:
    """Minutes by the ISO week (its Monday) in which they lie, in a zone."""
    found: dict[dt.date, int] = {}
    for period in work:
        for monday, minutes in minutes_by_week(period, zone).items():
            found[monday] = found.get(monday, 0) + minutes
    return found


def floor_violation(hit: FloorBreak, zone: ZoneInfo, names: dict[int, str]) -> Violation:
    """The sentence for an interval below the floor; ``names`` are the activities' names by id."""
    return Violation(
        "floor",
        _("%(activity)s would have %(people)s of the %(floor)s people that the pod agreed, %(span)s.")
        % {
            "activity": names.get(hit.activity, ""),
            "people": hit.people,
            "floor": hit.floor,
            "span": words.day_span(hit.period, zone),
        },
        {
            "people": hit.people,
            "floor": hit.floor,
            "activity": hit.activity,
            "start": hit.period.start.isoformat(),
            "end": hit.period.end.isoformat(),
        },
        _("Offer it to the others; it stays yours until somebody takes it."),
    )


def _days(number: int) -> str:
    return ngettext("%(number)s day", "%(number)s days", number) % {"number": number}
