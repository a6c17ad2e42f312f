"""When people may be told what is no news but a question: not in their quiet hours and on their days off.

A question waits for the end of them, as its mail does; what has happened is told at once in the portal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from zoneinfo import ZoneInfo

from django.conf import settings

from teams.notifications.models import MailRhythm
from teams.notifications.rhythm import Rhythm
from teams.people.models import User
from teams.pods.models import Company, Membership


def told_from(people: Collection[int], at: dt.datetime) -> dict[int, dt.datetime]:
    """From when each person may be asked something: at once, or when their quiet hours end. Four queries."""
    kept = MailRhythm.objects.in_bulk(people)
    return {
        person: Rhythm(zone, row.quiet_from, row.quiet_until, frozenset(row.days_off)).loud_from(at)
        for person, zone in _zones(people, at).items()
        for row in [kept.get(person) or MailRhythm(person_id=person)]
    }


def _zones(people: Collection[int], at: dt.datetime) -> dict[int, ZoneInfo]:
    """The zone in which each person reads times that belong to no pod: own, home pod's, else the company's."""
    homes = Membership.objects.filter(
        member__in=people, kind=Membership.Kind.HOME, period__contains=at.astimezone(dt.UTC).date()
    )
    home = dict(homes.values_list("member", "pod__zone"))
    company = Company.objects.values_list("zone", flat=True).first() or settings.TIME_ZONE
    own = dict(User.objects.filter(pk__in=people).values_list("pk", "zone"))
    return {person: ZoneInfo(own.get(person) or home.get(person) or company) for person in people}
