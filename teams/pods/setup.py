"""Setting up a pod: what is missing before it opens, and the instant at which it does.

Rooms and floors above add their own steps and what must happen at the opening: they call
``register`` and ``on_opening`` once at start-up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cxportal.core import periods, realtime
from cxportal.core.database import LockClass, lock
from cxportal.core.violations import Refused, Text, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.pods.models import Membership, Pod
from teams.pods.opening import served_channels


@dataclass(frozen=True)
class State:
    """How far a step is: done or not, and what stands there in words."""

    done: bool
    words: Text


@dataclass(frozen=True)
class Step:
    """One thing that a pod needs before it opens.

    ``check(pod)`` tells how far it is; ``address(pod)`` is where it is done and ``act`` what the
    link says; ``inside`` is a step that only the pod's own members can do, the others are done in the settings
    unless everybody who sees the page may ``read`` where it leads. ``order`` sorts the page.
    """

    key: str
    order: int
    label: Text
    missing: Text
    check: Callable[[Pod], State]
    address: Callable[[Pod], str]
    act: Text
    inside: bool = False
    read: bool = False


@dataclass(frozen=True)
class Progress:
    """A step with its state for one pod."""

    step: Step
    state: State
    address: str = field(default="")

    def who(self, *, works: bool, administers: bool) -> Text:
        """Who else does this step, in words; empty for somebody who may do it."""
        if self.step.inside:
            return "" if works else _("Members of the pod do this.")
        return "" if self.step.read or administers else _("An administrator does this.")


_steps: dict[str, Step] = {}
_openings: list[Callable[[Pod, dt.datetime | None, User | None], None]] = []


def register(step: Step) -> None:
    """Make a step known; the same key replaces."""
    _steps[step.key] = step


def on_opening(follow: Callable[[Pod, dt.datetime | None, User | None], None]) -> None:
    """Register what follows from a planned opening, called in its transaction with the instant.

    It is called again when the instant moves (None: the opening is taken back), so it must be repeatable.
    """
    if follow not in _openings:
        _openings.append(follow)


def progress(pod: Pod) -> list[Progress]:
    """Every step with its state, in the order of the page."""
    return [
        Progress(step, step.check(pod), step.address(pod)) for step in sorted(_steps.values(), key=lambda s: s.order)
    ]


def missing(pod: Pod) -> list[Violation]:
    """What keeps the pod from opening; empty when nothing does."""
    return [
        Violation(f"missing_{p.step.key}", p.step.missing, way_out=p.state.words)
        for p in progress(pod)
        if not p.state.done
    ]


@recorded
def plan_opening(*, by: User | None, pod: Pod, opens_at: dt.datetime) -> Pod:
    """Set the instant at which a pod opens; until then it can be moved.

    Contacts stay with the old pod before it. Raises ``Refused`` with one violation per missing
    step, ``already_open`` for an open pod, ``closed`` for a closed one, and ``past`` for an
    instant more than five minutes ago. Locks the pod's agreement.
    """
    lock(LockClass.AGREEMENT, [pod.pk])
    pod = Pod.objects.select_related("area").get(pk=pod.pk)
    now = periods.now()
    if pod.closed_at is not None:
        raise Refused(Violation("closed", _("%(pod)s is closed.") % {"pod": pod}))
    if pod.opens_at is not None and pod.opens_at <= now:
        raise Refused(Violation("already_open", _("%(pod)s is open already.") % {"pod": pod}))
    if opens_at < now - dt.timedelta(minutes=5):
        raise Refused(Violation("past", _("The opening lies in the past."), way_out=_("Choose now or a later time.")))
    violations = missing(pod)
    if violations:
        raise Refused(violations)
    pod.opens_at = opens_at
    pod.save(update_fields=["opens_at"])
    for follow in _openings:
        follow(pod, opens_at, by)
    realtime.publish(f"pod:{pod.pk}", "opening")
    return pod


@recorded
def withdraw_opening(*, by: User, pod: Pod) -> Pod:
    """Take a planned opening back. Raises ``Refused`` (``already_open``) once it has come."""
    lock(LockClass.AGREEMENT, [pod.pk])
    pod = Pod.objects.get(pk=pod.pk)
    if pod.opens_at is not None and pod.opens_at <= periods.now():
        raise Refused(
            Violation(
                "already_open",
                _("%(pod)s opened already; its contacts and customers are with it.") % {"pod": pod},
            )
        )
    pod.opens_at = None
    pod.save(update_fields=["opens_at"])
    for follow in _openings:
        follow(pod, None, by)
    return pod


def at_home(pod: Pod) -> QuerySet[Membership]:
    """Who is at home in the pod at its opening (or today) or comes later."""
    day = periods.local_date(pod.opens_at or periods.now(), pod.tzinfo)
    lasting = Q(period__endswith__gt=day) | Q(period__endswith__isnull=True)
    return Membership.objects.filter(lasting, pod=pod, kind="home")


def people_state(pod: Pod) -> State:
    """Somebody is at home in the pod at its opening (or today)."""
    home = at_home(pod)
    count = home.values("member").distinct().count()
    uninvited = (
        home.filter(~Exists(User.objects.filter(pk=OuterRef("member_id")).exclude(email=None)))
        .values("member")
        .distinct()
        .count()
    )
    if not count:
        return State(False, _("Nobody is at home in the pod yet."))
    words = ngettext("%(n)s person", "%(n)s people", count) % {"n": count}
    if uninvited:
        words += ", " + ngettext("%(n)s without an email", "%(n)s without an email", uninvited) % {"n": uninvited}
    return State(True, words)


def agreement_state(pod: Pod) -> State:
    """The pod has agreed on something; version 1 comes from the company's template."""
    latest = pod.agreement_versions.order_by("-number").first()
    if latest is None:
        return State(False, _("Start with version 1 from the company's template."))
    return State(True, _("Version %(number)s") % {"number": latest.number})


def hours_state(pod: Pod) -> State:
    """At least one channel has opening hours."""
    channels = served_channels(pod)
    if not channels:
        return State(False, _("No channel has opening hours yet."))
    return State(True, ", ".join(str(channel.label) for channel in channels))
