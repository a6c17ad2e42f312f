"""The live numbers in the navigation and the person's own line. A fragment fetches them, so no page waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.routing.queries.agreements import to_sign
from customers.routing.queries.numbers import waiting_count
from cxportal.core import periods
from cxportal.core.violations import Text
from teams.consent.queries import owed
from teams.notifications.queries import unread_count
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import Role, standing
from teams.presence.models import Presence, State
from teams.presence.queries import is_present
from teams.scheduling import words
from teams.scheduling.queries import on_shift_until, open_to


@dataclass(frozen=True)
class Badge:
    """A number beside an entry of the navigation, and of the bar at a phone's foot (``tab``); zero hides it."""

    key: str
    count: int
    words: Text
    tone: str = ""
    tab: bool = True


@dataclass(frozen=True)
class OwnLine:
    """What stands under the person's name: on shift until when, and the dot on their mark."""

    words: Text
    on: str


# Judging every open shift of the coming weeks for one person takes longest of all numbers here.
KEPT_FOR = 120


def fitting_shifts(user: User, pod: Pod, *, fresh: bool) -> int:
    """How many open shifts fit the person and close a gap; kept for two minutes unless the roster changed just now."""
    key = f"open-shifts:{pod.pk}:{user.pk}"
    known: int | None = None if fresh else cache.get(key)
    if known is None:
        found = open_to(user, pod)
        known = found.closing if found else 0
        cache.set(key, known, KEPT_FOR)
    return known


def badges_for(user: User, pod: Pod | None, *, fresh: bool = False) -> list[Badge]:
    """Every number that this person sees, for the pod that they look at.

    ``fresh`` counts open shifts anew: the page has heard that the roster changed.
    """
    stand = standing(user)
    unread = unread_count(user)
    found = [
        Badge("notices", unread, ngettext("%(n)d new notice", "%(n)d new notices", unread) % {"n": unread}, "accent")
    ]
    if pod is not None and pod.pk == stand.home:
        owes = len(owed(user, periods.now()))
        told = ngettext("%(n)d vote waits for you", "%(n)d votes wait for you", owes) % {"n": owes}
        found.append(Badge("votes", owes, told, "info", tab=False))
    if pod is not None and pod.pk in stand.member_of:
        fitting = fitting_shifts(user, pod, fresh=fresh)
        told = ngettext("%(n)d open shift closes a gap", "%(n)d open shifts close a gap", fitting) % {"n": fitting}
        found.append(Badge("week", fitting, told, "watch"))
        waits = waiting_count(pod)
        found.append(Badge("queue", waits, ngettext("%(n)d waits", "%(n)d wait", waits) % {"n": waits}))
        signs = len(to_sign([pod.pk]))
        told = ngettext("%(n)d waits for your signature", "%(n)d wait for your signature", signs) % {"n": signs}
        found.append(Badge("signs", signs, told, "watch", tab=False))
    return found


def own_line(user: User, zone: str) -> OwnLine:
    """Whether the person is on shift, in the reader's zone. Two statements."""
    stand = standing(user)
    if not stand.member_of:
        roles = [label for role, label in Role.choices if role in stand.roles]
        return OwnLine(roles[0] if roles else _("Coach") if stand.coach else "", "")
    until = on_shift_until(user)
    presence = Presence.objects.filter(member=user).first()
    on = "on" if is_present(presence, live=False) else "busy" if presence and presence.state == State.BREAK else "off"
    if until is None:
        return OwnLine(_("Here, off shift"), on) if on == "on" else OwnLine(_("Off shift"), "off")
    return OwnLine(_("On until %(time)s") % {"time": words.clock(until, ZoneInfo(zone))}, on)
