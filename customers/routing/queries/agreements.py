"""Overflow agreements as their pages show them: conditions on rails, signatures, what is used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, OuterRef, Q, Subquery, Value
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from customers.contacts.models import Contact, ContactEvent
from customers.routing import agreed
from customers.routing.models import ContactAssignment, Offer, OverflowAgreement, OverflowTerms, Signature
from customers.routing.queries import numbers
from customers.routing.queries.rails import Rail, rails
from customers.routing.queries.ready import Ready, ready_now
from customers.routing.sentences import with_unit
from customers.routing.terms import at_or_above_promise
from cxportal.core import periods
from teams.pods.channels import Channel
from teams.pods.models import Pod, Promise
from teams.skills.models import Skill

State = OverflowAgreement.State
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
TONES = {
    State.PROPOSED: ("watch", "clock"),
    State.ACTIVE: ("good", "circle-check"),
    State.PAUSED: ("watch", "pause"),
    State.ENDED: ("plain", "circle-slash"),
}


@dataclass(frozen=True)
class AgreementRow:
    """One agreement in the list of a pod."""

    id: int
    other: Pod
    out: bool
    tone: str
    icon: str
    state: str
    words: str
    used: int
    cap: int
    to_sign: bool

    @property
    def percent(self) -> int:
        return round(100 * self.used / self.cap) if self.cap else 0


@dataclass(frozen=True)
class Signed:
    """A pod's line among the signatures."""

    pod: Pod
    words: str
    done: bool


@dataclass(frozen=True)
class Use:
    """One cap with what is used of it."""

    label: str
    detail: str
    used: int
    cap: int

    @property
    def percent(self) -> int:
        return round(100 * self.used / self.cap) if self.cap else 0

    @property
    def tone(self) -> str:
        return "gap" if self.used >= self.cap else "watch" if self.percent >= 75 else "good"


@dataclass(frozen=True)
class Day:
    """Hours of help on a weekday, in quarter hours of the day for the drawn bar."""

    name: str
    words: str
    begin: int | None = None
    length: int = 0


@dataclass(frozen=True)
class AgreementPage:
    """One agreement from the side of one pod."""

    agreement: OverflowAgreement
    pod: Pod
    other: Pod
    tone: str
    icon: str
    state: str
    force: OverflowTerms | None
    proposed: OverflowTerms | None
    shown: OverflowTerms | None
    newest: int
    rails: list[Rail]
    late: list[str]
    signatures: list[Signed]
    to_sign: bool
    applies: list[str]
    days: list[Day]
    channels: list[tuple[str, str]]
    skills: list[str]
    uses: list[Use]
    ready: list[Ready]
    versions: list[OverflowTerms]
    handed_back: int
    today: int
    undo_until: dt.datetime | None = None
    pausable: bool = False
    resumable: bool = False
    facts: list[tuple[str, str]] = field(default_factory=list)


def agreement_rows(pod: Pod, at: dt.datetime | None = None) -> list[AgreementRow]:
    """All living agreements of a pod, those it asks under first. Four queries."""
    now = at or periods.now()
    found = list(
        OverflowAgreement.objects.filter(Q(home=pod) | Q(partner=pod))
        .exclude(state=State.ENDED)
        .select_related("home", "partner", "paused_by")
    )
    versions = OverflowTerms.objects.filter(agreement__in=found, state__in=["in_force", "proposed"])
    force = {v.agreement_id: v for v in versions if v.state == OverflowTerms.State.IN_FORCE}
    proposed = {v.agreement_id: v for v in versions if v.state == OverflowTerms.State.PROPOSED}
    signed = set(Signature.objects.filter(terms__in=proposed.values(), pod=pod).values_list("terms_id", flat=True))
    used = numbers.used_today(found, now)
    rows = []
    for a in sorted(found, key=lambda a: (a.home_id != pod.pk, a.order, a.pk)):
        terms = force.get(a.pk) or proposed.get(a.pk)
        waits = proposed.get(a.pk)
        tone, icon = TONES[State(a.state)]
        rows.append(
            AgreementRow(
                id=a.pk,
                other=a.partner if a.home_id == pod.pk else a.home,
                out=a.home_id == pod.pk,
                tone=tone,
                icon=icon,
                state=_state(a),
                words=_in_short(terms) if terms else "",
                used=used.get(a.pk, 0),
                cap=force[a.pk].cap_day if a.pk in force else 0,
                to_sign=waits is not None and waits.pk not in signed,
            )
        )
    return rows


