"""Reads a pod over a window and people around it, in one statement each, or both in one trip.

Both gather their rows as JSON, so a page of 15 people and one of 150 ask the same number of
questions. Services read them again under their locks; pages read them without.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from cxportal.core.batch import Prepared, Statement, fetch
from cxportal.core.periods import DAY, Period, monday, week_period
from teams.pods.models import Pod
from teams.scheduling.agreed import bound_values
from teams.scheduling.availability.rules import Availability, Part, Wish
from teams.scheduling.coverage import Need
from teams.scheduling.duties import DutySpan
from teams.scheduling.facts import DAYS_BEYOND, WEEKS_BEYOND, Beyond, BoundValues, Held, MemberState, Place, WorkDay
from teams.scheduling.picture import (
    ActivityView,
    Person,
    PodPicture,
    QuietView,
    SeatView,
    ShiftView,
    TakenView,
    WaiverView,
    WeekView,
    reach,
)
from teams.scheduling.waived import Waived

POD = Prepared(
    "roster_pod",
    """
SELECT json_build_object(
 'activities', (SELECT json_agg(json_build_array(a.id, a.name, a.slug, a.channels, a.category, a.icon)
                ORDER BY a.position, a.name) FROM teams_activity a),
 'skill_names', (SELECT json_agg(json_build_array(k.id, k.name, k.slug)) FROM teams_skill k),
 'agreement', (SELECT json_build_array(v.number, v.id, v."values"::text) FROM teams_agreementversion v
   WHERE v.pod_id = %(pod)s AND v.effective_from <= %(at)s ORDER BY v.effective_from DESC LIMIT 1),
 'weeks', (SELECT json_agg(json_build_array(w.id, w.monday, extract(epoch FROM w.opens_at),
     extract(epoch FROM w.fixes_at), extract(epoch FROM w.planned_opens_at)))
   FROM teams_week w WHERE w.pod_id = %(pod)s AND w.monday BETWEEN %(monday)s AND %(last)s),
 'needs', (SELECT json_agg(json_build_array(r.activity_id, extract(epoch FROM lower(r.period)),
     extract(epoch FROM upper(r.period)), r.people)) FROM teams_requirement r
   WHERE int8range(r.pod_id, r.pod_id, '[]') && int8range(%(pod)s, %(pod)s, '[]')
     AND r.period && tstzrange(%(start)s, %(end)s)),
 'members', (SELECT json_agg(json_build_array(m.member_id, m.kind)) FROM teams_membership m
   WHERE m.pod_id = %(pod)s AND m.kind IN ('home', 'guest')
     AND m.period && daterange(%(first)s::date, %(last)s::date, '[]')),
 'hours', (SELECT json_agg(h) FROM (SELECT json_build_array(o.weekday, min(o.opens), max(o.closes)) AS h
   FROM teams_openinghours o WHERE o.pod_id = %(pod)s GROUP BY o.weekday) AS hull),
 'exceptions', (SELECT json_agg(e) FROM (SELECT json_build_array(x.day, min(x.opens), max(x.closes), max(x.label)) AS e
   FROM teams_openingexception x WHERE x.pod_id = %(pod)s AND x.day BETWEEN %(first)s AND %(last)s
   GROUP BY x.day) AS days),
 'skills', (SELECT json_agg(json_build_array(m.member_id, m.skill_id)) FROM teams_memberskill m
   WHERE m.member_id IN (SELECT a.member_id FROM teams_assignment a JOIN teams_shift s ON s.id = a.shift_id
     WHERE s.pod_id = %(pod)s AND s.day BETWEEN %(first)s AND %(last)s)),
 'waivers', (SELECT json_agg(json_build_array(w.id, w.shift_id, w.member_id, u.name, b.name, w.source, w.reason,
     w.grants, w.used_at IS NOT NULL) ORDER BY s.period, w.id)
   FROM teams_waiver w JOIN teams_shift s ON s.id = w.shift_id JOIN teams_user u ON u.id = w.member_id
   LEFT JOIN teams_user b ON b.id = w.by_id
   WHERE s.pod_id = %(pod)s AND s.day BETWEEN %(first)s AND %(last)s AND w.ended_at IS NULL),
 'quiet', (SELECT json_agg(json_build_array(q.shift_id, q.id, q.member_id, u.name, extract(epoch FROM q.falls_at),
     extract(epoch FROM lower(q.period)), extract(epoch FROM upper(q.period))) ORDER BY q.made_at, q.id)
   FROM teams_quietoffer q JOIN teams_shift s ON s.id = q.shift_id AND s.version = q.shift_version
   JOIN teams_user u ON u.id = q.member_id
   WHERE q.outcome = 'open' AND s.pod_id = %(pod)s AND s.day BETWEEN %(first)s AND %(last)s),
 'shifts', (SELECT json_agg(json_build_array(s.id, s.week_id, s.day, extract(epoch FROM lower(s.period)),
     extract(epoch FROM upper(s.period)), s.version, s.urgent_since IS NOT NULL,
     (SELECT json_agg(json_build_array(g.activity_id, extract(epoch FROM lower(g.period)),
        extract(epoch FROM upper(g.period))) ORDER BY g.period) FROM teams_segment g WHERE g.shift_id = s.id),
     (SELECT json_agg(json_build_array(p.id, p.number, p.skill_id, p.must) ORDER BY p.must DESC, p.number)
        FROM teams_seat p WHERE p.shift_id = s.id),
     (SELECT json_agg(json_build_array(t.id, t.seat_id, t.member_id, extract(epoch FROM lower(t.period)),
        extract(epoch FROM upper(t.period)), extract(epoch FROM t.made_at), (SELECT g.id FROM teams_giveaway g
          WHERE g.assignment_id = t.id AND g.outcome = 'open')))
        FROM teams_assignment t WHERE t.shift_id = s.id)) ORDER BY s.period, s.id)
   FROM teams_shift s WHERE s.pod_id = %(pod)s AND s.day BETWEEN %(first)s AND %(last)s
     AND s.cancelled_at IS NULL AND s.period && tstzrange(%(start)s, %(end)s)))::text
