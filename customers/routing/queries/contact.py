"""One contact as its page shows it, and a customer's one timeline over all channels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, When
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.contacts.models import Contact, ContactEvent, Note
from customers.directory.models import Customer
from customers.feedback import queries as feedback
from customers.feedback.models import Response
from customers.routing.models import Offer
from customers.routing.queries import clock
from customers.routing.queries.board import title
from customers.routing.queries.following import Following, following
from customers.routing.queries.story import Step, story
from cxportal.core import periods
from teams.people.models import User
from teams.pods.channels import Channel
from teams.pods.models import Pod
from teams.pods.queries import standing

State = Contact.State
TONES = {
    State.WAITING: ("watch", "clock"),
    State.OFFERED: ("info", "bell-ring"),
    State.IN_WORK: ("info", "activity"),
    State.AFTER_WORK: ("info", "pen-line"),
    State.RESOLVED: ("good", "circle-check"),
    State.ABANDONED: ("plain", "phone-off"),
}
SHOWN = 8


@dataclass(frozen=True)
class Row:
    """One contact of the customer in the timeline."""

    id: int
    icon: str
    channel: str
    title: str
    when: str
    who: str
    tone: str
    state_icon: str
    state: str
    current: bool
    readable: bool


@dataclass(frozen=True)
class Usual:
    """Who is asked first for a customer: served ``times`` of the last ``of`` contacts with a person."""

    person: User
    times: int
    of: int

    @property
    def label(self) -> str:
        """One contact of several makes nobody the usual person."""
        return _("Usual person") if self.times > 1 or self.of == 1 else _("Last served by")


@dataclass(frozen=True)
class Timeline:
    """The newest contacts of a customer over all channels; ``rest`` are not shown."""

    rows: list[Row]
    total: int
    since: int | None

    @property
    def rest(self) -> int:
        return self.total - len(self.rows)


@dataclass(frozen=True)
class Fact:
    """One line about the customer."""

    label: str
    value: str
    pod: Pod | None = None
    person: User | None = None


@dataclass(frozen=True)
class Can:
    """What the viewer may do with the contact right now."""

    accept: bool = False
    take: bool = False
    work: bool = False
    end: bool = False
    reopen: bool = False
    note: bool = False


@dataclass(frozen=True)
class ContactPage:
    """Everything on the page of a contact, texts finished, times in the home pod's zone."""

    contact: Contact
    title: str
    letters: str
    channel: str
    icon: str
    began: str
    tone: str
    state_icon: str
    state: str
    wait: clock.Wait
    nth: str
    steps: list[Step]
    notes: list[Note]
    facts: list[Fact]
    can: Can
    offer_left: int
    timeline: Timeline
    warning: str
    answer: feedback.FeedbackOn | None = None
    following: Following | None = None


def contact_page(
    contact: Contact,
    viewer: User,
    *,
    works: bool,
    helper: bool,
    everything: bool = False,
    at: dt.datetime | None = None,
) -> ContactPage:
    """The page of a contact for one viewer. About 20 queries, whatever its history."""
    now = at or periods.now()
    events = list(ContactEvent.objects.filter(contact=contact).order_by("at", "pk"))
    offer = Offer.objects.filter(contact=contact, state=Offer.State.OPEN).select_related("person", "pod").first()
    mine = contact.person_id == viewer.pk and contact.state in (State.IN_WORK, State.AFTER_WORK)
    tone, icon = TONES[State(contact.state)]
    wait = clock.wait_of(contact, now)
    can = _can(contact, offer, viewer, works=works, helper=helper, mine=mine)
    return ContactPage(
        contact=contact,
        title=title(contact),
        letters="".join(part[0] for part in title(contact).split()[:2]).upper(),
        channel=str(Channel(contact.channel).label),
        icon=Channel(contact.channel).icon,
        began=_moment(contact.arrived_at, contact.home_pod, now),
        tone=tone,
        state_icon=icon,
        state=_state(contact, offer, mine=mine),
        wait=wait,
        nth=_nth(contact),
        steps=story(contact, events, inside=contact.home_pod_id in standing(viewer).member_of),
        notes=list(Note.objects.filter(contact=contact).select_related("by")),
        facts=_facts(contact),
        can=can,
        offer_left=max(0, int((offer.until - now).total_seconds())) if offer and can.accept else 0,
        timeline=timeline(contact.customer, viewer, current=contact, shown=None if everything else SHOWN),
        warning=_warning(contact, events) if mine else "",
        answer=feedback.of_contact(contact) if contact.state == State.RESOLVED else None,
        following=following(contact, viewer, now),
    )


