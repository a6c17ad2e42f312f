"""Which cards stand on the first page of a person, and what is in them.

A person may hold several roles; each adds its cards. A fragment (``only``) computes its own card.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from customers.routing.queries.agreements import to_sign
from cxportal.serve.queries import status
from cxportal.shell import Shell, address
from cxportal.today import administration, pods
from cxportal.today.cover import cover_card
from cxportal.today.scores import scores
from cxportal.today.shift import shift_card
from cxportal.today.waiting import queue_card
from teams.consent.queries import owed
from teams.notifications.queries import kept_count, notices_of
from teams.pods.queries import Role
from teams.scheduling.queries import open_to, week_of
from teams.scheduling.recent import recent_acts
from teams.scheduling.swaps.lists import waiting_for

type Cards = dict[str, Callable[[], Any]]


def for_person(shell: Shell, now: dt.datetime, *, only: str = "") -> dict[str, Any]:
    """The context of the page: one entry for each card that this person has."""
    roles = _roles(shell)
    context: dict[str, Any] = {
        "now": now,
        "pod": shell.pod,
        "roles": roles,
        "scorecards_url": address("scorecards"),
        "product_owner": not roles and shell.stand.has(Role.PRODUCT_OWNER),
        # Who only oversees has nothing of their own beside the wide table.
        "alone": roles == {"lead"},
    }
    found = _of_pod(shell, now, context) | _of_roles(shell, now, context, only)
    wanted = PARTIALS.get(only)
    for name, card in found.items():
        if wanted is None or name == wanted:
            context[name] = card()
    if "open" in context and shell.user is not None and shell.pod is not None:
        context["recent"] = recent_acts(shell.user.pk, shell.pod, now)
    return context


def _of_pod(shell: Shell, now: dt.datetime, context: dict[str, Any]) -> Cards:
    """The cards of the pod that the person looks at, when it is one of their own."""
    user, stand, pod = shell.user, shell.stand, shell.pod
    if user is None or pod is None or pod.pk not in stand.pods:
        return {}
    today = now.astimezone(pod.tzinfo).date()
    context["week_url"] = address("week", slug=pod.slug, week=week_of(pod, today))
    # Before the opening nobody is served: a gap would be told where there is none.
    found: Cards = (
        {"opening": lambda: administration.set_up(pod)}
        if pod.opens_at is None or pod.opens_at > now
        else {"cover": lambda: cover_card(pod, now), "score": lambda: scores([pod], today)[pod.pk]}
    )
    if pod.pk in stand.member_of:
        context["queue_url"] = address("queue", slug=pod.slug)
        context["new_contact_url"] = address("new_contact", slug=pod.slug)
        found["queue"] = lambda: queue_card(pod, user, now)
        found["open"] = lambda: open_to(user, pod, now, shown=OPEN_SHOWN)
    return found


def _of_roles(shell: Shell, now: dt.datetime, context: dict[str, Any], only: str) -> Cards:
    """The person's own cards, and those that each of their roles adds."""
    user, stand = shell.user, shell.stand
    if user is None:
        return {}
    found: Cards = {"told": lambda: notices_of(user, limit=20, unread_only=True)}
    if stand.member_of:
        found["signs"] = lambda: to_sign(stand.member_of)
        found["votes"] = lambda: owed(user, now)
        found["shift"] = lambda: shift_card(user, now)
        found["swaps"] = lambda: waiting_for(user, now)
    if stand.coach:
        found["coached"] = lambda: pods.coached(pods.coached_pods(user, stand), now)
    if "lead" in context["roles"]:
        overseen = pods.overseen_pods(user, stand)
        context["later"] = len(overseen) > AT_ONCE and only != "pods"
        if not context["later"]:
            found["overseen"] = lambda: pods.compared(overseen, now)
    if stand.is_administrator:
        found |= {"kept": kept_count, "setup": administration.gaps, "portal": status}
    return found


# Open shifts with one press to claim them; the week has the rest.
OPEN_SHOWN = 2

# More pods than these are read by a fragment of their own, after the page stands.
AT_ONCE = 30

# The id of a card's element on the page, and the entry of the context that it shows.
PARTIALS = {
    "votes": "votes",
    "cover": "cover",
    "open": "open",
    "waits": "queue",
    "news": "told",
    "swaps": "swaps",
    "pods": "overseen",
    "coached-pods": "coached",
}


def _roles(shell: Shell) -> set[str]:
    """What the template asks: member, coach, lead, administrator."""
    stand = shell.stand
    roles = {
        "member": bool(stand.member_of),
        "coach": bool(stand.coach),
        "lead": stand.has(Role.OPERATIONS_LEAD) or stand.has(Role.EXECUTIVE),
        "administrator": stand.is_administrator,
    }
    return {role for role, held in roles.items() if held}
