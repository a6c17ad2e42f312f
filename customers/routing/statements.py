"""What the world is read by: the SQL behind `world.read_world`, one statement for each part of a snapshot."""

from __future__ import annotations

AGREEMENTS = """
SELECT a.id, t.number, a.home_id, a.partner_id, t.thresholds, t.skill_ids, t.when_closed, t.when_nobody,
       t.expected_wait, t.reserve, t.guard, t.cap_once, t.cap_hour, t.cap_day, t.hours, a."order", a.state,
       t.starts_at, t.ends_at, partner.zone,
       date_trunc('day', %s AT TIME ZONE home.zone) + interval '1 day' AS next_day, home.zone,
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
           count(*) FILTER (WHERE s.started_at > %s - interval '1 hour') AS hour,
           count(*) FILTER (WHERE s.started_at >= date_trunc('day', %s AT TIME ZONE home.zone) AT TIME ZONE home.zone)
               AS day,
           min(s.started_at) FILTER (WHERE s.started_at > %s - interval '1 hour') AS oldest
    FROM customers_contactassignment s
    WHERE s.agreement_id = a.id AND (s.started_at > %s - interval '26 hours' OR s.ended_at IS NULL)
) assigned
WHERE a.home_id = ANY(%s) AND a.state IN ('active', 'paused')
ORDER BY a.home_id, a."order", a.id
"""

QUEUE = """
WITH here AS (
    SELECT * FROM customers_contact c
    WHERE c.home_pod_id = ANY(%s) AND c.serving_pod_id IS NULL AND c.state IN ('waiting', 'offered')
    UNION ALL
    SELECT * FROM customers_contact c WHERE c.serving_pod_id = ANY(%s) AND c.state IN ('waiting', 'offered')
), waiting AS (
    SELECT c.*, coalesce(c.serving_pod_id, c.home_pod_id) AS at_pod,
           row_number() OVER (
               PARTITION BY coalesce(c.serving_pod_id, c.home_pod_id), c.channel, c.required_skill_id
               ORDER BY c.priority, c.arrived_at, c.id
           ) AS place,
           count(*) OVER (PARTITION BY coalesce(c.serving_pod_id, c.home_pod_id), c.channel) AS total
    FROM here c
    WHERE NOT c.automated AND c.direction = 'in'
      AND (%s::text IS NULL OR c.channel = %s)
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
        WHERE o.contact_id = c.id AND o.state IN ('declined', 'lapsed') AND o.ended_at > %s - interval '2 minutes'
        GROUP BY o.person_id
    ) b
) barred ON true
WHERE c.place <= %s OR c.id = %s
ORDER BY c.id
"""

IN_HAND = """
SELECT o.person_id, o.contact_id, c.channel, o.made_at, NULL FROM customers_offer o
JOIN customers_contact c ON c.id = o.contact_id WHERE o.person_id = ANY(%s) AND o.state = 'open'
UNION ALL
SELECT s.person_id, s.contact_id, c.channel, s.started_at, s.after_work_at FROM customers_contactassignment s
JOIN customers_contact c ON c.id = s.contact_id WHERE s.person_id = ANY(%s) AND s.ended_at IS NULL
ORDER BY 1, 2
"""

PRESENCE = "SELECT member_id, state, heartbeat_at, idle_since FROM teams_presence WHERE member_id = ANY(%s)"
SKILLS = "SELECT member_id, skill_id FROM teams_memberskill WHERE member_id = ANY(%s)"
HOURS = "SELECT pod_id, channel, weekday, opens, closes FROM teams_openinghours WHERE pod_id = ANY(%s)"
EXCEPTIONS = """
SELECT pod_id, day, channel, opens, closes FROM teams_openingexception WHERE pod_id = ANY(%s) AND day >= %s
"""
PODS = """
SELECT p.id, p.zone, r.channel, r.seconds, r.in_opening_time
FROM teams_pod p LEFT JOIN teams_promise r ON r.pod_id = p.id WHERE p.id = ANY(%s)
"""
HELD = """
SELECT DISTINCT s.skill_id FROM teams_memberskill s JOIN teams_user u ON u.id = s.member_id AND u.is_active
WHERE s.skill_id IN (
    SELECT required_skill_id FROM customers_contact WHERE state IN ('waiting', 'offered')
) OR s.skill_id = %s
"""
HANDLED = """
SELECT home_pod_id, channel, (avg(work_seconds + after_work_seconds))::int FROM customers_contact
WHERE state = 'resolved' AND home_pod_id = ANY(%s) AND business_day >= %s AND work_seconds > 0
GROUP BY 1, 2 HAVING count(*) >= %s
"""
