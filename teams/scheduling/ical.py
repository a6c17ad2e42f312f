"""Events as a calendar file (RFC 5545): data in, bytes out. Asks no database.

Wall times stand in the pod's zone with its VTIMEZONE. A wall time that comes twice means the first, but some clients
take it for the second, so an event that touches one is written in UTC. The same events give the same bytes, so their
digest can be an ETag.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from cxportal.core.periods import Period, day_period, local_date

YEARS_AHEAD = 3

HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Entry:
    """One event of a feed.

    ``uid`` never changes and ``sequence`` only rises; ``changed_at`` is when it did last. A cancelled one stays so
    that clients which keep events take it out. ``private`` is what only the owner of a shared calendar should read.
    """

    uid: str
    sequence: int
    changed_at: dt.datetime
    period: Period
    title: str
    text: str = ""
    place: str = ""
    url: str = ""
    cancelled: bool = False
    private: bool = False


def calendar_file(name: str, entries: Sequence[Entry], zone: ZoneInfo) -> bytes:
    """The calendar with these events, in their order."""
    calendar = Calendar()
    calendar.add("prodid", "-//cxportal//Shifts//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", zone.key)
    calendar.add("refresh-interval", HOUR, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    if entries:
        days = [local_date(edge, zone) for entry in entries for edge in (entry.period.start, entry.period.end)]
        calendar.add_component(_zone(zone.key, min(days).year, max(days).year + YEARS_AHEAD))
    for entry in entries:
        calendar.add_component(_event(entry, zone))
    written: bytes = calendar.to_ical()
    return written


@functools.lru_cache(maxsize=256)
def _zone(key: str, first: int, last: int) -> Timezone:
    """The clock changes of a zone over some years, the last one excluded.

    Onsets are wall times of before the change, as RFC 5545 wants them; the library's own give those of after it.
    """
    zone = ZoneInfo(key)
    begin, end = (dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in (first, last))
    onsets: dict[tuple[str, bool, dt.timedelta, dt.timedelta], list[dt.datetime]] = {}
    before = begin.astimezone(zone)
    onsets[_kind(before, before)] = [dt.datetime(first, 1, 1)]  # noqa: DTZ001
    for change in _changes(zone, begin, end):
        was, is_ = (change - dt.timedelta(seconds=1)).astimezone(zone), change.astimezone(zone)
        wall = (change + _offset(was)).replace(tzinfo=None)
        onsets.setdefault(_kind(was, is_), []).append(wall)
    component = Timezone()
    component.add("tzid", key)
    for (name, summer, was_offset, is_offset), walls in onsets.items():
        part = TimezoneDaylight() if summer else TimezoneStandard()
        part.add("dtstart", walls[0])
        part.add("tzname", name)
        part.add("tzoffsetfrom", was_offset)
        part.add("tzoffsetto", is_offset)
        if walls[1:]:
            part.add("rdate", walls[1:])
        component.add_component(part)
    return component


def _kind(was: dt.datetime, is_: dt.datetime) -> tuple[str, bool, dt.timedelta, dt.timedelta]:
    return is_.tzname() or "", bool(is_.dst()), _offset(was), _offset(is_)


def _offset(at: dt.datetime) -> dt.timedelta:
    return at.utcoffset() or dt.timedelta()


def _changes(zone: ZoneInfo, begin: dt.datetime, end: dt.datetime) -> Iterator[dt.datetime]:
    """The instants at which the offset changes: looked for by the hour's quarter around each day that differs."""
    at, offset = begin, begin.astimezone(zone).utcoffset()
    while at < end:
        at += 24 * HOUR
        if (new := at.astimezone(zone).utcoffset()) != offset:
            change = at - 24 * HOUR
            while change.astimezone(zone).utcoffset() == offset:
                change += HOUR / 4
            yield change
            offset = new


def _event(entry: Entry, zone: ZoneInfo) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at.astimezone(dt.UTC).replace(microsecond=0))
    event.add("last-modified", entry.changed_at.astimezone(dt.UTC).replace(microsecond=0))
    start, end = _edges(entry.period, zone)
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", entry.title)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    for key, value in (("description", entry.text), ("location", entry.place), ("url", entry.url)):
        if value:
            event.add(key, value)
    if entry.private:
        event.add("class", "PRIVATE")
    return event


def _edges(period: Period, zone: ZoneInfo) -> tuple[dt.date, dt.date]:
    """Whole local days as days; else wall times, or UTC when one of them comes twice."""
    first, last = local_date(period.start, zone), local_date(period.end, zone)
    if day_period(first, zone).start == period.start and day_period(last, zone).start == period.end:
        return first, last
    start, end = period.start.astimezone(zone), period.end.astimezone(zone)
    if _twice(start) or _twice(end):
        return period.start.astimezone(dt.UTC), period.end.astimezone(dt.UTC)
    return start, end


def _twice(wall: dt.datetime) -> bool:
    """Whether the clocks show it twice that day. One that they skip can't come of an instant."""
    return wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()
