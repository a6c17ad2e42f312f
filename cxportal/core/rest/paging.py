"""Lists by key: a cursor names the last row seen, so page 1,000 costs what page 1 costs; no counts."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from cxportal.core.violations import Invalid

DEFAULT, MOST = 50, 200


@dataclass(frozen=True)
class Page[M: Model]:
    """Rows of one page and the cursor of the next, None at the end."""

    rows: list[M]
    next: str | None


def encode(values: Sequence[Any]) -> str:
    """The cursor of the row with these key values: readable by us, opaque to others."""
    raw = json.dumps(list(values), cls=DjangoJSONEncoder, separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode(cursor: str, cleaners: Sequence[Callable[[Any], Any]]) -> list[Any]:
    """The key values of a cursor. Raises ``Invalid`` for a cursor that is none of ours."""
    wrong = Invalid({"cursor": _("This is no cursor of this list. Start again without it.")})
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = json.loads(raw)
        if not isinstance(values, list) or len(values) != len(cleaners):
            raise wrong
        return [clean(value) for clean, value in zip(cleaners, values, strict=True)]
    except (binascii.Error, ValueError, TypeError, RecursionError, ValidationError, OverflowError) as error:
        raise wrong from error


def by_key[M: Model](rows: QuerySet[M], *, order: Sequence[str], cursor: str = "", limit: int = DEFAULT) -> Page[M]:
    """One page of a queryset in the order of its keys, the last of which must be unique. One query.

    ``order`` holds field names, ``-`` for descending; the fields must not be null.
    """
    limit = max(1, min(limit, MOST))
    names = [name.lstrip("-") for name in order]
    if cursor:
        cleaners = [_cleaner(rows.model, name) for name in names]
        rows = rows.filter(_after(order, decode(cursor, cleaners)))
    found = list(rows.order_by(*order)[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return Page(found, encode([getattr(found[-1], name) for name in names]) if more else None)


def _cleaner(model: type[Model], name: str) -> Callable[[Any], Any]:
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)

    def clean(value: Any) -> Any:
        # Text and number only: a nested value would reach the database as it is.
        if value is None or isinstance(value, bool | list | dict) or (isinstance(value, str) and "\0" in value):
            raise ValueError(name)
        return field.to_python(value)  # type: ignore[union-attr]

    return clean


def _after(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows behind the key: the first key bounds the index, the rest break ties."""
    condition = Q()
    equal = Q()
    for name, value in zip(order, values, strict=True):
        field, way = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        condition |= equal & Q(**{f"{field}__{way}": value})
        equal &= Q(**{field: value})
    first, way = order[0].lstrip("-"), "lte" if order[0].startswith("-") else "gte"
    return Q(**{f"{first}__{way}": values[0]}) & condition
