"""Shift patterns: written, changed and retired by any member; weeks already made stay as they are."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core import periods
from cxportal.core.database import translate_errors
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.scheduling.expansion import Part, empty_days
from teams.scheduling.models import PatternSegment, ShiftPattern
from teams.scheduling.services.doors import must_work_in
from teams.scheduling.services.weeks import pattern_rule

TAKEN = Violation(
    "name_taken", gettext_lazy("The pod has a pattern of this name already."), way_out=gettext_lazy("Choose another.")
)


@recorded
def save_pattern(*, by: User, pattern: ShiftPattern, parts: Iterable[Part]) -> ShiftPattern:
    """Write a pattern with its activities, in place of those it had.

    Raises ``Refused``: ``empty_shift`` when a clock change within two years would swallow a shift, ``name_taken``
    when somebody wrote another of this name a moment before.
    """
    must_work_in(by, pattern.pod)
    pattern.zone = pattern.pod.zone
    today = periods.local_date(periods.now(), pattern.pod.tzinfo)
    if swallowed := empty_days(pattern_rule(pattern, ()), today, today + 730 * periods.DAY):
        raise Refused(
            Violation(
                "empty_shift",
                _("The clocks change on %(day)s and nothing would be left of the shift.")
                % {"day": swallowed[0].isoformat()},
            )
        )
    with translate_errors({"shift_pattern_name": TAKEN}), transaction.atomic():
        pattern.save()
    pattern.segments.all().delete()
    PatternSegment.objects.bulk_create(
        PatternSegment(pattern=pattern, activity_id=part.activity, start=part.start, end=part.end) for part in parts
    )
    return pattern


@recorded
def retire_pattern(*, by: User, pattern: ShiftPattern) -> ShiftPattern:
    """No week to come is made from it; weeks that exist keep their shifts. Retiring again changes nothing."""
    must_work_in(by, pattern.pod)
    if pattern.retired_at is None:
        pattern.retired_at = periods.now()
        pattern.save(update_fields=["retired_at"])
    return pattern
