"""What the world is read by: the SQL behind `world.read_world`, one statement for each part of a snapshot.

$1 is the home pods, $2 the clock. The reach of a home pod is itself and its agreements' partners; every
statement finds it by itself, so that all of them travel in one trip.
"""

from __future__ import annotations

from cxportal.core.batch import Prepared

REACH = """reach AS MATERIALIZED (
    SELECT home.id FROM unnest($1::bigint[]) AS home(id)
    UNION
    SELECT a.partner_id FROM customers_overflowagreement a
    JOIN teams_pod p ON p.id = a.partner_id AND p.closed_at IS NULL
    WHERE a.home_id = ANY($1) AND a.state IN ('active', 'paused')
)"""
DUTY = """duty AS MATERIALIZED (
    SELECT a.member_id, s.pod_id, s.id AS shift_id, upper(a.period) AS until
    FROM teams_shift s JOIN teams_assignment a ON a.shift_id = s.id AND a.period @> $2::timestamptz
    WHERE s.pod_id IN (SELECT id FROM reach) AND s.cancelled_at IS NULL AND s.period @> $2
)"""
HANDS = """
SELECT o.person_id, o.contact_id, c.channel, o.made_at, NULL::timestamptz FROM customers_offer o
JOIN customers_contact c ON c.id = o.contact_id WHERE o.person_id {whose} AND o.state = 'open'
UNION ALL
SELECT s.person_id, s.contact_id, c.channel, s.started_at, s.after_work_at FROM customers_contactassignment s
JOIN customers_contact c ON c.id = s.contact_id WHERE s.person_id {whose} AND s.ended_at IS NULL
ORDER BY 1, 2
"""

# Who is on shift, as `teams.scheduling.queries.on_duty` tells it, with presence and skills.
PEOPLE = Prepared(
    "people",
    f"""
WITH {REACH}, {DUTY}
SELECT d.member_id, d.pod_id, d.until, y.channels, p.state, p.heartbeat_at, p.idle_since,
       ARRAY(SELECT k.skill_id FROM teams_memberskill k WHERE k.member_id = d.member_id)
FROM duty d
LEFT JOIN teams_segment g ON g.shift_id = d.shift_id AND g.period @> $2
LEFT JOIN teams_activity y ON y.id = g.activity_id
LEFT JOIN teams_presence p ON p.member_id = d.member_id
ORDER BY d.member_id, d.pod_id
""",  # noqa: S608
)
HANDS_ON_DUTY = Prepared(
    "hands_on_duty",
    f"WITH {REACH}, {DUTY} {HANDS.format(whose='IN (SELECT member_id FROM duty)')}",  # noqa: S608
)
IN_HAND = Prepared("in_hand", HANDS.format(whose="= ANY($1::bigint[])"))
PRESENCE = Prepared(
    "presence",
    "SELECT member_id, state, heartbeat_at, idle_since FROM teams_presence WHERE member_id = ANY($1::bigint[])",
)
PODS = Prepared(
    "pods",
    f"""
WITH {REACH} SELECT p.id, p.zone, r.channel, r.seconds, r.in_opening_time
FROM reach JOIN teams_pod p ON p.id = reach.id LEFT JOIN teams_promise r ON r.pod_id = p.id
""",  # noqa: S608
)
HOURS = Prepared(
    "hours",
    f"""
WITH {REACH} SELECT h.pod_id, h.channel, h.weekday, h.opens, h.closes
FROM reach JOIN teams_openinghours h ON h.pod_id = reach.id
""",  # noqa: S608
)
EXCEPTIONS = Prepared(
    "exceptions",
    f"""
WITH {REACH} SELECT e.pod_id, e.day, e.channel, e.opens, e.closes
FROM reach JOIN teams_openingexception e ON e.pod_id = reach.id AND e.day >= $2::date
""",  # noqa: S608
)
# Skills that somebody who is employed holds: of all that waits, or one skill.
HELD = Prepared(
    "held",
    """
SELECT DISTINCT s.skill_id FROM teams_memberskill s JOIN teams_user u ON u.id = s.member_id AND u.is_active
WHERE s.skill_id IN (SELECT required_skill_id FROM customers_contact WHERE state IN ('waiting', 'offered'))
""",
)
HELD_ONE = Prepared(
    "held_one",
    """
SELECT s.skill_id FROM teams_memberskill s JOIN teams_user u ON u.id = s.member_id AND u.is_active
WHERE s.skill_id = $1::bigint LIMIT 1
""",
)
HANDLED = Prepared(
    "handled",
    """
SELECT home_pod_id, channel, (avg(work_seconds + after_work_seconds))::int FROM customers_contact
WHERE state = 'resolved' AND home_pod_id = ANY($1::bigint[]) AND business_day >= $2::date AND work_seconds > 0
GROUP BY 1, 2 HAVING count(*) >= $3::int
""",
)

