"""Recorded values in words: names instead of ids, yes and no, days, labels of choices."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.postgres.fields.ranges import RangeField
from django.db import models
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from cxportal.core.violations import Text
from teams.audit.kinds import Kind

LONGEST = 200


class Names:
    """Names of the rows that events point to, fetched once a table."""

    def __init__(self) -> None:
        self._wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
        self._names: dict[tuple[type[models.Model], Any], str] = {}

    def want(self, kind: Kind, event: Any) -> None:
        """Ask for the names behind an event's foreign keys."""
        for field in kind.model._meta.concrete_fields:
            if field.is_relation and field.name not in kind.hidden and (pk := getattr(event, field.attname, None)):
                self._wanted[_related(field)].add(pk)

    def want_people(self, ids: Iterable[Any]) -> None:
        """Ask for people by id; what is no id is passed over."""
        self._wanted[get_user_model()].update(pk for pk in ids if isinstance(pk, int))

    def fetch(self) -> None:
        """One query a table."""
        for model, ids in self._wanted.items():
            for pk, row in model._default_manager.in_bulk(ids).items():
                self._names[model, pk] = str(row)

    def of(self, model: type[models.Model], pk: Any) -> str:
        """The name, or the number of a row that is gone."""
        return self._names.get((model, pk), f"#{pk}")

    def person(self, pk: Any) -> str:
        """The name of a person; empty for nobody."""
        return self.of(get_user_model(), pk) if isinstance(pk, int) else ""


def _related(field: Any) -> type[models.Model]:
    related: type[models.Model] = field.related_model
    return related


def own_fields(kind: Kind) -> list[tuple[str, Text]]:
    """Attribute and label of every field that may be shown."""
    recorded = {field.name for field in kind.events._meta.concrete_fields}
    return [
        (field.attname, field.verbose_name)
        for field in kind.model._meta.concrete_fields
        if not field.primary_key and field.name in recorded and field.name not in kind.hidden
    ]


def value_words(kind: Kind, event: Any, name: str, names: Names) -> str:
    """The value of a field of an event in words; empty for nothing."""
    field = next(f for f in kind.model._meta.concrete_fields if name in {f.name, f.attname})
    value = getattr(event, field.attname)
    if value is None or value == "":
        return ""
    if field.name in kind.shown:
        return str(kind.shown[field.name](value))
    if field.is_relation:
        return names.of(_related(field), value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, RangeField):
        return _range(value)
    return plain(value)


def plain(value: Any) -> str:
    """A bare value in words."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime):
        return formats.date_format(timezone.localtime(value), "j M Y, H:i")
    if isinstance(value, dt.date):
        return formats.date_format(value, "j M Y")
    if isinstance(value, dict):
        return ", ".join(f"{key}: {plain(each)}" for key, each in value.items())[:LONGEST]
    if isinstance(value, list | tuple):
        return ", ".join(map(plain, value))[:LONGEST]
    return str(value)[:LONGEST]


def _range(value: Any) -> str:
    if value.isempty:
        return _("never")
    lower = "" if value.lower is None else plain(value.lower)
    upper = value.upper
    if upper is None:
        return _("from %(first)s") % {"first": lower} if lower else _("always")
    if not isinstance(upper, dt.datetime):
        upper -= dt.timedelta(days=1)
    if not lower:
        return _("until %(last)s") % {"last": plain(upper)}
    return _("%(first)s to %(last)s") % {"first": lower, "last": plain(upper)}
