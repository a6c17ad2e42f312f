"""What the board counts, shows and leaves out; whom it takes for able, and on which hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import time_machine
from django.test import Client

from cxportal.core import periods
from cxportal.core.periods import DAY, HOUR, MINUTE, local_date
from teams.people.models import Contract, User
from teams.scheduling.board import Board, read_board
from teams.scheduling.covering import Missing
from teams.scheduling.models import Seat, Shift, as_range
from teams.scheduling.quality import Reason
from teams.skills.models import MemberSkill, Skill
from teams.staffing.models import Requirement
from tests.cast import Cast
from tests.factories import people, pods, scheduling

type Browser = Callable[..., Client]

MONDAY = dt.date(2027, 6, 7)
NOON = dt.datetime(2027, 6, 7, 10, tzinfo=dt.UTC)  # 12:00 in Berlin
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + n * DAY for n in (1, 2, 3))


def need(cast: Cast, day: dt.date, start: str, end: str, number: int = 1, slug: str = "phone") -> None:
    Requirement.objects.create(
        pod=cast.isar,
        activity=scheduling.activity(slug),
        period=as_range(scheduling.span(cast.isar, day, start, end)),
        people=number,
    )


def board(cast: Cast, at: dt.datetime = NOON) -> Board:
    return read_board(cast.isar, at, everything=True)


def gap(cast: Cast, at: dt.datetime = NOON) -> Missing:
    (found,) = board(cast, at).gaps
    return found


def part(cast: Cast, key: str, at: dt.datetime = NOON) -> Reason | None:
    return next((reason for reason in board(cast, at).quality.reasons if reason.key == key), None)


def points(cast: Cast, key: str, at: dt.datetime = NOON) -> int | None:
    found = part(cast, key, at)
    return found.points if found else None


def test_eight_gaps_are_shown_and_the_others_are_one_press_away(cast: Cast, browser: Browser) -> None:
    for n in range(10):
        need(cast, TUESDAY + n * DAY, "09:00", "10:00")
    with time_machine.travel(NOON, tick=False):
        short = browser(cast.member).get("/p/isar/board/").content.decode()
        whole = browser(cast.member).get("/p/isar/board/?all=1").content.decode()
    assert short.count('<li class="gap"') == 8
    assert "Show 2 more" in short
    assert whole.count('<li class="gap"') == 10
    assert "Show" not in whole


def test_a_gap_that_ends_within_a_quarter_of_an_hour_is_not_shown(cast: Cast) -> None:
    need(cast, MONDAY, "09:00", "12:15")
    assert len(board(cast, NOON).gaps) == 1
    assert board(cast, NOON + MINUTE).gaps == ()


def test_what_went_short_this_morning_costs_no_points_at_noon(cast: Cast) -> None:
    need(cast, MONDAY, "06:00", "08:00")
    need(cast, TUESDAY, "09:00", "12:00")
    scheduling.seated(cast.member, scheduling.shift(cast.isar, TUESDAY, "09:00", "12:00"))
    assert points(cast, "coverage", NOON) == 40
    assert points(cast, "coverage", NOON - 8 * HOUR) == 24


def test_a_week_says_what_all_its_days_miss_together(cast: Cast) -> None:
    need(cast, TUESDAY, "09:00", "11:00")
    need(cast, WEDNESDAY, "09:00", "12:00")
    need(cast, TUESDAY + 7 * DAY, "09:00", "12:00")
    scheduling.seated(cast.member, scheduling.shift(cast.isar, TUESDAY + 7 * DAY, "09:00", "12:00"))
    weeks = board(cast).weeks
    assert [(week.short, week.tone) for week in weeks[:3]] == [
        ("5 h short", "gap"),
        ("Covered", "good"),
        ("No need", "plain"),
    ]


def test_a_visitor_s_shift_that_breaks_a_bound_costs_points_too(cast: Cast) -> None:
    """Who sits here from another pod counts, though nobody here would ask them."""
    scheduling.seated(cast.other_member, scheduling.shift(cast.isar, TUESDAY, "07:00", "19:00"))
    found = part(cast, "bounds")
    assert found is not None
    assert found.points < found.out_of


def test_six_who_could_stand_open_and_the_others_are_unfolded(cast: Cast, browser: Browser) -> None:
    for n in range(5):
        people.member(cast.isar, f"Member {n}")
    need(cast, TUESDAY, "09:00", "12:00")
    with time_machine.travel(NOON, tick=False):
        able = len(gap(cast).able)
        page = browser(cast.member).get("/p/isar/board/").content.decode()
    assert able > 6
    assert f"{able - 6} more could" in page


def test_a_running_shift_is_judged_on_what_is_left_of_it(cast: Cast) -> None:
    pods.agreement(cast.isar, since=periods.now() - DAY, late_claim_minutes=15)
    need(cast, MONDAY, "12:00", "16:00")
    scheduling.shift(cast.isar, MONDAY, "12:00", "16:00")
    assert {each.span for each in gap(cast, NOON + 10 * MINUTE).able} == {"12:10–16:00"}
    assert gap(cast, NOON + 20 * MINUTE).able == ()


def test_people_are_named_for_the_shift_that_closes_most_of_the_gap(cast: Cast) -> None:
    need(cast, TUESDAY, "09:00", "13:00")
    less = scheduling.shift(cast.isar, TUESDAY, "05:00", "10:00")
    most = scheduling.shift(cast.isar, TUESDAY, "09:00", "12:00")
    found = gap(cast)
    assert found.shifts == (most.pk, less.pk)
    assert {each.shift for each in found.able} == {most.pk}


def test_a_shift_of_another_activity_closes_nothing(cast: Cast) -> None:
    need(cast, TUESDAY, "09:00", "12:00")
    scheduling.shift(cast.isar, TUESDAY, "09:00", "12:00", slug="chat")
    found = gap(cast)
    assert found.shifts == ()
    assert {each.shift for each in found.able} == {0}


def test_of_two_skills_only_the_one_that_is_missing_helps(cast: Cast) -> None:
    spanish, french = (Skill.objects.create(name=name, slug=name.lower()) for name in ("Spanish", "French"))
    row = {"activity": "phone", "weekdays": [2], "start": "09:00", "end": "12:00", "people": 1}
    scheduling.activity()
    floor = [row | {"skill": "spanish"}, row | {"skill": "french"}]
    pods.agreement(cast.isar, since=periods.now() - DAY, coverage_floor=floor)
    MemberSkill.objects.create(member=cast.guest, skill=french, level=3)
    MemberSkill.objects.create(member=cast.member, skill=french, level=3)
    MemberSkill.objects.create(member=cast.second_member, skill=spanish, level=3)
    scheduling.seated(cast.guest, scheduling.shift(cast.isar, TUESDAY, "09:00", "12:00"))
    found = next(each for each in board(cast).gaps if each.day == TUESDAY)
    assert [each.person.pk for each in found.able] == [cast.second_member.pk]


def test_who_could_cover_is_told_of_a_draft_too(cast: Cast) -> None:
    """A draft can be opened; until then its shifts are nobody's to claim."""
    day = local_date(periods.now(), cast.isar.tzinfo) + 3 * DAY
    need(cast, day, "09:00", "12:00")
    shift = scheduling.shift(cast.isar, day, "09:00", "12:00", state="draft")
    assert {each.shift for each in gap(cast, periods.now()).able} == {shift.pk}