def _can(contact: Contact, offer: Offer | None, viewer: User, *, works: bool, helper: bool, mine: bool) -> Can:
    waits = contact.state in (State.WAITING, State.OFFERED)
    asked = offer is not None and offer.person_id == viewer.pk
    elsewhere = offer is not None and not asked and offer.agreement_id is None
    return Can(
        accept=asked,
        take=works and waits and not asked and not elsewhere and not helper,
        work=mine,
        end=mine and contact.state == State.IN_WORK,
        reopen=works and not contact.is_open and not helper,
        note=works,
    )


def _state(contact: Contact, offer: Offer | None, *, mine: bool) -> str:
    about = {"name": contact.person.name if contact.person else ""}
    if offer is not None:
        about["name"] = offer.person.name
    if mine and contact.state == State.IN_WORK:
        return _("With you") if contact.channel != Channel.PHONE else _("On the phone with you")
    words = {
        State.WAITING: _("Waiting"),
        State.OFFERED: _("Offered to %(name)s"),
        State.IN_WORK: _("With %(name)s"),
        State.AFTER_WORK: _("%(name)s writes up"),
        State.RESOLVED: _("Resolved"),
        State.ABANDONED: _("Left before an answer"),
    }
    return words[State(contact.state)] % about


def _moment(at: dt.datetime, pod: Pod, now: dt.datetime) -> str:
    local = at.astimezone(pod.tzinfo)
    if periods.local_date(at, pod.tzinfo) == periods.local_date(now, pod.tzinfo):
        return local.strftime("%H:%M")
    return date_format(local, "D j M, H:i")


def _nth(contact: Contact) -> str:
    """How often the customer came within seven days up to this contact; empty for the first time."""
    if contact.customer_id is None:
        return ""
    since = contact.arrived_at - dt.timedelta(days=7)
    count = Contact.objects.filter(
        customer_id=contact.customer_id, arrived_at__gte=since, arrived_at__lte=contact.arrived_at
    ).count()
    if count < 2:
        return ""
    words = {2: _("Second contact in 7 days"), 3: _("Third contact in 7 days")}
    return words.get(count, _("%(n)s contacts in 7 days") % {"n": count})


def _facts(contact: Contact) -> list[Fact]:
    customer = contact.customer
    facts = [Fact(_("Home pod"), contact.home_pod.name, pod=contact.home_pod)]
    if contact.serving_pod_id not in (None, contact.home_pod_id):
        facts.append(Fact(_("Now with"), contact.serving_pod.name if contact.serving_pod else "", contact.serving_pod))
    if contact.required_skill is not None:
        facts.append(Fact(_("Needs"), str(contact.required_skill)))
    if customer is None:
        return [*facts, Fact(_("Told as"), contact.caller)] if contact.caller else facts
    if customer.region is not None:
        region = str(customer.region)
        told = customer.place if region in customer.place else ", ".join(filter(None, (region, customer.place)))
        facts.append(Fact(_("Region"), told))
    if customer.segment is not None:
        facts.append(Fact(_("Segment"), str(customer.segment)))
    if customer.since is not None:
        facts.append(Fact(_("With us since"), date_format(customer.since, "F Y")))
    if customer.language:
        facts.append(Fact(_("Speaks"), customer.language_name))
    usual = usual_person(customer, contact)
    if usual is not None:
        facts.append(Fact(usual.label, usual.person.name, person=usual.person))
    last = Response.objects.filter(contact__customer=customer).exclude(kind=Response.Kind.DISPUTED)
    score = last.order_by("-answered_at").first()
    if score is not None and score.nps is not None:
        month = date_format(score.answered_at.astimezone(contact.home_pod.tzinfo), "M Y")
        facts.append(Fact(_("Last score"), _("%(n)s of 10, %(month)s") % {"n": score.nps, "month": month}))
    return facts


