"""Writes duties: every claim and give-back rewrites the working day inside its own transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from cxportal.core.batch import Prepared, Statement, fetch
from cxportal.core.database import constraints_later, constraints_now, translate_errors
from cxportal.core.periods import MINUTE, Period
from cxportal.core.violations import Violation
from teams.scheduling.bounds import BoundValues
from teams.scheduling.duties import DutySpan, join, shrink
from teams.scheduling.models import Act, Assignment, Duty, Shift, as_range

BROKEN = {
    "assignment_member_once": Violation("overlap", _("You already work then; nobody works twice at once.")),
    "assignment_seat_once": Violation("seat_taken", _("Somebody took this seat a moment before you.")),
    "duty_rest_kept": Violation("rest", _("The rest to your next or last working day would be too short.")),
}


def _span(duty: Duty) -> DutySpan:
    return DutySpan(Period(duty.starts_at, duty.ends_at), duty.rest_until, duty.version)


def place(member_id: int, period: Period, bounds: BoundValues) -> Duty:
    """The duty that holds a new piece of work: made, or joined from those too close to it.

    Raises ``Refused`` when the database's own constraint finds the rest broken.
    """
    rest = bounds.rest_minutes * MINUTE
    near = Duty.objects.filter(
        member_id=member_id, starts_at__lt=period.end + 2 * rest, rest_until__gt=period.start - 2 * rest
    )
    rows = {_span(duty): duty for duty in near}
    joined = join(rows, period, rest_minutes=bounds.rest_minutes, version=bounds.version)
    absorbed = [rows[span] for span in joined.absorbed]
    with translate_errors(BROKEN):
        if not absorbed:
            return _save(Duty(member_id=member_id), joined.duty)
        if len(absorbed) == 1:
            return _save(absorbed[0], joined.duty)
        constraints_later("duty_rest_kept")
        kept, *gone = absorbed
        _save(kept, joined.duty)
        Assignment.objects.filter(duty__in=gone).update(duty=kept)
        Duty.objects.filter(pk__in=[duty.pk for duty in gone]).delete()
        constraints_now("duty_rest_kept")
        return kept


SIT = Prepared(
    "roster_sit",
    """
WITH duty AS (
  INSERT INTO teams_duty (member_id, starts_at, ends_at, rest_until, version)
  VALUES (%(member)s, %(start)s, %(end)s, %(rest_until)s, %(version)s) RETURNING id
), seated AS (
  INSERT INTO teams_assignment (member_id, shift_id, seat_id, duty_id, period, source, made_at)
  SELECT %(member)s, %(shift)s, %(seat)s, duty.id, tstzrange(%(start)s, %(end)s), %(source)s, %(at)s FROM duty
  RETURNING id, duty_id
), act AS (
  INSERT INTO teams_act (kind, member_id, week_id, seat_id, period, at)
  VALUES (%(kind)s, %(member)s, %(week)s, %(seat)s, tstzrange(%(start)s, %(end)s), %(at)s) RETURNING id
)
SELECT seated.id, seated.duty_id, act.id FROM seated, act
""",
    member="bigint",
    start="timestamptz",
    end="timestamptz",
    rest_until="timestamptz",
    version="integer",
    shift="bigint",
    seat="bigint",
    source="text",
    at="timestamptz",
    kind="text",
    week="bigint",
)


def sit_alone(
    member: int, shift: Shift, seat: int, day: DutySpan, source: str, at: dt.datetime, *after: Statement
) -> tuple[Assignment, Act]:
    """Sit down with a working day of its own and write the act, in one trip with what follows it.

    What most claims are: nothing near enough to join. Only under the locks, after the rules. The
    database's own constraints still raise ``Refused``.
    """
    start, end = day.period.start, day.period.end
    sit = SIT(
        member=member, start=start, end=end, rest_until=day.rest_until, version=day.version,
        shift=shift.pk, seat=seat, source=source, at=at, kind=Act.Kind.CLAIM.value, week=shift.week_id,
    )  # fmt: skip
    assignment, duty, act = fetch(sit, *after, constraints=BROKEN)[0][0]
    period = as_range(day.period)
    return (
        Assignment(
            pk=assignment, member_id=member, shift=shift, seat_id=seat, duty_id=duty, period=period, source=source,
            made_at=at,
        ),
        Act(pk=act, kind=Act.Kind.CLAIM, member_id=member, week_id=shift.week_id, seat_id=seat, period=period, at=at),
    )  # fmt: skip


def _save(duty: Duty, span: DutySpan) -> Duty:
    duty.starts_at, duty.ends_at = span.period.start, span.period.end
    duty.rest_until, duty.version = span.rest_until, span.version
    duty.save()
    return duty


def settle(duties: Iterable[Duty]) -> None:
    """Make working days fit the work that is left in them: shorten, split or remove.

    A day without change is left alone, so it stays judged by its own version.
    """
    for duty in duties:
        left = list(Assignment.objects.filter(duty=duty).order_by("period"))
        spans = shrink(_span(duty), [a.span for a in left])
        if not spans:
            duty.delete()
            continue
        first, *others = spans
        if first != _span(duty):
            _save(duty, first)
        for span in others:
            split = _save(Duty(member_id=duty.member_id), span)
            inside = [a.pk for a in left if span.period.contains(a.span)]
            Assignment.objects.filter(pk__in=inside).update(duty=split)