def test_the_reason_against_the_shift_that_closes_most_is_told(cast: Cast) -> None:
    skill = Skill.objects.create(name="Spanish", slug="spanish")
    need(cast, TUESDAY, "09:00", "13:00")
    scheduling.seated(cast.second_member, scheduling.shift(cast.isar, MONDAY, "15:00", "23:00"))
    scheduling.shift(cast.isar, TUESDAY, "07:00", "13:00")
    scheduling.shift(cast.isar, TUESDAY, "11:00", "14:00", skill=skill)
    assert gap(cast).others == "1 other cannot: too little rest"


def test_a_score_is_rounded_down_so_that_a_gap_never_reads_as_whole(cast: Cast) -> None:
    need(cast, TUESDAY, "00:00", "00:00")
    need(cast, WEDNESDAY, "09:00", "09:05")
    scheduling.seated(cast.member, scheduling.shift(cast.isar, TUESDAY, "00:00", "12:00"))
    scheduling.seated(cast.guest, scheduling.shift(cast.isar, TUESDAY, "12:00", "00:00"))
    assert points(cast, "coverage") == 39


def test_seats_that_are_wishes_or_over_count_for_nothing(cast: Cast) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, TUESDAY, "09:00", "12:00"))
    wish = scheduling.shift(cast.isar, WEDNESDAY, "09:00", "12:00")
    Seat.objects.filter(shift=wish).update(must=False)
    scheduling.shift(cast.isar, MONDAY, "06:00", "08:00")
    found = part(cast, "seats")
    assert found is not None
    assert (found.points, found.words) == (15, "Every seat is taken.")
    assert Shift.objects.count() == 3


def test_what_has_begun_is_not_judged_any_more(cast: Cast) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, MONDAY, "07:00", "19:00"))
    assert points(cast, "bounds", NOON) == 20
    assert points(cast, "bounds", NOON - 6 * HOUR) == 15


def test_who_works_half_owes_half_of_the_nights(cast: Cast) -> None:
    cast.guest.memberships.filter(pod=cast.isar).delete()
    half = cast.second_member.pk
    for pk in board(cast).picture.members:
        Contract.objects.filter(member=pk).update(weekly_minutes=(20 if pk == half else 40) * 60)
        night = scheduling.shift(cast.isar, TUESDAY, "22:00", "02:00" if pk == half else "06:00")
        scheduling.seated(User.objects.get(pk=pk), night)
    fair = part(cast, "fairness")
    assert fair is not None
    assert "4 h to 8 h" in fair.words
    assert fair.points == fair.out_of


def test_a_saturday_s_day_counts_and_a_friday_s_does_not(cast: Cast) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, MONDAY + 4 * DAY, "09:00", "17:00"))
    assert part(cast, "fairness") is None
    scheduling.seated(cast.second_member, scheduling.shift(cast.isar, MONDAY + 5 * DAY, "09:00", "17:00"))
    found = part(cast, "fairness")
    assert found is not None
    assert "0 h to 8 h" in found.words


def test_a_rest_with_less_than_an_hour_to_spare_costs_and_days_apart_are_none(cast: Cast) -> None:
    work = (TUESDAY, "13:00", "21:00"), (WEDNESDAY, "08:30", "12:00"), (MONDAY + 9 * DAY, "08:00", "12:00")
    for day, start, end in work:
        scheduling.seated(cast.member, scheduling.shift(cast.isar, day, start, end))
    found = part(cast, "rest")
    assert found is not None
    assert (found.points, found.words) == (0, "1 of 1 rests has less than an hour to spare.")


def test_the_largest_loss_stands_first_and_an_empty_part_gives_its_share_away(cast: Cast) -> None:
    need(cast, TUESDAY, "09:00", "12:00")
    scheduling.seated(cast.member, scheduling.shift(cast.isar, WEDNESDAY, "09:00", "12:00"))
    found = board(cast).quality
    assert [reason.key for reason in found.reasons] == ["coverage", "seats", "bounds"]
    assert found.score == round(100 * 35 / 75)
