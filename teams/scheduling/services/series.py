"""Many shifts in one act: claimed together, each judged among those before it, and taken back together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.http import Http404
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.batch import Prepared, Statement, fetch
from cxportal.core.database import translate_errors
from cxportal.core.periods import Period, days_period
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.bounds import BoundValues
from teams.scheduling.coverage import below_floor
from teams.scheduling.duties import join
from teams.scheduling.effects import without
from teams.scheduling.models import Act, Assignment, Shift, as_range
from teams.scheduling.opening.closing import Sat, overtaken, revive
from teams.scheduling.opening.rules import Judged, Line, Series, judge_series
from teams.scheduling.picture import PodPicture
from teams.scheduling.reading import read_both
from teams.scheduling.services.claims import freed_since, seat_member, unseat, with_change
from teams.scheduling.services.doors import days_of, lock_roster, must_work_in, tell, telling
from teams.scheduling.services.working_days import BROKEN

MOST_LINES = 150


@dataclass(frozen=True)
class Claims:
    """What came of it: the lines that were claimed, those that no longer fit, and how many were held before.

    ``act`` takes all back; None when nothing new was claimed. ``changed`` when the agreement is newer than the page.
    """

    claimed: tuple[Judged, ...]
    skipped: tuple[Judged, ...]
    held: int
    act: Act | None
    changed: bool = False


@recorded
def claim_series(
    *, by: User, pod: Pod, lines: Sequence[Line], seen_version: int | None = None, at: dt.datetime | None = None
) -> Claims:
    """Claim shifts of one pod in one transaction; what no longer fits is skipped and told, nothing else is lost.

    Each line is judged by the rules of a claim, among those before it. The same act again answers with what is held.
    Locks: (member, week) and (pod, day) of all lines, once. Raises ``Refused`` with every reason when no line fits,
    ``too_many`` or ``busy``; ``Denied`` or ``Http404`` for others.
    """
    now = at or periods.now()
    must_work_in(by, pod)
    if len(lines) > MOST_LINES:
        raise Refused(_too_many(len(lines)))
    rows = _shifts(pod, lines)
    known = [line for line in {line.shift: line for line in lines}.values() if line.shift in rows]
    if not known:
        raise Http404
    spans = [rows[line.shift].span for line in known]
    lock_roster(pod, [by.pk], spans)
    picture, series = _judged(by, pod, known, spans, now)
    skipped = _named(line for line in series.lines if not line.taken and not line.mine)
    held = sum(line.mine for line in series.lines)
    changed = seen_version is not None and seen_version != picture.bounds.version
    if not series.taken:
        if not held:
            reasons = tuple(violation for line in skipped for violation in line.violations)
            raise Refused(with_change(reasons, picture.bounds, changed=changed))
        return Claims((), skipped, held, None)
    act = _sit_down(by, rows, series, picture.bounds, now)
    overtaken(by, pod, [Sat(picture.by_shift[j.line.shift], j.seat or 0, j.line.period) for j in series.taken], now)
    fetch(telling(pod, {rows[judged.line.shift].day for judged in series.taken}, [by.pk]))
    return Claims(series.taken, skipped, held, act, changed=changed)


def _too_many(number: int) -> Violation:
    return Violation(
        "too_many",
        _("%(number)s shifts are too many for one act; %(most)s fit.") % {"number": number, "most": MOST_LINES},
        {"number": number, "most": MOST_LINES},
    )


def _shifts(pod: Pod, lines: Iterable[Line]) -> dict[int, Shift]:
    """The shifts of the pod that the lines name, cancelled ones too: those are told as changed."""
    rows = Shift.objects.filter(pod=pod, pk__in=[line.shift for line in lines])
    found = {row.pk: row for row in rows}
    for row in found.values():
        row.pod = pod
    return found


def _judged(
    by: User, pod: Pod, lines: Sequence[Line], spans: Sequence[Period], now: dt.datetime
) -> tuple[PodPicture, Series]:
    """The lines under the locks. A shift that moved after it was locked has another version than was read."""
    around = Period(min(span.start for span in spans), max(span.end for span in spans))
    days = days_of(pod, around)
    picture, people = read_both(pod, days_period(days[0], days[-1], pod.tzinfo), now, [by.pk], around)
    return picture, judge_series(picture, people[by.pk].state, lines)


def _named(lines: Iterable[Judged]) -> tuple[Judged, ...]:
    """Lines that are skipped; where somebody was faster, with who it was. One query when there is any."""
    found = tuple(lines)
    faster = {who for line in found for v in line.violations if (who := v.numbers.get("taken_by")) is not None}
    if not faster:
        return found
    names = dict(User.objects.filter(pk__in=faster).values_list("pk", "name"))
    return tuple(replace(line, violations=tuple(_who(v, names) for v in line.violations)) for line in found)


def _who(violation: Violation, names: dict[int, str]) -> Violation:
    name = names.get(violation.numbers.get("taken_by") or 0)
    if name is None:
        return violation
    said = _("%(reason)s %(name)s claimed it.") % {"reason": violation.message, "name": name}
    return replace(violation, message=said)


SIT_MANY = Prepared(
    "roster_sit_in_series",
    """
