"""What a change would do, told while it is typed and before anybody is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cxportal.core.violations import Invalid, Refused, Violation
from teams.consent import foresight
from teams.consent.judging import changed_values, must_be_free
from teams.pods.agreement import Values, values_at
from teams.pods.bounds_shown import changes
from teams.pods.models import Pod


@dataclass(frozen=True)
class Trial:
    """The changes in words, what stands against them, and what they would do to the coming weeks."""

    lines: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()
    foreseen: tuple[foresight.Told, ...] = ()
    errors: Mapping[str, list[str]] = field(default_factory=dict)


def tried(pod: Pod, values: Mapping[str, Any], at: dt.datetime) -> Trial:
    """Judge and look ahead as proposing would, without proposing. Nothing changed answers empty."""
    if not values:
        return Trial()
    agreed = values_at(pod, at)
    before = {key: agreed[key] for key in values}
    lines = tuple(changes(before, values))
    try:
        wanted = changed_values(pod, agreed, values)
        must_be_free(pod, wanted)
    except Refused as refused:
        return Trial(lines, refused.violations)
    except Invalid as invalid:
        return Trial(lines, errors=invalid.fields)
    after = Values(agreed.version, {**agreed.values, **wanted})
    seen = foresight.foresee(pod, agreed, after, wanted, at)
    return Trial(lines, foreseen=tuple(foresight.told(pod, seen, names=True)))