AGREEMENTS = Prepared(
    "agreements",
    """
SELECT a.id, t.number, a.home_id, a.partner_id, t.thresholds, t.skill_ids, t.when_closed, t.when_nobody,
       t.expected_wait, t.reserve, t.guard, t.cap_once, t.cap_hour, t.cap_day, t.hours, a."order", a.state,
       t.starts_at, t.ends_at, partner.zone,
       date_trunc('day', $2::timestamptz AT TIME ZONE home.zone) + interval '1 day' AS next_day, home.zone,
       offers.n + assigned.once, offers.n + assigned.hour, offers.n + assigned.day, assigned.oldest
FROM customers_overflowagreement a
JOIN customers_overflowterms t ON t.agreement_id = a.id AND t.state = 'in_force'
JOIN teams_pod home ON home.id = a.home_id
JOIN teams_pod partner ON partner.id = a.partner_id AND partner.closed_at IS NULL
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM customers_offer o WHERE o.agreement_id = a.id AND o.state = 'open'
) offers
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE s.ended_at IS NULL) AS once,
           count(*) FILTER (WHERE s.started_at > $2::timestamptz - interval '1 hour') AS hour,
           count(*) FILTER (
               WHERE s.started_at >= date_trunc('day', $2::timestamptz AT TIME ZONE home.zone) AT TIME ZONE home.zone
           ) AS day,
           min(s.started_at) FILTER (WHERE s.started_at > $2::timestamptz - interval '1 hour') AS oldest
    FROM customers_contactassignment s
    WHERE s.agreement_id = a.id AND (s.started_at > $2::timestamptz - interval '26 hours' OR s.ended_at IS NULL)
) assigned
WHERE a.home_id = ANY($1::bigint[]) AND a.state IN ('active', 'paused')
ORDER BY a.home_id, a."order", a.id
""",
)

QUEUE = Prepared(
    "queue",
    f"""
WITH {REACH}, here AS (
    SELECT * FROM customers_contact c
    WHERE c.home_pod_id IN (SELECT id FROM reach) AND c.serving_pod_id IS NULL AND c.state IN ('waiting', 'offered')
    UNION ALL
    SELECT * FROM customers_contact c
    WHERE c.serving_pod_id IN (SELECT id FROM reach) AND c.state IN ('waiting', 'offered')
), waiting AS (
    SELECT c.*, coalesce(c.serving_pod_id, c.home_pod_id) AS at_pod,
           row_number() OVER (
               PARTITION BY coalesce(c.serving_pod_id, c.home_pod_id), c.channel, c.required_skill_id
               ORDER BY c.priority, c.arrived_at, c.id
           ) AS place,
           count(*) OVER (PARTITION BY coalesce(c.serving_pod_id, c.home_pod_id), c.channel) AS total
    FROM here c
    WHERE NOT c.automated AND c.direction = 'in'
      AND ($3::text IS NULL OR c.channel = $3)
      AND (c.state = 'waiting' OR EXISTS (
            SELECT 1 FROM customers_offer o
            WHERE o.contact_id = c.id AND o.state = 'open' AND o.agreement_id IS NOT NULL))
)
SELECT c.id, c.channel, c.arrived_at, c.at_pod, c.priority,
       c.required_skill_id, c.wished_skills, c.reopened_count > 0, c.state = 'offered', helped.yes,
       known.person_id, barred.list, wanted.person_id, c.total
FROM waiting c
LEFT JOIN LATERAL (
    SELECT true AS yes FROM customers_contactassignment s
    WHERE s.contact_id = c.id AND s.agreement_id IS NOT NULL LIMIT 1
) helped ON true
LEFT JOIN LATERAL (
    SELECT recent.person_id FROM (
        SELECT p.person_id, p.arrived_at FROM customers_contact p
        WHERE p.customer_id = c.customer_id AND p.person_id IS NOT NULL AND p.id <> c.id
        ORDER BY p.arrived_at DESC LIMIT 6
    ) recent GROUP BY recent.person_id ORDER BY count(*) DESC, max(recent.arrived_at) DESC LIMIT 1
) known ON c.customer_id IS NOT NULL
LEFT JOIN LATERAL (
    SELECT (e.data->>'to_member')::bigint AS person_id FROM customers_contactevent e
    WHERE e.contact_id = c.id AND e.kind IN ('handed_over', 'reopened')
    ORDER BY e.at DESC, e.id DESC LIMIT 1
) wanted ON c.reopened_count > 0 OR c.first_response_at IS NOT NULL
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(b.person_id, b.ended) ORDER BY b.person_id) AS list FROM (
        SELECT o.person_id, max(o.ended_at) AS ended FROM customers_offer o
        WHERE o.contact_id = c.id AND o.state IN ('declined', 'lapsed')
          AND o.ended_at > $2::timestamptz - interval '2 minutes'
        GROUP BY o.person_id
    ) b
) barred ON true
WHERE c.place <= $4::int OR c.id = $5::bigint
ORDER BY c.id
""",  # noqa: S608
)
