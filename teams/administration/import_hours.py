"""When pods answer and what they promise, as files: opening hours, days that differ, promises, stages.

A row is one value of a pod: the week of a channel, a day, a promise, a stage from a day on.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from django.db.models import Model
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core.lists import Column, Keyed, of_values
from cxportal.core.violations import Invalid
from teams.administration import reading
from teams.administration.queries import promise_words
from teams.administration.reading import Row
from teams.people.models import User
from teams.pods import opening, services, spans
from teams.pods.channels import Channel
from teams.pods.models import OpeningException, OpeningHours, Pod, PodStage, Promise

type Key = dict[str, Any]
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
POD = Column("pod", required=True, hint=gettext_lazy("Short name or name of a pod that exists."), check=reading.pod_of)
CHANNEL = Column(
    "channel",
    required=True,
    hint=", ".join(c.value for c in Channel if c.human),
    check=lambda row: reading.channel_of(row["channel"]),
)
UNITS = {"h": 3600, "min": 60, "s": 1}
_AMOUNT = re.compile(r"(\d{1,7}) ?(h|min|s)", re.ASCII)


def _pod(key: Key) -> Pod:
    return reading.pod_of(key)


def _label(key: Key) -> str:
    """The pod with the channel or the day that the row is about."""
    channel = Channel(key["channel"]).label if key.get("channel") else ""
    day = date_format(dt.date.fromisoformat(key["day"]), "j M Y") if "day" in key else ""
    return ", ".join(filter(None, [str(_pod(key)), str(channel), day]))


def _of_channel(row: Row) -> Key:
    """The key of what a pod has for a channel."""
    return {"pod": reading.pod_of(row).slug, "channel": reading.channel_of(row["channel"]).value}


def _spans(row: Row, column: str) -> list[list[int]]:
    try:
        return [list(span) for span in spans.parse(row[column])]
    except ValueError as error:
        raise Invalid({column: str(error)}) from None


def _week_of(row: Row) -> tuple[Key, Any]:
    return _of_channel(row), _or_none([_spans(row, name) for name in WEEK])


def _or_none(week: list[Any]) -> list[Any] | None:
    """A week without a span is a channel that is not served: as if nothing stood there."""
    return week if any(week) else None


def _held_week(key: Key) -> Any:
    week: list[Any] = [[] for _day in WEEK]
    for row in OpeningHours.objects.filter(pod__slug=key["pod"], channel=key["channel"]).order_by("opens"):
        week[row.weekday].append([row.opens, row.closes])
    return _or_none(week)


def _write_week(by: User, key: Key, week: Any) -> None:
    opening.set_hours(by=by, pod=_pod(key), channel=key["channel"], week=dict(enumerate(week or [])))


def _week_words(_key: Key, week: Any) -> str:
    lines = spans.summary(dict(enumerate(week or [])))
    return "; ".join(f"{days} {hours}" for days, hours in lines) or _("not served")


def _hours_rows() -> Iterator[list[str]]:
    rows = OpeningHours.objects.order_by("pod__slug", "channel", "weekday", "opens")
    cells = rows.values_list("pod__slug", "channel", "weekday", "opens", "closes").iterator()
    for (slug, channel), mine in itertools.groupby(cells, key=lambda row: row[:2]):
        week: dict[int, list[spans.Span]] = {}
        for _slug, _channel, weekday, opens, closes in mine:
            week.setdefault(weekday, []).append((opens, closes))
        yield [slug, channel, *(spans.words(week.get(n, [])) for n in range(7))]


def _day_of(row: Row) -> tuple[Key, Any]:
    key = {
        "pod": reading.pod_of(row).slug,
        "day": reading.day(row["day"], "day").isoformat(),
        "channel": reading.channel_of(row["channel"]).value if row["channel"] else "",
    }
    span = _one_span(row)
    held = _held_day(key)
    return key, {"open": span, "why": row["why"] or (held["why"] if held else "")}


def _one_span(row: Row) -> list[int] | None:
    found = _spans(row, "open")
    if len(found) > 1:
        raise Invalid({"open": _("Write one span for the day.")})
    return found[0] if found else None


def _held[T: Model](model: type[T], key: Key, **names: str) -> T | None:
    """What stands under the key; ``names`` are the columns that are called otherwise."""
    columns = {"pod__slug": key["pod"]} | {names.get(name, name): key[name] for name in key if name != "pod"}
    return model._default_manager.filter(**columns).first()


def _held_day(key: Key) -> Any:
    row = _held(OpeningException, key)
    return row and {"open": None if row.opens is None else [row.opens, row.closes], "why": row.label}


def _write_day(by: User, key: Key, value: Any) -> None:
    held = _held(OpeningException, key)
    if value is None:
        if held is not None:
            opening.remove_exception(by=by, exception=held)
        return
    span = tuple(value["open"]) if value["open"] else None
    day = dt.date.fromisoformat(key["day"])
    opening.add_exception(by=by, pod=_pod(key), day=day, channel=key["channel"], span=span, label=value["why"])


def _day_words(_key: Key, value: Any) -> str:
    hours = spans.words([tuple(value["open"])]) if value["open"] else _("closed")
    return f"{hours} ({value['why']})" if value["why"] else hours


def _day_rows() -> Iterator[list[Any]]:
    for row in OpeningException.objects.select_related("pod").order_by("pod__slug", "day", "channel").iterator():
        span = "" if row.opens is None or row.closes is None else spans.words([(row.opens, row.closes)])
        yield [row.pod.slug, row.day, row.channel, span, row.label]


def _seconds(row: Row) -> int:
    found = _AMOUNT.fullmatch(row["within"].strip().lower())
    if found is None:
        raise Invalid(
            {"within": _("“%(words)s” is no time. Write it like 20 s, 5 min or 8 h.") % {"words": row["within"]}}
        )
    return int(found[1]) * UNITS[found[2]]


def _counted(row: Row, otherwise: bool = True) -> bool:
    return reading.yes_or_no(row["opening_time_only"], "opening_time_only", otherwise)


def _promise_of(row: Row) -> tuple[Key, Any]:
    key = _of_channel(row)
    held = _held_promise(key)
    return key, {"seconds": _seconds(row), "counted": _counted(row, held["counted"] if held else True)}


def _held_promise(key: Key) -> Any:
    row = _held(Promise, key)
    return row and {"seconds": row.seconds, "counted": row.in_opening_time}


def _write_promise(by: User, key: Key, value: Any) -> None:
    seconds, counted = (value["seconds"], value["counted"]) if value else (None, True)
    opening.set_promise(by=by, pod=_pod(key), channel=key["channel"], seconds=seconds, in_opening_time=counted)


def _promise_words(_key: Key, value: Any) -> str:
    return promise_words(Promise(seconds=value["seconds"], in_opening_time=value["counted"]))


def _promise_rows() -> Iterator[list[Any]]:
    for row in Promise.objects.select_related("pod").order_by("pod__slug", "channel").iterator():
        unit = next(name for name, seconds in UNITS.items() if row.seconds % seconds == 0)
        amount = f"{row.seconds // UNITS[unit]} {unit}"
        yield [row.pod.slug, row.channel, amount, "yes" if row.in_opening_time else "no"]


def _stage(row: Row) -> str:
    known = {words: stage.value for stage in PodStage.Stage for words in (stage.value, str(stage.label).lower())}
    stage = known.get(row["stage"].lower())
    if stage is None:
        names = ", ".join(PodStage.Stage.values)
        words = _("“%(words)s” is no stage; known are %(known)s.") % {"words": row["stage"], "known": names}
        raise Invalid({"stage": words})
    return stage


def _stage_of(row: Row) -> tuple[Key, Any]:
    return {"pod": reading.pod_of(row).slug, "day": reading.day(row["from"], "from").isoformat()}, _stage(row)


def _held_stage(key: Key) -> Any:
    row = _held(PodStage, key, day="starts_on")
    return row and row.stage


def _write_stage(by: User, key: Key, stage: Any) -> None:
    held = _held(PodStage, key, day="starts_on")
    if stage is not None:
        services.set_stage(by=by, pod=_pod(key), stage=stage, starts_on=dt.date.fromisoformat(key["day"]))
    elif held is not None:
        services.remove_stage(by=by, stage=held)


def _stage_words(_key: Key, stage: Any) -> str:
    return str(PodStage.Stage(stage).label)


def _stage_rows() -> Iterator[list[Any]]:
    for row in PodStage.objects.select_related("pod").order_by("pod__slug", "starts_on").iterator():
        yield [row.pod.slug, row.stage, row.starts_on]


OF_PODS = (
    of_values(
        "hours",
        gettext_lazy("Opening hours"),
        (
            POD,
            CHANNEL,
            Column(
                "monday",
                named=True,
                hint=gettext_lazy("Like 07:00–12:00, 13:00–20:00. Empty: closed."),
                check=partial(_spans, column="monday"),
            ),
            *(Column(name, named=True, check=partial(_spans, column=name)) for name in WEEK[1:]),
        ),
        Keyed(_week_of, _held_week, _write_week, _label, _week_words),
        _hours_rows,
        page="settings_pods",
        names=("pod", "channel"),
    ),
    of_values(
        "days",
        gettext_lazy("Days that differ"),
        (
            POD,
            Column(
                "day",
                required=True,
                hint=gettext_lazy("Like 2026-12-24."),
                check=lambda row: reading.day(row["day"], "day"),
            ),
            replace(CHANNEL, required=False, named=True, hint=gettext_lazy("Empty: all channels.")),
            Column("open", named=True, hint=gettext_lazy("Like 08:00–12:00. Empty: closed."), check=_one_span),
            Column("why"),
        ),
        Keyed(_day_of, _held_day, _write_day, _label, _day_words),
        _day_rows,
        page="settings_pods",
        names=("pod", "day", "channel"),
    ),
    of_values(
        "promises",
        gettext_lazy("Promises per channel"),
        (
            POD,
            CHANNEL,
            Column("within", required=True, hint=gettext_lazy("Like 20 s, 5 min or 8 h."), check=_seconds),
            Column(
                "opening_time_only",
                hint=gettext_lazy("yes or no; empty: as it is, yes for a new one."),
                check=_counted,
            ),
        ),
        Keyed(_promise_of, _held_promise, _write_promise, _label, _promise_words),
        _promise_rows,
        page="settings_pods",
        names=("pod", "channel"),
    ),
    of_values(
        "stages",
        gettext_lazy("Stages of pods"),
        (
            POD,
            Column("stage", required=True, hint=", ".join(PodStage.Stage.values), check=_stage),
            Column(
                "from",
                required=True,
                hint=gettext_lazy("Like 2026-12-24."),
                check=lambda row: reading.day(row["from"], "from"),
            ),
        ),
        Keyed(_stage_of, _held_stage, _write_stage, _label, _stage_words),
        _stage_rows,
        page="settings_pods",
        names=("pod", "from"),
    ),
)
