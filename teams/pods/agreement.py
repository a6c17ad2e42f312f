"""The bounds that a pod may agree on: a registry of definitions, and the values in force.

Teams stores typed values and knows no meaning above its floor: the app that owns a meaning
registers the definition at start-up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from cxportal.core.violations import Text
from teams.pods import legal
from teams.pods.models import AgreementVersion, Company, OuterLimit, Pod


@dataclass(frozen=True)
class BoundDefinition:
    """One thing that a pod can agree on.

    ``key`` is stable (``rest_minutes``); ``unit`` one of ``minutes``, ``days``, ``weeks``,
    ``weekends``, ``nights``, ``shifts``, ``rounds``, ``points``, ``people``, ``share``, ``seconds``, ``clock``
    (minutes after midnight), ``choice``, ``flag``; ``least``/``most`` are the outer limits that hold unless a
    country's law or the company sets others.
    """

    key: str
    label: Text
    unit: str
    default: Any
    least: float | None = None
    most: float | None = None
    effect: Text = ""
    choices: tuple[tuple[str, Text], ...] = ()
    entry: Callable[[Mapping[str, Any]], str] | None = None  # one entry of a list in words
    group: str = "well"  # one of ``GROUPS``, under which the page shows it
    side: str = ""  # ``least`` or ``most``: what the agreed number is to those who live by it
    check: Callable[[Any], Text] | None = None  # why a value of a list cannot be read, or nothing


@dataclass(frozen=True)
class Values:
    """The agreement in force at an instant: a value for every registered bound.

    ``version`` is 0 before a pod has agreed on anything; then the defaults hold.
    """

    version: int
    values: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        return self.values[key] if key in self.values else definition(key).default


# The parts of the agreement page, in their order.
GROUPS: dict[str, Text] = {
    "serving": _("Serving customers"),
    "well": _("Working well"),
    "ahead": _("Planning ahead"),
    "fair": _("Sharing the load"),
    "generous": _("Being generous"),
    "deciding": _("Deciding together"),
}

MOST = 10**9  # no bound means a number beyond it
# Units whose numbers need not be whole.
FRACTIONS = frozenset({"share", "points"})
# How a stored unit is typed: hours are easier than 660 minutes.
TYPED_FACTORS = {"minutes": 60, "seconds": 60, "clock": 60}
TYPED_WORDS: dict[str, Text] = {
    "minutes": _("hours"),
    "seconds": _("minutes"),
    "days": _("days"),
    "weeks": _("weeks"),
    "weekends": _("weekends"),
    "nights": _("nights"),
    "shifts": _("shifts"),
    "rounds": _("rounds"),
    "clock": _("hours after midnight"),
    "people": _("people"),
    "share": _("share from 0 to 1"),
    "points": _("points"),
}

_definitions: dict[str, BoundDefinition] = {}


def register(*definitions: BoundDefinition) -> None:
    """Make bounds known; registering a key again with the same definition changes nothing."""
    for new in definitions:
        if _definitions.setdefault(new.key, new) != new:
            raise ValueError(f"bound {new.key} is registered twice, differently")


def definition(key: str) -> BoundDefinition:
    return _definitions[key]


def in_words(bound: BoundDefinition, value: Any) -> str:
    """A value of a bound as a person reads it: ``11 h``, ``2 h 30``, ``3 people``, ``yes``."""
    if bound.unit == "flag":
        return str(_("yes") if value else _("no"))
    if bound.unit == "choice":
        return str(dict(bound.choices).get(value, value))
    if not isinstance(value, int | float):
        return str(ngettext("%(n)s entry", "%(n)s entries", len(value)) % {"n": len(value)})
    if bound.unit == "minutes" and value >= 60:
        hours, minutes = divmod(int(value), 60)
        return f"{hours} h {minutes:02d}" if minutes else f"{hours} h"
    if bound.unit == "clock":
        return f"{int(value) // 60:02d}:{int(value) % 60:02d}"
    if bound.unit == "share":
        return f"{value:.0%}"
    number = f"{value:g}"
    words = {
        "minutes": _("%(n)s min"),
        "seconds": _("%(n)s s"),
        "days": ngettext_lazy("%(n)s day", "%(n)s days", int(value)),
        "weeks": ngettext_lazy("%(n)s week", "%(n)s weeks", int(value)),
        "weekends": ngettext_lazy("%(n)s weekend", "%(n)s weekends", int(value)),
        "nights": ngettext_lazy("%(n)s night", "%(n)s nights", int(value)),
        "shifts": ngettext_lazy("%(n)s shift", "%(n)s shifts", int(value)),
        "rounds": ngettext_lazy("%(n)s round", "%(n)s rounds", 1 if value == 1 else 2),
        "people": ngettext_lazy("%(n)s person", "%(n)s people", int(value)),
        "points": ngettext_lazy("%(n)s point", "%(n)s points", 1 if value == 1 else 2),
    }
    return str(words[bound.unit] % {"n": number}) if bound.unit in words else number


def trouble(bound: BoundDefinition, value: Any) -> Text:
    """Why a value cannot be one of this bound whatever its limits are, or nothing."""
    if bound.check is not None:
        return bound.check(value)
    if bound.unit == "flag":
        return "" if isinstance(value, bool) else _("Write true or false.")
    if bound.unit == "choice":
        return "" if isinstance(value, str) and value in dict(bound.choices) else _("Choose one of the values.")
    if isinstance(value, bool) or not isinstance(value, int | float) or not -MOST <= value <= MOST:
        return _("Write a number.")
    return "" if bound.unit in FRACTIONS or float(value).is_integer() else _("Write a whole number.")


def range_in_words(bound: BoundDefinition, least: Any, most: Any) -> str:
    """``8 h to 24 h``, ``at least 8 h``, ``at most 24 h`` or ``any``."""
    low, high = (None if limit is None else in_words(bound, float(limit)) for limit in (least, most))
    if low is not None and high is not None:
        return str(_("%(low)s to %(high)s") % {"low": low, "high": high})
    if low is not None:
        return str(_("at least %(low)s") % {"low": low})
    return str(_("at most %(high)s") % {"high": high}) if high is not None else str(_("any"))


def definitions() -> Iterator[BoundDefinition]:
    yield from _definitions.values()


def limitable() -> Iterator[BoundDefinition]:
    """The bounds that the company can limit: those for which the product sets a limit itself."""
    yield from (bound for bound in definitions() if bound.least is not None or bound.most is not None)


def values_at(pod: Pod | int, instant: dt.datetime) -> Values:
    """The agreement in force for a pod at an instant. One query."""
    return values_of([pod if isinstance(pod, int) else pod.pk], instant)[pod if isinstance(pod, int) else pod.pk]


def values_of(pod_ids: Iterable[int], instant: dt.datetime) -> dict[int, Values]:
    """The agreements in force for several pods at an instant. One query."""
    ids = list(pod_ids)
    found = {pk: Values(0) for pk in ids}
    rows = (
        AgreementVersion.objects.filter(pod_id__in=ids, effective_from__lte=instant)
        .order_by("pod_id", "-effective_from")
        .distinct("pod_id")
    )
    for row in rows:
        found[row.pod_id] = Values(row.number, row.values)
    return found


@dataclass(frozen=True)
class Limit:
    """What may be agreed of a bound, and whose word each side is: ``product``, ``law`` or ``company``."""

    least: float | None = None
    most: float | None = None
    least_by: str = "product"
    most_by: str = "product"


def lawful(country: str) -> dict[str, Limit]:
    """What may be agreed in a country where the company has set nothing, by bound key. No query."""
    found = {d.key: Limit(d.least, d.most) for d in definitions()}
    laws = legal.limits(country).items()
    return found | {key: _tighter(found[key], Limit(*sides, "law", "law")) for key, sides in laws if key in found}


def limits_of(country: str) -> dict[str, Limit]:
    """What may be agreed in a country, by bound key. One query.

    The company's own for the country go before everything. Else the company's for everywhere and the
    law of the country (``legal.toml``) hold together, the tighter side of each; else the definition's.
    """
    found = {d.key: Limit(d.least, d.most) for d in definitions()}
    rows = list(OuterLimit.objects.filter(country__in=["", country]))
    found |= {row.key: _own(row) for row in rows if not row.country}
    for key, (least, most) in legal.limits(country).items():
        if key in found:
            found[key] = _tighter(found[key], Limit(least, most, "law", "law"))
    return found | {row.key: _own(row) for row in rows if row.country and row.country == country}


def outer_limits(country: str) -> dict[str, tuple[float | None, float | None]]:
    """The same as least and most alone."""
    return {key: (limit.least, limit.most) for key, limit in limits_of(country).items()}


def _own(row: OuterLimit) -> Limit:
    low, high = (None if side is None else float(side) for side in (row.minimum, row.maximum))
    return Limit(low, high, "company", "company")


def _tighter(one: Limit, law: Limit) -> Limit:
    least, least_by = one.least, one.least_by
    most, most_by = one.most, one.most_by
    if law.least is not None and (least is None or law.least > least):
        least, least_by = law.least, law.least_by
    if law.most is not None and (most is None or law.most < most):
        most, most_by = law.most, law.most_by
    return Limit(least, most, least_by, most_by)


def template_values() -> dict[str, Any]:
    """What a new pod starts with as version 1: the company's template over the defaults."""
    company = Company.objects.filter(pk=1).first()
    chosen = company.agreement_template if company else {}
    return {d.key: chosen.get(d.key, d.default) for d in definitions()}
