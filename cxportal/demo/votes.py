"""What the pods decided about their agreements, and what they are deciding: through the services, at its own time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cxportal.core import periods
from cxportal.core.violations import Refused
from cxportal.demo.build import Built
from teams.consent import services
from teams.consent.models import Proposal
from teams.notifications.models import Notice
from teams.people.models import User
from teams.pods.agreement import values_at
from teams.pods.models import Pod

HOUR, DAY = periods.HOUR, periods.DAY
# The pod whose members can sign in; the member's account, the first of the pod, is left to answer.
SHOWN = "isar"


@dataclass(frozen=True)
class Idea:
    """A change that somebody proposes: by whom (the n-th member), and who answers what else than consent."""

    values: Mapping[str, Any]
    title: str
    reason: str
    by: int = 1
    asides: Mapping[int, str] = field(default_factory=dict)
    objects: Mapping[int, str] = field(default_factory=dict)


DECIDED = (
    (
        41,
        Idea(
            {"notice_minutes": 48 * 60},
            "Two days of notice for giving back",
            "A day is too short to find somebody for a Saturday. With two we have always found one.",
            by=3,
            asides={5: "Fine for me either way.", 7: ""},
        ),
    ),
    (
        27,
        Idea(
            {"day_minutes": 9 * 60},
            "No day longer than nine hours",
            "The last hour of a ten-hour day is not a good one, for us or for the customers.",
            by=4,
            objects={6: "On Saturdays two of us share the phone; with nine hours the evening stays empty."},
        ),
    ),
    (
        20,
        Idea(
            {"opening_rounds": 2, "opening_round_minutes": 84 * 60, "opening_round_shifts": 3},
            "Sign-up in two rounds",
            "Who is at a screen when a week opens has the best shifts. With three each until Thursday evening, and "
            "three more until Monday, everybody gets a fair first choice.",
            by=6,
            asides={4: "I would have tried one round first."},
        ),
    ),
    (
        13,
        Idea(
            {"late_claim_minutes": 60},
            "Take over a running shift within the first hour",
            "When somebody falls ill in the morning, half an hour is often over before anybody reads it.",
            by=2,
        ),
    ),
)
# One of these is under vote at any time: the first that is not in force.
OPEN = (
    Idea(
        {"rest_minutes": 12 * 60},
        "Twelve hours of rest until spring",
        "Late and then early again is what most of us named in the last retro. Let us try an hour more and look at it "
        "together in March.",
        by=1,
        asides={4: "I like my early shifts, but I can live with it."},
    ),
    Idea(
        {"fixed_days_before": 10},
        "The week is fixed ten days ahead",
        "Seven days are short for everybody who has to organise care at home.",
        by=2,
    ),
    Idea(
        {"span_minutes": 11 * 60},
        "A split day of eleven hours at most",
        "Twelve hours from first start to last end leave nothing of the evening.",
        by=3,
    ),
)


def decide(built: Built, now: dt.datetime) -> int:
    """The past decisions of the shown pod, and the open vote; how many proposals. Repeating adds nothing."""
    pod, members = _shown(built)
    if pod is None or Proposal.objects.filter(pod=pod).exists():
        return 0
    for days, idea in DECIDED:
        row = _propose(pod, members, idea, now - days * DAY)
        _answer(row, members, idea, now - days * DAY, everybody=True)
        # These days are past, and so is what was told on them.
        source = f"proposal:{row.pk}"
        Notice.objects.filter(source=source).update(created_at=row.opened_at, read_at=row.opened_at)
    return len(DECIDED) + keep_open(built, now)


def keep_open(built: Built, now: dt.datetime) -> int:
    """Something is under vote in the shown pod, half answered; 1 when it was opened now."""
    pod, members = _shown(built)
    if pod is None:
        return 0
    services.close_due(by=None, pod=pod, at=now)
    if Proposal.objects.filter(pod=pod, state=Proposal.State.OPEN, kind=Proposal.Kind.CHANGE).exists():
        return 0
    agreed = values_at(pod, now)
    idea = next((idea for idea in OPEN if any(agreed[key] != value for key, value in idea.values.items())), None)
    if idea is None:
        return 0
    try:
        row = _propose(pod, members, idea, now - 20 * HOUR)
    except Refused:
        # The company may have set limits that leave no room for it.
        return 0
    _answer(row, members, idea, now - 20 * HOUR, everybody=False)
    Notice.objects.filter(source=f"proposal:{row.pk}").update(created_at=row.opened_at)
    return 1


def _shown(built: Built) -> tuple[Pod | None, list[User]]:
    for pod, members in zip(built.pods, built.people, strict=True):
        if pod.slug == SHOWN:
            return pod, list(members)
    return None, []


def _propose(pod: Pod, members: list[User], idea: Idea, at: dt.datetime) -> Proposal:
    by = members[idea.by % len(members)]
    return services.propose(by=by, pod=pod, values=idea.values, title=idea.title, reason=idea.reason, at=at)


def _answer(row: Proposal, members: list[User], idea: Idea, at: dt.datetime, *, everybody: bool) -> None:
    """The others one after the other over a day; in an open vote the first and every fourth have not answered yet."""
    later: list[Callable[[], Proposal]] = []
    for place, member in enumerate(members):
        if place == idea.by or (not everybody and place % 4 == 0):
            continue
        choice = "aside" if place in idea.asides else "object" if place in idea.objects else "consent"
        reason = {**idea.asides, **idea.objects}.get(place, "")
        when = at + (place + 1) * HOUR
        # Who objects ends the vote, so this comes last.
        act = _vote(row, member, choice, reason, when)
        if choice == "object":
            later.append(act)
        else:
            act()
    for act in later:
        act()


def _vote(row: Proposal, member: User, choice: str, reason: str, at: dt.datetime) -> Callable[[], Proposal]:
    return lambda: services.vote(by=member, proposal=row.pk, choice=choice, reason=reason, at=at)
