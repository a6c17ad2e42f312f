"""Agreed values drawn on rails: what the company or the pod allows, what is agreed, what is proposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.routing.models import OverflowTerms
from customers.routing.sentences import with_unit
from customers.routing.terms import SHORTEST_WAIT, Willingness, longest_wait
from teams.pods.channels import Channel


@dataclass(frozen=True)
class Mark:
    """A limit under a rail: its place in percent and its words."""

    at: int
    words: str
    side: str = ""  # lo | hi: which way the words run


@dataclass(frozen=True)
class Rail:
    """One agreed value; all places in whole percent of the rail."""

    name: str
    about: str
    value: str
    small: str
    ok_at: int
    ok_wide: int
    ours_at: int
    ours_wide: int
    pin: int
    next_pin: int | None = None
    next_value: str = ""
    limits: list[Mark] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The rail for ears."""
        return f"{self.name}: {self.value}" + (f" → {self.next_value}" if self.next_value else "")


def rails(
    terms: OverflowTerms, proposed: OverflowTerms | None, promises: Mapping[str, int], willing: Willingness
) -> list[Rail]:
    """The rails of a version: a wait for each channel, the reserve, three caps."""
    found = [_wait(channel, seconds, proposed, promises.get(channel)) for channel, seconds in terms.thresholds.items()]
    found.append(_reserve(terms.reserve, proposed, willing.reserve))
    caps = (
        (_("At once"), _("in work at the same time"), terms.cap_once, "cap_once", willing.at_once),
        (_("In an hour"), _("any 60 minutes"), terms.cap_hour, "cap_hour", willing.in_hour),
        (_("In a day"), _("from midnight at home"), terms.cap_day, "cap_day", willing.in_day),
    )
    for name, about, value, key, most in caps:
        found.append(_cap(name, about, value, getattr(proposed, key) if proposed else None, most))
    return found


def _part(value: float, whole: float) -> int:
    return max(0, min(100, round(100 * value / whole))) if whole else 0


def _wait(channel: str, seconds: int, proposed: OverflowTerms | None, promise: int | None) -> Rail:
    whole = max(promise or 0, seconds, 10) * 1.1
    most = longest_wait(promise) if promise else seconds
    after = proposed.thresholds.get(channel) if proposed else None
    changed = after is not None and after != seconds
    limits = [Mark(_part(most, whole), _("80 %% of the promise: %(time)s") % {"time": with_unit(most)}, "hi")]
    return Rail(
        name=_("Wait before overflow"),
        about=_("%(channel)s, opening time") % {"channel": Channel(channel).label},
        value=with_unit(seconds),
        small=_("or more") if not changed else _("or more, proposed"),
        ok_at=_part(SHORTEST_WAIT, whole),
        ok_wide=_part(most - SHORTEST_WAIT, whole),
        ours_at=_part(seconds, whole),
        ours_wide=max(0, _part(most, whole) - _part(seconds, whole)),
        pin=_part(seconds, whole),
        next_pin=_part(after, whole) if changed and after is not None else None,
        next_value=with_unit(after) if changed and after is not None else "",
        limits=limits if promise else [],
    )


def _reserve(value: int, proposed: OverflowTerms | None, least: int) -> Rail:
    whole = max(6, value + 2)
    after = proposed.reserve if proposed and proposed.reserve != value else None
    return Rail(
        name=_("Kept free"),
        about=_("idle people who are never lent"),
        value=str(value),
        small=_people(value) if after is None else _("%(people)s, proposed") % {"people": _people(value)},
        ok_at=_part(least, whole),
        ok_wide=100 - _part(least, whole),
        ours_at=_part(value, whole),
        ours_wide=100 - _part(value, whole),
        pin=_part(value, whole),
        next_pin=_part(after, whole) if after is not None else None,
        next_value=str(after) if after is not None else "",
        limits=[Mark(_part(least, whole), _("the pod’s agreement: %(n)s or more") % {"n": least}, "lo")],
    )


def _people(count: int) -> str:
    return ngettext("person", "people", count)


def _cap(name: str, about: str, value: int, after: int | None, most: int) -> Rail:
    whole = max(most, value) * 1.35
    changed = after is not None and after != value
    return Rail(
        name=name,
        about=about,
        value=str(value),
        small=_("at most") if not changed else _("at most, proposed"),
        ok_at=0,
        ok_wide=_part(most, whole),
        ours_at=0,
        ours_wide=_part(value, whole),
        pin=_part(value, whole),
        next_pin=_part(after, whole) if changed and after is not None else None,
        next_value=str(after) if changed else "",
        limits=[Mark(_part(most, whole), _("the pod’s agreement: %(n)s at most") % {"n": most})],
    )
