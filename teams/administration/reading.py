"""What the cells of the administrators' lists mean: pods, people, channels, days, hours, numbers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from cxportal.core import instants
from cxportal.core.violations import Invalid, Refused, Violation
from teams.people.models import User
from teams.pods.channels import HUMAN, Channel
from teams.pods.models import Pod

type Row = Mapping[str, str]
YES = {"yes", "y", "true", "1", "x"}
NO = {"no", "n", "false", "0"}
_NUMBER = re.compile(r"\d{1,6}(?:[.,]\d{1,6})?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)", re.ASCII)


def pod_of(row: Row) -> Pod:
    """The pod of the row, by short name or name; raises ``Invalid``."""
    words = row["pod"]
    found = Pod.objects.filter(slug=words.lower()).first() or Pod.objects.filter(name__iexact=words).first()
    if found is None:
        raise Invalid({"pod": _("There is no pod “%(slug)s”.") % {"slug": words}})
    return found


def known_person(row: Row) -> User | None:
    """Who has the row's external id, else email; raises ``Refused`` when these are two people."""
    by_id = User.objects.filter(external_id=row["external_id"]).first() if row["external_id"] else None
    by_email = User.objects.filter(email=row["email"].lower()).first() if row["email"] else None
    if by_id is not None and by_email is not None and by_id.pk != by_email.pk:
        raise Refused(Violation("two_people", _("External id and email belong to two different people.")))
    return by_id or by_email


def person_of(row: Row) -> User:
    """The person of the row: by external id, else email, else a name that only one has. Raises ``Invalid``."""
    if row["external_id"] or row["email"]:
        found = known_person(row)
        if found is None:
            words = row["external_id"] or row["email"]
            raise Invalid({"": _("Nobody has the external id or email “%(words)s”.") % {"words": words}})
        return found
    if not row["name"]:
        raise Invalid({"": _("The row names nobody: write an external id, an email or a name.")})
    named = list(User.objects.filter(name__iexact=row["name"], is_active=True)[:2])
    if len(named) != 1:
        words = _("Several people are called “%(name)s”.") if named else _("Nobody is called “%(name)s”.")
        raise Invalid({"name": words % {"name": row["name"]}})
    return named[0]


def channel_of(words: str) -> Channel:
    """A channel on which people answer, by its value or its name; raises ``Invalid``."""
    for channel in Channel:
        if channel in HUMAN and words.lower() in {channel.value, str(channel.label).lower()}:
            return channel
    known = ", ".join(channel.value for channel in Channel if channel in HUMAN)
    words = _("“%(words)s” is no channel of a pod; known are %(known)s.") % {"words": words, "known": known}
    raise Invalid({"channel": words})


def day(words: str, column: str) -> dt.date:
    """A day between 1970 and 2199; raises ``Invalid``."""
    try:
        found = instants.read_date(words)
    except ValueError as error:
        raise Invalid({column: str(error)}) from None
    if found.year not in instants.YEARS:
        raise Invalid({column: _("The year %(year)s cannot be meant.") % {"year": found.year}})
    return found


def yes_or_no(words: str, column: str, otherwise: bool) -> bool:
    """Yes or no; ``otherwise`` for an empty cell. Raises ``Invalid``."""
    if words and words.lower() not in YES | NO:
        raise Invalid({column: _("Write yes or no.")})
    return words.lower() in YES if words else otherwise


def number(words: str, column: str) -> Decimal:
    """A number from 0 on, with a point or a comma; raises ``Invalid``."""
    if _NUMBER.fullmatch(words) is None:
        raise Invalid({column: _("“%(words)s” is no number from 0 on.") % {"words": words}})
    return Decimal(words.replace(",", "."))


def minutes(words: str, column: str) -> int:
    """Hours like ``7.5`` or ``7:30`` in minutes; 0 for an empty cell. Raises ``Invalid``."""
    clock = _CLOCK.fullmatch(words)
    if clock is not None:
        return int(clock[1]) * 60 + int(clock[2])
    return round(number(words, column) * 60) if words else 0


def hours(count: int) -> str:
    """Minutes as hours that ``minutes`` reads back: ``8``, ``7.5``, ``7:20``."""
    if count % 60 == 0:
        return str(count // 60)
    return f"{count / 60:g}" if count * 10 % 60 == 0 else f"{count // 60}:{count % 60:02d}"


def plain(value: Decimal) -> str:
    """A number without needless zeros: ``11``, ``0.25``."""
    return f"{value.normalize():f}"
