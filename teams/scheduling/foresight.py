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
from teams.scheduling.bounds import BoundValues
from teams.scheduling.coverage import short_minutes
from teams.scheduling.models import Week
from teams.scheduling.picture import PodPicture
from teams.scheduling.reading import read_people, read_pod
from teams.scheduling.roster import Broken, judge_roster
from teams.scheduling.rounds import moment
from teams.skills.models import Skill

WEEKS = 8
CASES = 5
# Instants of weeks that stand are kept, and neither binds a shift that is planned already.
INSTANTS = frozenset({"open_days_before", "fixed_days_before"})
ROUNDS = frozenset({"opening_rounds", "opening_round_minutes", "opening_round_shifts"})
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
    """How many planned shifts of the pod would break a proposed bound that they keep today, with the first few.

    The whole roster is judged twice by the one engine, once under each set of values; what runs already is
    not counted. Three statements for any number of people.
    """
    span = window(pod, at)
    if span is None:
        return None
    picture = read_pod(pod, span, at)
    people = read_people(picture.by_member, span, picture.zone)
    known = _codes(judge_roster(picture, people, _bounds(before, picture)))
    found = [
        broken
        for broken in judge_roster(picture, people, _bounds(after, picture))
        if broken.period.start > at and {v.code for v in broken.violations} - known.get(_which(broken), set())
    ]
    zone = picture.zone
    return {
        "shifts": len(found),
        "of": sum(taken.period.start > at for shift in picture.shifts for taken in shift.taken),
        "until": local_date(span.end - MINUTE, zone).isoformat(),
        "cases": [
            f"{people[each.member].name}, {words.long_day(local_date(each.period.start, zone))},"
            f" {words.span(each.period, zone)}"
            for each in found[:CASES]
        ],
    }


def _which(broken: Broken) -> tuple[int, int, Period]:
    return broken.member, broken.shift, broken.period


def _codes(found: Iterable[Broken]) -> dict[tuple[int, int, Period], set[str]]:
    """The bounds that planned shifts break, by their codes."""
    return {_which(each): {violation.code for violation in each.violations} for each in found}


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


def next_rounds(pod: Pod, _before: Values, after: Values, at: dt.datetime) -> Facts | None:
    """The next week that opens, and from when on its claims would be free. One statement."""
    week = Week.objects.filter(pod=pod, opens_at__gt=at).order_by("opens_at").first()
    if week is None:
        return None
    free = week.opens_at + int(after["opening_rounds"]) * int(after["opening_round_minutes"]) * MINUTE
    return {
        "number": week.monday.isocalendar().week,
        "rounds": int(after["opening_rounds"]),
        "opens": week.opens_at.isoformat(),
        "free": min(free, max(week.fixes_at, week.opens_at)).isoformat(),
    }


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


def _tell_rounds(pod: Pod, facts: Mapping[str, Any]) -> Told:
    opens, free = (moment(dt.datetime.fromisoformat(facts[name]), pod.tzinfo) for name in ("opens", "free"))
    numbers = {"week": facts["number"], "opens": opens, "free": free}
    if not facts["rounds"]:
        return Told(_("Week %(week)s opens %(opens)s, for everybody and without a cap.") % numbers, "info")
    return Told(_("Week %(week)s opens %(opens)s in rounds; from %(free)s on claims are free.") % numbers, "info")


def register_foresight() -> None:
    """Make the ways to look ahead known; called once when the teams floor starts."""
    judged = frozenset(bound.key for bound in DEFINITIONS) - INSTANTS - ROUNDS
    judged -= {FLOOR, "notice_minutes", "late_claim_minutes"}
    register(Foresight("planned_breaks", judged, planned_breaks, _tell_breaks))
    register(Foresight("missed_floor", frozenset({FLOOR}), missed_floor, _tell_floor))
    register(Foresight("kept_instants", INSTANTS, kept_instants, _tell_instants))
    register(Foresight("next_rounds", ROUNDS, next_rounds, _tell_rounds))
