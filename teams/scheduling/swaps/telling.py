"""Who reads what of an exchange, and the sentences; they are made when a notice is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as later

from cxportal.core.periods import day_period, local_date
from cxportal.core.realtime import person_topic, publish
from teams.notifications.kinds import register
from teams.notifications.models import Notice
from teams.notifications.resting import told_from
from teams.notifications.services import notify, settle
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.models import GiveAway
from teams.scheduling.swaps.models import Exchange, ExchangeConsent, SwapWish
from teams.scheduling.swaps.rules import Leg, people_of


def asked(row: Exchange, by: User, legs: Sequence[Leg], pod: Pod, now: dt.datetime) -> None:
    """Each person reads what they would give and take; who heard of one of the shifts today finds it on their page."""
    heard = heard_today(row, now)
    told = told_from(people_of(legs), now)
    for consent in row.consents.filter(answer=ExchangeConsent.Answer.WAITING):
        if consent.member_id not in heard:
            _send(row, [consent.member_id], "swap_asked", by, _sides(consent.member_id, legs, pod), told=told)
        consent.reminded_at = told[consent.member_id]
        consent.save(update_fields=["reminded_at"])


def heard_today(row: Exchange, now: dt.datetime) -> set[int]:
    """Who was asked or reminded today (pod's zone) about a shift of this exchange, by this one or another.

    Whose question waits for the end of quiet hours counts as well.
    """
    today = day_period(local_date(now, row.pod.tzinfo), row.pod.tzinfo)
    return set(
        ExchangeConsent.objects.filter(
            exchange__legs__shift__in=row.legs.values("shift"), reminded_at__gte=today.start
        ).values_list("member", flat=True)
    )


def done(row: Exchange, by: User, legs: Sequence[Leg]) -> None:
    _settled(row)
    for member in people_of(legs):
        if member != by.pk:
            _send(row, [member], "swap_done", by, _sides(member, legs, row.pod))


def declined(row: Exchange, by: User, members: Iterable[int]) -> None:
    _settled(row)
    _send(row, members, "swap_declined", by)


def withdrawn(row: Exchange, by: User, members: Iterable[int]) -> None:
    _settled(row)
    _send(row, members, "swap_withdrawn", by)


def undone(row: Exchange, by: User, members: Iterable[int]) -> None:
    _send(row, members, "swap_undone", by)


def expired(row: Exchange) -> None:
    _settled(row)
    _send(row, row.consents.values_list("member", flat=True), "swap_expired", None)


def closed(row: Exchange, sat: Collection[int]) -> None:
    """Another act ended it: whoever sat on its shift did that, or was told of it."""
    _settled(row)
    _send(row, row.consents.exclude(member__in=sat).values_list("member", flat=True), "swap_closed", None)


def left(row: Exchange, person: User) -> None:
    """Somebody in it left the pod: the others read who."""
    _settled(row)
    _send(row, row.consents.exclude(member=person).values_list("member", flat=True), "swap_left", person)


def reminded(row: Exchange, member: int, by: User | None, told: dt.datetime) -> None:
    """At most once a day for one person and exchange: the day on which they are told stands in the source."""
    day = local_date(told, row.pod.tzinfo).isoformat()
    _send(row, [member], "swap_reminder", by, source=f"{_source(row)}{day}", told={member: told})


def warned(kind: str, row: GiveAway | SwapWish | Exchange, hours: int) -> int:
    """Warn the owner once that an offer ends in so many hours; returns how many were told."""
    owner = row.made_by_id if isinstance(row, Exchange) else row.owner_id
    pod = row.shift.pod if isinstance(row, GiveAway) else row.pod
    source, told = f"swap-ends:{kind}:{row.pk}:{hours}", "offer_ends" if isinstance(row, GiveAway) else "swap_ends"
    if Notice.objects.filter(recipient=owner, kind=told, source=source).exists():
        return 0  # asked first: a repeat adds no notice, but it would have open pages fetch every minute
    when = f"{words.long_day(local_date(row.ends_at, pod.tzinfo))}, {words.clock(row.ends_at, pod.tzinfo)}"
    data, url = {"when": when}, reverse("exchanges", kwargs={"slug": pod.slug})
    if isinstance(row, GiveAway):
        data["span"], url = words.day_span(row.shift.span, pod.tzinfo), _shift_url(row)
    return notify(to=[owner], kind=told, data=data, url=url, source=source)


def nobody_took(row: GiveAway) -> None:
    """An offer ended: its owner reads once that the shift stays theirs."""
    data = {"span": words.day_span(row.shift.span, row.shift.pod.tzinfo)}
    notify(to=[row.owner_id], kind="offer_ended", data=data, url=_shift_url(row), source=f"offer-ended:{row.pk}")


def _shift_url(row: GiveAway) -> str:
    return reverse("shift", kwargs={"slug": row.shift.pod.slug, "shift": row.shift_id})


def _settled(row: Exchange) -> None:
    """Nobody needs to answer any more."""
    for kind in ("swap_asked", "swap_reminder"):
        settle(kind=kind, about=_source(row))


def _source(row: Exchange) -> str:
    return f"exchange:{row.pk}:"  # closed, so that 1 is not what 12 begins with


def _send(
    row: Exchange,
    to: Iterable[int],
    kind: str,
    by: User | None,
    data: Mapping[str, str] | None = None,
    *,
    source: str = "",
    told: Mapping[int, dt.datetime] | None = None,
) -> None:
    people = list(to)
    publish([person_topic(person) for person in people], "exchange")
    notify(
        to=people,
        kind=kind,
        data={"by": by.name if by else "", **(data or {})},
        url=reverse("exchange", kwargs={"slug": row.pod.slug, "exchange": row.pk}),
        source=source or _source(row),
        by=by,
        told=told,
    )


def _sides(member: int, legs: Sequence[Leg], pod: Pod) -> dict[str, str]:
    gives = [words.day_span(leg.period, pod.tzinfo) for leg in legs if leg.giver == member]
    takes = [words.day_span(leg.period, pod.tzinfo) for leg in legs if leg.taker == member]
    return {"gives": "; ".join(gives), "takes": "; ".join(takes)}


def _words(both: str, gives: str, takes: str) -> Any:
    """A sentence for a swap, one for giving only and one for taking only."""

    def told(data: Mapping[str, Any]) -> str:
        if data["gives"] and data["takes"]:
            return _(both) % data
        return _(gives if data["gives"] else takes) % data

    return told


def _plain(text: str) -> Any:
    def told(data: Mapping[str, Any]) -> str:
        return _(text) % data

    return told


def register_notices() -> None:
    """Make the kinds known; called once when the teams floor starts."""
    register(
        "swap_asked",
        icon="repeat",
        group="exchanges",
        words=_words(
            later("%(by)s asks: take %(takes)s for your %(gives)s."),
            later("%(by)s would take over your %(gives)s."),
            later("%(by)s asks whether you take over %(takes)s."),
        ),
        tone="info",
    )
    register(
        "swap_done",
        icon="calendar-check",
        group="exchanges",
        words=_words(
            later("The exchange happened: you work %(takes)s, no longer %(gives)s."),
            later("The exchange happened: you no longer work %(gives)s."),
            later("The exchange happened: you work %(takes)s."),
        ),
        tone="good",
    )
    register(
        "swap_declined",
        icon="calendar-x",
        group="exchanges",
        words=_plain(later("%(by)s declined the exchange; nothing changed.")),
    )
    register(
        "swap_withdrawn",
        icon="calendar-x",
        group="exchanges",
        words=_plain(later("%(by)s withdrew the exchange; nothing changed.")),
    )
    register(
        "swap_undone",
        icon="undo-2",
        group="exchanges",
        words=_plain(later("%(by)s undid the exchange; everybody works as before.")),
        tone="watch",
    )
    register(
        "swap_expired",
        icon="calendar-x",
        group="exchanges",
        words=_plain(later("The exchange ended without everybody's consent; nothing changed.")),
    )
    register(
        "swap_closed",
        icon="calendar-x",
        group="exchanges",
        words=_plain(later("An exchange is over: one of its shifts changed hands or was changed. You work as before.")),
    )
    register(
        "swap_left",
        icon="calendar-x",
        group="exchanges",
        words=_plain(later("%(by)s has left, so an exchange is over. You work as before.")),
    )
    register(
        "swap_reminder",
        icon="bell",
        group="exchanges",
        words=_plain(later("%(by)s waits for your answer to an exchange.")),
        tone="info",
    )
    register(
        "swap_ends",
        icon="clock",
        group="exchanges",
        words=_plain(later("Your offer to swap ends on %(when)s; until somebody takes it the shift stays yours.")),
        tone="watch",
    )
    register(
        "offer_ends",
        icon="clock",
        group="exchanges",
        words=_plain(later("Your offer of %(span)s ends on %(when)s; until somebody takes it the shift stays yours.")),
        tone="watch",
    )
    register(
        "offer_ended",
        icon="calendar-x",
        group="exchanges",
        words=_plain(later("Nobody took %(span)s, so it stays yours. You can offer it again.")),
        tone="watch",
    )
