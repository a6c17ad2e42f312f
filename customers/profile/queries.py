"""One customer as the page shows it: who owns and knows them, and every contact over all channels."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.contacts.models import Contact
from customers.directory.models import Customer, Ownership
from customers.feedback.models import Response
from customers.profile import chart, listing
from customers.routing.queries.contact import Timeline, Usual, timeline, usual_of
from cxportal.core import periods
from teams.people.models import User
from teams.pods.channels import Channel
from teams.pods.models import Pod

DRAWN = 400
EPISODE = dt.timedelta(days=7)


@dataclass(frozen=True)
class Profile:
    """Everything on the page of a customer; texts finished, times in the home pod's zone."""

    customer: Customer
    name: str
    letters: str
    category: int
    about: str
    tag: str
    home: Pod
    home_since: str
    planned: str
    usual: Usual | None
    score: str
    number: str
    open_contact: int | None
    drawing: chart.Drawing
    span: str
    since_year: int | None
    everything: bool
    episode: Timeline
    before: Timeline
    episode_words: str
    one_a_row: bool


def profile(
    customer: Customer, home: Pod, viewer: User, *, everything: bool = False, at: dt.datetime | None = None
) -> Profile:
    """The page of a customer for somebody who may read it. A constant number of queries, whatever the history."""
    at = at or periods.now()
    contacts = _contacts(customer)
    issue = episode(contacts, at)
    whole = timeline(customer, viewer, shown=None if everything else 60)
    inside = [row for row in whole.rows if row.id in issue] if len(issue) > 1 else []
    before = [row for row in whole.rows if row not in inside]
    before = before if everything else before[:8]
    open_contact = next((c.pk for c in contacts if c.is_open and not c.imported), None)
    start = contacts[-1].arrived_at if contacts and everything else at - dt.timedelta(days=153)
    zone = home.tzinfo
    return Profile(
        customer=customer,
        name=str(customer),
        letters=listing.letters(customer),
        category=listing.category(customer),
        about=_about(customer),
        tag=_recent(contacts, at),
        home=home,
        home_since=_since(customer, home, at),
        planned=_planned(customer, at),
        usual=usual_of([c.person for c in contacts if c.person is not None]),
        score=_score(customer, home),
        number=customer.external_id or "",
        open_contact=open_contact,
        drawing=_drawing(contacts, issue, start.astimezone(zone), at.astimezone(zone)),
        span=_span(start.astimezone(zone), whole),
        since_year=whole.since,
        everything=everything,
        episode=Timeline(inside, len(inside), None),
        before=Timeline(before, whole.total - len(inside), whole.since),
        episode_words=_episode_words(len(inside)),
        one_a_row=bool(contacts) and contacts[-1].imported and contacts[-1].external_id == customer.external_id,
    )


def _contacts(customer: Customer) -> list[Contact]:
    rows = Contact.objects.filter(customer=customer).order_by("-arrived_at", "-pk")
    return list(rows.select_related("person", "reason__group", "home_pod")[:DRAWN])


def episode(contacts: list[Contact], at: dt.datetime) -> frozenset[int]:
    """The contacts of the issue that is going on: same reason group, each within 7 days of the next.

    ``contacts`` newest first. Nothing is going on when the newest is closed and older than 7 days.
    """
    if not contacts or (not contacts[0].is_open and contacts[0].arrived_at < at - EPISODE):
        return frozenset()
    newest = contacts[0]
    group = newest.reason.group_id if newest.reason else None
    found, reached = {newest.pk}, newest.arrived_at
    for contact in contacts[1:]:
        if contact.arrived_at < reached - EPISODE:
            break
        if group is None or contact.reason is None or contact.reason.group_id == group:
            group = group or (contact.reason.group_id if contact.reason else None)
            found.add(contact.pk)
            reached = contact.arrived_at
    return frozenset(found)


def _about(customer: Customer) -> str:
    words = [customer.place or str(customer.region or ""), str(customer.segment or "")]
    if customer.since is not None:
        words.append(_("with us since %(month)s") % {"month": date_format(customer.since, "F Y")})
    if customer.language:
        words.append(_("speaks %(language)s") % {"language": customer.language_name})
    return ", ".join(filter(None, words))


