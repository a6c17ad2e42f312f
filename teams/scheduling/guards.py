"""What the database holds of work and its working day, beyond what a constraint of one table can say.

``duty_rest_kept`` keeps rest between working days. It holds for the work itself only because all work lies inside a
working day of its own member; these triggers hold that, for whoever writes and in whatever order, at the end of the
transaction. Each waits for the other: work that is checked shares a lock on its working day.
"""

from __future__ import annotations

import pgtrigger

OUTSIDE = "assignment_in_duty"
_REFUSE = f"""
IF EXISTS (
  SELECT FROM teams_assignment a JOIN teams_duty d ON d.id = a.duty_id
  WHERE {{which}} AND (a.member_id <> d.member_id OR NOT tstzrange(d.starts_at, d.ends_at) @> a.period)
) THEN
  RAISE EXCEPTION 'work lies outside a working day of its member'
    USING ERRCODE = 'check_violation', CONSTRAINT = '{OUTSIDE}', TABLE = 'teams_assignment';
END IF;
RETURN NULL;
"""


def work_in_its_day() -> pgtrigger.Trigger:
    """Of ``Assignment``: sitting down, other hours, another person or another working day."""
    return pgtrigger.Trigger(
        name="in_duty",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("member_id", "duty_id", "period"),  # type: ignore[no-untyped-call]
        func="PERFORM FROM teams_duty d JOIN teams_assignment a ON a.duty_id = d.id WHERE a.id = NEW.id FOR SHARE OF d;"
        + _REFUSE.format(which="a.id = NEW.id"),
    )


def day_around_its_work() -> pgtrigger.Trigger:
    """Of ``Duty``: a working day that is shortened, moved or given to somebody else."""
    return pgtrigger.Trigger(
        name="around_work",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        operation=pgtrigger.UpdateOf("member_id", "starts_at", "ends_at"),  # type: ignore[no-untyped-call]
        func=_REFUSE.format(which="d.id = NEW.id"),
    )
