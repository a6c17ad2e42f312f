"""Lifted bounds in words, and what the vote on an exception needs to know of a shift."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cxportal.core.periods import DAY
from cxportal.core.violations import Text
from teams.consent import entries
from teams.consent.cases import Case, LogEntry, register, register_log
from teams.pods.agreement import definitions
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.forms import FloorForm
from teams.scheduling.picture import PodPicture
from teams.scheduling.rounds import moment
from teams.scheduling.services import waivers
from teams.scheduling.waived import OF_RELEASES
from teams.scheduling.waiver_models import Waiver


def grant_words(code: str, grant: Mapping[str, int | None]) -> str:
    """One lifted bound: ``9 h 30 of rest before, 11 h agreed``."""
    told = {
        "rest_before": _("%(minutes)s of rest before it, %(agreed)s agreed"),
        "rest_after": _("%(minutes)s of rest after it, %(agreed)s agreed"),
        "span": _("a day of %(minutes)s from first start to last end, %(agreed)s agreed"),
        "day_minutes": _("%(minutes)s on the day, %(agreed)s agreed"),
        "week_minutes": _("%(minutes)s in the week, %(agreed)s agreed"),
        "started_too_late": _("claimed %(minutes)s after its begin, %(agreed)s agreed"),
        "break": _("%(minutes)s of break, %(agreed)s agreed"),
        "long_break": _("%(minutes)s of break, %(agreed)s agreed"),
        "break_late": _("%(minutes)s of work without a break, %(agreed)s at most"),
        "weekly_rest": _("%(minutes)s of free time in the week, %(agreed)s agreed"),
        "average_minutes": _("%(minutes)s in the average week, %(agreed)s agreed"),
        "night_minutes": _("%(minutes)s in the night, %(agreed)s agreed"),
    }
    counted = {
        "days_in_row": _("%(number)s days in a row, %(agreed)s agreed"),
        "weekends": _("%(number)s of 4 weekends, %(agreed)s agreed"),
        "nights_in_row": _("%(number)s nights in a row, %(agreed)s agreed"),
        "nights_in_four_weeks": _("%(number)s nights in four weeks, %(agreed)s agreed"),
    }
    minutes, agreed = grant.get("minutes"), grant.get("agreed")
    if code in OF_RELEASES:
        return _release_words(code, minutes, agreed)
    if code in told and minutes is not None and agreed is not None:
        return told[code] % {"minutes": words.hours(minutes), "agreed": words.hours(agreed)}
    if code in counted and minutes is not None and agreed is not None:
        return counted[code] % {"number": minutes, "agreed": agreed}
    return str(next((bound.label for bound in definitions() if bound.key == code), code))


def _release_words(code: str, missing: int | None, agreed: int | None) -> str:
    """What is lifted so that a shift can be given back."""
    if code == "floor":
        told = ngettext(
            "%(n)s person fewer than the agreed floor", "%(n)s people fewer than the agreed floor", missing or 0
        )
        return told % {"n": missing or 0}
    if code == "notice":
        return _("given back later than the agreed %(agreed)s before") % {"agreed": words.hours(agreed or 0)}
    return _("given back though the week is fixed")


def grants_words(grants: Mapping[str, Mapping[str, int | None]]) -> list[str]:
    return [grant_words(code, grant) for code, grant in grants.items()]


@dataclass(frozen=True)
class WeekLine:
    """A lifted bound as the week shows it to everybody in the pod."""

    title: str
    text: str
    by: str
    url: str


def week_lines(picture: PodPicture, monday: dt.date) -> list[WeekLine]:
    """Exceptions for shifts of a week, by their begin. No query."""
    found = []
    for waiver in picture.waivers:
        shift = picture.by_shift.get(waiver.shift)
        if shift is None or not monday <= shift.day <= monday + 6 * DAY:
            continue
        by = (
            _("%(name)s lifted it in an emergency: “%(reason)s”") % {"name": waiver.by, "reason": waiver.reason}
            if waiver.source == Waiver.Source.OVERRIDE
            else _("the pod consented: “%(reason)s”") % {"reason": waiver.reason}
        )
        found.append(
            WeekLine(
                f"{waiver.name}, {words.day_span(shift.period, picture.zone)}",
                "; ".join(grants_words(waiver.grants)),
                by,
                reverse("shift", kwargs={"slug": picture.pod.slug, "shift": shift.pk}),
            )
        )
    return found


def _lines(_pod: Pod, subject: Mapping[str, Any]) -> list[Text]:
    return [subject["span"], *grants_words(subject["grants"])]


def _url(pod: Pod, subject: Mapping[str, Any]) -> str:
    return reverse("shift", kwargs={"slug": pod.slug, "shift": subject["shift"]})


def _overrides(pod: Pod) -> Iterator[LogEntry]:
    """Emergency overrides of a pod, the newest first. One query."""
    rows = Waiver.objects.select_related("shift", "member", "by").filter(shift__pod=pod, source=Waiver.Source.OVERRIDE)[
        :20
    ]
    for row in rows:
        state = _("used") if row.used_at else _("not used yet")
        if row.ended_at:
            state = _("taken back %(at)s") % {"at": moment(row.ended_at, pod.tzinfo)}
        yield LogEntry(
            at=row.made_at,
            title=_("%(by)s lifted a bound for %(name)s, %(span)s")
            % {
                "by": row.by.name if row.by else _("Somebody"),
                "name": row.member.name,
                "span": words.day_span(row.shift.span, pod.tzinfo),
            },
            lines=(*grants_words(row.grants), f"“{row.reason}”"),
            state=state,
            undo=reverse("end_override", kwargs={"slug": pod.slug, "waiver": row.pk})
            if not row.used_at and not row.ended_at
            else "",
            by=row.by_id,
        )


def _typed(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the floor as it stands in its form."""
    times = {edge: dt.time.fromisoformat(entry[edge]) for edge in ("start", "end")}
    return {**entry, **times, "skill": entry.get("skill") or ""}


def _entry(data: Mapping[str, Any]) -> dict[str, Any]:
    """A filled-in form as a row of the floor; without a skill the row names none."""
    row = {
        "activity": data["activity"],
        "weekdays": sorted(data["weekdays"]),
        "start": f"{data['start']:%H:%M}",
        "end": f"{data['end']:%H:%M}",
        "people": data["people"],
    }
    return {**row, "skill": data["skill"]} if data["skill"] else row


def register_cases() -> None:
    """Make both exceptions, the log of overrides and the floor's form known; called once at start-up."""
    entries.register(entries.Entries("coverage_floor", FloorForm, _typed, _entry, FloorForm.choices))
    claim, release = Waiver.Act.CLAIM.value, Waiver.Act.RELEASE.value
    register(Case(claim, waivers.allow, _lines, _url, gettext_lazy("You can claim the shift now.")))
    register(Case(release, waivers.allow, _lines, _url, gettext_lazy("You can give the shift back now.")))
    register_log(_overrides)