@dataclass(frozen=True)
class ToSign:
    """A version that waits for the signature of ``pod``."""

    pod: Pod
    other: Pod
    agreement_id: int
    number: int
    proposed_at: dt.datetime


def to_sign(pods: Iterable[int]) -> list[ToSign]:
    """What these pods still have to sign, by the state of the agreements, oldest first. One query."""
    mine = set(pods)
    rows = (
        OverflowTerms.objects.filter(state=OverflowTerms.State.PROPOSED)
        .filter(Q(agreement__home__in=mine) | Q(agreement__partner__in=mine))
        .exclude(agreement__state=State.ENDED)
        .select_related("agreement__home", "agreement__partner")
        .annotate(signed=ArrayAgg("signatures__pod", default=Value([])))
        .order_by("proposed_at", "pk")
    )
    found = []
    for row in rows:
        two = (row.agreement.home, row.agreement.partner)
        found += [
            ToSign(pod, other, row.agreement_id, row.number, row.proposed_at)
            for pod, other in (two, two[::-1])
            if pod.pk in mine and pod.pk not in row.signed
        ]
    return found


def _state(a: OverflowAgreement) -> str:
    if a.state == State.PAUSED and a.paused_by is not None:
        return _("Paused by %(pod)s") % {"pod": a.paused_by.name}
    return str(State(a.state).label)


def _in_short(terms: OverflowTerms) -> str:
    waits = ", ".join(
        _("%(channel)s after %(time)s") % {"channel": Channel(c).label, "time": with_unit(s)}
        for c, s in terms.thresholds.items()
    )
    caps = _("%(once)s at once, %(day)s a day, keeps %(reserve)s free")
    return waits + " · " + caps % {"once": terms.cap_once, "day": terms.cap_day, "reserve": terms.reserve}


def agreement_page(agreement: OverflowAgreement, pod: Pod, at: dt.datetime | None = None) -> AgreementPage:
    """The page of one agreement. Constant queries."""
    now = at or periods.now()
    versions = list(agreement.versions.select_related("proposed_by", "proposed_for").order_by("-number"))
    force = next((v for v in versions if v.state == OverflowTerms.State.IN_FORCE), None)
    proposed = next((v for v in versions if v.state == OverflowTerms.State.PROPOSED), None)
    shown = force or proposed or (versions[0] if versions else None)
    promises = dict(Promise.objects.filter(pod=agreement.home).values_list("channel", "seconds"))
    willing = agreed.willingness(agreement.partner_id, now)
    signatures = _signatures(agreement, proposed or shown)
    tone, icon = TONES[State(agreement.state)]
    uses, today = _uses(agreement, force, now)
    return AgreementPage(
        agreement=agreement,
        pod=pod,
        other=agreement.partner if pod.pk == agreement.home_id else agreement.home,
        tone=tone,
        icon=icon,
        state=_state(agreement),
        force=force,
        proposed=proposed,
        shown=shown,
        newest=versions[0].number if versions else 0,
        rails=rails(shown, proposed if force else None, promises, willing) if shown else [],
        late=[str(Channel(c).label) for c in at_or_above_promise(shown.thresholds, promises)] if shown else [],
        signatures=signatures,
        to_sign=proposed is not None and not any(s.done for s in signatures if s.pod.pk == pod.pk),
        applies=_applies(agreement, shown) if shown else [],
        days=_days(shown) if shown else [],
        channels=[(Channel(c).icon, str(Channel(c).label)) for c in shown.thresholds] if shown else [],
        skills=list(Skill.objects.filter(pk__in=shown.skill_ids).values_list("name", flat=True)) if shown else [],
        uses=uses,
        ready=ready_now(agreement, force, now),
        versions=versions,
        handed_back=_handed_back(agreement, now),
        today=today,
        undo_until=None if proposed else _undo_until(force, pod, now),
        pausable=agreement.state == State.ACTIVE,
        resumable=agreement.state == State.PAUSED and agreement.paused_by_id == pod.pk,
    )


def _undo_until(force: OverflowTerms | None, pod: Pod, now: dt.datetime) -> dt.datetime | None:
    """Until when the pod may still take its signature back; None when it may not."""
    if force is None or force.in_force_at is None or not agreed.undo_open(force, pod, now) or agreed.used_since(force):
        return None
    return force.in_force_at + agreed.UNDO_FOR


