"""Read models of people: devices, tokens, and the administrators' list."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from allauth.usersessions.models import UserSession
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cxportal.core import periods
from cxportal.core.violations import Text
from teams.people.models import ApiToken, User

# The first that is found in the browser's own words names the device.
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class Device:
    """A signed-in device: what it seems to be, where it came from, since when."""

    pk: int
    name: Text
    icon: str
    address: str
    since: dt.datetime
    here: bool


def sessions_of(user: User, current: str) -> list[Device]:
    """Living sessions, this one first, then the newest."""
    found = UserSession.objects.purge_and_list(user)
    found.sort(key=lambda session: (session.session_key != current, -session.created_at.timestamp()))
    return [
        Device(
            pk=session.pk,
            name=device_name(session.user_agent),
            icon="smartphone" if any(s in session.user_agent for s in ("iPhone", "Android")) else "monitor",
            address=session.ip,
            since=session.created_at,
            here=session.session_key == current,
        )
        for session in found
    ]


def device_name(user_agent: str) -> Text:
    """``Firefox on Linux``, as far as the browser tells."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """Tokens that open something or ended in the last 30 days, newest first."""
    since = periods.now() - dt.timedelta(days=30)
    return (
        ApiToken.objects.filter(user=user, expires_at__gt=since)
        .exclude(revoked_at__lt=since)
        .order_by("-created_at", "-pk")
    )
