"""Which cards stand on the first page of a person, and what is in them.

A person may hold several roles; each adds its cards. A fragment (``only``) computes its own card.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from cxportal.serve.queries import status
from cxportal.shell import Shell, address
from cxportal.today import administration, pods
from cxportal.today.cover import cover_card
from cxportal.today.scores import scores
from cxportal.today.shift import shift_card
from cxportal.today.waiting import queue_card
from teams.notifications.queries import kept_count, notices_of
from teams.pods.queries import Role
from teams.scheduling.queries import week_of


def for_person(shell: Shell, now: dt.datetime, *, only: str = "") -> dict[str, Any]:
    """The context of the page: one entry for each card that this person has."""
    user, stand = shell.user, shell.stand
    assert user is not None
    context: dict[str, Any] = {"now": now, "pod": shell.pod, "roles": _roles(shell)}
    context["scorecards_url"] = address("scorecards")
    context["product_owner"] = not context["roles"] and stand.has(Role.PRODUCT_OWNER)
    # Who only oversees has nothing of their own beside the wide table.
    context["alone"] = context["roles"] == {"lead"}
    found: dict[str, Callable[[], Any]] = {"told": lambda: notices_of(user, limit=20, unread_only=True)}
    own = shell.pod if shell.pod and shell.pod.pk in stand.pods else None
    if own is not None:
        today = now.astimezone(own.tzinfo).date()
        context["week_url"] = address("week", slug=own.slug, week=week_of(own, today))
        found["cover"] = lambda: cover_card(own, now)
        found["score"] = lambda: scores([own], today)[own.pk]
    if own is not None and own.pk in stand.member_of:
        context["queue_url"] = address("queue", slug=own.slug)
        context["new_contact_url"] = address("new_contact", slug=own.slug)
        found["queue"] = lambda: queue_card(own, user, now)
    if stand.member_of:
        found["shift"] = lambda: shift_card(user, now)
    if stand.coach:
        found["coached"] = lambda: pods.coming_days(pods.coached_pods(user, stand), now)
    if stand.has(Role.OPERATIONS_LEAD) or stand.has(Role.EXECUTIVE):
        found["overseen"] = lambda: pods.compared(pods.overseen_pods(user, stand), now)
    if stand.is_administrator:
        found["kept"] = kept_count
        found["setup"] = administration.gaps
        found["portal"] = status
    wanted = PARTIALS.get(only)
    for name, card in found.items():
        if wanted is None or name == wanted:
            context[name] = card()
    return context


# The id of a card's element on the page, and the entry of the context that it shows.
PARTIALS = {"cover": "cover", "waits": "queue", "news": "told", "pods": "overseen", "coached-pods": "coached"}


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
