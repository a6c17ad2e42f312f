"""What a calendar address shows, and which addresses a person has.

The events of a feed are replayed from the history that the database keeps of assignments: so a give-back, a move
or a swap needs to write nothing here, and what was taken away is still known as long as clients need it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.periods import Period
from teams.feeds.models import CalendarFeed
from teams.feeds.services import PURPOSE
from teams.people import digests
from teams.people.addresses import absolute
from teams.people.models import User
from teams.pods.models import Membership, Pod
from teams.pods.queries import standing
from teams.scheduling import words
from teams.scheduling.ical import Entry
from teams.scheduling.models import Segment

# What is over stays in the calendar for so long; a cancelled event is sent as long as it would have stood there.
KEPT_FOR = dt.timedelta(days=60)
TOUCH_EVERY = dt.timedelta(minutes=10)
NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)
DELETED = "delete"

HISTORY_SQL = """
WITH near AS (
  SELECT s.id, s.version, s.cancelled_at, w.monday FROM teams_shift s JOIN teams_week w ON w.id = s.week_id
  WHERE s.pod_id = %(pod)s AND upper(s.period) > %(since)s
    AND EXISTS (SELECT 1 FROM teams_assignmentevent e WHERE e.shift_id = s.id AND e.member_id = %(member)s)
), cut AS (
  SELECT g.shift_id, count(*) AS times, max(g.pgh_created_at) AS at
  FROM teams_segmentevent g WHERE g.shift_id IN (SELECT id FROM near) GROUP BY g.shift_id
)
SELECT n.id, n.version, n.cancelled_at, n.monday, coalesce(c.times, 0), c.at,
       e.id, e.pgh_label, lower(e.period), upper(e.period), e.pgh_created_at,
       (SELECT min(x.pgh_created_at) FROM teams_assignmentevent x WHERE x.pgh_obj_id = e.pgh_obj_id
        AND x.pgh_id > e.pgh_id AND (x.shift_id, x.member_id) <> (e.shift_id, e.member_id))
FROM near n JOIN teams_assignmentevent e ON e.shift_id = n.id AND e.member_id = %(member)s
LEFT JOIN cut c ON c.shift_id = n.id
ORDER BY n.id, e.pgh_id
"""
AWAY_SQL = """
SELECT e.id, e.pgh_label, lower(e.period), upper(e.period), e.pgh_created_at FROM teams_absenceevent e
WHERE e.member_id = %(member)s AND e.id IN (
  SELECT n.id FROM teams_absenceevent n WHERE n.member_id = %(member)s AND upper(n.period) > %(since)s)
