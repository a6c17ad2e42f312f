"""Asking people to cover a gap: at most one notice a day for each person and gap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

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
from teams.scheduling.board import Able, Missing, read_board
from teams.scheduling.services.doors import must_work_in


@recorded
def ask_to_cover(*, by: User, pod: Pod, gap: str, members: Collection[int], at: dt.datetime | None = None) -> int:
    """Ask people whether they cover a gap of the board; returns how many were asked now.

    ``gap`` is its key. Who was asked for it today hears nothing again, whoever asks, and nobody before their quiet
    hours end; who could not cover it by now is left out, and so is who asks. Raises ``Refused`` (``gap_closed``)
    when the gap is closed or is another.
    """
    now = at or periods.now()
    must_work_in(by, pod)
    board = read_board(pod, now, everything=True)
    found = next((each for each in board.gaps if each.key == gap), None)
    if found is None:
        raise Refused(
            Violation(
                "gap_closed", _("This gap is closed or has changed since. Look at the board again."), {"gap": gap}
            )
        )
    today = local_date(now, pod.tzinfo)
    heard = asked_today(pod, today).get(found.key, set())
    able = [each for each in found.able if each.person.pk in members and each.person.pk not in heard]
    told = told_from([each.person.pk for each in able], now)
    return sum(_notice(by, pod, found, each, told[each.person.pk]) for each in able)


def _notice(by: User, pod: Pod, gap: Missing, able: Able, told: dt.datetime) -> int:
    """One notice; the constraint on its source keeps it the only one of the day on which it is told."""
    url = (
        reverse("shift", kwargs={"slug": pod.slug, "shift": able.shift})
        if able.shift
        else reverse("week", kwargs={"slug": pod.slug, "week": gap.week})
    )
    source = f"gap:{pod.pk}:{gap.key}:{local_date(told, pod.tzinfo).isoformat()}"
    data = {"by": by.name, "span": gap.title, "activity": gap.name, "pod": pod.name}
    at = {able.person.pk: told}
    return notify(to=[able.person.pk], kind="gap_asked", data=data, url=url, source=source, by=by, told=at)


def asked_today(pod: Pod, today: dt.date) -> dict[str, set[int]]:
    """Who was asked today, or is told when quiet hours end, by the key of the gap. One statement."""
    since = day_period(today, pod.tzinfo).start
    rows = Notice.objects.filter(kind="gap_asked", source__startswith=f"gap:{pod.pk}:", created_at__gte=since)
    found: dict[str, set[int]] = {}
    for source, recipient in rows.values_list("source", "recipient"):
        found.setdefault(source.split(":")[2], set()).add(recipient)
    return found
