"""One's own quiet offers: what one would take and when, what became of the others, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core.periods import DAY, Period, local_date, week_label
from cxportal.core.violations import Text
from teams.people.models import User
from teams.scheduling import words
from teams.scheduling.models import Act
from teams.scheduling.opening.models import QuietOffer
from teams.scheduling.opening.reasons import UNDONE, said
from teams.scheduling.rounds import moment

Outcome = QuietOffer.Outcome
KEPT_FOR, MOST = 60 * DAY, 100
TONES = {Outcome.OPEN: "info", Outcome.CLAIMED: "good", Outcome.REFUSED: "watch"}
STATES: dict[Outcome, Text] = {
    Outcome.OPEN: gettext_lazy("waits"),
    Outcome.CLAIMED: gettext_lazy("yours"),
    Outcome.OVERTAKEN: gettext_lazy("taken"),
    Outcome.REFUSED: gettext_lazy("did not fit"),
    Outcome.CHANGED: gettext_lazy("changed"),
    Outcome.CANCELLED: gettext_lazy("cancelled"),
    Outcome.WITHDRAWN: gettext_lazy("withdrawn"),
}


@dataclass(frozen=True)
class QuietRow:
    """An offer in words: the shift with its hours and activities, what holds or became of it, when it ended."""

    pk: int
    shift: int
    slug: str
    title: str
    place: str
    text: str
    state: Text
    tone: str
    ended: str
    week: str
    there: bool


@dataclass(frozen=True)
class QuietPage:
    """Open ones by their instant, and what ended in the last 60 days, the last first."""

    open: tuple[QuietRow, ...]
    ended: tuple[QuietRow, ...]


def own_offers(user: User) -> QuerySet[QuietOffer]:
    """Every quiet offer that somebody ever made."""
    return QuietOffer.objects.filter(member=user)


def quiet_page(user: User, now: dt.datetime) -> QuietPage:
    """The offers of a person over all pods. As many statements whatever they are."""
    rows = own_offers(user).select_related("shift__pod", "closed_by").prefetch_related("shift__segments__activity")
    ended = rows.exclude(outcome=Outcome.OPEN).filter(closed_at__gt=now - KEPT_FOR).order_by("-closed_at", "-pk")
    waiting = rows.filter(outcome=Outcome.OPEN).order_by("falls_at", "pk")
    return QuietPage(tuple(map(_row, waiting)), tuple(map(_row, ended[:MOST])))


def _row(quiet: QuietOffer) -> QuietRow:
    pod = quiet.shift.pod
    zone, done = pod.tzinfo, Outcome(quiet.outcome)
    return QuietRow(
        pk=quiet.pk,
        shift=quiet.shift_id,
        slug=pod.slug,
        title=words.day_span(quiet.span, zone),
        place=_place(quiet, pod.name),
        text=outcome_words(quiet, zone),
        state=STATES[done],
        tone=TONES.get(done, "plain"),
        ended=moment(quiet.closed_at, zone) if quiet.closed_at else "",
        week=week_label(local_date(quiet.span.start, zone)),
        there=quiet.shift.cancelled_at is None,
    )


def _place(quiet: QuietOffer, pod: str) -> str:
    names = _activities(quiet.span, ((part.span, part.activity.name) for part in quiet.shift.segments.all()))
    return f"{', '.join(names)} · {pod}" if names else pod


def _activities(whole: Period, parts: Iterable[tuple[Period, str]]) -> list[str]:
    return list(dict.fromkeys(name for period, name in sorted(parts) if period.overlaps(whole)))


def outcome_words(quiet: QuietOffer, zone: ZoneInfo) -> str:
    """What holds of an offer, or why it ended, to its owner."""
    when = moment(quiet.falls_at, zone)
    match Outcome(quiet.outcome):
        case Outcome.OPEN:
            return _("You take it %(when)s if nobody else does.") % {"when": when}
        case Outcome.CLAIMED:
            early = quiet.closed_at is not None and quiet.closed_at < quiet.falls_at
            return _("You claimed it yourself before.") if early else _("Nobody else took it, so it became yours.")
        case Outcome.OVERTAKEN if quiet.closed_by:
            return _("%(name)s was first.") % {"name": quiet.closed_by.name}
        case Outcome.OVERTAKEN:
            return _("Somebody else was first.")
        case Outcome.REFUSED:
            return said(quiet.why) or _("It did not fit then.")
        case Outcome.CHANGED:
            return _("The shift was changed. Look at it again and offer anew.")
        case Outcome.CANCELLED:
            return _("The shift was cancelled.")
        case _other:
            return said(quiet.why) or _("You withdrew it.")


def after_undoing(act: Act) -> str:
    """What became of the own quiet offer on a shift whose claim was just undone; empty for none."""
    if act.seat is None:
        return ""
    shift = act.seat.shift
    row = own_offers(act.member).filter(shift=shift).order_by("-pk").first()
    if row is None:
        return ""
    if row.outcome == Outcome.OPEN:
        return _("Your quiet offer stands: you take it %(when)s if nobody else does.") % {
            "when": moment(row.falls_at, shift.pod.tzinfo)
        }
    return _("Your quiet offer has ended with it.") if row.why.get("code") == UNDONE else ""
