"""To whom a contact can be handed over: who is there now first, then the others of the pod, then other pods."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from customers.contacts.models import Contact
from customers.routing.queries.team import Mate, team
from cxportal.core import periods
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import members_on
from teams.presence.models import State


@dataclass(frozen=True)
class Receiver:
    """A colleague (``member:7``) or a pod (``pod:3``); ``words`` says beside the name what they do now."""

    value: str
    name: str
    words: str


@dataclass(frozen=True)
class Receivers:
    """Some of them under one heading."""

    label: str
    receivers: list[Receiver]


def receivers(contact: Contact, viewer: User) -> list[Receivers]:
    """Everybody and every pod that may get a contact from the viewer, in groups. Eleven queries, however many."""
    now = periods.now()
    pod = contact.serving_pod or contact.home_pod
    members = members_on(pod.pk, periods.local_date(now, pod.tzinfo)).filter(is_active=True).exclude(pk=viewer.pk)
    people = {member.pk: member for member in members.distinct().order_by("name")}
    known = {mate.person.pk: mate for mate in team(pod, now) if mate.person.pk in people}
    there = [_mate(mate) for mate in known.values() if _there(mate)]
    later = [_mate(mate) for mate in known.values() if not _there(mate)]
    away = [Receiver(f"member:{pk}", who.name, who.name) for pk, who in people.items() if pk not in known]
    groups = [
        Receivers(_("There now"), there),
        Receivers(_("Away for the moment, or later today"), later),
        Receivers(_("Not on shift today"), away),
        Receivers(_("Other pods"), _pods(contact, pod)),
    ]
    return [group for group in groups if group.receivers]


def _there(mate: Mate) -> bool:
    return mate.state in (State.AVAILABLE, State.AFTER_WORK, "extra")


def _mate(mate: Mate) -> Receiver:
    told = [mate.person.name, mate.words, mate.load_words if mate.places else ""]
    return Receiver(f"member:{mate.person.pk}", mate.person.name, " · ".join(filter(None, told)))


def _pods(contact: Contact, serving: Pod) -> list[Receiver]:
    """Open pods, the contact's home first."""
    found = Pod.objects.filter(opens_at__lte=periods.now(), closed_at__isnull=True).exclude(pk=serving.pk)
    rows = sorted(found, key=lambda pod: (pod.pk != contact.home_pod_id, pod.name))
    home = _("%(pod)s · home of the customer")
    return [
        Receiver(f"pod:{pod.pk}", pod.name, home % {"pod": pod.name} if pod.pk == contact.home_pod_id else pod.name)
        for pod in rows
    ]
