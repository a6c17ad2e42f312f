"""Words of the roster: weekdays and the coverage floor as a person reads them."""

from __future__ import annotations

from teams.scheduling import words


def test_weekdays_are_joined_from_three_on() -> None:
    assert words.weekdays([1, 2, 3, 4, 5]) == "Mon–Fri"
    assert words.weekdays([6, 7]) == "Sat, Sun"
    assert words.weekdays([5, 1, 3]) == "Mon, Wed, Fri"


def test_a_coverage_floor_reads_as_a_sentence() -> None:
    entry = {"activity": "back-office", "weekdays": [1, 2, 3, 4, 5], "start": "08:00", "end": "20:00", "people": 2}
    assert words.floor(entry) == "Back office, Mon–Fri 08:00–20:00: 2 people"
    assert words.floor(entry | {"people": 1, "skill": "german"}).endswith("1 person with german")


def test_what_a_claim_closes_speaks_of_both_in_one_way() -> None:
    assert words.closes(90, 450) == "Closes 1.5 of 7.5 h"
    assert words.closes(90, 345) == "Closes 1.5 h of 5 h 45"
    assert words.closes(345, 345) == "Closes 5 h 45 of 5 h 45"
