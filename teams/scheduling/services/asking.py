"""Asking people to cover a gap: at most one notice a day for each person and gap, none in quiet hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.periods import day_period, local_date
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.notifications.models import Notice
from teams.notifications.resting import told_from
from teams.notifications.services import notify
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling.board import read_gap
from teams.scheduling.covering import Able, Missing
from teams.scheduling.services.doors import must_work_in


class Asked(NamedTuple):
    """How many people were asked, and how many of them hear of it only when their quiet hours end."""

    people: int = 0
    later: int = 0


@recorded
def ask_to_cover(*, by: User, pod: Pod, gap: str, members: Collection[int], at: dt.datetime | None = None) -> Asked:
    """Ask people whether they cover a gap of the board.

    ``gap`` is its key. Who was asked for it today hears nothing again, whoever asks; who could not cover it by
    now is left out, and so is who asks. Who has quiet hours hears of it at their end, as of that day's question.
    Raises ``Refused`` (``gap_closed``) when the gap is closed or is another.
    """
    now = at or periods.now()
    must_work_in(by, pod)
    found = read_gap(pod, now, gap)
    if found is None:
        raise Refused(
            Violation(
                "gap_closed", _("This gap is closed or has changed since. Look at the board again."), {"gap": gap}
            )
        )
    heard = asked_since(pod, local_date(now, pod.tzinfo)).get(found.key, {})
    able = [a for a in found.able if a.person.pk in members and a.person.pk not in heard and a.person.pk != by.pk]
    when = told_from([each.person.pk for each in able], now)
    for each in able:
        _notice(by, pod, found, each, when[each.person.pk])
    return Asked(len(able), sum(instant > now for instant in when.values()))


def _notice(by: User, pod: Pod, gap: Missing, able: Able, when: dt.datetime) -> None:
    """One notice; the constraint on its source keeps it the only one of the day on which it is heard."""
    url = (
        reverse("shift", kwargs={"slug": pod.slug, "shift": able.shift})
        if able.shift
        else reverse("week", kwargs={"slug": pod.slug, "week": gap.week})
    )
    source = f"gap:{pod.pk}:{gap.key}:{local_date(when, pod.tzinfo).isoformat()}"
    data = {"by": by.name, "span": gap.title, "activity": gap.name, "pod": pod.name}
    notify(to=[able.person.pk], kind="gap_asked", data=data, url=url, source=source, by=by, told={able.person.pk: when})


def asked_since(pod: Pod, today: dt.date) -> dict[str, dict[int, dt.datetime]]:
    """Who was asked today or hears of it later, and when, by the key of the gap. One statement."""
    since = day_period(today, pod.tzinfo).start
    rows = Notice.objects.filter(kind="gap_asked", source__startswith=f"gap:{pod.pk}:", created_at__gte=since)
    found: dict[str, dict[int, dt.datetime]] = {}
    for source, recipient, instant in rows.values_list("source", "recipient", "created_at"):
        found.setdefault(source.split(":")[2], {})[recipient] = instant
    return found
