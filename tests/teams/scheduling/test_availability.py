"""Standing wishes: a week and days that differ; they order and are shown, and never refuse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from cxportal.core.database import LockClass, constraint_name
from cxportal.core.periods import MINUTE, Period
from teams.scheduling import services as roster
from teams.scheduling.availability import services
from teams.scheduling.availability.models import WishedTime
from teams.scheduling.availability.queries import availability_of, wishes_for
from teams.scheduling.availability.rules import Availability, Part, Wish
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import MONDAY
from tests.races import Act, meeting, together, without_constraints, without_locks

type Browser = Callable[..., Client]

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = MONDAY + dt.timedelta(days=1)
LATE_TUESDAYS = {(2, Part.LATE): Wish.CANNOT, (2, Part.EARLY): Wish.GLADLY}
KNOWN = Availability(tuple((n, part, wish) for (n, part), wish in LATE_TUESDAYS.items()))


def span(cast: Cast, start: str, end: str) -> Period:
    return scheduling.span(cast.isar, 1, start, end)


@pytest.mark.parametrize(
    ("start", "end", "wish"),
    [
        ("07:00", "11:30", Wish.GLADLY),
        ("07:00", "12:59", Wish.GLADLY),  # less than an hour lies past noon
        ("07:00", "13:00", Wish.POSSIBLE),
        ("12:00", "17:59", Wish.POSSIBLE),
        ("12:00", "18:00", Wish.CANNOT),
        ("16:50", "17:30", Wish.CANNOT),  # short work: where most of it lies
        ("22:00", "06:00", Wish.CANNOT),
    ],
)
@pytest.mark.django_db
def test_work_has_the_worst_wish_of_the_parts_in_which_an_hour_of_it_lies(
    cast: Cast, start: str, end: str, wish: Wish
) -> None:
    assert KNOWN.for_work(span(cast, start, end), BERLIN) == wish


@given(
    st.integers(0, 2 * 365 * 24 * 60),
    st.integers(1, 1500),
    st.sampled_from(["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "America/New_York"]),
    st.dictionaries(st.tuples(st.integers(1, 7), st.sampled_from(list(Part))), st.sampled_from(list(Wish))),
)
def test_the_wish_is_what_a_count_of_every_minute_finds(
    start: int, length: int, zone: str, week: dict[tuple[int, Part], Wish]
) -> None:
    begin = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + start * MINUTE
    known = Availability(tuple((n, part, wish) for (n, part), wish in week.items()))
    found: dict[tuple[dt.date, Part], int] = {}
    for minute in range(length):
        local = (begin + minute * MINUTE).astimezone(ZoneInfo(zone))
        part = Part.EARLY if local.hour < 12 else Part.MIDDAY if local.hour < 17 else Part.LATE
        found[local.date(), part] = found.get((local.date(), part), 0) + 1
    long = [key for key, minutes in found.items() if minutes >= 60] or [max(found, key=lambda key: found[key])]
    slow = max((week.get((day.isoweekday(), part), Wish.POSSIBLE) for day, part in long), key=lambda wish: wish.rank)
    assert known.for_work(Period(begin, begin + length * MINUTE), ZoneInfo(zone)) == slow


@pytest.mark.django_db
def test_a_day_that_differs_goes_before_the_week_and_may_follow_it_again(cast: Cast) -> None:
    services.set_week(by=cast.member, wishes=LATE_TUESDAYS)
    services.set_day(by=cast.member, day=TUESDAY, wishes={Part.LATE: Wish.POSSIBLE})

    def now() -> tuple[Wish, ...]:
        return availability_of([cast.member.pk], MONDAY)[cast.member.pk].on(TUESDAY)

    assert now() == (Wish.GLADLY, Wish.POSSIBLE, Wish.POSSIBLE)
    services.set_day(by=cast.member, day=TUESDAY, wishes={})
    assert now() == (Wish.GLADLY, Wish.POSSIBLE, Wish.CANNOT)


@pytest.mark.django_db
def test_saving_the_same_week_again_writes_nothing_and_what_is_possible_needs_no_row(cast: Cast) -> None:
    assert services.set_week(by=cast.member, wishes={**LATE_TUESDAYS, (3, Part.LATE): Wish.POSSIBLE}) == 2
    assert services.set_week(by=cast.member, wishes=LATE_TUESDAYS) == 0
    assert services.set_week(by=cast.member, wishes={}) == 2
    assert not WishedTime.objects.exists()


@pytest.mark.django_db
def test_who_works_gladly_is_asked_first(cast: Cast) -> None:
    services.set_week(by=cast.member, wishes={(2, Part.EARLY): Wish.RATHER_NOT})
    services.set_week(by=cast.lead, wishes={(2, Part.EARLY): Wish.GLADLY})
    crowd = dict.fromkeys([cast.member.pk, cast.second_member.pk, cast.lead.pk], BERLIN)
    found = wishes_for(crowd, span(cast, "07:00", "11:30"))
    assert sorted(found, key=lambda member: found[member].rank) == [cast.lead.pk, cast.second_member.pk, cast.member.pk]


@pytest.mark.django_db
def test_a_wish_never_refuses_a_claim(cast: Cast) -> None:
    services.set_week(by=cast.member, wishes=dict.fromkeys([(2, part) for part in Part], Wish.CANNOT))
    assert roster.claim(by=cast.member, shift=scheduling.shift(cast.isar, 1).pk).assignment.pk


@pytest.mark.django_db
def test_the_page_works_by_lists_alone_and_keeps_what_was_chosen(cast: Cast, browser: Browser) -> None:
    client = browser(cast.member)
    chosen = {"late-2": "cannot", "early-2": "gladly"}
    assert client.post("/availability/", chosen).status_code == 303
    text = client.get("/availability/").content.decode()
    assert text.count('<option value="cannot" selected>') == 1
    assert text.count('<option value="gladly" selected>') == 1
    assert client.post("/availability/", {"late-2": "always"}).status_code == 422


@pytest.mark.django_db
def test_a_day_is_added_and_taken_back_by_forms(cast: Cast, browser: Browser) -> None:
    client, day = browser(cast.member), (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=40)).isoformat()
    assert client.post("/availability/day", {"day": day, "early": "cannot", "late": "gladly"}).status_code == 303
    assert "Follow the week" in client.get("/availability/").content.decode()
    assert client.post("/availability/day", {"day": day, "follow": "1"}).status_code == 303
    assert not WishedTime.objects.exists()
    for wrong in ("", "soon", "0001-01-01"):
        assert client.post("/availability/day", {"day": wrong}).status_code == 422


@pytest.mark.django_db
def test_ones_own_wishes_stand_in_ones_own_row_and_in_nobody_elses(cast: Cast, browser: Browser) -> None:
    scheduling.shift(cast.isar, 1)
    services.set_week(by=cast.member, wishes=LATE_TUESDAYS)
    address = f"/p/isar/week/{MONDAY.isocalendar().year}-W{MONDAY.isocalendar().week:02}/"
    mine = browser(cast.member).get(address).content.decode()
    assert mine.count("early: gladly, midday: possible, late: cannot") == 1
    assert "late: cannot" not in browser(cast.second_member).get(address).content.decode()


# --- what the database holds, and a race --------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({}, "wished_once"),
        ({"weekday": 8}, "wished_weekday_or_day"),
        ({"weekday": None}, "wished_weekday_or_day"),
        ({"day": TUESDAY}, "wished_weekday_or_day"),
        ({"weekday": 3, "wish": "never"}, "wish_known"),
        ({"weekday": 3, "part": "night"}, "wish_part_known"),
    ],
)
@pytest.mark.django_db
def test_the_database_refuses_what_is_no_wish(cast: Cast, fields: dict[str, object], constraint: str) -> None:
    values: dict[str, object] = {"member": cast.member, "weekday": 2, "part": "late", "wish": "cannot"}
    WishedTime.objects.create(**values)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        WishedTime.objects.create(**{**values, **fields})
    assert constraint_name(error.value) == constraint


def both(cast: Cast) -> None:
    act: Act = lambda: services.set_week(by=cast.member, wishes=LATE_TUESDAYS)  # noqa: E731
    with meeting((WishedTime.objects, "bulk_create"), before=True):
        together([act, act])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_week_that_is_saved_twice_at_one_instant_is_kept_once(cast: Cast) -> None:
    both(cast)
    assert WishedTime.objects.count() == 2


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_lock_and_constraint_every_part_would_stand_twice(cast: Cast) -> None:
    with without_constraints("wished_once"), without_locks(LockClass.PERSON):
        both(cast)
        assert WishedTime.objects.count() == 4
