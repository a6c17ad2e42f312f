"""Contracts as a file: a row is the contract of a person from a day on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core import periods
from cxportal.core.lists import Brought, Column, ListFile, stands_as_left
from teams.administration import reading
from teams.administration.queries import hours_words
from teams.administration.reading import Row
from teams.people import services
from teams.people.models import Contract, User
from teams.pods.models import Company

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# What the service checks itself; zone and region are checked as on the page.
TERMS = {"member", "period", "weekly_minutes", "weekday_minutes", "pay_cents"}
HOURS = gettext_lazy("Hours like 8, 7.5 or 7:30. Empty: none.")


def bring_contract(by: User, row: Row) -> Brought:
    """Add a contract, or write the one that begins on this day anew.

    An open contract that began earlier ends the day before, as on the page.
    """
    member = reading.person_of(row)
    first = reading.day(row["from"], "from")
    found = _beginning(member, first)
    before = _told(found)
    wanted = _wanted(row, before)
    label = _("%(name)s from %(day)s") % {"name": member, "day": date_format(first, "j M Y")}
    if before == wanted:
        return Brought("same", f"{label}: {_words(wanted)}")
    undo: dict[str, Any] = {"member": member.pk, "first": first.isoformat(), "before": before, "now": wanted}
    if found is not None:
        services.remove_contract(by=by, contract=found)
    open_before = Contract.objects.filter(member=member, period__startswith__lt=first, period__endswith=None).first()
    undo["ended"] = open_before and open_before.period.lower.isoformat()
    _add(by, member, first, wanted)
    if before is None:
        return Brought("new", f"{label}: {_words(wanted)}", undo)
    return Brought("changed", f"{label}: {_words(before)} → {_words(wanted)}", undo)


def take_back_contract(by: User, undo: dict[str, Any]) -> None:
    """Remove the contract or write the old one again; one that it ended goes on.

    Raises ``Refused`` where somebody changed one of them since.
    """
    member = User.objects.filter(pk=undo["member"]).first()
    if member is None:
        return
    first = dt.date.fromisoformat(undo["first"])
    found = _beginning(member, first)
    stands_as_left(member, _told(found), undo["now"])
    assert found is not None
    services.remove_contract(by=by, contract=found)
    if undo["before"] is not None:
        _add(by, member, first, undo["before"])
    if undo["ended"]:
        earlier = _beginning(member, dt.date.fromisoformat(undo["ended"]))
        stands_as_left(member, earlier and earlier.period.upper, first)
        assert earlier is not None
        services.end_contract(by=by, contract=earlier, last=None)


def _beginning(member: User, first: dt.date) -> Contract | None:
    return Contract.objects.filter(member=member, period__startswith=first).first()


def _add(by: User, member: User, first: dt.date, value: dict[str, Any]) -> None:
    last = value["last"] and dt.date.fromisoformat(value["last"])
    terms = {name: value[name] for name in ("weekday_minutes", "weekly_minutes", "zone", "region", "pay_cents")}
    services.add_contract(by=by, member=member, first=first, last=last, **terms)


def _told(found: Contract | None) -> dict[str, Any] | None:
    """What a contract says, JSON-ready."""
    if found is None:
        return None
    upper = found.period.upper
    return {
        "last": upper and (upper - periods.DAY).isoformat(),
        "weekday_minutes": found.weekday_minutes,
        "weekly_minutes": found.weekly_minutes,
        "zone": found.zone,
        "region": found.region,
        "pay_cents": found.pay_cents,
    }


def _wanted(row: Row, before: dict[str, Any] | None) -> dict[str, Any]:
    """The same from a row: zone, region and pay stay as they are where the row says nothing."""
    held = before or {"zone": "", "region": "", "pay_cents": None}
    company = Company.objects.filter(pk=1).first()
    days = [reading.minutes(row[name], name) for name in WEEK]
    zone = row["zone"] or held["zone"] or (company.zone if company else "Europe/Berlin")
    region = row["region"] or held["region"]
    Contract(zone=zone, region=region).clean_fields(exclude=TERMS)
    return {
        "last": reading.day(row["until"], "until").isoformat() if row["until"] else None,
        "weekday_minutes": days,
        "weekly_minutes": reading.minutes(row["week"], "week") if row["week"] else sum(days),
        "zone": zone,
        "region": region,
        "pay_cents": round(reading.number(row["pay"], "pay") * 100) if row["pay"] else held["pay_cents"],
    }


def _words(value: dict[str, Any]) -> str:
    weekly = _("%(hours)s a week") % {"hours": hours_words(value["weekly_minutes"])}
    if value["last"] is None:
        return weekly
    last = date_format(dt.date.fromisoformat(value["last"]), "j M Y")
    return _("%(weekly)s until %(day)s") % {"weekly": weekly, "day": last}


def _rows() -> Iterator[list[Any]]:
    """Contracts of active people, the earliest of each first: that is the order in which they can come back."""
    rows = Contract.objects.filter(member__is_active=True).select_related("member")
    for each in rows.order_by("member__name", "member_id", "period").iterator():
        who, upper = each.member, each.period.upper
        pay = None if each.pay_cents is None else reading.plain(Decimal(each.pay_cents) / 100)
        yield [
            who.name,
            who.email,
            who.external_id,
            each.period.lower,
            upper and upper - periods.DAY,
            *(reading.hours(minutes) for minutes in each.weekday_minutes),
            reading.hours(each.weekly_minutes),
            each.zone,
            each.region,
            pay,
        ]


def _reads(read: Callable[[str, str], object], name: str) -> Callable[[Row], object]:
    """The check of a column that stands alone."""
    return lambda row: read(row[name], name)


CONTRACTS = ListFile(
    "contracts",
    gettext_lazy("Contracts"),
    (
        Column(
            "name",
            hint=gettext_lazy("Only for people without email and external id; one alone may have it."),
            check=reading.person_of,
        ),
        Column("email", check=reading.person_of),
        Column(
            "external_id",
            hint=gettext_lazy("Their number in other systems; goes before the email."),
            check=reading.person_of,
        ),
        Column(
            "from",
            required=True,
            hint=gettext_lazy("Like 2026-12-24. A contract from this day is changed."),
            check=_reads(reading.day, "from"),
        ),
        Column(
            "until",
            named=True,
            hint=gettext_lazy("Included. Empty: until further notice."),
            check=_reads(reading.day, "until"),
        ),
        Column("monday", named=True, hint=HOURS, check=_reads(reading.minutes, "monday")),
        *(Column(name, named=True, check=_reads(reading.minutes, name)) for name in WEEK[1:]),
        Column(
            "week",
            hint=gettext_lazy("Hours a week; empty: the sum of the days."),
            check=_reads(reading.minutes, "week"),
        ),
        Column(
            "zone",
            hint=gettext_lazy("Like Europe/Berlin; empty: as it is, the company's for a new one."),
            check=lambda row: Contract(zone=row["zone"]).clean_fields(exclude=TERMS | {"region"}),
        ),
        Column("region", hint=gettext_lazy("For public holidays, like DE-BY; empty: as it is.")),
        Column(
            "pay",
            hint=gettext_lazy("An hour; only administrators read it. Empty: as it is."),
            check=_reads(reading.number, "pay"),
        ),
    ),
    bring_contract,
    take_back_contract,
    _rows,
    page="settings_people",
)
