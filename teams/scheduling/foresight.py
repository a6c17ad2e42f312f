"""What other bounds would do to the coming weeks: planned shifts that would break them, and a floor that is missed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core.periods import DAY, MINUTE, Period, days_period, local_date
from teams.consent.foresight import Facts, Foresight, Told, register
from teams.pods.agreement import Values
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.agreed import DEFINITIONS, bound_values
from teams.scheduling.bounds import OPEN, BoundValues, Candidate, Held, judge_claim
from teams.scheduling.coverage import short_minutes
from teams.scheduling.duties import DutySpan, shrink
from teams.scheduling.models import Week
from teams.scheduling.picture import Person, PodPicture
from teams.scheduling.reading import read_people, read_pod
from teams.skills.models import Skill

WEEKS = 8
CASES = 5
# Instants of weeks that stand are kept, and neither binds a shift that is planned already.
INSTANTS = frozenset({"open_days_before", "fixed_days_before"})
FLOOR = "coverage_floor"


def window(pod: Pod, at: dt.datetime) -> Period | None:
    """From now to the end of the last planned week, at most ``WEEKS``; None when nothing is planned."""
    last = Week.objects.filter(pod=pod).order_by("-monday").values_list("monday", flat=True).first()
    today = local_date(at, pod.tzinfo)
    if last is None or last + 6 * DAY < today:
        return None
    end = days_period(today, min(last + 6 * DAY, today + WEEKS * 7 * DAY), pod.tzinfo).end
    return Period(at, end)


def _bounds(values: Values, picture: PodPicture) -> BoundValues:
    plain = {bound.key: values[bound.key] for bound in DEFINITIONS}
    activities = {a.slug: a.pk for a in picture.activities.values()}
    return bound_values(values.version, None, plain, activities, dict(Skill.objects.values_list("slug", "pk")))


def planned_breaks(pod: Pod, before: Values, after: Values, at: dt.datetime) -> Facts | None:
    """How many planned shifts of the pod would break the proposed bounds and keep today's, with the first few.

    Every planned shift is judged as if it were claimed now beside those of its member that begin before it,
    by the one judge of claims, under both sets of values: of two that are too close the later one breaks the
    rest. Three statements for any number of people.
    """
    span = window(pod, at)
    if span is None:
        return None
    picture = read_pod(pod, span, at)
    old, new = _bounds(before, picture), _bounds(after, picture)
    seats = [
        (shift, taken) for shift in picture.shifts for taken in shift.taken if taken.period.start > at
    ]  # what runs already is not judged anew
    people = read_people({taken.member for _shift, taken in seats}, span, picture.zone)
    cases = []
    for shift, taken in seats:
        held = Held(shift.pk, pod.pk, taken.period, shift.work(taken.period))
        person = people[taken.member]
        if _breaks(held, person, new, picture) and not _breaks(held, person, old, picture):
            cases.append((taken.period, person.name))
    cases.sort()
    zone = picture.zone
    return {
        "shifts": len(cases),
        "of": len(seats),
        "until": local_date(span.end - MINUTE, zone).isoformat(),
        "cases": [f"{name}, {words.long_day(local_date(p.start, zone))}, {words.span(p, zone)}" for p, name in cases][
            :CASES
        ],
    }


def _breaks(held: Held, person: Person, bounds: BoundValues, picture: PodPicture) -> bool:
    """Whether the claim of what somebody holds would be refused beside what they hold before it."""
    others = tuple(h for h in person.state.held if h.period < held.period)
    candidate = Candidate(held.shift, held.pod, held.period, held.work, picture.zone, week_state=OPEN)
    state = replace(person.state, held=others, duties=_days(others, bounds), absences=())
    return bool(judge_claim(candidate, state, bounds, now=picture.at))


def _days(held: Iterable[Held], bounds: BoundValues) -> tuple[DutySpan, ...]:
    """The working days that some work makes under some bounds: what is closer than the rest is one day."""
    spans = [h.period for h in held]
    if not spans:
        return ()
    last = max(span.end for span in spans)
    whole = DutySpan(Period(min(spans).start, last), last + bounds.rest_minutes * MINUTE, bounds.version)
    return shrink(whole, spans)


def missed_floor(pod: Pod, before: Values, after: Values, at: dt.datetime) -> Facts | None:
    """Person-minutes of the coming weeks below the proposed floor, and below today's. Two statements."""
    span = window(pod, at)
    if span is None:
        return None
    picture = read_pod(pod, span, at)

    def short(values: Values) -> int:
        seen = replace(picture, bounds=_bounds(values, picture), requirements=())
        return short_minutes(seen.steps(span))

    until = local_date(span.end - MINUTE, picture.zone).isoformat()
    return {"before": short(before), "after": short(after), "until": until}


def kept_instants(_pod: Pod, _before: Values, _after: Values, _at: dt.datetime) -> Facts | None:
    """Weeks that are made keep the instants at which they open and are fixed."""
    return {}


def _until(facts: Mapping[str, Any]) -> str:
    return words.long_day(dt.date.fromisoformat(facts["until"]))


def _tell_breaks(_pod: Pod, facts: Mapping[str, Any]) -> Told:
    number = int(facts["shifts"])
    if not number:
        return Told(
            ngettext(
                "The one planned shift up to %(day)s would fit.",
                "All %(of)s planned shifts up to %(day)s would fit.",
                facts["of"],
            )
            % {"of": facts["of"], "day": _until(facts)}
            if facts["of"]
            else _("No shift is claimed up to %(day)s.") % {"day": _until(facts)},
            "good",
        )
    told = ngettext(
        "%(n)s planned shift up to %(day)s would break this. It stays; later claims are judged anew.",
        "%(n)s planned shifts up to %(day)s would break this. They stay; later claims are judged anew.",
        number,
    ) % {"n": number, "day": _until(facts)}
    return Told(told, "watch", tuple(facts["cases"]))


def _tell_floor(_pod: Pod, facts: Mapping[str, Any]) -> Told:
    before, after = int(facts["before"]), int(facts["after"])
    numbers = {"after": words.hours(after), "before": words.hours(before), "day": _until(facts)}
    if not after:
        return Told(_("The plan up to %(day)s has everybody that this floor needs.") % numbers, "good")
    return Told(
        _("%(after)s of work would be missing below the floor up to %(day)s, now it is %(before)s.") % numbers,
        "watch" if after > before else "good",
    )


def _tell_instants(_pod: Pod, _facts: Mapping[str, Any]) -> Told:
    return Told(_("Weeks that are made already keep their days; it counts for the next ones."), "info")


def register_foresight() -> None:
    """Make the ways to look ahead known; called once when the teams floor starts."""
    judged = frozenset(bound.key for bound in DEFINITIONS) - INSTANTS - {FLOOR, "notice_minutes", "late_claim_minutes"}
    register(Foresight("planned_breaks", judged, planned_breaks, _tell_breaks))
    register(Foresight("missed_floor", frozenset({FLOOR}), missed_floor, _tell_floor))
    register(Foresight("kept_instants", INSTANTS, kept_instants, _tell_instants))
