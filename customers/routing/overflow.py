"""May a partner help with this contact? Each test of an overflow agreement (rule 6), none skipped.

Pure; `decision.decide` asks it for one agreement after the other in the agreed order.
"""

from __future__ import annotations

from datetime import datetime

from customers.routing.eligibility import Number, Step, best_of, expected_wait, obstacle, somebody_there
from customers.routing.snapshot import (
    Agreement,
    Contact,
    Person,
    Pod,
    Snapshot,
    instant_after,
    live,
    next_start,
    open_at,
    open_seconds,
)

OF_THE_CONTACT = frozenset({"channel", "agreed_skill", "condition"})


def partner_tests(
    contact: Contact, agreement: Agreement, world: Snapshot, clock: datetime, dues: list[datetime]
) -> tuple[list[Step], Person | None]:
    """Every test of one agreement (rule 6), none skipped, and the person who would be asked.

    Adds to `dues` the instants at which time alone turns a failed test.
    """
    a = agreement
    tag: dict[str, Number] = {"agreement": a.id, "partner": a.partner}
    begun = a.starts_at is None or a.starts_at <= clock
    lasting = a.ends_at is None or clock < a.ends_at
    active = a.state == "active" and begun and lasting
    tests = [Step("active", active, {**tag, "state": a.state if begun and lasting else "out_of_dates"})]
    if a.state == "active" and a.starts_at is not None and not begun:
        dues.append(a.starts_at)
    tests.append(Step("channel", contact.channel in a.thresholds, {**tag, "channel": contact.channel}))
    skilled = contact.skill is None or not a.skills or contact.skill in a.skills
    tests.append(Step("agreed_skill", skilled, {**tag, "skill": contact.skill}))
    tests.append(_condition(contact, a, world, clock, dues, tag))
    partner = world.pods.get(a.partner)
    windows = partner.openings.get(contact.channel, ()) if partner else ()
    for name, spans in (("partner_open", windows), ("hours", a.hours)):
        inside = spans is None or open_at(spans, clock)
        tests.append(Step(name, inside, dict(tag)))
        begins = None if inside or spans is None else next_start(spans, clock)
        if begins is not None:
            dues.append(begins)
    queue = _waiting(partner, contact.channel) if partner else 0
    tests.append(Step("guard", queue <= a.guard, {**tag, "waiting": queue, "guard": a.guard}))
    idle = [
        p
        for p in world.people
        if p.pod == a.partner and obstacle(p, contact, clock) is None and not any(live(h.channel) for h in p.in_hand)
    ]
    tests.append(Step("reserve", len(idle) > a.reserve, {**tag, "idle": len(idle), "reserve": a.reserve}))
    tests.extend(_caps(a, clock, dues, tag))
    return tests, best_of(idle, contact) if idle else None


def partner_now(agreement: Agreement, channel: str, world: Snapshot, clock: datetime) -> list[Step]:
    """Would the partner help now with a contact on this channel? The decision's own tests, for the agreement's page.

    Those of the contact itself (its skill, its wait) are left out.
    """
    probe = Contact(id=0, channel=channel, arrived_at=clock, home=agreement.home)
    tests, _helper = partner_tests(probe, agreement, world, clock, [])
    return [test for test in tests if test.name not in OF_THE_CONTACT]


def _waiting(pod: Pod, channel: str) -> int:
    return sum(1 for c in pod.queue if c.channel == channel) + pod.more.get(channel, 0)


def _condition(
    contact: Contact,
    a: Agreement,
    world: Snapshot,
    clock: datetime,
    dues: list[datetime],
    tag: dict[str, Number],
) -> Step:
    home = world.pods[contact.home]
    windows = home.openings.get(contact.channel, ())
    seconds = open_seconds(windows, contact.arrived_at, clock)
    threshold = a.thresholds.get(contact.channel)
    numbers: dict[str, Number] = {**tag, "waited": seconds, "threshold": threshold}
    if a.when_closed and not open_at(windows, clock):
        return Step("condition", True, {**numbers, "by": "closed"})
    if a.when_nobody and not somebody_there(contact, contact.home, world, clock):
        return Step("condition", True, {**numbers, "by": "nobody"})
    if threshold is not None and seconds >= threshold and open_at(windows, clock):
        return Step("condition", True, {**numbers, "by": "waited"})
    expected = expected_wait(contact, home, world, clock)
    if a.expected_wait is not None and expected is not None:
        numbers |= {"expected": expected, "expected_limit": a.expected_wait}
        if expected > a.expected_wait:
            return Step("condition", True, {**numbers, "by": "expected"})
    due = None if threshold is None else instant_after(windows, contact.arrived_at, threshold)
    if due is not None and due > clock and a.state == "active":
        dues.append(due)
    return Step("condition", False, numbers)


def _caps(a: Agreement, clock: datetime, dues: list[datetime], tag: dict[str, Number]) -> list[Step]:
    if a.used_hour >= a.cap_hour and a.hour_frees_at is not None and a.hour_frees_at > clock:
        dues.append(a.hour_frees_at)
    if a.used_day >= a.cap_day and a.day_resets_at is not None and a.day_resets_at > clock:
        dues.append(a.day_resets_at)
    return [
        Step("cap_once", a.used_once < a.cap_once, {**tag, "used": a.used_once, "cap": a.cap_once}),
        Step("cap_hour", a.used_hour < a.cap_hour, {**tag, "used": a.used_hour, "cap": a.cap_hour}),
        Step("cap_day", a.used_day < a.cap_day, {**tag, "used": a.used_day, "cap": a.cap_day}),
    ]
