"""What every service of the roster does first and last: lock in the written order, tell what changed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import DEFAULT_DB_ALIAS
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from cxportal.core import realtime
from cxportal.core.batch import Prepared, Statement, fetch
from cxportal.core.database import LockClass, lock, lock_all, lock_key
from cxportal.core.periods import DAY, Period, each_day, local_date, monday, week_label
from cxportal.core.violations import Denied, Refused, Violation
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import standing
from teams.scheduling.models import Assignment, Shift
from teams.scheduling.reading import as_instant

UTC = ZoneInfo("UTC")
LONGEST_ID = 2**63 - 1  # an address may hold a longer number than a key can be


def days_of(pod: Pod, period: Period) -> list[dt.date]:
    """The pod's local days that a period touches."""
    last = local_date(period.end - dt.timedelta(microseconds=1), pod.tzinfo)
    return list(each_day(local_date(period.start, pod.tzinfo), last))


def lock_roster(pod: Pod, members: Iterable[int], periods: Iterable[Period]) -> None:
    """Take the (member, week) and then the (pod, day) locks around some periods of one pod.

    Raises ``Refused`` (``busy``) after the lock time-out.
    """
    spans = list(periods)
    lock_rosters(members, [(pod, span) for span in spans])


def lock_rosters(members: Iterable[int], places: Iterable[tuple[Pod, Period]]) -> None:
    """The same over several pods, still one class after the other.

    A member's weeks reach two days beyond each period: rest is judged there too, and the weeks
    of the member's own zone lie within. One key more holds all weeks of a member: days in a row,
    nights and the average are judged over up to half a year, so two acts that bring a member work
    are never judged side by side.
    """
    members = set(members)
    spans = list(places)
    weeks = {
        lock_key("week", member, monday(day).toordinal())
        for member in members
        for pod, span in spans
        for day in each_day(local_date(span.start, pod.tzinfo) - 2 * DAY, local_date(span.end, pod.tzinfo) + 2 * DAY)
    }
    weeks |= {lock_key("weeks", member) for member in members}
    lock_all((LockClass.MEMBER_WEEK, weeks), (LockClass.POD_DAY, day_keys(spans)))


def day_keys(places: Iterable[tuple[Pod, Period]]) -> set[int]:
    """The keys of the (pod, day) locks of periods in several pods."""
    return {lock_key("day", pod.pk, day.toordinal()) for pod, span in places for day in days_of(pod, span)}


def lock_weeks(member: int, period: Period) -> None:
    """Take a member's (member, week) locks around a period before it is known which work lies in it.

    Reaches four days beyond: a shift may begin before the period or end after it, and rest is judged
    two days around each. So the work inside can be read and then locked by ``lock_days``.
    """
    lock(LockClass.MEMBER_WEEK, weeks_around(member, [period]))


def weeks_around(member: int, spans: Iterable[Period]) -> set[int]:
    """The keys of these locks, around several periods."""
    days = {
        day
        for span in spans
        for day in each_day(local_date(span.start, UTC) - 4 * DAY, local_date(span.end, UTC) + 4 * DAY)
    }
    return {lock_key("week", member, monday(day).toordinal()) for day in days}


def lock_days(places: Iterable[tuple[Pod, Period]]) -> None:
    """Take the (pod, day) locks of periods in several pods, in one step."""
    lock(LockClass.POD_DAY, day_keys(places))


def must_stand(locked: Period, now: Period) -> None:
    """What was locked is what stands: a shift that was moved meanwhile may lie on days that nobody holds.

    Raises ``Refused`` (``changed``).
    """
    if locked != now:
        raise Refused(Violation("changed", _("Somebody moved this shift a moment ago. Look at it again.")))


MOVED = _("Somebody changed this shift a moment ago. Look at it again.")


def own_assignment(by: User, assignment: int, shift: int | None) -> Assignment | None:
    """An own assignment with its shift, pod and week; None when there is none of this number.

    A move seats everybody anew: who still sits on the ``shift`` that the page showed, under another
    number, looks at what was before. Raises ``Refused`` (``changed``).
    """
    own = Assignment.objects.select_related("shift__pod", "shift__week", "duty").filter(member=by)
    row = own.filter(pk=assignment).first()
    if row is None and shift is not None and own.filter(shift=shift).exists():
        raise Refused(Violation("changed", MOVED))
    return row