WITH duty AS (
  INSERT INTO teams_duty (member_id, starts_at, ends_at, rest_until, version)
  VALUES (%(member)s, %(start)s, %(end)s, %(rest_until)s, %(version)s) RETURNING id
)
INSERT INTO teams_assignment (member_id, shift_id, seat_id, duty_id, period, source, made_at)
SELECT %(member)s, %(shift)s, %(seat)s, duty.id, tstzrange(%(start)s, %(end)s), 'claim', %(at)s FROM duty
""",
    member="bigint",
    start="timestamptz",
    end="timestamptz",
    rest_until="timestamptz",
    version="integer",
    shift="bigint",
    seat="bigint",
    at="timestamptz",
)


def _sit_down(by: User, rows: dict[int, Shift], series: Series, bounds: BoundValues, now: dt.datetime) -> Act:
    """Write every line and the act that takes all back: one trip for all that stand alone, the others one by one."""
    alone: list[Statement] = []
    for judged in series.taken:
        line, state, seat = judged.line, judged.member, judged.seat or 0
        joined = join(state.duties, line.period, rest_minutes=bounds.rest_minutes, version=bounds.version)
        if joined.absorbed or any(waived.shift == line.shift for waived in state.waived):
            _write(alone)
            seat_member(by.pk, rows[line.shift], seat, line.period, bounds, Assignment.Source.CLAIM, now, state)
            continue
        day = joined.duty
        alone.append(
            SIT_MANY(
                member=by.pk, start=day.period.start, end=day.period.end, rest_until=day.rest_until,
                version=day.version, shift=line.shift, seat=seat, at=now,
            )
        )  # fmt: skip
    _write(alone)
    first, last = series.taken[0].line, series.taken[-1].line
    return Act.objects.create(
        kind=Act.Kind.SERIES,
        member=by,
        week_id=rows[first.shift].week_id,
        period=as_range(Period(first.period.start, max(last.period.end, first.period.end))),
        after=[[judged.seat, *_edges(judged.line.period)] for judged in series.taken],
        at=now,
    )


def _write(waiting: list[Statement]) -> None:
    if waiting:
        with translate_errors(BROKEN):
            fetch(*waiting, constraints=BROKEN)
        waiting.clear()


def _edges(period: Period) -> list[str]:
    return [edge.astimezone(dt.UTC).isoformat() for edge in (period.start, period.end)]


@recorded
def undo_series(*, by: User, act: int, at: dt.datetime | None = None) -> Act:
    """Take every claim of an act back within ten minutes; undoing again answers the same.

    What was given back since is left alone. All or nothing: refused when one was swapped away, or when somebody
    got free since and relies on one. Locks as ``claim_series``. Raises ``Refused`` (``undo_late``,
    ``built_on``); ``Http404`` for somebody else's.
    """
    now = at or periods.now()
    row = Act.objects.select_related("week__pod").filter(pk=act, member=by, kind=Act.Kind.SERIES).first()
    if row is None or not row.after:
        raise Http404
    pod = row.week.pod
    seats = {seat: Period(*map(dt.datetime.fromisoformat, edges)) for seat, *edges in row.after}
    lock_roster(pod, [by.pk], seats.values())
    row.refresh_from_db()
    if row.undone_at:
        return row
    if now - row.at > Act.UNDO_FOR:
        raise Refused(Violation("undo_late", _("An act can be undone for 10 minutes; this one is older.")))
    mine = _still_mine(by, row, seats)
    _nobody_built_on(by, row, pod, mine, now)
    for assignment in mine:
        unseat(assignment, now)
    revive(row, [assignment.shift for assignment in mine], pod, now)
    row.undone_at = now
    row.save(update_fields=["undone_at"])
    tell(pod, {assignment.shift.day for assignment in mine}, [by.pk])
    return row


def _still_mine(by: User, act: Act, seats: dict[int, Period]) -> list[Assignment]:
    """What is held of the act. Raises ``Refused`` (``built_on``) for what went another way than by giving it back."""
    rows = Assignment.objects.select_related("shift__pod").filter(member=by, seat__in=seats)
    found = {row.seat_id: row for row in rows if row.span == seats[row.seat_id]}
    given = set(
        Act.objects.filter(
            member=by, kind=Act.Kind.RELEASE, undone_at=None, at__gte=act.at, seat__in=seats
        ).values_list("seat", flat=True)
    )
    for seat, period in seats.items():
        if seat not in found and seat not in given:
            span = words.day_span(period, act.week.pod.tzinfo)
            said = _("%(span)s is not as you claimed it any more, so nothing was undone.") % {"span": span}
            raise Refused(Violation("built_on", said))
    return list(found.values())


def _nobody_built_on(by: User, act: Act, pod: Pod, mine: Sequence[Assignment], now: dt.datetime) -> None:
    """Raises ``Refused`` (``built_on``) when the floor would break where somebody got free since."""
    relying = freed_since(by, pod, act)
    if not mine or not relying:
        return
    around = Period(min(row.span.start for row in mine), max(row.span.end for row in mine))
    days = days_of(pod, around)
    picture, _people = read_both(pod, days_period(days[0], days[-1], pod.tzinfo), now, [by.pk], around)
    gone = [s for row in mine for s in picture.seated(picture.by_shift[row.shift_id], by.pk, row.span)]
    for hit in below_floor(picture.floor, picture.staffed, without(picture.staffed, gone)):
        if any(period.overlaps(hit.period) for period in relying):
            span = words.day_span(hit.period, pod.tzinfo)
            said = _("Somebody got free after your claims and relies on them; the floor would break %(span)s.")
            raise Refused(Violation("built_on", said % {"span": span}))
