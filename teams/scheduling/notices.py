"""The sentences of the roster's notices; they are made when a notice is read, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from teams.notifications.kinds import register


def moved(data: Mapping[str, Any]) -> str:
    return _("%(by)s moved your shift from %(was)s to %(span)s.") % data


def cancelled(data: Mapping[str, Any]) -> str:
    return _("%(by)s cancelled your shift %(span)s.") % data


def taken(data: Mapping[str, Any]) -> str:
    return _("%(by)s took over your shift %(span)s.") % data


def offered(data: Mapping[str, Any]) -> str:
    return _("%(by)s offers the shift %(span)s.") % data


def urgent(data: Mapping[str, Any]) -> str:
    return _("%(by)s is away; %(span)s is open.") % data


def overridden(data: Mapping[str, Any]) -> str:
    return _("%(by)s lifted a bound in an emergency: %(name)s may claim %(span)s. “%(reason)s”") % data


def register_notices() -> None:
    """Make the kinds known; called once when the teams floor starts."""
    register("shift_moved", icon="calendar-clock", words=moved, tone="watch", group="shifts")
    register("shift_cancelled", icon="calendar-x", words=cancelled, tone="watch", group="shifts")
    register("shift_taken", icon="calendar-check", words=taken, tone="good", group="shifts")
    register("shift_offered", icon="calendar-plus", words=offered, group="offers")
    register("shift_urgent", icon="calendar-plus", words=urgent, tone="gap", group="urgent")
    register("bound_overridden", icon="shield-alert", words=overridden, tone="watch", group="agreement")
