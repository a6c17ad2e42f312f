"""Why a claim or a give-back fits or not: the pod's agreed bounds, judged with reasons. Pure.

Every function takes plain data and answers with a list of ``Violation``; an empty list means
that the act fits. The page's hints, the refusal, the preview and the commit all ask the same
functions. A sentence names what does not fit, whose rule it is and the numbers of both.
"""

from __future__ import annotations

import datetime as dt
from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core.periods import DAY, MINUTE, local_date
from cxportal.core.violations import Violation
from teams.scheduling import day_limits, long_limits, words
from teams.scheduling.coverage import FloorBreak
from teams.scheduling.duties import Joined, join
from teams.scheduling.facts import (
    DRAFT,
    FIXED,
    OPEN,
    PAST,
    Beyond,
    BoundValues,
    Candidate,
    Held,
    MemberState,
    WorkDay,
    minutes_of,
    monday_of,
    work_day,
)
from teams.scheduling.long_limits import Passed
from teams.scheduling.rounds import round_full
from teams.scheduling.waived import ease

__all__ = [
    "DRAFT",
    "FIXED",
    "OPEN",
    "PAST",
    "Beyond",
    "BoundValues",
    "Candidate",
    "Held",
    "MemberState",
    "absent",
    "belongs",
    "floor_violation",
    "judge_claim",
    "judge_release",
    "minutes_of",
    "overlap",
    "skill",
    "week_minutes",
]


def judge_claim(candidate: Candidate, member: MemberState, bounds: BoundValues, *, now: dt.datetime) -> list[Violation]:
    """Every reason why this member may not take this candidate now; empty when it fits.

    Rest, the daily limit, breaks and the length of a night look at the working day that the claim
    would make, joined with work that is too close for a rest between (``day_limits``); the others at
    that day among all that the member has (``long_limits``). Lengths are elapsed minutes. What was
    lifted for this member on this shift is no reason.
    """
    lifted = [w for w in member.waived if w.shift == candidate.shift]
    return [v for v in _judged(candidate, member, bounds, now) if not any(w.covers(v) for w in lifted)]


def _judged(candidate: Candidate, member: MemberState, bounds: BoundValues, now: dt.datetime) -> list[Violation]:
    found = [
        *_time(candidate, bounds, now),
        *belongs(candidate, member),
        *round_full(candidate, member),
        *skill(candidate, member),
        *absent(candidate, member),
    ]
    twice = overlap(candidate, member)
    if twice:
        return [*found, *twice]
    eased = ease(
        member, candidate.shift, candidate.period, bounds.rest_minutes, local_date(candidate.period.start, member.zone)
    )
    joined = join(eased.duties, candidate.period, rest_minutes=eased.rest_minutes, version=bounds.version)
    # Work too close together is one working day only while that day keeps its span; beyond
    # it the missing rest is the reason, and the minutes of such a day would mean nothing.
    if tight := day_limits.rest(candidate, member, joined, bounds):
        found += tight
        joined = Joined(replace(joined.duty, period=candidate.period), ())
    else:
        found += _day(candidate, member, joined, bounds)
    found += [passed.violation for passed in _together(candidate, member, joined, bounds)]
    return found


def _day(candidate: Candidate, member: MemberState, joined: Joined, bounds: BoundValues) -> list[Violation]:
    """What the working day that the claim would make breaks by itself."""
    work = day_limits.work_in(candidate, member, joined)
    day = work_day(joined.duty.period, member.zone)
    night = long_limits.night_length(day, sum(part.minutes for part in work), member.zone, bounds)
    return [
        *day_limits.day(candidate, member, joined, bounds),
        *day_limits.breaks(dt.date.fromordinal(day.day), work, bounds),
        *(passed.violation for passed in night),
    ]


def _together(candidate: Candidate, member: MemberState, joined: Joined, bounds: BoundValues) -> Iterator[Passed]:
    """What the claim breaks together with the other working days of the member, near and far."""
    zone, day = member.zone, work_day(joined.duty.period, member.zone)
    days = list(member.days)
    for duty in joined.absorbed:
        days.remove(work_day(duty.period, zone))
    insort(days, day)
    worked = {each.day for each in days}
    added = {first.toordinal(): minutes for first, minutes in minutes_of(candidate.work, zone).items()}
    after = {monday: member.weeks.get(monday, 0) + minutes for monday, minutes in sorted(added.items())}
    yield from long_limits.week_minutes(member.weeks, after, bounds)
    yield from long_limits.days_in_row(worked, [day.day], bounds)
    yield from _weekly_rest(day, days, member, bounds)
    yield from long_limits.average({**member.weeks, **after}, member.far.neutral, list(after), zone, bounds)
    yield from long_limits.weekends(worked, [day.day], bounds)
    yield from long_limits.nights(days, [day], zone, bounds)


def _weekly_rest(day: WorkDay, days: Sequence[WorkDay], member: MemberState, bounds: BoundValues) -> Iterator[Passed]:
    """The weeks that the working day touches, and of the neighbours those that had their rest before."""
    first = monday_of(day.day)
    last = monday_of(dt.datetime.fromtimestamp(day.end - 1, member.zone).toordinal())
    for monday in range(first - 7, last + 14, 7):
        broken = list(long_limits.weekly_rest(days, [monday], member.zone, bounds))
        inside = first <= monday <= last
        if broken and (inside or not any(long_limits.weekly_rest(member.days, [monday], member.zone, bounds))):
            yield from broken


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


def skill(candidate: Candidate, member: MemberState) -> list[Violation]:
    """The skill that a seat needs."""
    if candidate.skill is None or candidate.skill in member.skills:
        return []
    return [
        Violation(
            "skill",
            _("The seat needs the skill %(skill)s, which is not among yours.") % {"skill": candidate.skill_name},
            {"skill": candidate.skill},
        )
    ]


def belongs(candidate: Candidate, member: MemberState) -> list[Violation]:
    """The member works in the pod on the day on which the shift begins; somebody who left works nowhere."""
    day = local_date(candidate.period.start, candidate.zone)
    if member.places is None or any(p.pod == candidate.pod and p.holds(day) for p in member.places):
        return []
    here = [p for p in member.places if p.pod == candidate.pod and p.until is not None and p.until <= day]
    last = max((p.until for p in here if p.until is not None), default=None)
    words_ = _("You do not work in this pod then.")
    if last is not None:
        words_ = _("You work in this pod until %(day)s.") % {"day": words.long_day(last - DAY)}
    return [Violation("not_a_member", words_, {"until": last.isoformat() if last else None})]


def absent(candidate: Candidate, member: MemberState) -> list[Violation]:
    """An absence over the candidate."""
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


def overlap(candidate: Candidate, member: MemberState) -> list[Violation]:
    """Other work over the candidate."""
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


def week_minutes(candidate: Candidate, member: MemberState) -> dict[dt.date, tuple[int, int]]:
    """Paid minutes of each ISO week (its Monday, member's zone) before and after the claim."""
    added = minutes_of(candidate.work, member.zone)
    has = {monday: member.weeks.get(monday.toordinal(), 0) for monday in added}
    return {monday: (has[monday], has[monday] + more) for monday, more in sorted(added.items())}


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
