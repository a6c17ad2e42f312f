"""Overlap and rest hold for whoever writes SQL past every service: each way of writing is tried."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from cxportal.core.database import constraint_name
from cxportal.core.periods import HOUR, Period
from teams.people.models import User
from teams.scheduling.models import Assignment, Shift
from tests.cast import Cast
from tests.factories import scheduling

SPRING, AUTUMN = dt.date(2027, 3, 28), dt.date(2027, 10, 31)  # Sundays on which the clocks of Berlin change

INSERT = """INSERT INTO teams_assignment (member_id, shift_id, seat_id, duty_id, period, source, made_at)
            VALUES (%s, %s, %s, %s, tstzrange(%s, %s), 'claim', now())"""
DUTY = "INSERT INTO teams_duty (member_id, starts_at, ends_at, rest_until, version) VALUES (%s, %s, %s, %s, 0)"
HOURS = "UPDATE teams_assignment SET period = tstzrange(%s, %s) WHERE id = %s"
PERSON = "UPDATE teams_assignment SET member_id = %s WHERE id = %s"
PERSON_AND_DAY = "UPDATE teams_assignment SET member_id = %s, duty_id = %s WHERE id = %s"
DAY = "UPDATE teams_duty SET starts_at = %s, ends_at = %s, rest_until = %s WHERE id = %s"


def execute(*statements: tuple[str, list[Any]]) -> None:
    """One transaction; what may wait for its end is looked at here."""
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, values in statements:
            cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def broken(*statements: tuple[str, list[Any]]) -> str:
    with pytest.raises(IntegrityError) as error:
        execute(*statements)
    return constraint_name(error.value)


def held(cast: Cast, day: dt.date | int, start: str, end: str, *, who: User | None = None) -> Assignment:
    return scheduling.seated(who or cast.member, scheduling.shift(cast.isar, day, start, end))


def insert(member: User, on: Shift, duty: int, period: Period) -> tuple[str, list[Any]]:
    return INSERT, [member.pk, on.pk, on.seats.get().pk, duty, period.start, period.end]


def day(period: Period, duty: int, rest: float = 11) -> tuple[str, list[Any]]:
    return DAY, [period.start, period.end, period.end + rest * HOUR, duty]


def hours(period: Period, row: Assignment) -> tuple[str, list[Any]]:
    return HOURS, [period.start, period.end, row.pk]


@pytest.fixture
def two_days(cast: Cast) -> tuple[Assignment, Assignment]:
    """Tuesday 07:00-15:00 and Wednesday 07:00-15:00 of the member."""
    return held(cast, 1, "07:00", "15:00"), held(cast, 2, "07:00", "15:00")


def test_inserted_work_does_not_overlap_other_work(cast: Cast, two_days: tuple[Assignment, Assignment]) -> None:
    more = scheduling.shift(cast.elbe, 1, "14:00", "18:00")
    assert broken(insert(cast.member, more, two_days[0].duty_id, more.span)) == "assignment_member_once"


def test_inserted_work_stays_inside_a_working_day(cast: Cast, two_days: tuple[Assignment, Assignment]) -> None:
    """Eight hours before the next day begins, in the duty of the day before: no duty would ever tell of it."""
    late = scheduling.shift(cast.isar, 1, "17:00", "23:00")
    assert broken(insert(cast.member, late, two_days[0].duty_id, late.span)) == "assignment_in_duty"


def test_inserted_work_stays_inside_a_working_day_of_its_own_member(
    cast: Cast, two_days: tuple[Assignment, Assignment]
) -> None:
    night = held(cast, 1, "22:00", "06:00", who=cast.second_member)
    more = scheduling.shift(cast.elbe, 1, "22:00", "06:00")
    assert broken(insert(cast.member, more, night.duty_id, more.span)) == "assignment_in_duty"


def test_an_inserted_working_day_keeps_the_rest(cast: Cast, two_days: tuple[Assignment, Assignment]) -> None:
    late = scheduling.span(cast.isar, 1, "17:00", "23:00")
    row = [cast.member.pk, late.start, late.end, late.end + 11 * HOUR]
    assert broken((DUTY, row)) == "duty_rest_kept"


def test_changed_hours_do_not_overlap_other_work(cast: Cast, two_days: tuple[Assignment, Assignment]) -> None:
    over = scheduling.span(cast.isar, 1, "22:00", "08:00")
    assert broken(hours(over, two_days[0])) == "assignment_member_once"


@pytest.mark.parametrize(("start", "end"), [("07:00", "23:00"), ("00:30", "15:00"), ("17:00", "23:00")])
def test_changed_hours_stay_inside_the_working_day(
    cast: Cast, two_days: tuple[Assignment, Assignment], start: str, end: str
) -> None:
    assert broken(hours(scheduling.span(cast.isar, 1, start, end), two_days[0])) == "assignment_in_duty"


def test_hours_and_working_day_changed_together_keep_the_rest(
    cast: Cast, two_days: tuple[Assignment, Assignment]
) -> None:
    late = scheduling.span(cast.isar, 1, "15:00", "23:00")
    (row, _next) = two_days
    assert broken(hours(late, row), day(late, row.duty_id)) == "duty_rest_kept"
    early = scheduling.span(cast.isar, 1, "06:00", "14:00")
    execute(hours(early, row), day(early, row.duty_id))  # in either order, when the rest is kept
    execute(day(late, row.duty_id, rest=8), hours(late, row))


def test_a_working_day_stays_around_its_work(cast: Cast, two_days: tuple[Assignment, Assignment]) -> None:
    """Shortened, it would leave work behind that no rest is kept from."""
    (row, _next) = two_days
    assert broken(day(scheduling.span(cast.isar, 1, "07:00", "14:59"), row.duty_id)) == "assignment_in_duty"
    assert broken(day(scheduling.span(cast.isar, 1, "17:00", "19:00"), row.duty_id, 9)) == "assignment_in_duty"
    moved = "UPDATE teams_duty SET member_id = %s WHERE id = %s"
    assert broken((moved, [cast.second_member.pk, row.duty_id])) == "assignment_in_duty"


def test_work_given_to_another_person_does_not_overlap_theirs(cast: Cast) -> None:
    mine = held(cast, 1, "07:00", "15:00")
    theirs = held(cast, 1, "14:00", "20:00", who=cast.second_member)
    assert broken((PERSON, [cast.second_member.pk, mine.pk])) == "assignment_member_once"
    both = [cast.second_member.pk, theirs.duty_id, mine.pk]
    assert broken((PERSON_AND_DAY, both)) == "assignment_member_once"


def test_work_given_to_another_person_lies_in_a_working_day_of_theirs(cast: Cast) -> None:
    mine = held(cast, 1, "07:00", "15:00")
    theirs = held(cast, 1, "17:00", "23:00", who=cast.second_member)
    assert broken((PERSON, [cast.second_member.pk, mine.pk])) == "assignment_in_duty"
    assert broken((PERSON_AND_DAY, [cast.second_member.pk, theirs.duty_id, mine.pk])) == "assignment_in_duty"


def test_a_working_day_given_to_another_person_with_its_work_keeps_their_rest(cast: Cast) -> None:
    mine = held(cast, 1, "07:00", "15:00")
    held(cast, 1, "17:00", "23:00", who=cast.second_member)
    moved = ("UPDATE teams_duty SET member_id = %s WHERE id = %s", [cast.second_member.pk, mine.duty_id])
    assert broken((PERSON, [cast.second_member.pk, mine.pk]), moved) == "duty_rest_kept"
    alone = ("UPDATE teams_duty SET member_id = %s WHERE id = %s", [cast.guest.pk, mine.duty_id])
    execute((PERSON, [cast.guest.pk, mine.pk]), alone)


def test_rest_is_elapsed_when_hours_are_changed_over_a_clock_change(cast: Cast) -> None:
    """21:00 to 08:00 is ten hours in March and twelve in October."""
    for sunday, refused in ((SPRING, True), (AUTUMN, False)):
        saturday = sunday - dt.timedelta(days=1)
        evening, morning = held(cast, saturday, "13:00", "20:00"), held(cast, sunday, "08:00", "16:00")
        later = scheduling.span(cast.isar, saturday, "13:00", "21:00")
        assert (morning.span.start - later.end == 10 * HOUR) == refused
        statements = hours(later, evening), day(later, evening.duty_id)
        if refused:
            assert broken(*statements) == "duty_rest_kept"
        else:
            execute(*statements)


def test_overlap_is_of_instants_over_a_clock_change(cast: Cast) -> None:
    """The hour that comes twice is two hours: the second 02:30 is behind the first."""
    saturday = AUTUMN - dt.timedelta(days=1)
    night = held(cast, saturday, "22:00", "02:30")
    assert night.span.end == dt.datetime(2027, 10, 31, 1, 30, tzinfo=dt.UTC)
    more = scheduling.shift(cast.elbe, AUTUMN, "02:30", "05:00")
    assert more.span.start == dt.datetime(2027, 10, 31, 0, 30, tzinfo=dt.UTC)
    assert broken(insert(cast.member, more, night.duty_id, more.span)) == "assignment_member_once"


@pytest.mark.django_db(transaction=True)
def test_what_is_written_without_a_transaction_is_refused_at_once(cast: Cast) -> None:
    row = held(cast, 1, "07:00", "15:00")
    over = scheduling.span(cast.isar, 1, "07:00", "16:00")
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(*hours(over, row))
    assert Assignment.objects.get().span == row.span
