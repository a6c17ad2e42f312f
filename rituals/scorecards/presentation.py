"""The scorecards in finished words and coordinates: the template only places them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core import charts
from cxportal.core.charts import RangeBar, Spark
from cxportal.core.statistics import ENOUGH
from rituals.scorecards import drawing, words
from rituals.scorecards.forms import CHARTS, PERIODS, SORTS, USUAL
from rituals.scorecards.metrics import PODS_FOR_PHI, Word
from rituals.scorecards.queries import PodScore, Scorecard
from teams.pods.models import Pod, PodStage

STAGES = dict(PodStage.Stage.choices)
WIDE = 240.0


@dataclass(frozen=True)
class Row:
    """One pod in the table."""

    pod: Pod
    stage: str
    few: bool
    selected: bool
    bar: RangeBar | None
    value: str
    limits: str
    answers: str
    word: Word
    said: str
    tone: str
    expected: str
    nps: str
    served: str
    closed: str
    spark: Spark | None
    weeks: str


@dataclass(frozen=True)
class Chosen:
    """One selected pod beside the chart; ``remove`` is empty when there is no other to select."""

    row: Row
    bar: RangeBar | None
    change: str
    against_before: str
    remove: str


@dataclass(frozen=True)
class Tile:
    label: str
    value: str
    unit: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """One option of a filter or a tab, as an address."""

    label: str
    value: str
    href: str
    current: bool


@dataclass(frozen=True)
class View:
    period: str
    period_words: str
    area: str
    tiles: tuple[Tile, ...]
    rows: tuple[Row, ...]
    chosen: tuple[Chosen, ...]
    pair: str
    pair_said: str
    scale: str
    notes: tuple[str, ...]
    without_answers: str
    freshness: str
    periods: tuple[Choice, ...]
    sorts: tuple[Choice, ...]
    charts: tuple[Choice, ...]
    all_days: str
    all_days_words: str


def present(card: Scorecard, query: QueryDict) -> View:
    """Everything the page shows of a scorecard; ``query`` is the address it came by."""
    bars, lines = drawing.bars(card), drawing.lines(card)
    rows = {s.pod.pk: _row(s, card, bars.get(s.pod.pk), lines.get(s.pod.pk)) for s in card.pods}
    axis = drawing.scale(card)
    period = query.get("period") or USUAL
    known = card.days_known
    own = {"period": "own", "start": known[0], "until": known[1]} if known else {}
    return View(
        period=period,
        period_words=words.days(card.filters.start, card.filters.last),
        area=card.totals.area.name if card.totals.area else "",
        tiles=_tiles(card),
        rows=tuple(rows.values()),
        chosen=tuple(_chosen(s, card, rows[s.pod.pk], query) for s in card.chosen),
        pair=words.difference(card.pair),
        pair_said=_pair_said(card),
        scale="" if axis is None else f"{words.whole(axis.low)}–{words.whole(axis.high)}",
        notes=_notes(card),
        without_answers=", ".join(s.pod.name for s in card.pods if not s.share.n),
        freshness=_freshness(card),
        periods=tuple(Choice(str(label), value, "", value == period) for value, label in PERIODS),
        sorts=tuple(_choice(query, "sort", v, label, card.filters.sort) for v, label in SORTS),
        charts=tuple(_choice(query, "chart", v, label, card.filters.chart) for v, label in CHARTS),
        all_days=address(query, **own) if known else "",
        all_days_words=words.days(*known) if known else "",
    )


def address(query: QueryDict, **changes: Any) -> str:
    """The address of the same view with some parameters changed; an empty text removes one."""
    changed = query.copy()
    for name, value in changes.items():
        if value == "":
            changed.pop(name, None)
        else:
            changed[name] = str(value)
    return f"?{changed.urlencode()}"


def _choice(query: QueryDict, name: str, value: str, label: Any, current: str) -> Choice:
    return Choice(str(label), value, address(query, **{name: value}), value == current)


def _row(score: PodScore, card: Scorecard, bar: RangeBar | None, line: Spark | None) -> Row:
    judged, value = score.judgement, score.share.value
    return Row(
        pod=score.pod,
        stage=str(STAGES.get(score.stage, "")),
        few=not score.enough,
        selected=score.pod.pk in card.filters.chosen,
        bar=bar,
        value="" if value is None else words.percent(value),
        limits=words.limits(judged.interval),
        answers=words.whole(score.share.n),
        word=judged.word,
        said=words.verdict(score),
        tone=words.TONES.get(judged.word, "plain"),
        expected="" if judged.expected is None or not score.enough else words.percent(judged.expected),
        nps=words.nps(score.nps),
        served=words.whole(score.served),
        closed=words.whole(score.closed),
        spark=line,
        weeks=", ".join(words.whole(n) for n in score.weeks),
    )


def _chosen(score: PodScore, card: Scorecard, row: Row, query: QueryDict) -> Chosen:
    axis, centre = drawing.scale(card), card.company.target.value
    bar = None
    if axis is not None and score.judgement.interval is not None and score.share.value is not None:
        level = None if centre is None else 100 * centre
        interval = score.judgement.interval.scaled(100)
        bar = charts.range_bar(interval, 100 * score.share.value, axis, level=level, width=WIDE)
    rest = query.copy()
    rest.setlist("pod", [value for value in query.getlist("pod") if value != str(score.pod.pk)])
    return Chosen(
        row=row,
        bar=bar,
        change=words.difference(score.change),
        against_before=words.against_before(score.change),
        remove="" if len(card.pods) == 1 else f"?{rest.urlencode()}",
    )


def _pair_said(card: Scorecard) -> str:
    if len(card.chosen) != 2:
        return ""
    if card.pair is None:
        return _("One of the two has too few answers to compare (needs %(enough)s).") % {"enough": ENOUGH}
    return words.apart(card.pair, card.company.phi)


def _tiles(card: Scorecard) -> tuple[Tile, ...]:
    totals, value = card.totals, card.totals.share.value
    answers = ngettext("%(n)s answer", "%(n)s answers", totals.share.n) % {"n": words.whole(totals.share.n)}
    closed = ngettext("%(n)s contact closed", "%(n)s contacts closed", totals.closed) % {
        "n": words.whole(totals.closed)
    }
    change = words.difference(totals.change)
    satisfaction = Tile(
        _("Satisfaction"),
        "–" if value is None else words.percent(value),
        _("no answers") if value is None else f"% ({words.limits(totals.interval)})",
        tuple(filter(None, (answers, _("%(change)s on the period before") % {"change": change} if change else ""))),
    )
    nps = totals.nps
    recommend = Tile(
        _("Would recommend"),
        words.signed(nps.score, 0) if nps else "–",
        "NPS" if nps else _("no answers"),
        (
            _("%(low)s to %(high)s")
            % {"low": words.signed(nps.interval.low, 0), "high": words.signed(nps.interval.high, 0)},
            ngettext("%(n)s answer", "%(n)s answers", nps.n) % {"n": words.whole(nps.n)},
        )
        if nps
        else (),
    )
    served = Tile(
        _("Customers served"),
        "–" if totals.served is None else words.whole(totals.served),
        "",
        (closed, _("each customer once"))
        if totals.served is not None
        else (closed, _("customers of several pods can’t be added")),
    )
    return (satisfaction, recommend, served, _judged_tile(card))


def _judged_tile(card: Scorecard) -> Tile:
    if len(card.pods) == 1:
        only = card.pods[0]
        line = _("all pods of the company together") if only.judgement.word.is_signal or only.enough else ""
        return Tile(_("Against all pods"), words.verdict(only), "", (line,) if line else ())
    enough = sum(s.enough for s in card.pods)
    signals = sum(s.judgement.word.is_signal for s in card.pods)
    return Tile(
        _("Pods worth a look"),
        words.whole(signals),
        _("of %(n)s") % {"n": words.whole(len(card.pods))},
        (
            _("differ from all pods beyond chance"),
            _("%(n)s have at least %(enough)s answers") % {"n": words.whole(enough), "enough": ENOUGH},
        ),
    )


def _notes(card: Scorecard) -> tuple[str, ...]:
    """What a reader must know to read the words right."""
    company, found = card.company, []
    if len(card.pods) == 1 and company.phi > 1:
        return (_("Pods differ more than chance explains; what counts as within chance is widened for that."),)
    if company.target.n and company.judged < 2:
        found.append(_("Comparing needs two pods with %(enough)s answers each.") % {"enough": ENOUGH})
    numbers = {"phi": words.points(company.phi_seen), "n": company.judged, "enough": PODS_FOR_PHI}
    if company.phi > 1:
        found.append(
            _(
                "Pods differ more than chance explains (φ = %(phi)s over %(n)s pods). Limits and what counts as "
                "within chance are widened by √φ."
            )
            % numbers
        )
    elif company.phi_is_told_only:
        found.append(
            _(
                "Pods may differ more than chance explains (φ = %(phi)s), but %(n)s pods are too few to rely on it "
                "(%(enough)s are needed): the funnel draws both limits, the words use the narrow ones."
            )
            % numbers
        )
    return tuple(found)


def _freshness(card: Scorecard) -> str:
    said = [_("Counted now, from every contact and answer until this moment.")]
    if card.days_known:
        said.append(_("Last closing on %(day)s.") % {"day": date_format(card.days_known[1], "j M Y")})
    if card.latest_answer:
        said.append(_("Last answer on %(day)s.") % {"day": date_format(card.latest_answer, "j M Y")})
    return " ".join(said)
