"""How a contact came to where it is: its events and the router's decisions as one list of steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from customers.contacts.models import Contact, ContactEvent
from customers.routing import sentences
from customers.routing.models import RoutingDecision
from customers.routing.sentences import Names
from teams.people.models import User
from teams.pods.models import Pod
from teams.skills.models import Skill


@dataclass(frozen=True)
class Line:
    """One test of a decision, told."""

    passed: bool
    text: str


@dataclass(frozen=True)
class Step:
    """One step of the story: ``detail`` are all tests that were made, passed or not."""

    at: dt.datetime
    tone: str
    icon: str
    title: str
    text: str = ""
    detail: list[Line] = field(default_factory=list)


WORDS = {
    "declined": ("plain", "rotate-ccw"),
    "lapsed": ("watch", "timer-off"),
    "recalled": ("plain", "undo-2"),
    "accepted": ("good", "check"),
    "taken": ("good", "check"),
    "ended": ("plain", "pen-line"),
    "resolved": ("good", "circle-check"),
    "reopened": ("watch", "rotate-ccw"),
    "abandoned": ("gap", "phone-off"),
    "handed_over": ("accent", "arrow-right-to-line"),
    "taken_back": ("plain", "undo-2"),
}


def story(contact: Contact, events: list[ContactEvent], *, inside: bool) -> list[Step]:
    """All steps by time; what colleagues were doing only for who is ``inside`` the home pod.

    Four queries: decisions, people, pods, skills.
    """
    decisions = list(RoutingDecision.objects.filter(contact=contact).order_by("at", "pk"))
    for decision in decisions:
        decision.trace = decision.trace if inside else sentences.outside(decision.trace)
    names = _names(contact, decisions, events)
    steps = [_arrival(contact, events, names)]
    steps += [_decision(d, names) for d in decisions]
    steps += [_event(e, names) for e in events if e.kind in WORDS]
    return sorted(steps, key=lambda step: step.at)


def _names(contact: Contact, decisions: Iterable[RoutingDecision], events: Iterable[ContactEvent]) -> Names:
    people, pods, skills = sentences.ids_in(d.trace for d in decisions)
    for event in events:
        for key, found in (("person", people), ("usual", people), ("to_member", people), ("to_pod", pods)):
            if event.data.get(key):
                found.add(int(event.data[key]))
        if event.by_id:
            people.add(event.by_id)
        if event.pod_id:
            pods.add(event.pod_id)
    return Names(
        people=dict(User.objects.filter(pk__in=people).values_list("pk", "name")),
        pods=dict(Pod.objects.filter(pk__in=pods).values_list("pk", "name")),
        skills=dict(Skill.objects.filter(pk__in=skills).values_list("pk", "name")),
        zone=contact.home_pod.tzinfo,
    )


def _arrival(contact: Contact, events: list[ContactEvent], names: Names) -> Step:
    usual = next((e.data["usual"] for e in events if e.data.get("usual")), None)
    parts = []
    if contact.segment is not None:
        parts.append(_("Segment %(name)s.") % {"name": contact.segment})
    if contact.by_default_rule:
        parts.append(_("No rule names the customer, so the pod for everybody else has it."))
    elif contact.customer_id is None:
        parts.append(_("Nobody knows this customer yet."))
    if usual:
        parts.append(_("Usual person: %(name)s.") % {"name": names.person(usual)})
    title = _("Home is %(pod)s") % {"pod": contact.home_pod.name}
    return Step(contact.arrived_at, "plain", "house", title, " ".join(map(str, parts)))


def _decision(d: RoutingDecision, names: Names) -> Step:
    detail = [Line(bool(s.get("passed")), sentences.sentence(s, names, d.at)) for s in d.trace]
    person = names.people.get(d.person_id or 0, "")
    pod = names.pods.get(d.pod_id or 0, "")
    about = {"name": person, "pod": pod}
    told = {
        "usual": ("good", "user-round-check", _("%(name)s was asked, who knows the customer")),
        "home": ("good", "arrow-right", _("%(name)s was asked")),
        "partner": ("info", "arrow-up-right", _("%(pod)s was asked: %(name)s")),
        "held": ("plain", "hourglass", _("Kept a moment for the usual person")),
        "ahead": ("plain", "list-ordered", _("Others were here first")),
        "busy": ("gap", "users", _("Nobody was free")),
        "closed": ("watch", "moon", _("The pod was closed")),
        "nobody": ("gap", "user-x", _("Nobody was there for it")),
    }
    tone, icon, title = told.get(d.why, ("plain", "arrow-right", d.why))
    return Step(d.at, tone, icon, title % about, _because(d, detail), detail)


def _because(d: RoutingDecision, detail: list[Line]) -> str:
    """The two tests that say most: what helped, or what stood in the way."""
    named = {"home"}
    pairs = [(s, line) for s, line in zip(d.trace, detail, strict=True) if s["name"] not in named]
    if d.outcome == "offer":
        wanted = [
            line for s, line in pairs if line.passed and s["name"] in ("usual", "home_free", "condition", "reserve")
        ]
    else:
        wanted = [line for s, line in pairs if s["name"] in ("home_free", "usual_soon", "turn", "stay", "skill_held")]
    parts = [line.text for line in wanted[-2:]]
    if d.call_back:
        parts.append(_("A call back can be offered."))
    return " ".join(parts)


def _event(e: ContactEvent, names: Names) -> Step:
    tone, icon = WORDS[e.kind]
    who = {"name": names.person(e.data.get("person") or e.by_id), "pod": names.pods.get(e.pod_id or 0, "")}
    titles = {
        "declined": _("%(name)s said no"),
        "lapsed": _("%(name)s did not answer in time"),
        "recalled": _("The offer to %(name)s was taken back"),
        "accepted": _("%(name)s took it"),
        "taken": _("%(name)s took it"),
        "ended": _("%(name)s writes up"),
        "resolved": _("%(name)s resolved it"),
        "reopened": _("It came back"),
        "abandoned": _("The customer left"),
        "handed_over": _("%(name)s handed it over"),
        "taken_back": _("%(name)s took the hand-over back"),
    }
    text = _handed(e, names) if e.kind == "handed_over" else _text(e, who)
    return Step(e.at, tone, icon, titles[e.kind] % who, text)


def _text(e: ContactEvent, who: dict[str, Any]) -> str:
    if e.kind in ("accepted", "taken") and who["pod"]:
        return _("In %(pod)s.") % who
    if e.kind in ("declined", "lapsed"):
        return _("It kept its place and its age.")
    if e.kind == "taken_back":
        return _("Nobody had taken it yet, so it counts as no hand-over.")
    if e.kind == "reopened":
        return _("The first resolution counts as not at first contact.")
    return ""


def _handed(e: ContactEvent, names: Names) -> str:
    to = names.people.get(e.data.get("to_member") or 0) or names.pods.get(e.data.get("to_pod") or 0)
    words = _("To %(who)s: %(why)s") if to else _("Back to the home pod: %(why)s")
    counts = _("Counts as a hand-over.") if e.data.get("across") else _("Help inside the pod; counts as none.")
    return f"{words % {'who': to, 'why': e.data.get('why', '')}} {counts}"
