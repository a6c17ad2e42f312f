"""Offers, and how a contact comes into somebody's hands: by an offer, by a take, never into two."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from customers.contacts import states
from customers.contacts.models import Contact
from customers.routing import records, snapshot
from customers.routing.decision import Decision
from customers.routing.drain import drain_order
from customers.routing.eligibility import has_room
from customers.routing.models import ContactAssignment, Offer
from customers.routing.services import alarms, placing
from customers.routing.services.course import Held, hold, hold_hands, instant, is_repeat, record, refuse
from customers.routing.world import in_hand_of, in_hand_statement, read_world
from cxportal.core import periods, realtime
from cxportal.core.batch import Statement, fetch
from cxportal.core.violations import Refused
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import standing
from teams.presence.models import State
from teams.presence.services import presence_row
from teams.skills.models import MemberSkill

LOST = frozenset({"taken", "offered", "closed", "full", "skill"})


@recorded
def offer(*, by: User | None, contact_id: int, at: dt.datetime | None = None) -> str:
    """The router's act: decide over one waiting contact and offer it, everything read under the locks.

    A contact that is out with a partner comes back when home has somebody. Returns the outcome:
    offer, wait, queue or gone (no longer waiting). Locks: contact row, persons, partner's lending.
    """
    clock = at or periods.now()
    held = hold(contact_id)
    contact = held.contact
    out = held.offer is not None and held.offer.agreement_id is not None
    if contact.state != Contact.State.WAITING and not (contact.state == Contact.State.OFFERED and out):
        return "gone"
    home = contact.serving_pod_id or contact.home_pod_id
    # Who is asked just now is locked first; whom the decision finds beside is then only tried.
    hold_hands(held.offer.person_id if held.offer else None)
    world = read_world([home], clock, also=contact_id)
    facts = next((c for c in world.pods[home].queue if c.id == contact_id), None)
    if facts is None:
        return "gone"
    decision, world = placing.settled(facts, world, clock, patient=held.offer is None)
    if decision.outcome == "offer" and held.offer is not None:
        record(held, "recalled", at=clock, by=by, person=held.offer.person_id, pod=held.offer.pod_id)
    _keep(contact, decision, world, clock, out=out)
    if decision.outcome == "offer":
        topics = [f"queue:{home}", f"queue:{decision.pod}", f"offers:{decision.person}", f"contact:{contact_id}"]
        realtime.publish(topics, "waiting", contact=contact_id, settled=placing.settled_as(decision))
    return decision.outcome


def _keep(contact: Contact, decision: Decision, world: snapshot.Snapshot, clock: dt.datetime, *, out: bool) -> None:
    """Store an offer with its decision; an unchanged answer is not stored twice."""
    newest = contact.decisions.order_by("-at", "-pk").first()
    rows: list[Statement] = []
    if decision.outcome == "offer":
        rows.append(records.offered(contact.pk, contact.channel, decision, clock))
        contact.state, contact.state_since = Contact.State.OFFERED, clock
        contact.due_at = clock + dt.timedelta(seconds=snapshot.offer_seconds(contact.channel))
    elif not out:
        contact.due_at = decision.due
    if (
        decision.outcome == "offer"
        or newest is None
        or (newest.outcome, newest.why) != (decision.outcome, decision.why)
    ):
        rows.append(records.decided(contact.pk, decision, world, clock))
    if decision.nobody_holds_skill and not contact.skill_missing and contact.required_skill_id:
        pod, skill = contact.home_pod_id, contact.required_skill_id
        alarms.nobody_holds_skill(contact_id=contact.pk, pod_id=pod, skill_id=skill)
    contact.skill_missing = decision.nobody_holds_skill
    contact.save(update_fields=["state", "state_since", "due_at", "skill_missing"])
    if rows:
        fetch(*rows)


@recorded
def accept(*, by: User, contact_id: int, member: User | None = None, at: dt.datetime | None = None) -> Contact:
    """Take an offer, or report that somebody answered (`member`, by telephony): facts win over the plan.

    Raises Refused: `closed`, `taken`, `no_offer`, `offer_lapsed`, `full`. Locks contact, then person.
    """
    who = member or by
    reported = member is not None and member.pk != by.pk
    held = hold(contact_id)
    when = instant(at, held)
    # What is reported late belongs into the course even when its end came first.
    if is_repeat(held, "accepted", when, who.pk) or (when >= held.last_at and _has_it(held, who)):
        return held.contact
    if when >= held.last_at:
        _still_free(held)
        if not reported:
            _offered_to(held, who, when)
            presence_row(who.pk)
            fits(held, who)
    pod = held.offer.pod_id if held.offer and held.offer.person_id == who.pk else _pod_of(held, who)
    source = ContactAssignment.Source.REPORT if reported else ContactAssignment.Source.OFFER
    return record(held, "accepted", at=when, by=by, person=who.pk, pod=pod, source=source)


@recorded
def take(*, by: User, contact_id: int, member: User | None = None, at: dt.datetime | None = None) -> Contact:
    """Take a waiting contact of the own pod without an offer; one that is out with a partner comes home.

    Raises Refused: `closed`, `taken`, `offered` (to a colleague), `skill`, `not_here`, `full`.
    Locks contact, then the person and whoever is asked. Taking what one has already changes nothing.
    """
    who = member or by
    held = hold(contact_id)
    when = instant(at, held)
    if _has_it(held, who):
        return held.contact
    _still_free(held)
    if held.offer and held.offer.person_id != who.pk and held.offer.agreement_id is None:
        name = held.offer.person.name
        raise refuse("offered", _("%(name)s is being asked just now.") % {"name": name}, person=name)
    hold_hands(who.pk, held.offer.person_id if held.offer else None)
    _may_take(held, who)
    pod = held.offer.pod_id if held.offer and held.offer.person_id == who.pk else _pod_of(held, who)
    return record(held, "taken", at=when, by=by, person=who.pk, pod=pod, source=ContactAssignment.Source.TAKE)


def take_next(*, by: User, pod: Pod, at: dt.datetime | None = None) -> Contact:
    """Take the contact of the pod's queue that is most due and fits the person.

    An offer to the person comes first. Raises Refused (`nothing_fits`, or the person's own obstacle).
    """
    clock = at or periods.now()
    own = Offer.objects.filter(person=by, state=Offer.State.OPEN, until__gt=clock).order_by("until").first()
    if own is not None:
        return accept(by=by, contact_id=own.contact_id, at=at)
    world = read_world([pod.pk], clock)
    me = next((p for p in world.people if p.id == by.pk), None) or _standing_in(by, pod, clock)
    for contact in drain_order(world.pods[pod.pk].queue, world, clock):
        if not has_room(me, contact.channel) or (contact.skill and contact.skill not in me.skills):
            continue
        if any(person == by.pk and until > clock for person, until in contact.barred):
            continue
        try:
            return take(by=by, contact_id=contact.id, at=at)
        except Refused as refusal:
            if not refusal.codes & LOST:
                raise
    raise refuse(
        "nothing_fits",
        _("Nothing waits that fits you now."),
        _("What waits needs another skill or more room than you have left."),
    )


@recorded
def decline(*, by: User, contact_id: int, member: User | None = None, at: dt.datetime | None = None) -> Contact:
    """Say no to an offer: it goes back to its place, and is not offered to the same person for 2 minutes."""
    who = member or by
    held = hold(contact_id)
    when = instant(at, held)
    if held.offer is None or held.offer.person_id != who.pk:
        if Offer.objects.filter(contact_id=contact_id, person=who, state=Offer.State.DECLINED).exists():
            return held.contact
        raise refuse("no_offer", _("This contact is not offered to you any more."))
    return record(held, "declined", at=when, by=by, person=who.pk, pod=held.offer.pod_id)


@recorded
def lapse(*, by: User | None, contact_id: int, at: dt.datetime | None = None) -> bool:
    """The router's act when an offer was not answered in time. False when it was answered meanwhile."""
    clock = at or periods.now()
    held = hold(contact_id)
    if held.offer is None or held.offer.until > clock:
        return False
    when = max(held.offer.until, held.last_at)
    record(held, "lapsed", at=when, by=by, person=held.offer.person_id, pod=held.offer.pod_id)
    return True


@recorded
def recall(*, by: User | None, contact_id: int, agreement_id: int, at: dt.datetime | None = None) -> bool:
    """Take back an offer that is out under an agreement (paused or ended); its age stays."""
    held = hold(contact_id)
    if held.offer is None or held.offer.agreement_id != agreement_id:
        return False
    when = max(at or periods.now(), held.last_at)
    record(held, "recalled", at=when, by=by, person=held.offer.person_id, pod=held.offer.pod_id)
    return True


def _has_it(held: Held, who: User) -> bool:
    return held.contact.state in states.WORKED and held.contact.person_id == who.pk


def _still_free(held: Held) -> None:
    contact = held.contact
    if contact.state in states.CLOSED:
        raise refuse("closed", _("This contact is closed. Reopen it to work on it."))
    if contact.state in states.WORKED:
        name = contact.person.name if contact.person else "?"
        words = _("%(name)s was faster and has it now.") % {"name": name}
        raise refuse("taken", words, _("Take the next one."), person=name)


def _offered_to(held: Held, who: User, when: dt.datetime) -> None:
    if held.offer is None or held.offer.person_id != who.pk:
        raise refuse("no_offer", _("This contact is not offered to you any more."), _("Take it from the queue."))
    if held.offer.until <= when:
        raise refuse("offer_lapsed", _("The time to answer was over."), _("It is back in the queue."))


def fits(held: Held, who: User) -> None:
    """Room in the hands, not counting the offer itself; raises Refused (`full`). Ask it with the person locked."""
    rows = [row for row in fetch(in_hand_statement([who.pk]))[0] if row[1] != held.contact.pk]
    hands = in_hand_of(who.pk, rows, {}, periods.now())
    person = snapshot.Person(id=who.pk, pod=0, in_hand=hands)
    again = held.contact.reopened_count > 0
    if not has_room(person, held.contact.channel, again):
        words = _("Your hands are full: %(n)s in work.") % {"n": len(hands)}
        raise refuse("full", words, _("Finish one first."), in_hand=len(hands))


def _may_take(held: Held, who: User) -> None:
    contact = held.contact
    row = presence_row(who.pk)
    if row.state not in (State.AVAILABLE, State.AFTER_WORK):
        raise refuse("not_here", _("You are not available."), _("Say that you are back first."))
    skill = contact.required_skill_id
    if skill and not MemberSkill.objects.filter(member=who, skill_id=skill).exists():
        words = _("It needs the skill %(skill)s.") % {"skill": contact.required_skill}
        raise refuse("skill", words, _("Ask somebody who holds it."), skill=skill)
    fits(held, who)


def _pod_of(held: Held, who: User) -> int:
    """In which pod a person serves this contact: where it waits when they work there, else their own."""
    stand = standing(who)
    for pod in (held.contact.serving_pod_id, held.contact.home_pod_id):
        if pod in stand.member_of:
            return pod
    return stand.home or held.contact.home_pod_id


def _standing_in(by: User, pod: Pod, clock: dt.datetime) -> snapshot.Person:
    """A person who takes work without a shift: present by doing so."""
    rows = fetch(in_hand_statement([by.pk]))[0]
    skills = frozenset(MemberSkill.objects.filter(member=by).values_list("skill_id", flat=True))
    return snapshot.Person(id=by.pk, pod=pod.pk, skills=skills, in_hand=in_hand_of(by.pk, rows, {}, clock))