""",
    pod="bigint",
    at="timestamptz",
    first="date",
    monday="date",
    last="date",
    start="timestamptz",
    end="timestamptz",
)


def read_pod(pod: Pod, window: Period, at: dt.datetime) -> PodPicture:
    """The pod over a window, judged by the agreement in force at ``at``. One statement.

    Shifts that began on the day before the window and reach into it are included.
    """
    ((found,),) = fetch(_of_pod(pod, window, at))[0]
    return _same_picture(found, pod, pod.slug, pod.zone, window).again(pod, at)


def read_both(
    pod: Pod, window: Period, at: dt.datetime, ids: Iterable[int], around: Period
) -> tuple[PodPicture, dict[int, Person]]:
    """What ``read_pod`` and ``read_people`` (in the pod's zone) answer, in one trip."""
    (pods, people) = fetch(_of_pod(pod, window, at), _of_people(ids, around, pod.tzinfo))
    return _picture(pod, window, at, pods[0][0]), {row[0]: _person(row) for row in people}


@functools.lru_cache(maxsize=32)
def _same_picture(text: str, pod: Pod, slug: str, zone: str, window: Period) -> PodPicture:
    """The picture of rows as the database wrote them just now: the same rows are parsed and counted once.

    Nothing here can be stale, since the rows themselves are the key, with what else of the pod a picture takes
    in (two pods with one id are equal). ``pod`` and ``at`` are the caller's to replace.
    """
    return _picture(pod, window, window.start, text)


def _of_pod(pod: Pod, window: Period, at: dt.datetime) -> Statement:
    first = window.start.astimezone(pod.tzinfo).date() - DAY
    last = window.end.astimezone(pod.tzinfo).date()
    return POD(pod=pod.pk, at=at, first=first, monday=monday(first), last=last, start=window.start, end=window.end)


def _picture(pod: Pod, window: Period, at: dt.datetime, found: str | dict[str, Any]) -> PodPicture:
    raw: dict[str, Any] = json.loads(found) if isinstance(found, str) else found
    activities = {a[0]: ActivityView(a[0], a[1], a[2], frozenset(a[3]), a[4], a[5]) for a in raw["activities"] or ()}
    skill_names = raw["skill_names"] or ()
    bounds, values = _agreed(
        *(raw["agreement"] or (0, None, "{}")),
        tuple((a.slug, a.pk) for a in activities.values()),
        tuple((slug, pk) for pk, _, slug in skill_names),
    )
    skills: dict[int, set[int]] = {}
    for member, skill in raw["skills"] or ():
        skills.setdefault(member, set()).add(skill)
    quiet: dict[int, list[QuietView]] = {}
    for on, pk, member, name, falls_at, start, end in raw["quiet"] or ():
        quiet.setdefault(on, []).append(QuietView(pk, member, name, as_instant(falls_at), _period(start, end)))
    return PodPicture(
        pod=pod,
        at=at,
        window=window,
        bounds=bounds,
        activities=activities,
        skill_names={pk: name for pk, name, _ in skill_names},
        weeks={w[0]: _week(w, pod.tzinfo) for w in raw["weeks"] or ()},
        shifts=tuple(_shift(s, quiet.get(s[0], ())) for s in raw["shifts"] or ()),
        requirements=tuple(Need(n[0], _period(n[1], n[2]), n[3]) for n in raw["needs"] or ()),
        skills={member: frozenset(found) for member, found in skills.items()},
        members=dict(raw["members"] or ()),
        hours={h[0] + 1: (h[1], h[2]) for h in raw["hours"] or ()},
        exceptions={dt.date.fromisoformat(e[0]): (e[1], e[2], e[3]) for e in raw["exceptions"] or ()},
        agreed=values,
        waivers=tuple(WaiverView(*w) for w in raw["waivers"] or ()),
    )


@functools.lru_cache(maxsize=256)
def _agreed(
    number: int,
    version_id: int | None,
    text: str,
    activities: tuple[tuple[str, int], ...],
    skills: tuple[tuple[str, int], ...],
) -> tuple[BoundValues, Mapping[str, Any]]:
    """A version's values, as the rules take them and as they were agreed: read once while the same text is written."""
    values: Mapping[str, Any] = MappingProxyType(json.loads(text))
    return bound_values(number, version_id, values, dict(activities), dict(skills)), values


def as_instant(seconds: float) -> dt.datetime:
    """The instant of an epoch, as the statements here write it."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _period(start: float, end: float) -> Period:
    return Period(as_instant(start), as_instant(end))


def _week(row: list[Any], zone: ZoneInfo) -> WeekView:
    day = dt.date.fromisoformat(row[1])
    return WeekView(row[0], day, as_instant(row[2]), as_instant(row[3]), as_instant(row[4]), week_period(day, zone).end)


def _shift(row: list[Any], quiet: Iterable[QuietView]) -> ShiftView:
    return ShiftView(
        pk=row[0],
        week=row[1],
        day=dt.date.fromisoformat(row[2]),
        period=_period(row[3], row[4]),
        version=row[5],
        urgent=row[6],
        segments=tuple((g[0], _period(g[1], g[2])) for g in row[7] or ()),
        seats=tuple(SeatView(*p) for p in row[8] or ()),
        taken=tuple(TakenView(t[0], t[1], t[2], _period(t[3], t[4]), as_instant(t[5]), t[6]) for t in row[9] or ()),
        quiet=tuple(quiet),
    )


# What the rules look at farther away is added up here, as numbers: working days, paid minutes by week
# (by the ordinal of its Monday in the member's zone; the few parts over its border are cut), and leave.
BEYOND_SQL = """
json_build_array(
 (SELECT json_agg(json_build_array((d.starts_at AT TIME ZONE z.zone)::date - DATE '0001-01-01' + 1,
     extract(epoch FROM d.starts_at)::bigint, extract(epoch FROM d.ends_at)::bigint) ORDER BY d.starts_at)
   FROM teams_duty d WHERE int8range(d.member_id, d.member_id, '[]') && int8range(u.id, u.id, '[]')
     AND tstzrange(d.starts_at, d.rest_until) && tstzrange(%(days_start)s, %(days_end)s)
     AND NOT tstzrange(d.starts_at, d.rest_until) && tstzrange(%(start)s, %(end)s)),
 (SELECT json_agg(json_build_array(far.monday, far.minutes)) FROM (
   SELECT part.monday, sum(extract(epoch FROM part.until - part.since)::bigint / 60) AS minutes FROM (
     SELECT a.period * g.period AS work FROM teams_assignment a JOIN teams_segment g ON g.shift_id = a.shift_id
     WHERE int8range(a.member_id, a.member_id, '[]') && int8range(u.id, u.id, '[]')
       AND a.period && tstzrange(%(weeks_start)s, %(weeks_end)s) AND NOT a.period && tstzrange(%(start)s, %(end)s)
       AND g.period && a.period) AS worked
   CROSS JOIN LATERAL (SELECT date_trunc('week', lower(work) AT TIME ZONE z.zone) AS first) AS week
   CROSS JOIN LATERAL (SELECT (week.first + interval '7 days') AT TIME ZONE z.zone AS border) AS next
   CROSS JOIN LATERAL (
     SELECT week.first::date - DATE '0001-01-01' + 1 AS monday, lower(work) AS since,
       least(upper(work), next.border) AS until
     UNION ALL SELECT week.first::date - DATE '0001-01-01' + 8, next.border, upper(work)
       WHERE upper(work) > next.border) AS part
   GROUP BY part.monday) AS far),
 (SELECT json_agg(json_build_array(extract(epoch FROM lower(away))::bigint, extract(epoch FROM upper(away))::bigint)
     ORDER BY away) FROM (SELECT unnest(range_agg(b.period)) AS away FROM teams_absence b
   WHERE b.member_id = u.id AND b.kind IN ('sick', 'leave')
     AND b.period && tstzrange(%(weeks_start)s, %(weeks_end)s)) AS left_out))::text
"""
PEOPLE_SQL = """
SELECT u.id, u.name, u.category, z.zone, c.weekly_minutes, COALESCE(c.region, ''),
 (SELECT json_agg(k.skill_id) FROM teams_memberskill k WHERE k.member_id = u.id)::text,
 (SELECT json_agg(json_build_array(s.id, s.pod_id, extract(epoch FROM lower(a.period)),
     extract(epoch FROM upper(a.period)), (SELECT json_agg(json_build_array(
       extract(epoch FROM lower(g.period * a.period)), extract(epoch FROM upper(g.period * a.period))))
       FROM teams_segment g
       WHERE g.shift_id = s.id AND g.period && a.period), s.week_id, extract(epoch FROM a.made_at)))
   FROM teams_assignment a JOIN teams_shift s ON s.id = a.shift_id
   WHERE int8range(a.member_id, a.member_id, '[]') && int8range(u.id, u.id, '[]')
     AND a.period && tstzrange(%(start)s, %(end)s))::text,
 (SELECT json_agg(json_build_array(extract(epoch FROM d.starts_at), extract(epoch FROM d.ends_at),
     extract(epoch FROM d.rest_until), d.version) ORDER BY d.starts_at) FROM teams_duty d
   WHERE int8range(d.member_id, d.member_id, '[]') && int8range(u.id, u.id, '[]')
     AND tstzrange(d.starts_at, d.rest_until) && tstzrange(%(start)s, %(end)s))::text,
 (SELECT json_agg(json_build_array(extract(epoch FROM lower(b.period)), extract(epoch FROM upper(b.period)))
   ORDER BY b.period) FROM teams_absence b
   WHERE b.member_id = u.id AND b.period && tstzrange(%(start)s, %(end)s))::text,
 (SELECT json_agg(json_build_array(w.shift_id, w.grants)) FROM teams_waiver w JOIN teams_shift x ON x.id = w.shift_id
   AND x.version = w.shift_version WHERE w.member_id = u.id AND w.used_at IS NULL AND w.ended_at IS NULL)::text,
 (SELECT json_agg(json_build_array(w.weekday, w.day, w.part, w.wish) ORDER BY w.day, w.weekday, w.part)
   FROM teams_wishedtime w WHERE w.member_id = u.id
     AND (w.day IS NULL OR w.day BETWEEN %(start)s::date AND %(end)s::date))::text,
 (SELECT json_agg(json_build_array(m.pod_id, lower(m.period), upper(m.period)) ORDER BY m.period, m.pod_id)
   FROM teams_membership m WHERE m.member_id = u.id AND m.kind IN ('home', 'guest') AND u.is_active)::text,
 <beyond>
FROM teams_user u LEFT JOIN teams_contract c ON c.member_id = u.id AND c.period @> %(day)s::date
CROSS JOIN LATERAL (SELECT COALESCE(c.zone, NULLIF(u.zone, ''), %(zone)s) AS zone) AS z
"""
WINDOW = {"zone": "text", "start": "timestamptz", "end": "timestamptz", "day": "date"}
FAR = dict.fromkeys(("days_start", "days_end", "weeks_start", "weeks_end"), "timestamptz")
# In what is read of many only some are judged: for the others nothing far is added up.
PEOPLE = Prepared(
    "roster_people",
    PEOPLE_SQL.replace("<beyond>", f"CASE WHEN u.id = ANY(%(judged)s) THEN {BEYOND_SQL} END")
    + "WHERE u.id = ANY(%(ids)s) ORDER BY u.name, u.id",
    ids="bigint[]",
    judged="bigint[]",
    **WINDOW,
    **FAR,
)
# A plan for one person serves every person; for a list PostgreSQL would plan anew each time.
PERSON = Prepared(
    "roster_person",
    PEOPLE_SQL.replace("<beyond>", BEYOND_SQL) + "WHERE u.id = %(id)s",
    id="bigint",
    **WINDOW,
    **FAR,
)


def read_people(
    ids: Iterable[int], around: Period, zone: ZoneInfo, *, judged: Iterable[int] | None = None
) -> dict[int, Person]:
    """People with everything that they hold around a period, in any pod; by name. One statement.

    The window reaches over the ISO weeks that the period touches and two days to both sides; what
    the rules look at beyond it is added up. ``judged`` are those of whom a rule is asked (all of
    them unless it is said): nobody else can be judged. Whatever an act changes lies in ``around``.
    ``zone`` is taken for people without contract and zone of their own.
    """
    return {row[0]: _same_person(row) for row in fetch(_of_people(ids, around, zone, judged))[0]}


def _of_people(ids: Iterable[int], around: Period, zone: ZoneInfo, judged: Iterable[int] | None = None) -> Statement:
    window, wanted = reach(around, zone), sorted(set(ids))
    asked = {
        "zone": zone.key,
        "start": window.start,
        "end": window.end,
        "day": around.start.astimezone(zone).date(),
        "days_start": window.start - DAYS_BEYOND * DAY,
        "days_end": window.end + DAYS_BEYOND * DAY,
        "weeks_start": window.start - 7 * WEEKS_BEYOND * DAY,
        "weeks_end": window.end + 7 * WEEKS_BEYOND * DAY,
    }
    if len(wanted) == 1:
        return PERSON(id=wanted[0], **asked)
    return PEOPLE(ids=wanted, judged=wanted if judged is None else sorted(set(judged)), **asked)


@functools.lru_cache(maxsize=1024)
def _same_person(row: tuple[Any, ...]) -> Person:
    """Somebody of whom the database tells the same as before: the week of 150 people is opened again and again."""
    return _person(row)


def _person(row: Sequence[Any]) -> Person:
    pk, name, category, zone, minutes, region, skills, *state_of = row
    held, duties, absences, waivers, wishes, places, beyond = state_of
    state = MemberState(
        member=pk,
        zone=ZoneInfo(zone),
        held=tuple(map(_held, _rows(held))),
        duties=tuple(DutySpan(_period(d[0], d[1]), as_instant(d[2]), d[3]) for d in _rows(duties)),
        absences=tuple(_period(*a) for a in _rows(absences)),
        skills=frozenset(_rows(skills)),
        contract_minutes=minutes,
        region=region,
        waived=tuple(
            Waived(shift, code, grant["minutes"]) for shift, grants in _rows(waivers) for code, grant in grants.items()
        ),
        beyond=_beyond(beyond) if beyond else None,
        places=tuple(Place(p[0], _day(p[1]), _day(p[2]) if p[2] else None) for p in _rows(places)),
    )
    return Person(pk, name, category, state, _wishes(_rows(wishes)))


def _held(row: Sequence[Any]) -> Held:
    shift, pod, start, end, work, week, since = row
    parts = tuple(_period(*part) for part in work or ())
    return Held(shift, pod, _period(start, end), parts, week, as_instant(since))


def _wishes(rows: Iterable[Any]) -> Availability:
    found = [(weekday, day, Part(part), Wish(wish)) for weekday, day, part, wish in rows]
    return Availability(
        tuple((weekday, part, wish) for weekday, day, part, wish in found if day is None),
        tuple((dt.date.fromisoformat(day), part, wish) for _n, day, part, wish in found if day is not None),
    )


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _beyond(text: str) -> Beyond:
    days, weeks, neutral = json.loads(text)
    return Beyond(
        tuple(map(WorkDay._make, days or ())),
        tuple(map(tuple, weeks or ())),
        tuple(map(tuple, neutral or ())),
    )


def _rows(value: Any) -> Any:
    return (json.loads(value) if isinstance(value, str) else value) or ()
