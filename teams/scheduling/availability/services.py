"""Saying when one works gladly: the week as a whole, or one day that differs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext as _

from cxportal.core.database import LockClass, lock, lock_key
from cxportal.core.violations import Invalid
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.scheduling.availability.models import WishedTime
from teams.scheduling.availability.rules import Part, Wish


@recorded
def set_week(*, by: User, wishes: Mapping[tuple[int, Part], Wish]) -> int:
    """The whole weekly pattern of a person; what is not named is possible. Returns how many parts changed.

    Lock: the person. Raises ``Invalid`` for a weekday that there is none of.
    """
    if not {weekday for weekday, _part in wishes} <= set(range(1, 8)):
        raise Invalid({"": _("A week has the days 1 to 7.")})
    lock(LockClass.PERSON, [lock_key("wishes", by.pk)])
    return _keep(by, {(weekday, None, part): wish for (weekday, part), wish in wishes.items()}, day=None)


@recorded
def set_day(*, by: User, day: dt.date, wishes: Mapping[Part, Wish]) -> int:
    """The wishes of one day, whatever the week says; without any the day follows the week again.

    Returns how many parts changed. Lock: the person.
    """
    lock(LockClass.PERSON, [lock_key("wishes", by.pk)])
    return _keep(by, {(None, day, part): wish for part, wish in wishes.items()}, day=day)


def _keep(by: User, wanted: dict[tuple[int | None, dt.date | None, Part], Wish], *, day: dt.date | None) -> int:
    """Write only what differs. In the week what is possible needs no row; on a day it says something."""
    wanted = {key: wish for key, wish in wanted.items() if day is not None or wish != Wish.POSSIBLE}
    rows = {(row.weekday, row.day, Part(row.part)): row for row in WishedTime.objects.filter(member=by, day=day)}
    gone = [row.pk for key, row in rows.items() if key not in wanted]
    changed = [row for key, row in rows.items() if key in wanted and row.wish != wanted[key]]
    for row in changed:
        row.wish = wanted[row.weekday, row.day, Part(row.part)].value
    new = [
        WishedTime(member=by, weekday=weekday, day=on, part=part.value, wish=wish.value)
        for (weekday, on, part), wish in wanted.items()
        if (weekday, on, part) not in rows
    ]
    WishedTime.objects.filter(pk__in=gone).delete()
    WishedTime.objects.bulk_update(changed, ["wish"])
    WishedTime.objects.bulk_create(new)
    return len(gone) + len(changed) + len(new)
