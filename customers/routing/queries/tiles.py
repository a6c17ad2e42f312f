"""The board's numbers: each with what it is measured against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import F
from django.utils.translation import gettext as _

from customers.contacts.models import ContactEvent
from customers.routing.models import OverflowAgreement, OverflowTerms
from customers.routing.queries import numbers
from customers.routing.sentences import duration
from cxportal.core import periods
from teams.pods.channels import Channel
from teams.pods.models import Pod, Promise


@dataclass(frozen=True)
class Tile:
    """A number with its target: what the eye reads first."""

    label: str
    value: str
    unit: str
    detail: str
    tone: str = ""


@dataclass(frozen=True)
class Used:
    """An agreement's use of today."""

    pod: Pod
    words: str
    out: bool
    used: int
    cap: int

    @property
    def percent(self) -> int:
        return round(100 * self.used / self.cap) if self.cap else 0


def risk(seconds: int, promise: Promise | None) -> str:
    """The tone of a wait: past the promise, in its last quarter, or none."""
    if promise is None:
        return ""
    if seconds > promise.seconds:
        return "gap"
    return "watch" if seconds > promise.seconds * 3 // 4 else ""


def use_of_today(pod: Pod, agreements: list[OverflowAgreement], now: dt.datetime) -> list[Used]:
    """What came in and went out today under each agreement of a pod, in first. Two queries."""
    terms = OverflowTerms.objects.filter(agreement__in=agreements, state=OverflowTerms.State.IN_FORCE)
    caps = dict(terms.values_list("agreement_id", "cap_day"))
    used = numbers.used_today(agreements, now)
    found = []
    for a in sorted(agreements, key=lambda a: (a.home_id == pod.pk, a.order, a.pk)):
        out = a.home_id == pod.pk
        other = a.partner if out else a.home
        words = (_("%(pod)s out") if out else _("%(pod)s in")) % {"pod": other.name}
        found.append(Used(other, words, out, used.get(a.pk, 0), caps.get(a.pk, 0)))
    return found


def tiles_of(
    pod: Pod, waits: Mapping[str, list[int]], promises: Mapping[str, Promise], used: list[Used], now: dt.datetime
) -> list[Tile]:
    """Six numbers; ``waits`` are the seconds waited by channel. Three queries."""
    phone, chat = (len(waits.get(channel, ())) for channel in (Channel.PHONE, Channel.CHAT))
    written = sum(map(len, waits.values())) - phone - chat
    about = _("phone %(phone)s, chat %(chat)s, written %(written)s")
    in_time = numbers.answered_in_time(pod, dict(promises), now)
    return [
        Tile(_("Waiting"), str(phone + chat + written), "", about % {"phone": phone, "chat": chat, "written": written}),
        _longest(_("Longest on phone"), waits.get(Channel.PHONE, []), promises.get(Channel.PHONE)),
        _longest(_("Longest on chat"), waits.get(Channel.CHAT, []), promises.get(Channel.CHAT)),
        _share(_("Answered in time, today"), in_time, _("of %(n)s calls and chats")),
        _share(_("With the usual person"), _continuity(pod, now), _("of %(n)s today")),
        _overflow(used),
    ]


def _overflow(used: list[Used]) -> Tile:
    came, went = (sum(u.used for u in used if u.out is out) for out in (False, True))
    agreed_in, agreed_out = (sum(u.cap for u in used if u.out is out) for out in (False, True))
    value = _("%(in)s in, %(out)s out") % {"in": came, "out": went}
    if not used:
        return Tile(_("Overflow served today"), value, "", _("no agreement yet"))
    limits = _("of %(in)s in and %(out)s out agreed")
    return Tile(_("Overflow served today"), value, "", limits % {"in": agreed_in, "out": agreed_out})


def _longest(label: str, waits: list[int], promise: Promise | None) -> Tile:
    longest = max(waits, default=0)
    agreed = _("agreed %(time)s") % {"time": duration(promise.seconds)} if promise else _("nothing promised")
    value = duration(longest) if waits else "–"
    return Tile(label, value, "", agreed, (risk(longest, promise) or "good") if waits and promise else "")


def _share(label: str, share: numbers.Share, words: str) -> Tile:
    if share.percent is None:
        return Tile(label, "–", "", _("none yet today"))
    return Tile(label, str(share.percent), "%", words % {"n": share.n})


def _continuity(pod: Pod, now: dt.datetime) -> numbers.Share:
    """Of today's answered contacts whose customer somebody knew: answered by that person. One query."""
    today = periods.day_period(periods.local_date(now, pod.tzinfo), pod.tzinfo)
    rows = ContactEvent.objects.filter(
        kind="arrived",
        data__has_key="usual",
        at__gte=today.start,
        contact__home_pod=pod,
        contact__arrived_at__gte=today.start,
        contact__person__isnull=False,
    ).values_list("data__usual", F("contact__person_id"))
    pairs = list(rows)
    return numbers.Share(sum(usual == person for usual, person in pairs), len(pairs))