ORDER BY e.id, e.pgh_id
"""


@dataclass(frozen=True)
class FeedLine:
    """A pod of the person with its calendar address, when there is one: since when, and when it was read last."""

    pod: Pod
    made_at: dt.datetime | None = None
    read_at: dt.datetime | None = None


@dataclass
class _Story:
    """What happened to one thing in the calendar: its parts now, the last hours of each place, how often it changed."""

    shift: int = 0
    week: dt.date | None = None
    sequence: int = 0
    changed_at: dt.datetime = NEVER
    ended: bool = False
    live: dict[int, Period] = field(default_factory=dict)
    places: list[Period] = field(default_factory=list)

    def take(self, pk: int, label: str, period: Period, at: dt.datetime) -> None:
        """One recorded change."""
        self.sequence += 1
        self.changed_at = max(self.changed_at, at)
        if label == DELETED:
            self.live.pop(pk, None)
        else:
            self.live[pk] = period
        if not self.places:
            self.places.append(period)
        for place, part in enumerate(sorted(self.live.values())):
            self.places[place : place + 1] = [part]

    def events(self) -> Iterator[tuple[int, Period, bool]]:
        """Number, hours and whether it is cancelled, of every part that ever stood in the calendar."""
        standing_ = 0 if self.ended else len(self.live)
        for place, period in enumerate(self.places):
            yield place, period, place >= standing_


def find_feed(secret: str, at: dt.datetime | None = None) -> CalendarFeed | None:
    """The living feed behind a secret; None for a forged or revoked one, and for who was deactivated or left the pod.

    Who left and came back makes a new address: the membership must have held since it was made.
    """
    at = at or periods.now()
    feed = (
        CalendarFeed.objects.select_related("member", "pod")
        .filter(digest=digests.digest(PURPOSE, secret), revoked_at=None, member__is_active=True)
        .first()
    )
    if feed is None or not _stayed(feed, at.date()):
        return None
    if feed.read_at is None or at - feed.read_at > TOUCH_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(read_at=at)
    return feed


def _stayed(feed: CalendarFeed, day: dt.date) -> bool:
    return Membership.objects.filter(
        member=feed.member_id,
        pod=feed.pod_id,
        kind__in=[Membership.Kind.HOME, Membership.Kind.GUEST],
        period__contains=day,
        period__startswith__lte=feed.made_at.date(),
    ).exists()


def feeds_of(user: User, at: dt.datetime | None = None) -> list[FeedLine]:
    """The pods in which a person works, the home pod first, each with its calendar address. Two queries."""
    stand = standing(user, (at or periods.now()).date())
    pods = sorted(Pod.objects.filter(pk__in=stand.member_of), key=lambda pod: (pod.pk != stand.home, pod.name))
    living = {feed.pod_id: feed for feed in CalendarFeed.objects.filter(member=user, pod__in=pods, revoked_at=None)}
    lines = []
    for pod in pods:
        feed = living.get(pod.pk)
        alive = feed is not None and _stayed(feed, (at or periods.now()).date())
        lines.append(FeedLine(pod, feed.made_at, feed.read_at) if feed and alive else FeedLine(pod))
    return lines


def entries_of(feed: CalendarFeed, at: dt.datetime | None = None) -> list[Entry]:
    """Everything that a feed shows, by time: the member's shifts in the pod, and in the home pod when they are away.

    Shifts that ended up to 60 days ago and all that are to come. What was cancelled before the address was made is
    left out: no client knows of it. Words are in the language of the moment. At most five statements.
    """
    now = at or periods.now()
    since = now - KEPT_FOR
    found = list(_shifts(feed, since))
    if standing(feed.member, now.date()).home == feed.pod_id:
        found += _absences(feed, since)
    return sorted(found, key=lambda entry: (entry.period.start, entry.uid))


def _shifts(feed: CalendarFeed, since: dt.datetime) -> Iterator[Entry]:
    stories: dict[int, _Story] = {}
    gone: dict[tuple[int, int], tuple[Period, dt.datetime]] = {}
    for row in _rows(HISTORY_SQL, feed, since):
        shift, version, cancelled_at, week, cuts, cut_at, pk, label, start, end, at, left_at = row
        story = stories.get(shift)
        if story is None:
            story = stories[shift] = _Story(shift, week, version + cuts, cut_at or at, cancelled_at is not None)
        story.take(pk, label, Period(start, end), at)
        gone.pop((shift, pk), None)
        if left_at:
            gone[shift, pk] = Period(start, end), left_at
    for (shift, pk), (period, left_at) in gone.items():  # the same work stands on another shift since: a split
        stories[shift].take(pk, DELETED, period, left_at)
    parts = _parts(stories)
    for story in stories.values():
        yield from _entries(feed, story, parts.get(story.shift, []))


def _entries(feed: CalendarFeed, story: _Story, parts: list[Segment]) -> Iterator[Entry]:
    assert story.week is not None
    zone, pod = feed.pod.tzinfo, feed.pod
    for place, period, cancelled in story.events():
        if cancelled and story.changed_at < feed.made_at:
            continue
        inside = [(p.activity.name, cut) for p in parts if (cut := p.span.intersection(period))]
        names = ", ".join(dict.fromkeys(name for name, _cut in inside))
        yield Entry(
            uid=uid("shift", story.shift, feed.member_id, place),
            sequence=story.sequence,
            changed_at=story.changed_at,
            period=period,
            title=f"{names} · {pod.name}" if names else _("Shift · %(pod)s") % {"pod": pod.name},
            text="\n".join(f"{words.span(cut, zone)} {name}" for name, cut in inside),
            place=pod.name,
            url=absolute("week", slug=pod.slug, week=periods.week_label(story.week)),
            cancelled=cancelled,
        )


def _absences(feed: CalendarFeed, since: dt.datetime) -> Iterator[Entry]:
    """When the member is away, without the kind: a calendar is often shared."""
    stories: dict[int, _Story] = {}
    for pk, label, start, end, at in _rows(AWAY_SQL, feed, since):
        stories.setdefault(pk, _Story()).take(pk, label, Period(start, end), at)
    for pk, story in stories.items():
        for place, period, cancelled in story.events():
            # The whole story is read, also what an absence was before it was cut to a time long past.
            if (cancelled and story.changed_at < feed.made_at) or period.end <= since:
                continue
            yield Entry(
                uid=uid("away", pk, feed.member_id, place),
                sequence=story.sequence,
                changed_at=story.changed_at,
                period=period,
                title=_("Away"),
                cancelled=cancelled,
                private=True,
            )


def _rows(sql: str, feed: CalendarFeed, since: dt.datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"member": feed.member_id, "pod": feed.pod_id, "since": since})
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _parts(shifts: Iterable[int]) -> dict[int, list[Segment]]:
    found: dict[int, list[Segment]] = {}
    for segment in Segment.objects.filter(shift__in=list(shifts)).select_related("activity").order_by("period"):
        found.setdefault(segment.shift_id, []).append(segment)
    return found


def uid(kind: str, thing: int, member: int, place: int) -> str:
    """The name of an event for ever: the same in every feed of the member, unknown to other installations."""
    return f"{digests.digest('calendar-uid', f'{kind}:{thing}:{member}:{place}').hex()[:32]}@cxportal"
