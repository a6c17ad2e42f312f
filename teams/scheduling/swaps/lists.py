"""Exchanges as lists: what waits for somebody, what they asked for, what others wish, what happened lately."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core.periods import DAY, Period, local_date
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.swaps.lines import leg_title
from teams.scheduling.swaps.models import Exchange, Outcome, SwapWish
from teams.scheduling.swaps.reading import open_wishes


@dataclass(frozen=True)
class Listed:
    """An exchange or a wish as a line of the list."""

    pk: int
    title: str
    text: str
    state: str
    tone: str
    owner: str = ""
    own: bool = False


@dataclass(frozen=True)
class ExchangesPage:
    """What waits for the person, what they asked for, what the pod's others wish, and what happened lately."""

    waiting: tuple[Listed, ...]
    mine: tuple[Listed, ...]
    wishes: tuple[Listed, ...]
    recent: tuple[Listed, ...]
    own_wishes: tuple[tuple[SwapWish, str], ...]


def read_exchanges(pod: Pod, viewer: User, *, at: dt.datetime) -> ExchangesPage:
    """Everything about exchanges that concerns a person in a pod; six statements whatever there is."""
    rows = list(
        Exchange.objects.filter(pod=pod, consents__member=viewer, made_at__gte=at - 60 * DAY)
        .select_related("made_by", "closed_by")
        .prefetch_related("legs__giver", "legs__taker", "consents")[:100]
    )
    answers = {row.pk: next(c.answer for c in row.consents.all() if c.member_id == viewer.pk) for row in rows}
    still = [row for row in rows if row.outcome == Outcome.OPEN and row.ends_at > at]
    wishes = open_wishes(pod, at)
    zone = pod.tzinfo
    return ExchangesPage(
        waiting=tuple(_listed(row, pod, viewer) for row in still if answers[row.pk] == "waiting"),
        mine=tuple(_listed(row, pod, viewer) for row in still if answers[row.pk] == "consent"),
        wishes=tuple(
            Listed(w.pk, _long(w.span, pod), _wanted(w), "", "plain", w.owner.name)
            for w in wishes
            if w.owner_id != viewer.pk
        ),
        recent=tuple(_listed(row, pod, viewer) for row in rows if row not in still)[:20],
        own_wishes=tuple(
            (w, f"{words.long_day(local_date(w.span.start, zone))}, {words.span(w.span, zone)}")
            for w in wishes
            if w.owner_id == viewer.pk
        ),
    )


@dataclass(frozen=True)
class Waiting:
    """An exchange that waits for a person's answer, from their side."""

    title: str
    owner: str
    ends: str
    url: str


def waiting_for(viewer: User, at: dt.datetime) -> list[Waiting]:
    """The open exchanges, in any pod, that wait for a person's answer; the first to end first. Three queries."""
    rows = (
        Exchange.objects.filter(outcome=Outcome.OPEN, ends_at__gt=at)
        .filter(consents__member=viewer, consents__answer="waiting")
        .select_related("pod", "made_by")
        .prefetch_related("legs__giver", "legs__taker")
        .order_by("ends_at")[:10]
    )
    return [
        Waiting(
            _sides(row, viewer),
            row.made_by.name,
            f"{words.long_day(local_date(row.ends_at, row.pod.tzinfo))}, {words.clock(row.ends_at, row.pod.tzinfo)}",
            reverse("exchange", kwargs={"slug": row.pod.slug, "exchange": row.pk}),
        )
        for row in rows
    ]


def _sides(row: Exchange, viewer: User) -> str:
    """What somebody would take and give, in one line."""
    takes = ", ".join(_long(leg.span, row.pod) for leg in row.legs.all() if leg.taker_id == viewer.pk)
    gives = ", ".join(_long(leg.span, row.pod) for leg in row.legs.all() if leg.giver_id == viewer.pk)
    if takes and gives:
        return _("Take %(takes)s for your %(gives)s") % {"takes": takes, "gives": gives}
    return (_("Take %(takes)s") if takes else _("Give your %(gives)s")) % {"takes": takes, "gives": gives}


def _long(span: Period, pod: Pod) -> str:
    return f"{words.long_day(local_date(span.start, pod.tzinfo))}, {words.span(span, pod.tzinfo)}"


def _wanted(wish: SwapWish) -> str:
    if wish.first and wish.last and wish.first != wish.last:
        return _("for a day from %(first)s to %(last)s") % {
            "first": words.long_day(wish.first), "last": words.long_day(wish.last),
        }  # fmt: skip
    if wish.first:
        return _("for %(day)s") % {"day": words.long_day(wish.first)}
    return _("for any day")


TONES = {"open": "watch", "done": "good", "undone": "watch", "declined": "plain", "expired": "plain"}


def _listed(row: Exchange, pod: Pod, viewer: User) -> Listed:
    legs = [
        leg_title(_long(leg.span, pod), leg.giver, leg.taker, viewer.pk)
        for leg in sorted(row.legs.all(), key=lambda leg: viewer.pk != leg.taker_id)
    ]
    return Listed(
        row.pk, legs[0], "; ".join(legs[1:]), str(row.get_outcome_display()), TONES.get(row.outcome, "plain"),
        row.made_by.name, row.made_by_id == viewer.pk,
    )  # fmt: skip