def usual_person(customer: Customer, but: Contact) -> Usual | None:
    """Who served most of the customer's last contacts; an open one counts when it is closed. One query."""
    rows = Contact.objects.filter(customer=customer, person__isnull=False)
    rows = rows.exclude(pk=but.pk) if but.is_open else rows
    return usual_of([c.person for c in rows.select_related("person").order_by("-arrived_at", "-pk")[:6] if c.person])


def usual_of(served: Sequence[User]) -> Usual | None:
    """Who served most of the six latest, among equals the latest, as the routing asks; ``served`` newest first."""
    ids = [person.pk for person in served[:6]]
    if not ids:
        return None
    best = max(served[:6], key=lambda person: (ids.count(person.pk), -ids.index(person.pk)))
    return Usual(best, ids.count(best.pk), len(ids))


def timeline(
    customer: Customer | None, viewer: User, *, current: Contact | None = None, shown: int | None = SHOWN
) -> Timeline:
    """The contacts of a customer over all channels: open ones first, then the newest. Three queries."""
    if customer is None:
        return Timeline([], 0, None)
    rows = Contact.objects.filter(customer=customer)
    totals = rows.aggregate(n=Count("pk"))
    first = Case(When(state__in=Contact.OPEN, imported=False, then=0), default=1)
    newest = list(
        rows.select_related("person", "home_pod", "serving_pod", "reason").order_by(first, "-arrived_at", "-pk")[:shown]
    )
    answers = Response.objects.filter(contact__in=[c.pk for c in newest]).exclude(kind=Response.Kind.DISPUTED)
    said = {answer.contact_id: answer for answer in answers}
    own = standing(viewer).member_of
    now = periods.now()
    oldest = rows.order_by("arrived_at").values_list("arrived_at", flat=True).first()
    return Timeline(
        [_row(c, current, said.get(c.pk), own, now) for c in newest],
        totals["n"],
        oldest.astimezone(newest[0].home_pod.tzinfo).year if oldest and newest else None,
    )


def _row(c: Contact, current: Contact | None, said: Response | None, own: frozenset[int], now: dt.datetime) -> Row:
    tone, icon = TONES[State(c.state)]
    words = _("Open") if c.is_open else str(State(c.state).label)
    if c.reopened_count and not c.is_open:
        tone, icon, words = "watch", "rotate-ccw", _("Came back")
    who = [c.person.first_name] if c.person else []
    if c.serving_pod is not None and c.serving_pod_id != c.home_pod_id:
        who.append(c.serving_pod.name)
    if said is not None and said.nps is not None:
        who.append(_("%(n)s of 10") % {"n": said.nps})
    if said is not None and said.may_contact:
        who.append(_("may be called about it"))
    fallback = str(c.reason.name) if c.reason else _("No subject")
    return Row(
        id=c.pk,
        icon=Channel(c.channel).icon,
        channel=str(Channel(c.channel).label),
        title=c.subject or fallback,
        when=_moment(c.arrived_at, c.home_pod, now),
        who=", ".join(who),
        tone=tone,
        state_icon=icon,
        state=words,
        current=current is not None and current.pk == c.pk,
        readable=c.home_pod_id in own,
    )


def _warning(contact: Contact, events: list[ContactEvent]) -> str:
    """What a hand-over would mean, said before it is done."""
    signs = {"handed_over": 1, "taken_back": -1}
    count = sum(signs.get(e.kind, 0) for e in events if e.data.get("across"))
    if count:
        words = ngettext("It was handed over %(n)s time already.", "It was handed over %(n)s times already.", count) % {
            "n": count
        }
    else:
        words = _("It would be the first hand-over of this contact.")
    return (
        words + " " + _("To another pod it counts in the hand-over rate; to a colleague it is help and counts as none.")
    )
