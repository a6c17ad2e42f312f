"""Who leaves what and when, and what that would end: the preview asks here, and so does the act."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from allauth.usersessions.models import UserSession
from django.db.models import DateField, Exists, Func, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.contacts import states
from customers.contacts.models import Contact
from customers.routing.services import leaving as contacts
from cxportal.core.periods import DAY, local_date
from teams.consent import services as votes
from teams.consent.models import Elector, Proposal
from teams.feeds.models import CalendarFeed
from teams.feeds.services import feeds_of
from teams.leave.models import LeaveDay
from teams.leave.services import leaving as leave
from teams.people.models import ApiToken, Contract, User
from teams.pods.leaving import Leaving
from teams.pods.models import Membership, Pod
from teams.scheduling.models import Assignment
from teams.scheduling.services import leaving as roster
from teams.scheduling.swaps.models import Exchange, SwapWish

LOOK_BACK = 30 * DAY  # a membership that ended earlier was looked at often enough


@dataclass(frozen=True)
class Line:
    """One kind of thing that ends or opens: how many, in words, with what becomes of it."""

    key: str
    number: int
    icon: str
    words: str
    then: str


def leaving_pod(person: User, pod: Pod, last: dt.date, at: dt.datetime) -> Leaving:
    """Somebody leaves one pod after a day."""
    since = last + DAY
    home = Membership.objects.select_related("pod__area").filter(
        member=person, kind=Membership.Kind.HOME, period__contains=since
    )
    elsewhere = home.exclude(pod=pod).first()
    return Leaving(person, (pod,), since, at, home=elsewhere.pod if elsewhere else None)


def leaving_company(person: User, last: dt.date | None, at: dt.datetime) -> Leaving:
    """Somebody leaves the company after a day, or now."""
    places = Q(memberships__member=person) | Q(
        shifts__assignments__member=person, shifts__assignments__period__endswith__gt=at
    )
    pods = tuple(
        Pod.objects.filter(pk__in=Pod.objects.filter(places).values("pk")).select_related("area").order_by("pk")
    )
    return Leaving(person, pods, (last or at.date()) + DAY, at, company=True, at_once=last is None)


def is_due(leaving: Leaving) -> bool:
    """The day has come: for everybody's rights (UTC) and on the clock of each pod."""
    days = [leaving.at.date(), *(local_date(leaving.at, pod.tzinfo) for pod in leaving.pods)]
    return leaving.at_once or min(days) >= leaving.since


@dataclass(frozen=True)
class Planned:
    """A leaving that lies ahead: what, the last day, and the address that takes it back; empty: a contract ends."""

    what: str
    last: dt.date
    undo: str


def planned(person: User, today: dt.date) -> list[Planned]:
    """Every leaving of a person that lies ahead, the company first. Two queries."""
    found = []
    if person.is_active and person.leaves_on is not None and person.leaves_on >= today:
        undo = reverse("settings_person_stay", kwargs={"pk": person.pk})
        found.append(Planned(_("The company"), person.leaves_on, undo))
    elif (last := contract_ends(person, today)) is not None:
        found.append(Planned(_("The contract ends, and none follows"), last, ""))
    rows = Membership.objects.select_related("pod").filter(member=person, period__endswith__gt=today)
    for row in rows.order_by("period", "pk"):
        undo = reverse("settings_membership_stay", kwargs={"pk": person.pk, "row": row.pk})
        found.append(Planned(row.pod.name, row.period.upper - DAY, undo))
    return found


def contract_ends(person: User, today: dt.date) -> dt.date | None:
    """The last day of the contract when it ends and no other follows; None otherwise."""
    last = Contract.objects.filter(member=person).order_by("-period").first()
    if last is None or last.period.upper is None or last.period.upper <= today:
        return None
    until: dt.date = last.period.upper
    return until - DAY


def suggested(person: User, at: dt.datetime) -> dict[str, Any]:
    """What the form begins with: the company, on the day on which the contract ends."""
    return {"what": "company", "last": person.leaves_on or contract_ends(person, at.date())}


def left_pods(at: dt.datetime) -> list[Membership]:
    """Memberships that ended lately and whose people still have something in that pod. One query."""
    today = at.date()
    again = Membership.objects.filter(member=OuterRef("member"), pod=OuterRef("pod"), period__contains=today)
    rows = Membership.objects.filter(
        period__endswith__gt=today - LOOK_BACK, period__endswith__lte=today, member__is_active=True
    )
    return list(rows.exclude(Exists(again)).filter(_something(at)).select_related("member", "pod__area").order_by("pk"))


def due_people(at: dt.datetime) -> list[User]:
    """Who leaves the company by now, and who was let out and yet has work to come. One query."""
    work = Assignment.objects.filter(member=OuterRef("pk"), period__startswith__gt=at)
    due = Q(is_active=True, leaves_on__lt=at.date()) | Q(is_active=False) & Exists(work)
    return list(User.objects.filter(due).order_by("pk"))


