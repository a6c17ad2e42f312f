"""Outer limits as a file: what pods may agree, per country, in the units of the page."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core.lists import Column, Keyed, of_values
from cxportal.core.violations import Invalid
from teams.administration import reading
from teams.administration.reading import Row
from teams.people.models import User
from teams.pods import agreement, versions
from teams.pods.agreement import TYPED_FACTORS, TYPED_WORDS, BoundDefinition
from teams.pods.models import OuterLimit

type Key = dict[str, Any]
CENT = Decimal("0.01")


def _bound(words: str) -> BoundDefinition:
    for bound in agreement.limitable():
        if words.lower() in {bound.key.lower(), str(bound.label).lower()}:
            return bound
    raise Invalid({"bound": _("There is no bound “%(words)s” that can be limited.") % {"words": words}})


def _in_unit(row: Row) -> BoundDefinition:
    """The bound, when the row counts it in the page's unit or names none."""
    bound = _bound(row["bound"])
    if row["unit"] and row["unit"].lower() != _unit(bound).lower():
        words = _("%(bound)s is counted in %(unit)s.") % {"bound": bound.label, "unit": _unit(bound)}
        raise Invalid({"unit": words})
    return bound


def _unit(bound: BoundDefinition) -> str:
    return str(TYPED_WORDS.get(bound.unit, bound.unit))


def _limit_of(row: Row) -> tuple[Key, Any]:
    bound = _in_unit(row)
    if not row["least"] and not row["most"]:
        raise Invalid({"": _("Write the least, the most or both.")})
    factor = TYPED_FACTORS.get(bound.unit, 1)
    least, most = (
        _stored(reading.number(row[name], name) * factor) if row[name] else None for name in ("least", "most")
    )
    return {"bound": bound.key, "country": row["country"].upper()}, [least, most]


def _stored(value: Decimal | None) -> str | None:
    """As the column holds it, so that what is read is equal to what was written."""
    return None if value is None else str(value.quantize(CENT))


def _held(key: Key) -> Any:
    row = OuterLimit.objects.filter(key=key["bound"], country=key["country"]).first()
    return row and [_stored(row.minimum), _stored(row.maximum)]


def _write(by: User, key: Key, value: Any) -> None:
    least, most = (None if each is None else Decimal(each) for each in value or (None, None))
    versions.set_outer_limit(by=by, key=key["bound"], country=key["country"], minimum=least, maximum=most)


def _label(key: Key) -> str:
    return f"{agreement.definition(key['bound']).label}, {key['country'] or _('everywhere')}"


def _words(key: Key, value: Any) -> str:
    return agreement.range_in_words(agreement.definition(key["bound"]), *value)


def _rows() -> Iterator[list[Any]]:
    known = {bound.key: bound for bound in agreement.limitable()}
    for row in OuterLimit.objects.filter(key__in=known).order_by("key", "country"):
        bound = known[row.key]
        factor = TYPED_FACTORS.get(bound.unit, 1)
        least, most = ("" if each is None else _typed(each / factor) for each in (row.minimum, row.maximum))
        yield [row.key, row.country, least, most, _unit(bound)]


def _typed(value: Decimal) -> str:
    return reading.plain(value.quantize(Decimal("0.000001")))


LIMITS = of_values(
    "limits",
    gettext_lazy("Outer limits"),
    (
        Column(
            "bound",
            required=True,
            hint=gettext_lazy("Its key, like rest_minutes, or its name on the page."),
            check=lambda row: _bound(row["bound"]),
        ),
        Column("country", named=True, hint=gettext_lazy("Two letters, like DE. Empty: everywhere.")),
        Column("least", named=True, check=lambda row: reading.number(row["least"], "least")),
        Column("most", named=True, check=lambda row: reading.number(row["most"], "most")),
        Column("unit", hint=gettext_lazy("Only checked: a row in another unit is rejected."), check=_in_unit),
    ),
    Keyed(_limit_of, _held, _write, _label, _words),
    _rows,
    page="settings_limits",
    names=("bound", "country"),
)
