"""Which days of a pattern are read, in which order, on which seat, and what is named instead of one."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from cxportal.core import periods
from cxportal.core.periods import DAY, HOUR, MINUTE, Period, week_label
from teams.people.models import Contract
from teams.scheduling import services
from teams.scheduling.models import Assignment, Seat, Shift
from teams.scheduling.opening.queries import Wanted, judge_pattern, read_series
from teams.scheduling.opening.rules import Line
from tests.cast import Cast
from tests.factories import people, scheduling
from tests.factories.scheduling import MONDAY
from tests.teams.scheduling.opening.scene import agree, judged, lines, weeks_of
from tests.teams.scheduling.opening.test_rounds import claim, in_rounds

type Browser = Callable[..., Client]


def page(browser: Browser, cast: Cast, **asked: str) -> str:
    address = reverse("claim_series", kwargs={"slug": cast.isar.slug})
    return browser(cast.member).get(address, asked).content.decode()


def one_week() -> dict[str, str]:
    return {"first": MONDAY.isoformat(), "last": (MONDAY + 6 * DAY).isoformat()}


def part(shift: Shift, first: int, last: int) -> Period:
    return Period(shift.span.start + first * HOUR, shift.span.start + last * HOUR)


def test_days_are_judged_by_time_and_not_by_when_they_were_made(cast: Cast) -> None:
    agree(cast.isar, week_minutes=480)
    late, early = scheduling.shift(cast.isar, 3), scheduling.shift(cast.isar, 1)
    read = [Line(late.pk, 1, late.span), Line(early.pk, 1, early.span)]
    done = services.claim_series(by=cast.member, pod=cast.isar, lines=read)
    assert [line.line.shift for line in done.claimed] == [early.pk]


def test_what_began_meanwhile_is_left_to_a_claim_by_itself(cast: Cast) -> None:
    agree(cast.isar, late_claim_minutes=60)
    shifts = weeks_of(scheduling.pattern(cast.isar))
    read = lines(cast.isar, cast.member, shifts[0].pattern)  # type: ignore[arg-type]
    done = services.claim_series(by=cast.member, pod=cast.isar, lines=read, at=shifts[0].span.start + 10 * MINUTE)
    assert [v.code for line in done.skipped for v in line.violations] == ["started"]
    assert len(done.claimed) == 4


def test_days_that_have_begun_and_days_that_are_mine_are_not_read(cast: Cast) -> None:
    early = scheduling.pattern(cast.isar)
    shifts = weeks_of(early)
    services.claim(by=cast.member, shift=shifts[4].pk)
    wanted = Wanted(early.pk, MONDAY, MONDAY + 6 * DAY)
    found = judge_pattern(cast.isar, cast.member, wanted, shifts[0].span.start + MINUTE)[1]
    assert [line.line.shift for line in found.lines] == [shift.pk for shift in shifts[1:4]]


def test_the_seat_that_one_may_take_is_read_before_a_longer_one_and_the_whole_before_a_part(cast: Cast) -> None:
    early = scheduling.pattern(cast.isar)
    first, second, *_others = weeks_of(early)
    skill = people.skill("Polish", cast.second_member)
    Seat.objects.filter(shift=first, number=2).update(skill=skill)
    for shift in (first, second):
        scheduling.seated(cast.guest, shift, part(shift, 0, 4))
    found = {line.line.shift: line for line in judged(cast.isar, cast.member, early).lines}
    assert found[first.pk].line.period == Period(part(first, 0, 4).end, first.span.end)
    assert found[second.pk].line.period == second.span


def test_a_seat_without_a_skill_is_taken_before_one_that_asks_for_it(cast: Cast) -> None:
    skill = people.skill("Polish", cast.second_member)
    shift = scheduling.shift(cast.isar, 1, seats=2)
    Seat.objects.filter(shift=shift, number=1).update(skill=skill)
    services.claim_series(by=cast.member, pod=cast.isar, lines=[Line(shift.pk, 1, shift.span)])
    assert Assignment.objects.get().seat.number == 2


def test_of_two_who_were_faster_the_last_is_named(cast: Cast) -> None:
    shift, now = scheduling.shift(cast.isar, 1, seats=2), periods.now()
    for minutes, person in enumerate((cast.guest, cast.second_member)):
        services.claim(by=person, shift=shift.pk, at=now + minutes * MINUTE)
    Assignment.objects.filter(member=cast.guest).update(made_at=now + 9 * MINUTE)
    other = scheduling.shift(cast.isar, 2)
    read = [Line(shift.pk, 1, shift.span), Line(other.pk, 1, other.span)]
    done = services.claim_series(by=cast.member, pod=cast.isar, lines=read)
    (violation,) = done.skipped[0].violations
    assert cast.guest.name in str(violation.message)


def test_at_most_two_of_the_same_day_are_named_instead(cast: Cast, browser: Browser) -> None:
    services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 0, "15:30", "22:00").pk)
    early = scheduling.pattern(cast.isar)
    weeks_of(early)
    for start in ("11:00", "12:00", "13:00"):
        scheduling.shift(cast.isar, 1, start, "17:00")
    scheduling.shift(cast.isar, 2, "14:00", "20:00")
    found = page(browser, cast, **one_week())
    assert found.count("Fits instead:") == 1
    named = found.partition("Fits instead:")[2].partition("</li>")[0]
    assert "14:00–20:00" not in found
    assert sum(f"{start}–17:00" in named for start in ("11:00", "12:00", "13:00")) <= 2


def test_only_weeks_of_which_the_hours_change_are_told(cast: Cast, browser: Browser) -> None:
    services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 8).pk)
    early = scheduling.pattern(cast.isar)
    weeks_of(early)
    days = {"first": MONDAY.isoformat(), "last": (MONDAY + 13 * DAY).isoformat()}
    asked = {"pod": cast.isar.slug, "pattern": str(early.pk), **days}
    found = browser(cast.member).get("/api/v1/claims/", asked).json()
    assert [week["monday"] for week in found["weeks"]] == [MONDAY.isoformat()]


def test_the_usual_days_end_with_the_last_week_that_is_open(cast: Cast, browser: Browser) -> None:
    early = scheduling.pattern(cast.isar)
    weeks_of(early)
    scheduling.week(cast.isar, MONDAY + 7 * DAY, state="draft")
    found = page(browser, cast, pattern=str(early.pk))
    assert f'value="{MONDAY + 6 * DAY}"' in found


def test_a_pattern_of_which_every_shift_is_cancelled_is_not_offered(cast: Cast, browser: Browser) -> None:
    weeks_of(scheduling.pattern(cast.isar))
    (gone, *others) = weeks_of(scheduling.pattern(cast.isar, "Late", "14:00", "22:00"))
    assert "Late, " in page(browser, cast)
    for shift in (gone, *others):
        services.cancel_shift(by=cast.member, shift=shift.pk)
    assert "Late, " not in page(browser, cast)


def test_who_came_to_more_than_the_round_allows_reads_no_more_than_all_of_it(cast: Cast, browser: Browser) -> None:
    shifts = in_rounds(cast)
    for shift in shifts[:2]:
        claim(cast.member, shift)
    scheduling.seated(cast.member, shifts[2])
    week = reverse("week", kwargs={"slug": cast.isar.slug, "week": week_label(MONDAY)})
    assert "You have 2 of 2." in browser(cast.member).get(week).content.decode()


def test_only_the_weekdays_that_were_asked_for_are_read(cast: Cast, browser: Browser) -> None:
    shifts = weeks_of(scheduling.pattern(cast.isar))
    found = page(browser, cast, **one_week(), weekdays="2")
    assert [f"{shift.pk}.1." in found for shift in shifts] == [False, True, False, False, False]


def test_hours_beyond_the_contract_are_marked(cast: Cast) -> None:
    early = scheduling.pattern(cast.isar)
    weeks_of(early)
    wanted, now = Wanted(early.pk, MONDAY, MONDAY + 6 * DAY), periods.now()
    tones = []
    for hours in (40, 39):
        Contract.objects.filter(member=cast.member).update(weekly_minutes=hours * 60)
        (week,) = read_series(cast.isar, cast.member, wanted, now, [early]).weeks
        tones.append(week.tone)
    assert tones == ["good", "watch"]
