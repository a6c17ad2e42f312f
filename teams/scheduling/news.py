"""What others changed in a week while somebody has it open: absences, shifts added, moved and cancelled, its opening.

A claim is no news: it shows in its row. These changes redraw what somebody was just reading.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core.periods import DAY, Period, local_date, week_period
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.models import Absence, Assignment, Shift, Week

TOLD = 2  # changes that are worded; the others are counted
ONE_BY_ONE = frozenset({"add_shift", "move_shift", "cancel_shift", "split_shift", "change_parts", "undo_change"})


@dataclass(frozen=True)
class Item:
    """One change: its sentence, its day, and the rows where it shows (none: the day's head alone)."""

    words: str
    day: dt.date
    members: tuple[int, ...] = ()


@dataclass(frozen=True)
class News:
    """The changes since a page was drawn, oldest first, and whether the reader's own shifts are among them."""

    items: tuple[Item, ...] = ()
    own: bool = False

    @property
    def told(self) -> tuple[Item, ...]:
        return self.items[:TOLD]

    @property
    def more(self) -> int:
        return max(0, len(self.items) - TOLD)

    @property
    def day(self) -> dt.date | None:
        """Where to look first."""
        return self.items[0].day if self.items else None

    def marks(self, monday: dt.date) -> str:
        """Where each change shows, as ``12@3`` (row of member 12, Thursday) or ``@3`` (the day's head)."""
        places = [
            f"{member}@{(item.day - monday).days}" if member else f"@{(item.day - monday).days}"
            for item in self.items
            for member in item.members or (0,)
        ]
        return " ".join(places)


def read_news(pod: Pod, viewer: User, monday: dt.date, since: dt.datetime) -> News:
    """What others changed in the pod's week since an instant. Five statements at most."""
    found = [*_absences(pod, viewer, monday, since), *_shifts(pod, viewer, monday, since)]
    found += _opening(pod, viewer, monday, since)
    own = any(item.members and viewer.pk in item.members for _at, item in found) or _touched(pod, viewer, monday, since)
    return News(tuple(item for _at, item in sorted(found, key=lambda pair: pair[0])), own)


def _absences(pod: Pod, viewer: User, monday: dt.date, since: dt.datetime) -> list[tuple[dt.datetime, Item]]:
    """New absences of the pod's people; others see that somebody is away, never why."""
    week = week_period(monday, pod.tzinfo)
    rows = Absence.objects.filter(
        made_at__gt=since,
        period__overlap=(week.start, week.end),
        member__memberships__pod=pod,
        member__memberships__period__overlap=(monday, monday + 7 * DAY),
    )
    rows = rows.exclude(made_by=viewer).exclude(member=viewer).select_related("member").distinct()
    return [(row.made_at, _away(row, week, pod)) for row in rows]


def _away(row: Absence, week: Period, pod: Pod) -> Item:
    start = local_date(max(row.span.start, week.start), pod.tzinfo)
    end = local_date(row.span.end - dt.timedelta(microseconds=1), pod.tzinfo)
    told = _("%(name)s is now away on %(day)s.") if start == end else _("%(name)s is now away from %(day)s.")
    return Item(told % {"name": row.member.name, "day": words.day(start)}, start, (row.member_id,))


def _shifts(pod: Pod, viewer: User, monday: dt.date, since: dt.datetime) -> list[tuple[dt.datetime, Item]]:
    """Shifts that somebody else added, moved or cancelled, each once by its last change; a made week is one item."""
    changes = (
        Shift.objects.filter(week__pod=pod, week__monday=monday, events__pgh_created_at__gt=since)
        .order_by("events__pgh_created_at", "events__pgh_id")
        .values_list("pk", "period", "day", "events__pgh_created_at", "events__pgh_context__metadata")
    )
    last: dict[int, tuple[dt.datetime, str, str, dt.date, Period]] = {}
    whole: dict[str, list[dt.datetime]] = {}
    for pk, period, day, at, told in changes:
        about = told or {}
        if about.get("user") == viewer.pk:
            continue
        name, service = about.get("name", ""), about.get("service", "")
        if service in ONE_BY_ONE:
            last[pk] = (at, service, name, day, Period(period.lower, period.upper))
        elif service in {"make_week", "copy_week"}:
            whole.setdefault(name, []).append(at)
    seats = _sitting(list(last)) if last else {}
    found = [
        (at, Item(_shift_words(service, name, span, pod), day, tuple(seats.get(pk, ()))))
        for pk, (at, service, name, day, span) in last.items()
    ]
    return found + [(min(ats), Item(_made_words(name, len(ats)), monday)) for name, ats in whole.items()]


def _sitting(shifts: list[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for shift, member in Assignment.objects.filter(shift__in=shifts).values_list("shift", "member"):
        found.setdefault(shift, []).append(member)
    return found


def _shift_words(service: str, name: str, span: Period, pod: Pod) -> str:
    texts = {
        "add_shift": _("%(name)s added %(span)s."),
        "move_shift": _("%(name)s moved a shift to %(span)s."),
        "cancel_shift": _("%(name)s cancelled %(span)s."),
        "split_shift": _("%(name)s split a shift; one half is %(span)s."),
        "change_parts": _("%(name)s changed the activities of %(span)s."),
        "undo_change": _("%(name)s took back a change of %(span)s."),
    }
    return texts[service] % {"name": name or _("Somebody"), "span": words.day_span(span, pod.tzinfo)}


def _made_words(name: str, number: int) -> str:
    text = ngettext("%(name)s added %(number)s shift.", "%(name)s added %(number)s shifts.", number)
    return text % {"name": name or _("Somebody"), "number": number}


def _opening(pod: Pod, viewer: User, monday: dt.date, since: dt.datetime) -> list[tuple[dt.datetime, Item]]:
    """Somebody opened the draft early."""
    week = Week.objects.filter(pod=pod, monday=monday, opened_by__isnull=False, opens_at__gt=since)
    row = week.exclude(opened_by=viewer).select_related("opened_by").first()
    if row is None or row.opened_by is None:
        return []
    return [(row.opens_at, Item(_("%(name)s opened the week for claims.") % {"name": row.opened_by.name}, monday))]


def _touched(pod: Pod, viewer: User, monday: dt.date, since: dt.datetime) -> bool:
    """Whether somebody else seated the reader anew or unseated them; a cancelled shift keeps no assignment."""
    events = Assignment.events.rel.related_model.objects  # type: ignore[attr-defined]
    mine = events.filter(member=viewer, shift__week__pod=pod, shift__week__monday=monday, pgh_created_at__gt=since)
    return bool(mine.exclude(pgh_context__metadata__user=viewer.pk).exists())