def shift_or_404(pk: int) -> Shift:
    """The shift with its pod and week; unknown and cancelled ones look alike."""
    shift = Shift.objects.select_related("pod", "week").filter(pk=pk, cancelled_at=None).first()
    if shift is None:
        raise Http404
    return shift


DOOR = Prepared(
    "roster_door",
    """
SELECT s.id, s.pod_id, s.week_id, s.day, s.period, s.zone, s.version, p.id, p.name, p.slug, p.zone,
 (SELECT count(*) FROM teams_seat t WHERE t.shift_id = s.id),
 (SELECT json_agg(json_build_array(a.id, a.member_id, extract(epoch FROM lower(a.period)),
    extract(epoch FROM upper(a.period)))) FROM teams_assignment a WHERE a.shift_id = s.id)
FROM teams_shift s JOIN teams_pod p ON p.id = s.pod_id WHERE s.id = %(shift)s AND s.cancelled_at IS NULL
""",
    shift="bigint",
)
SHIFT_FIELDS = ("id", "pod_id", "week_id", "day", "period", "zone", "version")
POD_FIELDS = ("id", "name", "slug", "zone")


@dataclass(frozen=True)
class Door:
    """A shift as whoever comes to it finds it before the locks: its seats, and who sits there when."""

    shift: Shift
    seats: int
    sitting: tuple[tuple[int, int, Period], ...]


def door(shift: int) -> Door:
    """A shift with its pod and who sits there; one trip. Unknown and cancelled ones look alike: ``Http404``.

    The week and the pod's rare columns are fetched when somebody asks for them.
    """
    rows = fetch(DOOR(shift=shift))[0] if shift <= LONGEST_ID else []
    if not rows:
        raise Http404
    row, split = rows[0], len(SHIFT_FIELDS)
    found = Shift.from_db(DEFAULT_DB_ALIAS, SHIFT_FIELDS, row[:split])
    found.pod = Pod.from_db(DEFAULT_DB_ALIAS, POD_FIELDS, row[split:-2])
    sitting = (json.loads(row[-1]) if isinstance(row[-1], str) else row[-1]) or ()
    spans = ((pk, member, Period(as_instant(start), as_instant(end))) for pk, member, start, end in sitting)
    return Door(found, row[-2], tuple(spans))


def must_work_in(by: User, pod: Pod) -> None:
    """Only people who work in a pod change its roster. Raises ``Denied`` or ``Http404``."""
    stand = standing(by)
    if pod.pk in stand.member_of:
        return
    if pod.pk in stand.coach:
        raise Denied(_("The week belongs to the members of %(pod)s. You can read it as their coach.") % {"pod": pod})
    raise Http404


def topic(pod: Pod, day: dt.date) -> str:
    """What the week page of a pod listens to."""
    return f"week:{pod.pk}:{week_label(day)}"


def telling(pod: Pod, days: Iterable[dt.date], members: Iterable[int] = (), *, news: bool = False) -> Statement:
    """What tells the open week pages what changed: some days' heads, some members' rows, the panel.

    ``news`` when the roster itself was redrawn, so that who reads it is told in words.
    Sent inside the transaction, heard on commit.
    """
    touched = sorted(set(days))
    topics = {topic(pod, day) for day in touched}
    return realtime.telling(
        *((topics, f"row--{member}", {}) for member in sorted(set(members))),
        *((topic(pod, day), f"head--{day.isoformat()}", {}) for day in touched),
        ([*topics, f"coverage:{pod.pk}"], "panel", {}),
        *([(topics, "news", {})] if news else []),
    )


def tell(pod: Pod, days: Iterable[dt.date], members: Iterable[int] = (), *, news: bool = False) -> None:
    """The same as a trip of its own."""
    fetch(telling(pod, days, members, news=news))


def tell_away(member: User, *periods: Period) -> None:
    """Tell the open week pages of the member's pods that this row shows an absence, or shows it no more."""
    for pod in Pod.objects.filter(pk__in=standing(member).member_of) if periods else ():
        topics = {topic(pod, day) for period in periods for day in days_of(pod, period)}
        fetch(realtime.telling((topics, f"row--{member.pk}", {}), (topics, "news", {})))
