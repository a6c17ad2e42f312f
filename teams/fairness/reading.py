"""Reads the work of a pod as the rules of fairness take it: who worked what, on whose clock and calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cxportal.core.periods import Period, local_date
from teams.fairness.agreed import weights
from teams.fairness.rules import Reason, Weights, Work, reasons
from teams.leave.holidays import holiday
from teams.people.models import Contract
from teams.pods.models import AgreementVersion, Pod
from teams.scheduling.models import Assignment


@dataclass(frozen=True)
class Worked:
    """A member's work on a shift that is over, with the points that it counts."""

    member: int
    shift: int
    started_at: dt.datetime
    reasons: tuple[Reason, ...]


class Calendars:
    """Zones and regions of people by day, from their contracts. One query."""

    def __init__(self, members: Iterable[int], fallback: ZoneInfo) -> None:
        self._fallback = fallback
        self._contracts: dict[int, list[Contract]] = {}
        for contract in Contract.objects.filter(member__in=set(members)).order_by("period"):
            self._contracts.setdefault(contract.member_id, []).append(contract)

    def at(self, member: int, instant: dt.datetime) -> tuple[ZoneInfo, str]:
        """The zone of a member and the name of the public holiday that an instant falls on there."""
        contract = self._holds(member, local_date(instant, self._fallback))
        if contract is None:
            return self._fallback, ""
        return contract.tzinfo, holiday(contract.region, local_date(instant, contract.tzinfo))

    def minutes(self, member: int, day: dt.date) -> int:
        """Contract minutes a week on a day."""
        contract = self._holds(member, day)
        return contract.weekly_minutes if contract else 0

    def _holds(self, member: int, day: dt.date) -> Contract | None:
        found = self._contracts.get(member, ())
        return next((c for c in found if day in _Days(c)), None)


class _Days:
    """The days of a contract; an open end holds for ever."""

    def __init__(self, contract: Contract) -> None:
        self.first, self.end = contract.period.lower, contract.period.upper

    def __contains__(self, day: object) -> bool:
        return isinstance(day, dt.date) and (not self.first or self.first <= day) and (not self.end or day < self.end)


def weights_at(pod: Pod) -> Mapping[dt.datetime, Weights]:
    """Every version of a pod's weights by the instant from which it holds, newest first. One query."""
    rows = AgreementVersion.objects.filter(pod=pod).order_by("-effective_from").values_list("effective_from", "values")
    return {effective: weights(values) for effective, values in rows}


def in_force(versions: Mapping[dt.datetime, Weights], instant: dt.datetime) -> Weights:
    """The weights that held at an instant; the defaults before anything was agreed."""
    return next((found for since, found in versions.items() if since <= instant), None) or weights({})


def worked(pod: Pod, since: dt.datetime, now: dt.datetime) -> list[Worked]:
    """What was worked on shifts of a pod that began since an instant and are over. Three queries.

    Each shift is weighed by the agreement that was in force when it began.
    """
    rows = list(
        Assignment.objects.filter(
            shift__pod=pod, shift__period__startswith__gte=since, shift__period__endswith__lte=now
        )
        .order_by("period")
        .values_list("member", "shift", "shift__period", "period", "source", "made_at")
    )
    calendars, versions = Calendars({row[0] for row in rows}, pod.tzinfo), weights_at(pod)
    pieces: dict[tuple[int, int], list[tuple[Period, str, dt.datetime]]] = {}
    starts: dict[int, dt.datetime] = {}
    for member, shift, whole, period, source, made_at in rows:
        starts[shift] = whole.lower
        pieces.setdefault((member, shift), []).append((Period(period.lower, period.upper), source, made_at))
    return [
        Worked(
            member, shift, starts[shift], reasons(_work(found, calendars, member), in_force(versions, starts[shift]))
        )
        for (member, shift), found in pieces.items()
    ]


def _work(found: list[tuple[Period, str, dt.datetime]], calendars: Calendars, member: int) -> Work:
    first = min(piece.start for piece, _source, _made in found)
    zone, name = calendars.at(member, first)
    claimed = [made for _piece, source, made in found if source != Assignment.Source.IMPORT]
    return Work(tuple(piece for piece, _source, _made in found), zone, min(claimed, default=None), name)
