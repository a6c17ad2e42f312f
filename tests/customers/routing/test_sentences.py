"""Every test of a decision can be read as a plain sentence."""

from dataclasses import asdict

import pytest
from hypothesis import given, settings

from customers.routing import sentences
from customers.routing.agreement_forms import WaitField
from customers.routing.decision import decide
from customers.routing.sentences import Names, duration, ids_in, sentence, with_unit
from customers.routing.snapshot import InHand
from tests.customers.routing.worlds import NOW, agreement, contact, person, pod, world, worlds

NAMES = Names(
    people={i: f"Person {i}" for i in range(1, 20)},
    pods={1: "Isar", 2: "Elbe", 3: "Lech"},
    skills={1: "German", 2: "Returns", 3: "Sorbian"},
)


@given(worlds())
@settings(max_examples=150, deadline=None)
def test_every_step_of_every_decision_is_a_sentence(case):
    waiting, snapshot = case
    for waits in waiting:
        for step in decide(waits, snapshot, NOW).trace:
            text = sentence(asdict(step), NAMES, NOW)
            assert text.endswith("."), text
            assert "%(" not in text
            assert "None" not in text
            assert step.name in sentences.SENTENCES


def test_a_full_home_and_a_partner_that_helps_read_as_a_story():
    waiting = contact(1, waited=75)
    snapshot = world(
        pod(1, waiting),
        pod(2),
        people=[person(1, state="break"), person(2, pod=2)],
        agreements=[agreement(thresholds={"phone": 60}, cap_day=40)],
    )
    trace = [asdict(s) for s in decide(waiting, snapshot, NOW).trace]
    told = [sentence(s, NAMES, NOW) for s in trace]
    assert told[:3] == [
        "Home is Isar; waited 1:15 of opening time.",
        "Person 1: on a break.",
        "Nobody in Isar was free: 1 on shift, but not present.",
    ]
    assert "Elbe may help: nobody with the skill is there at home." in told
    assert "0 of 40 today are used." in told
    assert ids_in([trace]) == ({1}, {1, 2}, set())


@pytest.mark.parametrize(
    ("people", "why"),
    [
        ([], "Nobody in Isar was on shift."),
        ([{"channels": frozenset({"phone"})}] * 3, "Nobody in Isar was free: 3 on shift, but not for email."),
        ([{"in_hand": (InHand(9, "phone"),)}], "Nobody in Isar was free: 1 without a free place."),
        (
            [{"channels": frozenset({"phone"})}, {"state": "after_work"}, {"state": "away"}],
            "Nobody in Isar was free: 1 on shift, but not for email, 1 without a free place, "
            "1 on shift, but not present.",
        ),
    ],
)
def test_why_nobody_was_free_is_told_with_counts(people, why):
    waiting = contact(1, "email", usual=1)
    snapshot = world(pod(1, waiting), people=[person(i, **about) for i, about in enumerate(people, 1)])
    told = [sentence(asdict(s), NAMES, NOW) for s in decide(waiting, snapshot, NOW).trace]
    assert why in told


def test_a_decision_from_before_the_counts_is_still_told():
    step = {"name": "home_free", "passed": False, "numbers": {"pod": 1, "free": 0}}
    assert sentence(step, NAMES, NOW) == "Nobody in Isar was free."


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0:00"), (102, "1:42"), (3600, "1 h 00"), (11100, "3 h 05"), (200000, "2 d 7 h")]
)
def test_durations_are_written_as_agreed(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "5 s"), (96, "1:36 min"), (2880, "48 min"), (3600, "1 h"), (9000, "2 h 30"), (172800, "48 h")],
)
def test_agreed_times_carry_their_unit_and_can_be_typed_as_they_are_shown(seconds, words):
    assert with_unit(seconds) == words
    assert WaitField().clean(words) == seconds
