"""Activities that every company starts with, and requirements typed in or imported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext_lazy as _

from cxportal.core.database import LockClass, lock, lock_key
from cxportal.core.periods import Period, local_date, monday, week_label
from cxportal.core.realtime import publish
from cxportal.core.violations import Text
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.pods.channels import Channel
from teams.pods.models import Pod
from teams.staffing.models import Activity, Requirement

STANDARD: tuple[tuple[str, Text, int, str, list[Channel]], ...] = (
    ("phone", _("Phone"), 1, "phone", [Channel.PHONE]),
    ("chat", _("Chat"), 3, "message-square", [Channel.CHAT, Channel.SOCIAL]),
    ("email", _("Email"), 4, "mail", [Channel.EMAIL, Channel.WEB_FORM]),
    ("back-office", _("Back office"), 2, "inbox", [Channel.EMAIL, Channel.WEB_FORM, Channel.LETTER]),
    ("training", _("Training"), 6, "book-open", []),
    ("stand-up", _("Stand-up"), 8, "users", []),
)


@transaction.atomic
def standard_activities() -> list[Activity]:
    """The activities that a new company starts with; existing ones are left as they are."""
    Activity.objects.bulk_create(
        (
            Activity(slug=slug, name=str(name), category=category, icon=icon, channels=channels, position=position)
            for position, (slug, name, category, icon, channels) in enumerate(STANDARD)
        ),
        ignore_conflicts=True,
    )
    return list(Activity.objects.filter(retired_at=None))


@dataclass(frozen=True)
class Wanted:
    """So many people for an activity over a period; 0 people clears the period."""

    activity: int
    period: Period
    people: int


@recorded
def set_requirement(*, by: User, pod: Pod, wanted: Iterable[Wanted], source: str = Requirement.Source.TYPED) -> int:
    """Write a pod's requirement; whatever spoke of the same activity and time before gives way.

    An older row that reaches beyond the new one keeps its outer parts. Returns the rows
    written. Lock: (pod, day) of the pod's requirement.
    """
    lock(LockClass.POD_DAY, [lock_key("requirement", pod.pk)])
    rows = sorted(wanted, key=lambda w: (w.activity, w.period))
    for row in rows:
        _cut(pod, row)
    Requirement.objects.bulk_create(
        Requirement(
            pod=pod,
            activity_id=row.activity,
            period=DateTimeTZRange(row.period.start, row.period.end),
            people=row.people,
            source=source,
        )
        for row in rows
        if row.people
    )
    weeks = {monday(local_date(row.period.start, pod.tzinfo)) for row in rows}
    for week in sorted(weeks):
        publish([f"week:{pod.pk}:{week_label(week)}", f"coverage:{pod.pk}"], "panel")
    return len(rows)


def _cut(pod: Pod, row: Wanted) -> None:
    span = DateTimeTZRange(row.period.start, row.period.end)
    for old in Requirement.objects.filter(pod=pod, activity_id=row.activity, period__overlap=span):
        edges = [(old.period.lower, row.period.start), (row.period.end, old.period.upper)]
        old.delete()
        Requirement.objects.bulk_create(
            Requirement(
                pod=pod,
                activity_id=row.activity,
                period=DateTimeTZRange(start, end),
                people=old.people,
                source=old.source,
            )
            for start, end in edges
            if start < end
        )
