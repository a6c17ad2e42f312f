"""The requirement: new rows take the place of old ones, files are read line by line with reasons."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from cxportal.core.periods import Period
from teams.staffing.models import Activity, Requirement
from teams.staffing.services import Wanted, set_requirement, standard_activities
from teams.staffing.tables import parse
from tests.cast import Cast
from tests.factories.scheduling import activity, span

BERLIN = ZoneInfo("Europe/Berlin")
HEAD = "day,from,to,activity,people\n"


def rows(cast: Cast) -> list[tuple[str, str, int]]:
    found = []
    for row in Requirement.objects.filter(pod=cast.isar).order_by("period"):
        edges = [edge.astimezone(BERLIN).strftime("%H:%M") for edge in (row.period.lower, row.period.upper)]
        found.append((edges[0], edges[1], row.people))
    return found


def test_a_new_row_in_the_middle_keeps_the_outer_parts_of_the_old_one(cast: Cast) -> None:
    phone = activity().pk
    set_requirement(by=cast.member, pod=cast.isar, wanted=[Wanted(phone, span(cast.isar, 1, "08:00", "18:00"), 2)])
    set_requirement(by=cast.member, pod=cast.isar, wanted=[Wanted(phone, span(cast.isar, 1, "10:00", "12:00"), 4)])
    assert rows(cast) == [("08:00", "10:00", 2), ("10:00", "12:00", 4), ("12:00", "18:00", 2)]
    set_requirement(by=cast.member, pod=cast.isar, wanted=[Wanted(phone, span(cast.isar, 1, "09:00", "17:00"), 0)])
    assert rows(cast) == [("08:00", "09:00", 2), ("17:00", "18:00", 2)]


def test_activities_do_not_disturb_one_another(cast: Cast) -> None:
    day = span(cast.isar, 1, "08:00", "18:00")
    wanted = [Wanted(activity("phone").pk, day, 2), Wanted(activity("chat").pk, day, 1)]
    set_requirement(by=cast.member, pod=cast.isar, wanted=wanted)
    set_requirement(by=cast.member, pod=cast.isar, wanted=wanted)
    assert sorted(people for _, _, people in rows(cast)) == [1, 2]


def test_the_standard_activities_are_made_once(db: None) -> None:
    assert standard_activities() == standard_activities()
    assert Activity.objects.count() == 6


def test_a_file_is_read_with_comma_or_semicolon_and_midnight_as_an_end() -> None:
    for delimiter in ",;":
        text = (HEAD + "2027-02-01,18:00,24:00,Phone,2\n").replace(",", delimiter)
        table = parse(text.encode(), BERLIN, {"phone": 1})
        (row,) = table.rows
        assert (row.wanted.period.minutes, row.wanted.people) == (360, 2)
        assert table.wrong == ()


def test_missing_columns_are_named() -> None:
    table = parse(b"day,from,activity\n", BERLIN, {})
    assert str(table.wrong[0].reason) == "Missing columns: to, people."


def test_a_time_that_the_clocks_swallow_is_told_for_its_line() -> None:
    table = parse((HEAD + "2027-03-28,02:00,03:00,phone,2\n").encode(), BERLIN, {"phone": 1})
    assert table.rows == ()
    assert table.wrong[0].line == 2


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: (HEAD + text).encode("utf-8", "replace")))
)
def test_no_file_breaks_the_reader(content: bytes) -> None:
    table = parse(content, BERLIN, {"phone": 1})
    assert all(isinstance(row.wanted.period, Period) for row in table.rows)