def _something(at: dt.datetime) -> Q:
    """The pod of a membership holds something of its member: asked of each table by one probe."""
    mine, here = {"member": OuterRef("member")}, {"pod": OuterRef("pod")}
    work = Assignment.objects.filter(
        **mine, shift__pod=OuterRef("pod"), shift__cancelled_at=None, period__endswith__gt=at
    ).filter(shift__day__gte=Func(OuterRef("period"), function="upper", output_field=DateField()))
    exchange = Exchange.objects.filter(**here, outcome="open", consents__member=OuterRef("member"))
    wish = SwapWish.objects.filter(**here, outcome="open", owner=OuterRef("member"))
    day = LeaveDay.objects.filter(
        **mine,
        **here,
        state__in=LeaveDay.LIVE,
        day__gte=Func(OuterRef("period"), function="upper", output_field=DateField()),
    )
    proposal = Proposal.objects.filter(**here, state="open", by=OuterRef("member"))
    elector = Elector.objects.filter(**mine, proposal__pod=OuterRef("pod"), proposal__state="open").exclude(
        ballots__latest=True
    )
    feed = CalendarFeed.objects.filter(**mine, **here, revoked_at=None)
    contact = Contact.objects.filter(
        Q(serving_pod=OuterRef("pod")) | Q(serving_pod=None, home_pod=OuterRef("pod")),
        person=OuterRef("member"),
        state__in=states.WORKED,
    )
    found = Q()
    for probe in (work, exchange, wish, day, proposal, elector, feed, contact):
        found |= Q(Exists(probe))
    return found


def preview(leaving: Leaving) -> list[Line]:
    """What the act would end, kind by kind; kinds of which there are none are left out."""
    lines = [*_roster(leaving), *_leave(leaving), *_votes(leaving), *_ways_in(leaving)]
    return [line for line in lines if line.number]


def _roster(leaving: Leaving) -> list[Line]:
    work = roster.work_after(leaving)
    urgent = sum(each.urgent for each in work)
    then = _("Their seats open.")
    if urgent:
        then = ngettext(
            "Their seats open; %(n)s lies inside the notice limit, so the pod is called for help.",
            "Their seats open; %(n)s lie inside the notice limit, so the pod is called for help.",
            urgent,
        ) % {"n": urgent}
    shifts = ngettext("%(n)s shift", "%(n)s shifts", len(work)) % {"n": len(work)}
    offers, wishes = roster.offers_of(leaving).count(), roster.wishes_of(leaving).count()
    swaps = roster.exchanges_of(leaving).count()
    own = ngettext("%(n)s offer or wish to swap", "%(n)s offers and wishes to swap", offers + wishes)
    both = ngettext("%(n)s open exchange", "%(n)s open exchanges", swaps)
    return [
        Line("shifts", len(work), "calendar-x", shifts, then),
        Line("offers", offers + wishes, "calendar-plus", own % {"n": offers + wishes}, _("They end.")),
        Line("exchanges", swaps, "repeat", both % {"n": swaps}, _("They end, and the others in them are told.")),
    ]


def _leave(leaving: Leaving) -> list[Line]:
    rows = leave.days_after(leaving)
    along = rows.filter(leave.moves(leaving)).count()
    ended = rows.count() - along
    gone = ngettext("%(n)s day of leave or place on a wait list", "%(n)s days of leave and places on wait lists", ended)
    kept = ngettext("%(n)s day of leave", "%(n)s days of leave", along)
    goes = _("They go along to %(pod)s.") % {"pod": leaving.home}
    return [
        Line("leave", ended, "plane", gone % {"n": ended}, _("They end; their hours return to the balance.")),
        Line("leave_along", along, "plane", kept % {"n": along}, goes),
    ]


def _votes(leaving: Leaving) -> list[Line]:
    own = votes.proposals_of(leaving.person, leaving.pods).count()
    asked = votes.unanswered(leaving.person, leaving.pods).count()
    proposals = ngettext("%(n)s open proposal", "%(n)s open proposals", own) % {"n": own}
    answers = ngettext("%(n)s vote without an answer", "%(n)s votes without an answer", asked) % {"n": asked}
    return [
        Line("proposals", own, "scale", proposals, _("They are withdrawn, and the pod is told.")),
        Line("votes", asked, "vote", answers, _("Nobody waits for the answer any more.")),
    ]


def _ways_in(leaving: Leaving) -> list[Line]:
    person = leaving.person
    held, feeds = contacts.in_hand(leaving).count(), feeds_of(person, leaving.pods).count()
    work = ngettext("%(n)s open contact", "%(n)s open contacts", held) % {"n": held}
    address = ngettext("%(n)s calendar address", "%(n)s calendar addresses", feeds) % {"n": feeds}
    lines = [
        Line("contacts", held, "inbox", work, _("They wait with their home pod again and keep their age.")),
        Line("feeds", feeds, "calendar-off", address, _("It opens nothing any more.")),
    ]
    if leaving.company:
        devices = UserSession.objects.filter(user=person).count()
        tokens = ApiToken.objects.filter(user=person, revoked_at=None, expires_at__gt=leaving.at).count()
        seen = ngettext("Signed in on %(n)s device", "Signed in on %(n)s devices", devices) % {"n": devices}
        keys = ngettext("%(n)s API token", "%(n)s API tokens", tokens) % {"n": tokens}
        lines += [
            Line("devices", devices, "log-out", seen, _("Signed out everywhere.")),
            Line("tokens", tokens, "key-round", keys, _("It opens nothing any more.")),
        ]
    return lines
