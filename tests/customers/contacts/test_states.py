"""What became of a contact is told from its events by time, whatever order they came in."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from customers.contacts.states import OPEN, Happening, course, in_order

START = datetime(2026, 11, 23, 10, tzinfo=UTC)
LIFE = (
    ("arrived", 0, None),
    ("offered", 1, 7),
    ("lapsed", 21, 7),
    ("offered", 22, 8),
    ("accepted", 30, 8),
    ("ended", 330, 8),
    ("resolved", 390, 8),
    ("reopened", 4000, None),
    ("accepted", 4010, 8),
    ("resolved", 4110, 8),
)


def happenings(rows=LIFE):
    return [
        Happening(kind, START + timedelta(seconds=at), seq, person, 1) for seq, (kind, at, person) in enumerate(rows)
    ]


def test_a_whole_life_adds_up():
    told = course(happenings())
    assert (told.state, told.person, told.reopened_count) == ("resolved", 8, 1)
    assert (told.work_seconds, told.after_work_seconds) == (400, 60)
    assert told.first_response_at == START + timedelta(seconds=30)
    assert told.closed_at == START + timedelta(seconds=4110)
    assert [s.person for s in told.stints] == [8, 8]


@given(st.permutations(happenings()))
def test_the_order_of_telling_does_not_matter(events):
    assert course(events) == course(happenings())


@given(st.lists(st.sampled_from([*LIFE, ("handed_over", 50, 8), ("abandoned", 10, None), ("taken", 15, 9)])))
def test_no_sequence_breaks_the_telling(rows):
    told = course(happenings([LIFE[0], *rows]))
    assert (told.closed_at is None) is (told.state in OPEN)
    assert told.work_seconds >= 0
    open_stints = [s for s in told.stints if s.end is None]
    assert len(open_stints) == (told.state in ("in_work", "after_work"))


def test_an_end_before_the_acceptance_was_told_belongs_to_who_ended_it():
    told = course(happenings([LIFE[0], ("ended", 100, 8)]))
    assert (told.state, told.person, told.first_response_at) == ("after_work", 8, None)


def test_hanging_up_while_somebody_talks_ends_the_conversation():
    told = course(happenings([LIFE[0], ("accepted", 5, 8), ("abandoned", 65, None)]))
    assert (told.state, told.work_seconds) == ("after_work", 60)


def test_what_was_handed_over_waits_with_the_receiver():
    told = course(happenings([LIFE[0], ("accepted", 5, 8), ("handed_over", 25, 8)]))
    assert (told.state, told.person, told.pod, told.hand_overs) == ("waiting", None, 1, 1)
    assert told.work_seconds == 20


def test_an_acceptance_after_the_closing_changes_nothing():
    closed = [LIFE[0], ("accepted", 5, 8), ("resolved", 25, 8)]
    assert course(happenings([*closed, ("accepted", 99, 9)])) == course(happenings(closed))


def test_at_one_instant_an_end_comes_after_an_acceptance():
    events = happenings([("resolved", 5, 8), ("accepted", 5, 8), ("arrived", 5, None)])
    assert [e.kind for e in in_order(events)] == ["arrived", "accepted", "resolved"]
