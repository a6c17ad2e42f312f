"""Every test of a decision can be read as a plain sentence."""

from dataclasses import asdict

import pytest
from hypothesis import given, settings

from customers.routing import sentences
from customers.routing.decision import decide
from customers.routing.sentences import Names, duration, ids_in, sentence
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
        "Nobody in Isar was free.",
    ]
    assert "Elbe may help: nobody with the skill is there at home." in told
    assert "0 of 40 today are used." in told
    assert ids_in([trace]) == ({1}, {1, 2}, set())


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0:00"), (102, "1:42"), (3600, "1 h 00"), (11100, "3 h 05"), (200000, "2 d 7 h")]
)
def test_durations_are_written_as_agreed(seconds, words):
    assert duration(seconds) == words
