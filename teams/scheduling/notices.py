"""The sentences of the roster's notices; they are made when a notice is read, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from teams.notifications.kinds import register
from teams.scheduling.opening.reasons import said


def moved(data: Mapping[str, Any]) -> str:
    return _("%(by)s moved your shift from %(was)s to %(span)s.") % data


def cancelled(data: Mapping[str, Any]) -> str:
    return _("%(by)s cancelled your shift %(span)s.") % data


def split(data: Mapping[str, Any]) -> str:
    return _("%(by)s split your shift %(was)s in two; you have both halves.") % data


def parts(data: Mapping[str, Any]) -> str:
    return _("%(by)s changed what is done in your shift %(span)s.") % data


def restored(data: Mapping[str, Any]) -> str:
    return _("%(by)s took a change of your shift back: it is %(span)s.") % data


def clocks(data: Mapping[str, Any]) -> str:
    return _("The rules of the time zone changed; your shift %(span)s keeps its times on the clock.") % data


def clocks_freed(data: Mapping[str, Any]) -> str:
    return _("The rules of the time zone changed and %(span)s overlaps other work of yours; your seat is open.") % data


def asked(data: Mapping[str, Any]) -> str:
    return _("%(by)s asks whether you can cover %(span)s, %(activity)s in %(pod)s.") % data


def taken(data: Mapping[str, Any]) -> str:
    return _("%(by)s took over your shift %(span)s.") % data


def returned(data: Mapping[str, Any]) -> str:
    return _("%(by)s took it back: your shift %(span)s is yours again, and on offer.") % data


def offered(data: Mapping[str, Any]) -> str:
    return _("%(by)s offers the shift %(span)s.") % data


def urgent(data: Mapping[str, Any]) -> str:
    return _("%(by)s is away; %(span)s is open.") % data


def overridden(data: Mapping[str, Any]) -> str:
    return _("%(by)s lifted a bound in an emergency: %(name)s may claim %(span)s. “%(reason)s”") % data


def override_ended(data: Mapping[str, Any]) -> str:
    return (
        _("%(by)s took back what was lifted in an emergency: for %(name)s, %(span)s, the agreement holds again.") % data
    )


def quiet_claimed(data: Mapping[str, Any]) -> str:
    return _("%(span)s is yours: nobody else took it.") % data


def quiet_overtaken(data: Mapping[str, Any]) -> str:
    if not data["by"]:
        return _("%(span)s is taken; your quiet offer has ended.") % data
    return _("%(by)s claimed %(span)s; your quiet offer has ended.") % data


def quiet_refused(data: Mapping[str, Any]) -> str:
    return _("Nobody else took %(span)s, and it did not fit for you: %(why)s") % {
        "span": data["span"],
        "why": said(data["reason"]) if "reason" in data else data["why"],
    }


def quiet_changed(data: Mapping[str, Any]) -> str:
    text = ngettext(
        "The shift %(span)s was changed; your quiet offer has ended.",
        "The shifts %(span)s were changed; your quiet offers have ended.",
        data.get("number", 1),
    )
    return text % data


def quiet_cancelled(data: Mapping[str, Any]) -> str:
    text = ngettext(
        "The shift %(span)s was cancelled; your quiet offer has ended.",
        "The shifts %(span)s were cancelled; your quiet offers have ended.",
        data.get("number", 1),
    )
    return text % data


def quiet_stands(data: Mapping[str, Any]) -> str:
    return _("%(by)s took the claim of %(span)s back. Your quiet offer stands: you take it %(when)s.") % data


def quiet_open_again(data: Mapping[str, Any]) -> str:
    return _("%(by)s took the claim of %(span)s back: it is open again, and your quiet offer has ended.") % data


def register_notices() -> None:
    """Make the kinds known; called once when the teams floor starts."""
    register("shift_moved", icon="calendar-clock", words=moved, tone="watch", group="shifts")
    register("shift_cancelled", icon="calendar-x", words=cancelled, tone="watch", group="shifts")
    register("shift_taken", icon="calendar-check", words=taken, tone="good", group="shifts")
    register("shift_returned", icon="undo-2", words=returned, tone="watch", group="shifts")
    register("shift_offered", icon="calendar-plus", words=offered, group="offers")
    register("shift_urgent", icon="calendar-plus", words=urgent, tone="gap", group="urgent")
    register("bound_overridden", icon="shield-alert", words=overridden, tone="watch", group="agreement")
    register("override_ended", icon="shield-check", words=override_ended, group="agreement")
    register("shift_split", icon="calendar-clock", words=split, tone="watch", group="shifts")
    register("shift_parts", icon="calendar-clock", words=parts, tone="watch", group="shifts")
    register("shift_restored", icon="undo-2", words=restored, group="shifts")
    register("shift_clocks", icon="clock", words=clocks, group="shifts")
    register("shift_clocks_freed", icon="calendar-x", words=clocks_freed, tone="gap", group="shifts")
    register("quiet_claimed", icon="calendar-check", words=quiet_claimed, tone="good", group="shifts")
    register("quiet_overtaken", icon="calendar-x", words=quiet_overtaken, group="shifts")
    register("quiet_refused", icon="calendar-x", words=quiet_refused, tone="watch", group="shifts")
    register("quiet_changed", icon="calendar-clock", words=quiet_changed, group="shifts")
    register("quiet_cancelled", icon="calendar-x", words=quiet_cancelled, group="shifts")
    register("quiet_stands", icon="hourglass", words=quiet_stands, group="shifts")
    register("quiet_open_again", icon="calendar-plus", words=quiet_open_again, tone="watch", group="shifts")
    register("gap_asked", icon="hand-helping", words=asked, tone="watch", group="offers")
