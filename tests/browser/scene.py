"""A pod on an ordinary working day: people on shift, gaps, contacts that wait and contacts that were solved."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from customers.contacts.models import Contact
from customers.directory.models import Customer
from cxportal.core import periods
from cxportal.core.periods import DAY, Period, day_period, local_date, monday
from teams.notifications.services import notify
from teams.scheduling.models import Shift, as_range
from teams.scheduling.services.weeks import NewShift, add_shifts
from teams.staffing.models import Requirement
from tests.cast import Cast
from tests.factories import customers, routing, scheduling

PARTS = (("phone", 0, 3), ("chat", 3, 4.5), ("phone", 5, 6), ("back-office", 6, 8.5))


def hours(day: dt.date, cast: Cast, start: float, end: float) -> Period:
    """Hours after the pod's local midnight."""
    midnight = day_period(day, cast.isar.tzinfo).start
    return Period(midnight + dt.timedelta(hours=start), midnight + dt.timedelta(hours=end))


def shift_of(cast: Cast, day: dt.date, start: float, *, seats: int = 2) -> Shift:
    """A shift of eight and a half hours with four parts and a break."""
    parts = tuple((scheduling.activity(slug).pk, hours(day, cast, start + a, start + b)) for slug, a, b in PARTS)
    new = NewShift(day, hours(day, cast, start, start + 8.5), cast.isar.zone, parts, (None,) * seats)
    (made,) = add_shifts(scheduling.week(cast.isar, monday(day)), [new])
    return made


@transaction.atomic
def set_scene(cast: Cast) -> Contact:
    """Fill Isar's present day and week; returns the contact that waits longest."""
    for person in cast.everybody.values():
        person.set_password("long enough for anybody")
        person.save()
    now = periods.now()
    today = local_date(now, cast.isar.tzinfo)
    begin = max(0.0, min(15.0, now.astimezone(cast.isar.tzinfo).hour - 4))
    present = shift_of(cast, today, begin)
    scheduling.seated(cast.member, present)
    routing.there(cast.member, at=now)
    for step in range(1, 4):
        later = shift_of(cast, today + step * DAY, 7, seats=3)
        scheduling.seated(cast.second_member if step == 2 else cast.member, later)
    for step in range(7):
        _need(cast, today + step * DAY)
    reason = customers.reason("Router return")
    people = [customers.customer(cast.isar, name) for name in ("Rosa Lindqvist", "Tomasz Brandl", "Yara Haddad")]
    for number in range(12):
        _solved(cast, people[number % 3], now - dt.timedelta(days=number + 1), reason)
    waits = customers.contact(cast.isar, people[0], at=now - dt.timedelta(minutes=4), subject="Router not credited")
    customers.contact(cast.isar, people[1], at=now - dt.timedelta(seconds=20), channel="chat", subject="New SIM")
    routing.agreement(cast.isar, cast.elbe)
    notify(to=[cast.member], kind="nothing-known", url="/")
    return waits


def _need(cast: Cast, day: dt.date) -> None:
    phone = scheduling.activity("phone")
    for start, end, people in ((7, 9, 1), (9, 12, 2), (12, 20, 1)):
        period = as_range(hours(day, cast, start, end))
        Requirement.objects.create(pod=cast.isar, activity=phone, period=period, people=people)


def _solved(cast: Cast, customer: Customer, at: dt.datetime, reason: object) -> None:
    customers.closed(cast.isar, customer, at=at, reason=reason, person=cast.member, resolution="Sent a label.")
