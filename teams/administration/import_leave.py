"""School holidays and opening balances of leave as files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core.lists import Brought, Column, Keyed, ListFile, of_values
from cxportal.core.violations import Invalid
from teams.administration import reading
from teams.administration.queries import hours_words
from teams.administration.reading import Row
from teams.leave import services
from teams.leave.models import LeaveKind, LedgerEntry, SchoolHoliday
from teams.leave.services.settings import put_school_holiday
from teams.people.models import User

type Key = dict[str, Any]


def _holiday_of(row: Row) -> tuple[Key, Any]:
    first, last = (reading.day(row[name], name) for name in ("first", "last"))
    return {"region": row["region"].upper(), "first": first.isoformat()}, [row["name"], last.isoformat()]


def _held(key: Key) -> Any:
    found = SchoolHoliday.objects.filter(region=key["region"], first=key["first"]).first()
    return found and [found.name, found.last.isoformat()]


def _write(by: User, key: Key, value: Any) -> None:
    put_school_holiday(
        by=by,
        region=key["region"],
        first=dt.date.fromisoformat(key["first"]),
        value=(value[0], dt.date.fromisoformat(value[1])) if value else None,
    )


def _holiday_rows() -> Iterator[list[Any]]:
    for row in SchoolHoliday.objects.order_by("region", "first").iterator():
        yield [row.region, row.name, row.first, row.last]


SCHOOL_HOLIDAYS = of_values(
    "school_holidays",
    gettext_lazy("School holidays"),
    (
        Column("region", required=True, hint=gettext_lazy("Like DE-BY: as in the contracts.")),
        Column("name", required=True),
        Column("first", required=True, hint=gettext_lazy("Like 2027-08-02. Holidays that begin on it are changed.")),
        Column("last", required=True, hint=gettext_lazy("Included.")),
    ),
    Keyed(
        _holiday_of,
        _held,
        _write,
        name=lambda key: f"{key['region']} {key['first']}",
        words=lambda _key, value: _("%(name)s until %(last)s") % {"name": value[0], "last": value[1]},
    ),
    _holiday_rows,
    page="settings_leave",
)


def bring_opening(by: User, row: Row) -> Brought:
    """Book what a person has left; a row whose balance stands already is the same, or rejected when it differs."""
    member = reading.person_of(row)
    kind = LeaveKind.objects.filter(slug=row["kind"].lower()).first()
    kind = kind or LeaveKind.objects.filter(name__iexact=row["kind"]).first()
    if kind is None or not kind.from_balance:
        raise Invalid({"kind": _("There is no kind of leave “%(words)s” with a balance.") % {"words": row["kind"]}})
    year = int(reading.number(row["year"], "year"))
    if not 2000 <= year < 2200:
        raise Invalid({"year": _("The year %(year)s cannot be meant.") % {"year": year}})
    minutes = reading.minutes(row["hours"], "hours")
    if not minutes:
        raise Invalid({"hours": _("Nothing is left, so there is nothing to bring in.")})
    until = reading.day(row["until"], "until") if row["until"] else None
    words = {"name": member, "kind": kind, "year": year, "hours": hours_words(minutes)}
    label = _("%(name)s, %(kind)s %(year)s: %(hours)s") % words
    if _standing(member, kind, year, until) == minutes:
        return Brought("same", label)
    reason = row["reason"] or _("opening balance")
    entry = services.book_opening(
        by=by, member=member, kind=kind, year=year, minutes=minutes, until=until, reason=reason
    )
    assert entry is not None
    return Brought("new", label, {"entry": entry.pk})


def _standing(member: User, kind: LeaveKind, year: int, until: dt.date | None) -> int:
    from teams.leave.services.ledger import opening_source

    source = opening_source(member, kind, year, until)
    return sum(LedgerEntry.objects.filter(source__startswith=source).values_list("minutes", flat=True))


def take_back_opening(by: User, undo: dict[str, Any]) -> None:
    """Book it out again; refused where some of it was taken meanwhile."""
    services.unbook_opening(by=by, entry=undo["entry"])


OPENING_BALANCES = ListFile(
    "opening_balances",
    gettext_lazy("Opening balances of leave"),
    (
        Column("name", hint=gettext_lazy("Only for people without email and external id; one alone may have it.")),
        Column("email"),
        Column("external_id", hint=gettext_lazy("Their number in other systems; goes before the email.")),
        Column("kind", required=True, hint=gettext_lazy("Name or short name of a kind with a balance.")),
        Column("year", required=True, hint=gettext_lazy("The year that it is due for.")),
        Column("hours", required=True, hint=gettext_lazy("What is left, like 96 or 38:30.")),
        Column("until", hint=gettext_lazy("Last day, for what was carried over. Empty: the year’s own.")),
        Column("reason", hint=gettext_lazy("The member reads it. Empty: opening balance.")),
    ),
    bring_opening,
    take_back_opening,
    page="settings_leave",
)
