"""The pattern editor: what a pattern would make, over clock changes and zones, and what becomes of made weeks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from cxportal.core import periods
from cxportal.core.periods import DAY, local_date
from teams.scheduling import services
from teams.scheduling.expansion import KEEP_DURATION, Part, PatternRule
from teams.scheduling.models import Shift, ShiftPattern
from teams.scheduling.preview import preview
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import MONDAY

type Browser = Callable[..., Client]
NIGHT = PatternRule(dt.time(22), dt.time(6), frozenset(range(1, 8)), ZoneInfo("Europe/Berlin"))


def fields(**more: object) -> dict[str, object]:
    phone = scheduling.activity().pk
    return {
        "name": "Night", "starts": "22:00", "ends": "06:00", "weekdays": [1, 2, 3, 4, 5, 6, 7], "seats": 2,
        "clock_change": "keep_end", "activity_0": phone, "from_0": "22:00", "to_0": "06:00",
    } | more  # fmt: skip


def patterns(cast: Cast, rest: str = "") -> str:
    return f"/p/{cast.isar.slug}/patterns/{rest}"


def test_the_preview_names_the_nights_on_which_the_clocks_change() -> None:
    found = preview(NIGHT, dt.date(2026, 2, 1))
    assert [(s.day, s.hours) for s in found.changes] == [(dt.date(2026, 3, 28), "7 h"), (dt.date(2026, 10, 24), "9 h")]
    assert found.sentence == "7 h on 28 March 2026, 22:00–06:00, 9 h on 24 October 2026, 22:00–06:00"
    assert found.usual == "8 h"


def test_the_preview_of_keep_duration_names_the_end_that_moves() -> None:
    rule = PatternRule(NIGHT.start, NIGHT.end, NIGHT.weekdays, NIGHT.zone, KEEP_DURATION)
    assert [s.span for s in preview(rule, dt.date(2026, 2, 1)).changes] == ["22:00–07:00", "22:00–05:00"]


def test_the_preview_shows_three_weeks_as_instants() -> None:
    rule = PatternRule(dt.time(9), dt.time(17), frozenset({2}), ZoneInfo("America/New_York"))
    shifts = preview(rule, dt.date(2026, 10, 21)).shifts
    assert [(s.day.day, s.span, s.instants) for s in shifts] == [
        (27, "09:00–17:00", "13:00–21:00"),
        (3, "09:00–17:00", "14:00–22:00"),
    ]


def test_a_look_shows_what_a_pattern_makes_and_writes_nothing(cast: Cast, browser: Browser) -> None:
    client = browser(cast.member)
    page = client.post(patterns(cast, "new/"), fields(look="1"))
    assert page.status_code == 200
    assert "7 h on" in page.content.decode()
    assert "9 h on" in page.content.decode()
    part = client.post(
        patterns(cast, "new/"), fields(look="1", ends=""), headers={"HX-Request": "true", "HX-Target": "preview"}
    )
    assert "<form" not in part.content.decode()
    assert 'id="preview"' in part.content.decode()
    assert not ShiftPattern.objects.exists()


def test_a_pattern_in_another_zone_keeps_its_own_wall_times_and_the_pod_s_days(cast: Cast, browser: Browser) -> None:
    client = browser(cast.member)
    client.post(patterns(cast, "new/"), fields(zone="Australia/Sydney", starts="06:00", ends="14:00", weekdays=[1],
                                               from_0="06:00", to_0="14:00"))  # fmt: skip
    assert ShiftPattern.objects.get().zone == "Australia/Sydney"
    week = services.make_week(by=cast.member, pod=cast.isar, monday=MONDAY)
    shift = week.shifts.get()
    sydney = shift.span.start.astimezone(ZoneInfo("Australia/Sydney"))
    assert (sydney.time(), sydney.isoweekday()) == (dt.time(6), 1)
    assert shift.day == local_date(shift.span.start, cast.isar.tzinfo)
    # Monday morning in Sydney is Sunday evening in Munich: the last day of the pod's week.
    assert shift.day == MONDAY + 6 * DAY


def test_a_zone_that_is_none_is_told_at_its_field(cast: Cast, browser: Browser) -> None:
    page = browser(cast.member).post(patterns(cast, "new/"), fields(zone="Mars/Base"))
    assert page.status_code == 422
    assert "is no time zone" in page.content.decode()


def test_an_edit_says_which_made_weeks_stay(cast: Cast, browser: Browser) -> None:
    pattern = scheduling.pattern(cast.isar)
    week = services.make_week(by=cast.member, pod=cast.isar, monday=MONDAY)
    first = week.shifts.order_by("period")[0]
    scheduling.seated(cast.member, first)
    page = browser(cast.member).get(patterns(cast, f"{pattern.pk}/")).content.decode()
    assert (
        f"Week {week.monday.isocalendar().week} is made already: its 5 shifts of this pattern stay as they are." in page
    )
    assert "Change the 4 that nobody has claimed too" in page


def edit(cast: Cast, browser: Browser, pattern: ShiftPattern, **more: object) -> str:
    sent = fields(name=pattern.name, starts="08:00", ends="16:00", weekdays=[1, 2, 3], seats=3, from_0="08:00",
                  to_0="16:00", **more)  # fmt: skip
    return browser(cast.member).post(patterns(cast, f"{pattern.pk}/"), sent, follow=True).content.decode()


def test_made_weeks_stay_unless_somebody_asks(cast: Cast, browser: Browser) -> None:
    pattern = scheduling.pattern(cast.isar)
    week = services.make_week(by=cast.member, pod=cast.isar, monday=MONDAY)
    before = list(week.shifts.values_list("pk", "period", "version"))
    edit(cast, browser, pattern)
    assert list(week.shifts.values_list("pk", "period", "version")) == before


def test_what_nobody_claimed_follows_when_somebody_asks(cast: Cast, browser: Browser) -> None:
    pattern = scheduling.pattern(cast.isar)
    week = services.make_week(by=cast.member, pod=cast.isar, monday=MONDAY)
    monday, tuesday, wednesday, thursday, friday = week.shifts.order_by("period")
    scheduling.seated(cast.member, monday)
    by_hand = scheduling.span(cast.isar, wednesday.day, "10:00", "18:00")
    services.move_shift(by=cast.member, shift=wednesday.pk, period=by_hand)
    page = edit(cast, browser, pattern, replan="on")
    assert "3 shifts of made weeks follow it" in page
    rows = {s.pk: s for s in Shift.objects.all()}
    assert rows[monday.pk].span == monday.span
    assert rows[wednesday.pk].span == by_hand
    assert rows[tuesday.pk].span == scheduling.span(cast.isar, tuesday.day, "08:00", "16:00")
    assert (rows[tuesday.pk].seats.count(), rows[tuesday.pk].segments.count(), rows[tuesday.pk].version) == (3, 1, 2)
    assert {rows[thursday.pk].cancelled_at is None, rows[friday.pk].cancelled_at is None} == {False}


def test_a_new_weekday_of_a_pattern_is_added_to_made_weeks(cast: Cast) -> None:
    pattern = scheduling.pattern(cast.isar)
    week = services.make_week(by=cast.member, pod=cast.isar, monday=MONDAY)
    gone = week.shifts.order_by("period")[0]
    services.cancel_shift(by=cast.member, shift=gone.pk)
    pattern.weekdays = [1, 2, 3, 4, 5, 6]
    parts = [Part(scheduling.activity().pk, 0, 510)]
    assert services.save_pattern(by=cast.member, pattern=pattern, parts=parts, replan=True) == 5
    days = set(week.shifts.filter(cancelled_at=None).values_list("day", flat=True))
    # What somebody cancelled by hand does not come back.
    assert days == {MONDAY + n * DAY for n in (1, 2, 3, 4, 5)}


def test_shifts_that_have_begun_do_not_follow(cast: Cast) -> None:
    pattern = scheduling.pattern(cast.isar)
    services.make_week(by=cast.member, pod=cast.isar, monday=MONDAY)
    pattern.seats = 5
    later = periods.to_instant(MONDAY + 2 * DAY, dt.time(12), cast.isar.tzinfo)
    parts = [Part(scheduling.activity().pk, 0, 510)]
    assert services.save_pattern(by=cast.member, pattern=pattern, parts=parts, replan=True, at=later) == 2


@pytest.mark.parametrize("role", ["coach", "operations_lead"])
def test_who_only_reads_cannot_write_patterns(cast: Cast, browser: Browser, role: str) -> None:
    assert browser(cast[role]).post(patterns(cast, "new/"), fields()).status_code == 403


def test_a_coach_reads_the_patterns_without_what_only_members_may_do(cast: Cast, browser: Browser) -> None:
    path = f"/p/{cast.isar.slug}/patterns/"
    assert "Write the first pattern" not in browser(cast.coach).get(path).content.decode()
    scheduling.pattern(cast.isar)
    mine, theirs = (browser(person).get(path).content.decode() for person in (cast.member, cast.coach))
    for act in ("New pattern", "Retire", "patterns/new"):
        assert act in mine
        assert act not in theirs
    assert "Early" in theirs
