"""The scorecards of the pods a person may see: counted now, judged against all pods together.

The page, its CSV and the API all take their numbers from ``scorecard``.
"""

from __future__ import annotations

import datetime as dt
import statistics as plain
from collections.abc import Mapping
from dataclasses import dataclass

from customers.contacts import rollups
from customers.contacts.rollup_models import Scope
from customers.contacts.volumes import closed_by_people
from customers.feedback.queries import Answered, Answers, answered
from cxportal.core import periods
from cxportal.core.periods import DAY, monday
from cxportal.core.statistics import Difference, Interval, NetPromoter, Share, wilson
from rituals.permissions import Sight
from rituals.scorecards.forms import Filters
from rituals.scorecards.metrics import Judged, Judgement, Word, difference, judge
from teams.pods.models import Area, Pod, PodStage

#: A line of weeks shows at most so many.
MOST_WEEKS = 53
FEWEST_WEEKS = 3


@dataclass(frozen=True)
class PodScore:
    """One pod over the period. ``change`` is against the period before; ``weeks`` are customers served in each."""

    pod: Pod
    stage: str
    launched_on: dt.date | None
    served: int
    closed: int
    judgement: Judgement
    nps: NetPromoter | None
    before: Share
    change: Difference | None
    weeks: tuple[int, ...]
    launch_week: int | None

    @property
    def share(self) -> Share:
        return self.judgement.share

    @property
    def enough(self) -> bool:
        return self.share.enough


@dataclass(frozen=True)
class Totals:
    """All that is shown together: a pod, an area or the company.

    ``served`` is None where it can't be told. ``closed`` counts contacts that people closed.
    """

    area: Area | None
    share: Share
    interval: Interval | None
    nps: NetPromoter | None
    served: int | None
    closed: int
    before: Share
    change: Difference | None


@dataclass(frozen=True)
class Scorecard:
    """A finished comparison. ``company`` judges every pod of the company, also those that are not shown."""

    filters: Filters
    pods: tuple[PodScore, ...]
    totals: Totals
    company: Judged
    median_served: float | None
    days_known: tuple[dt.date, dt.date] | None
    counted_at: dt.datetime
    latest_answer: dt.datetime | None
    first_week: dt.date | None

    @property
    def chosen(self) -> tuple[PodScore, ...]:
        """The pods selected for a closer look, in the order of their names; the only one, when there is no choice."""
        if len(self.pods) == 1:
            return self.pods
        return tuple(s for s in self.pods if s.pod.pk in self.filters.chosen)

    @property
    def pair(self) -> Difference | None:
        """The difference of the first and the second selected pod when exactly two are."""
        chosen = self.chosen
        return difference(chosen[0].share, chosen[1].share) if len(chosen) == 2 else None

    @property
    def is_empty(self) -> bool:
        """Nothing was closed and nobody answered."""
        return not any(s.closed or s.served or s.share.n for s in self.pods)


def scorecard(sight: Sight, filters: Filters, at: dt.datetime | None = None) -> Scorecard:
    """Count and judge the pods in sight over the filters' period. Nine queries, whatever the number of pods.

    Customers served by the rollup, exact for any period; satisfaction by answers about contacts of the same days.
    """
    pods = _pods(sight, filters)
    served = _served(filters)
    closed = closed_by_people(filters.start, filters.end, _segment(filters))
    now_ = answered(filters.start, filters.end, _segment(filters))
    before = answered(*filters.before, _segment(filters))
    company = judge({pod: found.csat for pod, found in now_.pods.items()})
    stages = _stages(filters.last)
    first_week, weeks = _weeks(filters)
    by_week = rollups.pods_by_week(weeks[0], weeks[-1] + 7 * DAY, _segment(filters)) if weeks else {}
    scores = [
        _score(
            pod,
            answers=now_.pods.get(pod.pk, Answers()),
            earlier=before.pods.get(pod.pk, Answers()),
            judgement=company.pods.get(pod.pk),
            counts=(served[Scope.POD].get(pod.pk, 0), closed[Scope.POD].get(pod.pk, 0)),
            stages=stages.get(pod.pk, []),
            weeks=[(week, by_week.get(pod.pk, {}).get(week, 0)) for week in weeks],
        )
        for pod in pods
    ]
    shown = tuple(s for s in scores if s.closed or s.served or s.share.n or s.before.n or _works(s.pod, filters))
    return Scorecard(
        filters=filters,
        pods=_sorted(shown, filters.sort),
        totals=_totals(sight, filters, shown, served, closed, now_, before),
        company=company,
        median_served=plain.median(served[Scope.POD].values()) if served[Scope.POD] else None,
        days_known=rollups.days_known(),
        counted_at=at or periods.now(),
        latest_answer=now_.company.latest,
        first_week=first_week,
    )


def _segment(filters: Filters) -> int | None:
    return filters.segment.pk if filters.segment else None


