"""What must hold for every contact in every world (routing rules 4–6, 9–11, 14, 15, 23, 24, 26)."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings

from customers.routing.decision import decide
from customers.routing.drain import applied, drain_order, plan
from customers.routing.eligibility import hold_until, obstacle
from customers.routing.snapshot import digest, live
from tests.customers.routing.worlds import NOW, worlds

MANY = settings(max_examples=400, deadline=None)


@given(worlds())
@MANY
def test_every_contact_gets_exactly_one_answer_and_stays_with_its_home(case):
    waiting, world = case
    answers, after = plan(waiting, world, NOW)
    assert Counter(c.id for c, _ in answers) == Counter(c.id for c in waiting)
    still = {c.id for p in after.pods.values() for c in p.queue}
    given_home = {c.id for c, d in answers if d.outcome == "offer" and d.agreement is None}
    assert still | given_home == {c.id for c in waiting}
    assert not still & given_home
    for p in after.pods.values():
        assert all(c.home == p.id for c in p.queue)


@given(worlds())
@MANY
def test_nobody_is_given_more_than_fits_and_no_contact_goes_to_two(case):
    waiting, world = case
    given_to = {}
    for contact in drain_order(waiting, world, NOW):
        decision = decide(contact, world, NOW)
        if decision.outcome == "offer":
            assert contact.id not in given_to
            given_to[contact.id] = decision.person
            who = next(p for p in world.people if p.id == decision.person)
            extra = contact.reopened and who.id == contact.usual
            assert obstacle(who, contact, NOW, extra) is None
        world = applied(world, contact, decision)
    for p in world.people:
        calls = [h for h in p.in_hand if h.channel == "phone"]
        assert len(calls) <= 1
        assert not calls or sum(live(h.channel) for h in p.in_hand) == 1


@given(worlds())
@MANY
def test_a_partner_is_asked_only_after_home_and_only_once(case):
    waiting, world = case
    for contact in waiting:
        decision = decide(contact, world, NOW)
        if decision.agreement is None:
            continue
        a = next(a for a in world.agreements if a.id == decision.agreement)
        assert a.home == contact.home
        assert a.partner == decision.pod != contact.home
        assert a.state == "active"
        assert not contact.overflowed
        assert decide(replace(contact, overflowed=True), world, NOW).agreement is None
        assert decide(replace(contact, offered_out=True), world, NOW).agreement is None


@given(worlds())
@MANY
def test_the_reserve_and_the_caps_hold_through_a_whole_round(case):
    waiting, world = case
    for contact in drain_order(waiting, world, NOW):
        decision = decide(contact, world, NOW)
        if decision.agreement is not None:
            a = next(a for a in world.agreements if a.id == decision.agreement)
            idle = [
                p
                for p in world.people
                if p.pod == a.partner
                and obstacle(p, contact, NOW) is None
                and not any(live(h.channel) for h in p.in_hand)
            ]
            assert len(idle) - 1 >= a.reserve
            assert a.used_once < a.cap_once
        world = applied(world, contact, decision)


@given(worlds())
@MANY
def test_nobody_is_idle_while_fitting_work_of_the_own_pod_waits(case):
    waiting, world = case
    answers, after = plan(waiting, world, NOW)
    open_ = [c for c, d in answers if d.outcome != "offer"]
    for contact in open_:
        if hold_until(contact, world, NOW) or hold_until(contact, after, NOW):
            continue
        free = [p.id for p in after.people if p.pod == contact.home and obstacle(p, contact, NOW) is None]
        assert free == []


@given(worlds())
@MANY
def test_equal_worlds_give_equal_answers_and_equal_digests(case):
    waiting, world = case
    again = replace(world, people=tuple(world.people), pods=dict(reversed(world.pods.items())))
    assert digest(world) == digest(again)
    for contact in waiting:
        assert decide(contact, world, NOW) == decide(contact, again, NOW)


@given(worlds())
@MANY
def test_a_due_instant_lies_ahead_and_every_failed_test_has_its_numbers(case):
    waiting, world = case
    for contact in waiting:
        decision = decide(contact, world, NOW)
        assert decision.due is None or decision.due > NOW
        names = [s.name for s in decision.trace]
        assert names[0] == "home"
        if decision.outcome == "queue":
            assert decision.why in ("closed", "nobody")
        for step in decision.trace:
            if "agreement" in step.numbers:
                assert "partner" in step.numbers


@given(worlds())
@MANY
def test_absent_people_never_get_anything(case):
    waiting, world = case
    gone = replace(world, people=tuple(replace(p, heartbeat_at=NOW - timedelta(hours=1)) for p in world.people))
    assert all(decide(c, gone, NOW).outcome != "offer" for c in waiting)


@given(worlds())
@MANY
def test_a_channel_drains_oldest_first_within_a_priority(case):
    waiting, world = case
    order = drain_order(waiting, world, NOW)
    assert sorted(c.id for c in order) == sorted(c.id for c in waiting)
    for channel in {c.channel for c in waiting}:
        keys = [(c.priority, c.arrived_at, c.id) for c in order if c.channel == channel]
        assert keys == sorted(keys)
