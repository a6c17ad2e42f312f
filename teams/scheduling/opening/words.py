"""Quiet offers in words."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from cxportal.core.periods import DAY
from teams.scheduling.picture import PodPicture, QuietView, ShiftView
from teams.scheduling.rounds import moment

# What is a matter of the instant at which a quiet offer is carried out, not of the one at which it is made.
OF_THE_HOUR = frozenset({"week_draft", "round_full"})


def quiet_line(quiet: QuietView, zone: ZoneInfo, viewer: int | None) -> str:
    """Who takes a shift when, if nobody else does."""
    when = moment(quiet.falls_at, zone)
    if quiet.member == viewer:
        return _("You take it %(when)s if nobody else does.") % {"when": when}
    return _("%(name)s takes it %(when)s if nobody else does.") % {"name": quiet.name, "when": when}


def usual_instant(picture: PodPicture, view: ShiftView) -> dt.datetime | None:
    """What the form proposes: when the week is fixed, else a day before the shift; None when it is nearer than that."""
    week = picture.weeks[view.week]
    local = (view.period.start - DAY).astimezone(picture.zone).replace(minute=0, second=0, microsecond=0)
    for instant in (week.fixes_at, local):
        if max(picture.at, week.opens_at) < instant < view.period.start:
            return instant
    return None
