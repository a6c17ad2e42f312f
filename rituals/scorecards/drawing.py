"""The two charts of the scorecards, laid out from finished numbers."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from cxportal.core import charts
from cxportal.core.charts import Curve, Line, Mark, PointChart, RangeBar, Spark
from cxportal.core.statistics import INNER, OUTER, Interval, funnel_limits, outside
from rituals.scorecards import words
from rituals.scorecards.metrics import Judged
from rituals.scorecards.queries import PodScore, Scorecard

#: Points of a limit's curve; more would not be seen.
CURVE = 48

type Link = Callable[[int], str]


def chart(card: Scorecard, link: Link) -> PointChart | None:
    """The chart that the filters ask for; None when no pod has an answer. ``link`` selects a pod by its id."""
    centre = card.company.target.value
    drawn = [s for s in card.pods if s.share.n]
    if centre is None or not drawn:
        return None
    level = Line(100 * centre, _("all pods %(value)s") % {"value": words.percent(centre)})
    if card.filters.chart == "funnel":
        marks = [_mark(s, card, float(s.share.n), link) for s in drawn]
        curves = _limit_curves(card.company, max(s.share.n for s in drawn))
        return charts.point_chart(
            marks, level=level, curves=curves, x_format=words.thousands, y_format=words.whole, x_from_zero=True
        )
    marks = [_mark(s, card, float(s.served), link) for s in drawn]
    middle = card.median_served
    median = None if middle is None else Line(middle, _("median %(value)s") % {"value": words.whole(middle)})
    return charts.point_chart(marks, level=level, middle=median, x_format=words.thousands, y_format=words.whole)


def bars(card: Scorecard) -> dict[int, RangeBar]:
    """The interval of each pod on one scale, with all pods together as a line across."""
    axis = scale(card)
    centre = card.company.target.value
    if axis is None or centre is None:
        return {}
    return {
        s.pod.pk: charts.range_bar(
            s.judgement.interval.scaled(100), 100 * (s.share.value or 0), axis, level=100 * centre
        )
        for s in card.pods
        if s.judgement.interval is not None
    }


def scale(card: Scorecard) -> Interval | None:
    """The common scale of the table's bars, in per cent: around every pod with enough answers."""
    intervals = [s.judgement.interval for s in card.pods if s.judgement.interval and s.enough]
    intervals = intervals or [s.judgement.interval for s in card.pods if s.judgement.interval]
    if not intervals:
        return None
    low, high = min(i.low for i in intervals), max(i.high for i in intervals)
    ticks = charts.nice_ticks(max(0.0, 100 * low), min(100.0, 100 * high), 5)
    return Interval(max(0.0, ticks[0]), min(100.0, ticks[-1]))


def lines(card: Scorecard) -> dict[int, Spark]:
    """Customers served by week, a small line for each pod that has one."""
    found = {s.pod.pk: charts.spark(s.weeks, launch=s.launch_week) for s in card.pods if any(s.weeks)}
    return {pod: line for pod, line in found.items() if line is not None}


def _mark(score: PodScore, card: Scorecard, x: float, link: Link) -> Mark:
    interval, value = score.judgement.interval, score.share.value
    assert interval is not None
    assert value is not None
    answers = _("%(n)s answers") % {"n": words.whole(score.share.n)}
    served = _("%(n)s customers served") % {"n": words.whole(score.served)}
    said = words.verdict(score)
    satisfied = _("%(value)s%% (%(limits)s)") % {"value": words.percent(value), "limits": words.limits(interval)}
    name = _("Pod %(name)s") % {"name": score.pod.name}
    tip = (f"{name}: {said}", f"{satisfied}, {answers}", served, words.quadrant(score, card))
    return Mark(
        key=score.pod.pk,
        name=score.pod.name,
        x=x,
        y=100 * value,
        interval=interval.scaled(100),
        label=_("%(name)s: satisfaction %(satisfied)s, %(answers)s, %(served)s, %(said)s")
        % {"name": name, "satisfied": satisfied, "answers": answers, "served": served, "said": said},
        tip=tuple(line for line in tip if line),
        category=score.pod.category,
        muted=not score.enough,
        selected=score.pod.pk in card.filters.chosen,
        outside=outside(score.share, card.company.target.value or 0.0, OUTER) and score.enough,
        href=link(score.pod.pk),
    )


def _limit_curves(company: Judged, most: int) -> list[Curve]:
    """Both limits on both sides of the line; with overdispersion told only, the widened ones beside them."""
    centre = company.target.value or 0.0
    steps = sorted({max(5, round(most * 1.1 * (i / CURVE) ** 2)) for i in range(1, CURVE + 1)})
    kinds = [(INNER, "limit", company.phi), (OUTER, "limit outer", company.phi)]
    if company.phi_is_told_only:
        kinds += [(INNER, "limit wide", company.phi_seen), (OUTER, "limit wide outer", company.phi_seen)]
    curves = []
    for coverage, kind, phi in kinds:
        at = [(n, funnel_limits(centre, n, coverage, phi)) for n in steps]
        curves.append(Curve(tuple((float(n), 100 * i.low) for n, i in at), kind))
        curves.append(Curve(tuple((float(n), 100 * i.high) for n, i in at), kind))
    return curves