def _pods(sight: Sight, filters: Filters) -> list[Pod]:
    pods = sight.pods().select_related("area").order_by("name")
    return list(pods.filter(area=filters.area) if filters.area else pods)


def _works(pod: Pod, filters: Filters) -> bool:
    """Open at some time of the period; a pod under set-up is not compared."""
    start, end = filters.start, filters.end
    opened = pod.opens_at is not None and periods.local_date(pod.opens_at, pod.tzinfo) < end
    return opened and (pod.closed_at is None or periods.local_date(pod.closed_at, pod.tzinfo) >= start)


def _served(filters: Filters) -> Mapping[Scope, dict[int, int]]:
    if filters.segment:
        return rollups.served_in_segment(filters.segment.pk, filters.start, filters.end)
    return rollups.served_in([Scope.POD, Scope.AREA, Scope.COMPANY], filters.start, filters.end)


def _stages(day: dt.date) -> dict[int, list[PodStage]]:
    """The stages of every pod up to a day, oldest first."""
    found: dict[int, list[PodStage]] = {}
    for stage in PodStage.objects.filter(starts_on__lte=day).order_by("pod_id", "starts_on"):
        found.setdefault(stage.pod_id, []).append(stage)
    return found


def _weeks(filters: Filters) -> tuple[dt.date | None, list[dt.date]]:
    """The Mondays of the whole weeks in the period, the latest ``MOST_WEEKS``; none when there are too few."""
    first = monday(filters.start + 6 * DAY)
    count = min(MOST_WEEKS, (filters.end - first).days // 7)
    if count < FEWEST_WEEKS:
        return None, []
    first = max(first, monday(filters.end) - 7 * count * DAY)
    weeks = [first + 7 * i * DAY for i in range(count)]
    return first, weeks


def _score(
    pod: Pod,
    *,
    answers: Answers,
    earlier: Answers,
    judgement: Judgement | None,
    counts: tuple[int, int],
    stages: list[PodStage],
    weeks: list[tuple[dt.date, int]],
) -> PodScore:
    launches = [s.starts_on for s in stages if s.stage != PodStage.Stage.CLASSIC]
    launched = launches[0] if launches else None
    launch_week = next(
        (i for i, (week, _n) in enumerate(weeks) if launched and week <= launched < week + 7 * DAY), None
    )
    return PodScore(
        pod=pod,
        stage=stages[-1].stage if stages else "",
        launched_on=launched,
        served=counts[0],
        closed=counts[1],
        judgement=judgement or Judgement(answers.csat, None, Word.NONE, 1.0, None, clear=False),
        nps=answers.nps,
        before=earlier.csat,
        change=difference(answers.csat, earlier.csat),
        weeks=tuple(n for _week, n in weeks),
        launch_week=launch_week,
    )


def _totals(
    sight: Sight,
    filters: Filters,
    shown: tuple[PodScore, ...],
    served: Mapping[Scope, dict[int, int]],
    closed: Mapping[Scope, dict[int, int]],
    now_: Answered,
    before: Answered,
) -> Totals:
    """The numbers over everything shown. Customers of several pods can't be added, so only a pod, an area or the
    company has a number of them."""
    area, own = filters.area, None
    if area is None and not sight.everything and len({s.pod.area_id for s in shown}) == 1 and sight.areas:
        area = shown[0].pod.area
    if area is not None:
        answers, earlier = now_.areas.get(area.pk, Answers()), before.areas.get(area.pk, Answers())
        own, contacts = served[Scope.AREA].get(area.pk, 0), closed[Scope.AREA].get(area.pk, 0)
    elif sight.everything:
        answers, earlier = now_.company, before.company
        own, contacts = served[Scope.COMPANY].get(0, 0), closed[Scope.COMPANY].get(0, 0)
    else:
        ids = [s.pod.pk for s in shown]
        answers, earlier = _together(now_, ids), _together(before, ids)
        own, contacts = shown[0].served if len(shown) == 1 else None, sum(s.closed for s in shown)
    change = difference(answers.csat, earlier.csat)
    return Totals(area, answers.csat, wilson(answers.csat), answers.nps, own, contacts, earlier.csat, change)


def _together(found: Answered, pods: list[int]) -> Answers:
    return sum((found.pods[pk] for pk in pods if pk in found.pods), Answers())


def _sorted(scores: tuple[PodScore, ...], by: str) -> tuple[PodScore, ...]:
    """By name, customers served or satisfaction; pods with too few answers stand after the others, by name."""
    if by == "served":
        return tuple(sorted(scores, key=lambda s: (-s.served, s.pod.name)))
    if by == "satisfaction":
        return tuple(sorted(scores, key=lambda s: (not s.enough, -(s.share.value or 0) if s.enough else 0, s.pod.name)))
    return tuple(sorted(scores, key=lambda s: s.pod.name))
