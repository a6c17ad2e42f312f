"""Half a year of contacts and answers, drawn in arrays: pure, seeded, the same for the same seed.

Volumes follow the weekday and the hour; customers come back within days for the same group of
reasons; live channels are answered in seconds, written ones in opening hours. Satisfied answers are
drawn **without replacement** per pod and phase (before, dip, settled), so each phase holds the stated
share to within one answer, and weeks inside it still vary by chance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from cxportal.core.periods import to_instant
from cxportal.demo.company import CONTINUITY, CONTINUITY_BEFORE, DIP_WEEKS, WEEKS, Plan
from cxportal.demo.names import REASONS
from cxportal.demo.roster import PATTERNS, Sitting, seatings

type Ints = NDArray[np.int64]
type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]

ZONE = ZoneInfo("Europe/Berlin")
CHANNELS = ("phone", "chat", "email", "social", "web_form", "letter", "billing", "self_service")
SHARES = np.array([0.37, 0.19, 0.22, 0.04, 0.05, 0.02, 0.05, 0.06])
LIVE, AUTOMATIC = 2, 6  # channels below LIVE wait on the line, from AUTOMATIC on no person is there
# Live: mean seconds behind others, for the share that comes behind others; written: median seconds to the first answer.
WAIT = np.array([95.0, 70.0, 9000.0, 3600.0, 14400.0, 72000.0, 0.0, 0.0])
QUEUED = 0.28
WORK = np.array([330.0, 480.0, 380.0, 220.0, 360.0, 560.0, 0.0, 0.0])  # median seconds of work
ANSWERS = np.array([0.34, 0.36, 0.24, 0.2, 0.24, 0.12, 0.0, 0.0])  # share that answers the survey
WEEKDAYS = np.array([1.26, 1.10, 1.02, 1.0, 0.98, 0.42, 0.10])
HOURS = np.array([0.6, 1.0, 1.3, 1.25, 1.0, 0.85, 0.95, 1.1, 1.15, 0.95, 0.7, 0.45])  # from 08:00
PRESSURE = np.array([1.3, 1.05, 1.0, 0.95, 1.0, 0.8, 0.8])  # by weekday: Mondays are the longest waits
BACK, BACK_AFTER = 0.20, 0.13  # who comes back within a week, before and after a settled launch
ABANDON, UNKNOWN, OVERFLOW = 0.04, 0.04, 0.05
OPEN = dict.fromkeys(range(5), (8 * 3600, 20 * 3600)) | {5: (9 * 3600, 17 * 3600)}
FOR_EVER = 5000  # weeks


@dataclass(frozen=True)
class World:
    """Contacts in order of arrival, as columns. Instants are seconds since 1970; −1 stands for none.

    ``person`` counts members inside the pod ``serving``; ``csat`` is 0 where nobody answered.
    """

    first: dt.date
    pod: Ints
    customer: Ints
    serving: Ints
    person: Ints
    channel: Ints
    group: Ints
    reason: Ints
    arrived: Floats
    answered: Floats
    closed: Floats
    day: Ints
    work: Ints
    after: Ints
    abandoned: Flags
    complaint: Flags
    digital: Flags
    csat: Ints
    nps: Ints

    def __len__(self) -> int:
        return len(self.pod)


@dataclass(frozen=True)
class Days:
    """The days of the history: where each begins, its weekday, and the next day that is open."""

    first: dt.date
    begins: Floats
    weekday: Ints
    next_open: Ints

    @classmethod
    def of(cls, first: dt.date, count: int) -> Days:
        dates = [first + dt.timedelta(days=number) for number in range(count)]
        weekday = np.array([day.weekday() for day in dates])
        following = np.where(weekday == 6, 1, 0) + np.arange(count)
        begins = np.array([to_instant(day, dt.time(), ZONE).timestamp() for day in dates])
        return cls(first, begins, weekday, following)


def first_monday(today: dt.date) -> dt.date:
    """The Monday on which the history begins: ``WEEKS`` whole weeks before the present week."""
    return today - dt.timedelta(days=today.weekday(), weeks=WEEKS)


def generate(
    plan: Plan, *, now: dt.datetime, seed: int, roster: Sequence[Sitting] = (), first: dt.date | None = None
) -> World:
    """All contacts that arrived and were closed before ``now``, with their answers.

    ``roster`` says who was on shift on the days that it covers, before it the rota of the same seed.
    ``first`` is the Monday of the history when it began earlier than a history of today would.
    """
    rng = np.random.default_rng([seed, 1])
    today = now.astimezone(ZONE).date()
    first = first or first_monday(today)
    days = Days.of(first, (today - first).days + 3)
    pod, day = _arrivals(plan, days, (today - first).days + 1, rng)
    pod, day, channel, customer, group = _issues(plan, days, pod, day, rng)
    second = _seconds(days, day, channel, rng)
    arrived = days.begins[day] + second
    strain = np.array([part.strain for part in plan.pods])[pod] * PRESSURE[days.weekday[day]]
    answered, closed, work, after = _handling(days, day, second, arrived, channel, strain, rng)
    abandoned = (channel < LIVE) & (rng.random(len(pod)) < ABANDON * strain)
    closed = np.where(abandoned, arrived + rng.exponential(60, len(pod)), closed)
    serving = _serving(plan, pod, day, channel, rng)
    whole = _whole_rota(plan, first, roster, days, seed)
    human = (channel < AUTOMATIC) & ~abandoned
    person = _people(plan, days, pod, serving, day, arrived, customer, human, whole, rng)
    keep = np.flatnonzero(closed < now.timestamp() - 60)
    keep = keep[np.argsort(arrived[keep], kind="stable")]
    closing = np.searchsorted(days.begins, closed, side="right") - 1
    customer = np.where((channel == 0) & (rng.random(len(pod)) < UNKNOWN / SHARES[0]), -1, customer)
    csat, nps = _answers(plan, pod, closing, channel, human & (customer >= 0) & (closed < now.timestamp() - 60), rng)
    return World(
        first=first,
        pod=pod[keep],
        customer=customer[keep],
        serving=np.where(human, serving, -1)[keep],
        person=np.where(human, person, -1)[keep],
        channel=channel[keep],
        group=group[keep],
        reason=_reasons(group, rng)[keep],
        arrived=np.floor(arrived)[keep],
        answered=np.where(human, np.floor(answered), -1)[keep],
        closed=np.floor(closed)[keep],
        day=closing[keep],
        work=np.where(human, work, 0)[keep].astype(np.int64),
        after=np.where(human, after, 0)[keep].astype(np.int64),
        abandoned=abandoned[keep],
        complaint=(human & (rng.random(len(pod)) < 0.012))[keep],
        digital=((channel < AUTOMATIC) & (rng.random(len(pod)) < 0.18))[keep],
        csat=csat[keep],
        nps=nps[keep],
    )


def _arrivals(plan: Plan, days: Days, count: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """First contacts of issues: the pod and the day of each."""
    size = np.array([pod.customers for pod in plan.pods], dtype=float)
    wave = 1 + 0.06 * np.sin(np.arange(count) / 13) + 0.03 * rng.standard_normal(count)
    shape = WEEKDAYS[days.weekday[:count]] * wave
    expected = plan.contacts / (1 + BACK * 0.85) * np.outer(size / size.sum(), shape / shape[: WEEKS * 7].sum())
    drawn = rng.poisson(np.clip(expected, 0, None))
    cells = np.repeat(np.arange(drawn.size), drawn.ravel())
    return cells // count, cells % count


def _issues(
    plan: Plan, days: Days, pod: Ints, day: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Pod, day, channel, customer and group of reasons of each first contact, and the contacts that come back."""
    count = len(pod)
    channel = rng.choice(len(CHANNELS), count, p=SHARES)
    channel = np.where((days.weekday[day] == 6) & (channel < LIVE), 2, channel)
    customer = np.empty(count, dtype=np.int64)
    offset = 0
    for index, part in enumerate(plan.pods):
        here = np.flatnonzero(pod == index)
        edges = np.cumsum(rng.gamma(0.9, size=part.customers))
        customer[here] = offset + np.searchsorted(edges, rng.random(len(here)) * edges[-1])
        offset += part.customers
    group = _groups(plan, pod, channel, rng)
    settled = np.array([FOR_EVER if p.launch_week is None else p.launch_week + DIP_WEEKS for p in plan.pods])
    chance = np.where(day // 7 >= settled[pod], BACK_AFTER, BACK)
    back = np.flatnonzero((channel < AUTOMATIC) & (rng.random(count) < chance))
    later = day[back] + np.minimum(1 + rng.geometric(0.35, len(back)), 6)
    later = np.where(days.weekday[np.minimum(later, len(days.weekday) - 1)] == 6, later + 1, later)
    inside = later < len(days.weekday) - 2
    back, later = back[inside], later[inside]
    same = np.where(rng.random(len(back)) < 0.6, channel[back], rng.integers(0, 3, len(back)))
    repeats = ((pod, pod[back]), (day, later), (channel, same), (customer, customer[back]), (group, group[back]))
    joined = [np.concatenate(pair) for pair in repeats]
    return joined[0], joined[1], joined[2], joined[3], joined[4]


def _groups(plan: Plan, pod: Ints, channel: Ints, rng: np.random.Generator) -> Ints:
    """Each pod has its own mix of reason groups; billing events are billing, self-service the account."""
    group = np.empty(len(pod), dtype=np.int64)
    for index in range(len(plan.pods)):
        here = np.flatnonzero(pod == index)
        group[here] = rng.choice(len(REASONS), len(here), p=rng.dirichlet(np.full(len(REASONS), 12.0)))
    group = np.where(channel == AUTOMATIC, 0, group)
    return np.asarray(np.where(channel == AUTOMATIC + 1, len(REASONS) - 1, group), dtype=np.int64)


def _reasons(group: Ints, rng: np.random.Generator) -> Ints:
    sizes = np.array([len(names) for _group, _owner, names in REASONS])
    return np.asarray(np.floor(rng.random(len(group)) * sizes[group]), dtype=np.int64)


def _seconds(days: Days, day: Ints, channel: Ints, rng: np.random.Generator) -> Floats:
    """Seconds after midnight: live channels in opening hours, the others from six to eleven."""
    count = len(day)
    hour = rng.choice(len(HOURS), count, p=HOURS / HOURS.sum())
    live = (8 + hour + rng.random(count)) * 3600
    saturday = (9 + 7.8 * rng.random(count)) * 3600
    written = (6 + 17 * rng.beta(1.6, 2.0, count)) * 3600
    live = np.where(days.weekday[day] == 5, saturday, np.minimum(live, 20 * 3600 - 900))
    return np.where(channel < LIVE, live, written)


def _handling(
    days: Days, day: Ints, second: Floats, arrived: Floats, channel: Ints, strain: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Ints, Ints]:
    """First answer, closing, and seconds of work and after-work."""
    count = len(day)
    # Most calls ring a moment only; who comes behind others waits some minutes, the longer the more stretched the pod.
    behind = rng.random(count) < QUEUED * strain
    line = 4 + rng.exponential(8, count) + behind * rng.exponential(WAIT[channel] * np.sqrt(strain))
    wait = np.where(channel < LIVE, line, WAIT[channel] * strain * rng.lognormal(0, 0.6, count))
    answered = np.where(channel < LIVE, arrived + wait, _into_opening(days, arrived + wait, rng))
    work = (WORK[channel] * rng.lognormal(0, 0.45, count)).astype(np.int64)
    after = (work * rng.uniform(0.1, 0.35, count)).astype(np.int64)
    closed = np.where(channel < AUTOMATIC, answered + work + after, arrived)
    return answered, closed, work, after


def _into_opening(days: Days, instant: Floats, rng: np.random.Generator) -> Floats:
    """Written contacts are answered while the pod is open: others wait for the next opening."""
    last = len(days.begins) - 1
    day = np.clip(np.searchsorted(days.begins, instant, side="right") - 1, 0, last)
    opens = np.array([OPEN.get(number, (0, 0))[0] for number in range(7)])
    closes = np.array([OPEN.get(number, (0, 0))[1] for number in range(7)])
    second = instant - days.begins[day]
    early, late = second < opens[days.weekday[day]], second >= closes[days.weekday[day]] - 1800
    target = days.next_open[np.minimum(np.where(late & ~early, day + 1, day), last)]
    target = np.minimum(target, last)
    start = days.begins[target] + opens[days.weekday[target]]
    return np.where(early | late, start + rng.exponential(2400, len(instant)), instant)


def partners(plan: Plan) -> dict[int, int]:
    """Whom each changed pod asks for help: the next changed pod of its area, in a ring."""
    found: dict[int, int] = {}
    for area in plan.areas:
        ring = [i for i, pod in enumerate(plan.pods) if pod.area == area and pod.wave is not None]
        if len(ring) > 1:
            found |= dict(zip(ring, ring[1:] + ring[:1], strict=True))
    return found


def _serving(plan: Plan, pod: Ints, day: Ints, channel: Ints, rng: np.random.Generator) -> Ints:
    """The pod that served: home, or its partner for a few live contacts once both have changed."""
    helps = partners(plan)
    to = np.array([helps.get(index, -1) for index in range(len(plan.pods))])
    launch = np.array([FOR_EVER if p.launch_week is None else p.launch_week for p in plan.pods])
    both = np.maximum(launch, np.where(to >= 0, launch[to], FOR_EVER))
    strain = np.array([part.strain for part in plan.pods])[pod]
    away = (channel < LIVE) & (to[pod] >= 0) & (day // 7 >= both[pod]) & (rng.random(len(pod)) < OVERFLOW * strain)
    return np.where(away, to[pod], pod)


def _whole_rota(plan: Plan, first: dt.date, roster: Sequence[Sitting], days: Days, seed: int) -> list[Sitting]:
    """The rota of the whole history: what the roster says, and what the same seed gives for the weeks before it."""
    known = min((sitting.day for sitting in roster), default=first + dt.timedelta(days=len(days.begins) + 7))
    weeks = (known - first).days // 7
    return [*seatings(plan.pods, first, weeks, seed=seed), *roster]


def _people(
    plan: Plan,
    days: Days,
    pod: Ints,
    serving: Ints,
    day: Ints,
    arrived: Floats,
    customer: Ints,
    human: Flags,
    roster: Sequence[Sitting],
    rng: np.random.Generator,
) -> Ints:
    """Who served: often whom the customer met last, when on shift; else somebody on shift."""
    launch = np.array([FOR_EVER if part.launch_week is None else part.launch_week for part in plan.pods])
    keeps = rng.random(len(pod)) < np.where(day // 7 >= launch[pod], CONTINUITY, CONTINUITY_BEFORE)
    last = np.full(sum(part.customers for part in plan.pods), -1)
    person = np.zeros(len(pod), dtype=np.int64)
    on_shift = _on_shift(days, roster)
    # In the order of the days: who was met is known when the customer comes back.
    for (at_pod, at_day), rows in _groups_of(serving, day, np.arange(len(pod))).items():
        # What is written on a Sunday is answered by who comes on Monday.
        found = on_shift.get((at_pod, at_day), on_shift.get((at_pod, at_day + 1)))
        if found is None:
            continue
        home = pod[rows] == at_pod
        wanted = np.where(keeps[rows] & home, last[customer[rows]], -1)
        person[rows] = _pick(found, arrived[rows] - days.begins[at_day], wanted, rng)
        met = rows[human[rows] & home]
        last[customer[met]] = person[met]
    return person


def _on_shift(days: Days, roster: Sequence[Sitting]) -> Mapping[tuple[int, int], NDArray[np.int64]]:
    """By pod and day: rows of (member, begin, end) in seconds after midnight."""
    found: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for sitting in roster:
        number = (sitting.day - days.first).days
        if 0 <= number < len(days.begins):
            pattern = PATTERNS[sitting.pattern]
            row = (sitting.member, pattern.starts * 60, pattern.ends * 60)
            found.setdefault((sitting.pod, number), []).append(row)
    return {key: np.array(rows) for key, rows in found.items()}


def _groups_of(pod: Ints, day: Ints, rows: Ints) -> dict[tuple[int, int], Ints]:
    """Row numbers by pod and day."""
    key = pod * 100_000 + day
    order = np.argsort(key, kind="stable")
    values, starts = np.unique(key[order], return_index=True)
    parts = np.split(rows[order], starts[1:])
    return {(int(value) // 100_000, int(value) % 100_000): part for value, part in zip(values, parts, strict=True)}


def _pick(shifts: NDArray[np.int64], seconds: Floats, wanted: Ints, rng: np.random.Generator) -> Ints:
    """One member for each contact: the wanted one when there, else anybody there, else anybody of the day."""
    there = (shifts[:, 1] <= seconds[:, None]) & (seconds[:, None] < shifts[:, 2])
    score = rng.random(there.shape) + there * 10 + (shifts[:, 0] == wanted[:, None]) * there * 10
    return np.asarray(shifts[np.argmax(score, axis=1), 0], dtype=np.int64)


def _answers(
    plan: Plan, pod: Ints, closing: Ints, channel: Ints, may: Flags, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Satisfaction and would-recommend of those who answer; 0 and −1 for the others."""
    csat, nps = np.zeros(len(pod), dtype=np.int64), np.full(len(pod), -1)
    asked = may & (rng.random(len(pod)) < ANSWERS[channel])
    for index, part in enumerate(plan.pods):
        for weeks in _phases(part.launch_week):
            rows = np.flatnonzero(asked & (pod == index) & (closing >= weeks[0] * 7) & (closing < weeks[1] * 7))
            happy = round(part.share_in(weeks[0]) * len(rows))
            # The phone pleases a little more often than the letter; the number is the stated one.
            order = np.argsort(rng.random(len(rows)) + 0.04 * np.minimum(channel[rows], 5))
            csat[rows[order[:happy]]] = 4 + (rng.random(happy) < 0.58)
            csat[rows[order[happy:]]] = rng.choice([3, 2, 1], len(rows) - happy, p=[0.5, 0.28, 0.22])
    told = np.flatnonzero(csat)
    centre = np.array([0, 1.6, 3.6, 6.2, 8.0, 9.4])[csat[told]]
    nps[told] = np.clip(np.rint(centre + rng.normal(0, 1.0, len(told))), 0, 10).astype(np.int64)
    return csat, nps


def _phases(launch: int | None) -> tuple[tuple[int, int], ...]:
    """Spans of weeks with one true share: [from, to)."""
    if launch is None:
        return ((0, FOR_EVER),)
    return ((0, launch), (launch, launch + DIP_WEEKS), (launch + DIP_WEEKS, FOR_EVER))