def _signatures(agreement: OverflowAgreement, terms: OverflowTerms | None) -> list[Signed]:
    made = {s.pod_id: s for s in Signature.objects.filter(terms=terms).select_related("by")} if terms else {}
    found = []
    for pod in (agreement.home, agreement.partner):
        signature = made.get(pod.pk)
        words = _("has not signed yet")
        if signature is not None:
            when = date_format(signature.at.astimezone(pod.tzinfo), "D j M, H:i")
            words = f"{when}, {signature.by.name}" if signature.by else when
        found.append(Signed(pod, words, signature is not None))
    return found


def _applies(agreement: OverflowAgreement, terms: OverflowTerms) -> list[str]:
    home, partner = agreement.home.name, agreement.partner.name
    first = []
    if terms.when_closed:
        first.append(_("%(pod)s is closed") % {"pod": home})
    if terms.when_nobody:
        first.append(_("nobody with the skill is there in %(pod)s") % {"pod": home})
    first.append(_("the contact has waited at least the agreed time"))
    if terms.expected_wait:
        first.append(_("its expected wait is above %(time)s") % {"time": with_unit(terms.expected_wait)})
    lines = [text if i == 0 else _("or %(text)s") % {"text": text} for i, text in enumerate(first)]
    lines[0] = lines[0][:1].upper() + lines[0][1:]
    guard = _("at most %(n)s wait in its own queue") % {"n": terms.guard}
    return [
        *lines,
        _("and %(pod)s is open and has somebody idle with the skill, above what it keeps free") % {"pod": partner},
        _("and %(pod)s’s own queue is empty") % {"pod": partner} if not terms.guard else _("and %(g)s") % {"g": guard},
        _("and the caps leave room"),
    ]


def _days(terms: OverflowTerms) -> list[Day]:
    names = [_(name) for name in WEEKDAYS]
    if terms.hours is None:
        return []
    days = []
    for name, span in zip(names, terms.hours, strict=True):
        if span is None:
            days.append(Day(name, _("no help")))
        else:
            words = f"{span[0] // 60:02d}:{span[0] % 60:02d}–{span[1] // 60:02d}:{span[1] % 60:02d}"
            days.append(Day(name, words, span[0] // 15, max(1, (span[1] - span[0]) // 15)))
    return days


def _uses(agreement: OverflowAgreement, force: OverflowTerms | None, now: dt.datetime) -> tuple[list[Use], int]:
    if force is None:
        return [], 0
    hour = now - dt.timedelta(hours=1)
    counted = ContactAssignment.objects.filter(agreement=agreement).aggregate(
        once=Count("pk", filter=Q(ended_at__isnull=True)), hour=Count("pk", filter=Q(started_at__gt=hour))
    )
    offered = Offer.objects.filter(agreement=agreement, state=Offer.State.OPEN).count()
    day = numbers.used_today([agreement], now).get(agreement.pk, 0)
    zone = agreement.home.tzinfo
    span = f"{hour.astimezone(zone):%H:%M}–{now.astimezone(zone):%H:%M}"
    about = _("%(home)s’s contacts at %(partner)s") % {"home": agreement.home.name, "partner": agreement.partner.name}
    return [
        Use(_("In the day"), about, day + offered, force.cap_day),
        Use(_("Last 60 minutes"), span, counted["hour"] + offered, force.cap_hour),
        Use(_("At once"), _("in work or being offered"), counted["once"] + offered, force.cap_once),
    ], day


def _handed_back(agreement: OverflowAgreement, now: dt.datetime) -> int:
    """Contacts of today that the helper handed back unfinished."""
    day = periods.day_period(periods.local_date(now, agreement.home.tzinfo), agreement.home.tzinfo)
    served = ContactAssignment.objects.filter(agreement=agreement, started_at__gte=day.start)
    passed = ContactEvent.objects.filter(contact=OuterRef("pk"), kind__in=["handed_over", "taken_back"])
    here = passed.filter(at__gte=day.start, pod=agreement.partner_id)
    last = here.order_by("-at", "-pk").values("kind")[:1]
    found = Contact.objects.filter(pk__in=served.values("contact_id")).annotate(last=Subquery(last))
    return found.filter(last="handed_over").count()