def _recent(contacts: list[Contact], at: dt.datetime) -> str:
    """How many contacts came within the last seven days, from the second on."""
    count = sum(contact.arrived_at >= at - EPISODE for contact in contacts)
    words = {2: _("Second contact in 7 days"), 3: _("Third contact in 7 days")}
    return words.get(count, _("%(n)s contacts in 7 days") % {"n": count}) if count > 1 else ""


def _since(customer: Customer, home: Pod, at: dt.datetime) -> str:
    span = Ownership.objects.filter(customer=customer, period__contains=at).first()
    if span is None or span.period is None or span.period.lower is None:
        return ""
    return _("since %(day)s") % {"day": date_format(span.period.lower.astimezone(home.tzinfo), "j M Y")}


def _planned(customer: Customer, at: dt.datetime) -> str:
    """The next pod, when the rules already say that the customer moves."""
    span = (
        Ownership.objects.filter(customer=customer, period__startswith__gt=at)
        .select_related("pod")
        .order_by("period")
        .first()
    )
    if span is None or span.period is None or span.period.lower is None:
        return ""
    day = date_format(span.period.lower.astimezone(span.pod.tzinfo), "j M Y")
    return _("to %(pod)s from %(day)s") % {"pod": span.pod, "day": day}


def _score(customer: Customer, home: Pod) -> str:
    """The last answer in words, its month in the home pod's zone; "disputed" of a complaint is no score."""
    answer = (
        Response.objects.filter(contact__customer=customer)
        .exclude(kind=Response.Kind.DISPUTED)
        .filter(Q(nps__isnull=False) | Q(csat__isnull=False))
        .order_by("-answered_at", "-pk")
        .first()
    )
    if answer is None:
        return ""
    month = date_format(answer.answered_at.astimezone(home.tzinfo), "M Y")
    if answer.nps is not None:
        return _("%(n)s of 10, %(month)s") % {"n": answer.nps, "month": month}
    return _("%(n)s of 5, %(month)s") % {"n": answer.csat, "month": month}


def _drawing(contacts: list[Contact], issue: frozenset[int], start: dt.datetime, end: dt.datetime) -> chart.Drawing:
    used = {contact.channel for contact in contacts if contact.arrived_at >= start}
    shown = [channel for channel in Channel if channel in used] or [Channel.PHONE, Channel.EMAIL]
    points = [
        chart.Point(
            id=contact.pk,
            at=contact.arrived_at.astimezone(start.tzinfo),
            channel=contact.channel,
            tone=_tone(contact),
            words=_point_words(contact, start),
            episode=len(issue) > 1 and contact.pk in issue,
        )
        for contact in contacts
    ]
    return chart.drawing(points, {channel.value: str(channel.label) for channel in shown}, start, end)


def _tone(contact: Contact) -> str:
    if contact.automated or not Channel(contact.channel).human:
        return "plain"
    if contact.is_open or contact.reopened_count:
        return "watch"
    return "good" if contact.state == Contact.State.RESOLVED else "plain"


def _point_words(contact: Contact, start: dt.datetime) -> str:
    title = contact.subject or (contact.reason.name if contact.reason else "")
    when = date_format(contact.arrived_at.astimezone(start.tzinfo), "j M Y, H:i")
    state = str(Contact.State(contact.state).label).lower()
    return ", ".join(filter(None, (str(Channel(contact.channel).label), when, title, state)))


def _span(start: dt.datetime, whole: Timeline) -> str:
    """From when the drawing goes, and how many contacts there are in all."""
    if not whole.total:
        return ""
    words = ngettext("%(n)s contact since %(year)s", "%(n)s contacts since %(year)s", whole.total)
    told = words % {"n": whole.total, "year": whole.since}
    return _("%(day)s to today, %(told)s") % {"day": date_format(start, "j M Y"), "told": told}


def _episode_words(count: int) -> str:
    return ngettext("%(n)s contact, one issue", "%(n)s contacts, one issue", count) % {"n": count}
