"""The pod board: gaps worst first, who could cover them by the one judge, asking once a day, a score with reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cxportal.core import periods
from cxportal.core.periods import DAY, HOUR, day_period, local_date
from cxportal.core.violations import Refused
from teams.notifications.models import MailRhythm, Notice
from teams.people.models import Contract, User
from teams.scheduling import services
from teams.scheduling.availability.rules import Part, Wish
from teams.scheduling.availability.services import set_week
from teams.scheduling.board import Board, read_board
from teams.scheduling.models import Shift, as_range
from teams.scheduling.quality import unsocial
from teams.staffing.models import Requirement
from tests.cast import Cast
from tests.factories import people, scheduling

type Browser = Callable[..., Client]


@pytest.fixture(autouse=True)
def _awake(cast: Cast) -> None:
    """Nobody has quiet hours, at whatever time the tests run."""
    for person in (cast.member, cast.second_member, cast.guest):
        MailRhythm.objects.create(person=person, quiet_from=dt.time(0), quiet_until=dt.time(0))


def in_days(number: int) -> dt.date:
    return local_date(periods.now(), ZoneInfo("Europe/Berlin")) + number * DAY


def need(cast: Cast, day: dt.date, start: str, end: str, number: int = 1, slug: str = "phone") -> None:
    Requirement.objects.create(
        pod=cast.isar,
        activity=scheduling.activity(slug),
        period=as_range(scheduling.span(cast.isar, day, start, end)),
        people=number,
    )


def board(cast: Cast) -> Board:
    return read_board(cast.isar, periods.now(), everything=True)


def able(cast: Cast, place: int = 0) -> list[str]:
    return [each.person.name for each in board(cast).gaps[place].able]


def address(cast: Cast, rest: str = "") -> str:
    return f"/p/{cast.isar.slug}/board/{rest}"


def test_gaps_stand_worst_first_with_what_is_missing_when(cast: Cast) -> None:
    need(cast, in_days(3), "09:00", "11:00")
    need(cast, in_days(5), "09:00", "12:00", 2)
    need(cast, in_days(40), "09:00", "12:00", 9)
    found = board(cast)
    assert [(g.people, g.hours, g.name) for g in found.gaps] == [(2, "6 h", "Phone"), (1, "2 h", "Phone")]
    assert found.gaps[0].title.endswith("09:00–12:00")


def test_one_activity_s_gap_is_no_other_s(cast: Cast) -> None:
    need(cast, in_days(3), "09:00", "12:00")
    need(cast, in_days(3), "10:00", "11:00", 2, "chat")
    assert {(g.name, g.people, g.period.minutes) for g in board(cast).gaps} == {("Phone", 1, 180), ("Chat", 2, 60)}


def test_a_gap_that_is_covered_is_none(cast: Cast) -> None:
    need(cast, in_days(3), "09:00", "12:00")
    scheduling.seated(cast.member, scheduling.shift(cast.isar, in_days(3), "08:00", "14:00"))
    found = board(cast)
    assert found.gaps == ()
    assert next(r for r in found.quality.reasons if r.key == "coverage").points == 40


def test_why_the_others_cannot_is_counted_by_reason_in_plain_words(cast: Cast) -> None:
    need(cast, in_days(3), "09:00", "12:00", 3)
    for person in (cast.member, people.member(cast.isar, "Runa Holt")):
        scheduling.seated(person, scheduling.shift(cast.isar, in_days(3), "08:00", "16:00", slug="chat"))
    scheduling.seated(cast.second_member, scheduling.shift(cast.isar, in_days(2), "15:00", "23:00"))
    scheduling.shift(cast.isar, in_days(3), "07:00", "15:00")
    assert board(cast).gaps[0].others == "3 others cannot: already at work (2), too little rest (1)"


def test_who_could_cover_is_told_by_the_same_judge_as_a_claim(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, in_days(3), "07:00", "15:00")
    need(cast, in_days(3), "09:00", "12:00")
    late = scheduling.shift(cast.isar, in_days(2), "15:00", "23:00")
    scheduling.seated(cast.second_member, late)
    gap = board(cast).gaps[0]
    names = [each.person.name for each in gap.able]
    assert cast.member.name in names
    assert cast.second_member.name not in names
    assert {each.shift for each in gap.able} == {shift.pk}
    assert gap.others == "1 other cannot: too little rest"
    services.claim(by=cast.member, shift=shift.pk)
    with pytest.raises(Refused):
        services.claim(by=cast.second_member, shift=scheduling.shift(cast.isar, in_days(3), "07:00", "15:00").pk)


def test_without_an_open_shift_people_are_judged_on_the_hours_of_the_gap(cast: Cast, browser: Browser) -> None:
    need(cast, in_days(3), "09:00", "12:00")
    gap = board(cast).gaps[0]
    assert gap.shifts == ()
    assert {each.shift for each in gap.able} == {0}
    assert "No shift is open then: add one" in browser(cast.member).get(address(cast)).content.decode()


def test_who_has_most_hours_left_stands_first(cast: Cast) -> None:
    need(cast, in_days(3), "09:00", "12:00")
    scheduling.shift(cast.isar, in_days(3), "07:00", "15:00")
    Contract.objects.filter(member=cast.second_member).update(weekly_minutes=20 * 60)
    names = able(cast)
    assert names.index(cast.member.name) < names.index(cast.second_member.name)


def press(client: Client, cast: Cast, *members: int) -> str:
    gap = board(cast).gaps[0]
    sent = {"gap": gap.key, "member": [str(m) for m in members]}
    return client.post(address(cast, "ask"), sent, follow=True).content.decode()


def test_asking_sends_one_notice_a_day_whoever_asks(cast: Cast, browser: Browser) -> None:
    need(cast, in_days(3), "09:00", "12:00")
    scheduling.shift(cast.isar, in_days(3), "07:00", "15:00")
    page = press(browser(cast.member), cast, cast.second_member.pk)
    assert "1 person is asked." in page
    assert "Asked today" in page
    assert "Nobody is asked twice a day" in press(browser(cast.guest), cast, cast.second_member.pk)
    assert Notice.objects.get(kind="gap_asked").recipient == cast.second_member
    text = browser(cast.second_member).get("/notices/").content.decode()
    assert f"{cast.member.name} asks whether you can cover" in text


def test_asking_again_on_the_next_day_tells_again(cast: Cast) -> None:
    need(cast, in_days(3), "09:00", "12:00")
    key, now = board(cast).gaps[0].key, periods.now()
    for at, number in ((now, 1), (now, 0), (now + 24 * HOUR, 1)):
        asked = services.ask_to_cover(by=cast.member, pod=cast.isar, gap=key, members={cast.second_member.pk}, at=at)
        assert asked == (number, 0)


def test_who_cannot_cover_is_not_asked_and_a_closed_gap_is_told(cast: Cast) -> None:
    need(cast, in_days(3), "09:00", "12:00")
    key = board(cast).gaps[0].key
    asked = services.ask_to_cover(
        by=cast.member, pod=cast.isar, gap=key, members={cast.other_member.pk, cast.member.pk}
    )
    assert asked == (0, 0)
    assert not Notice.objects.exists()
    scheduling.seated(cast.member, scheduling.shift(cast.isar, in_days(3), "08:00", "14:00"))
    with pytest.raises(Refused) as refused:
        services.ask_to_cover(by=cast.member, pod=cast.isar, gap=key, members={cast.second_member.pk})
    assert refused.value.codes == {"gap_closed"}


def test_a_coach_reads_the_board_and_a_lead_reads_counts_alone(cast: Cast, browser: Browser) -> None:
    need(cast, in_days(3), "09:00", "12:00")
    coach = browser(cast.coach).get(address(cast)).content.decode()
    assert cast.second_member.name in coach
    assert "ask" not in {part.split("/")[-1] for part in coach.split('action="')[1:]}
    assert browser(cast.coach).post(address(cast, "ask"), {}).status_code == 403
    lead = browser(cast.operations_lead).get(address(cast)).content.decode()
    assert "members could cover it." in lead
    assert cast.second_member.name not in lead
    assert cast.member.name not in lead
    assert browser(cast.stranger).get(address(cast)).status_code == 404


def test_an_empty_board_says_what_to_do(cast: Cast, browser: Browser) -> None:
    page = browser(cast.member).get(address(cast)).content.decode()
    assert "Nothing is planned yet" in page
    assert "Plan the week" in page
    for reader in (cast.coach, cast.operations_lead):
        assert "Plan the week" not in browser(reader).get(address(cast)).content.decode()


def test_a_board_asks_the_same_number_of_questions_for_any_number_of_gaps(cast: Cast, browser: Browser) -> None:
    client = browser(cast.member)
    client.get(address(cast))
    counts = []
    for days in ((3,), (4, 5, 6, 7)):
        for day in days:
            need(cast, in_days(day), "09:00", "12:00")
            people.member(cast.isar, f"Member {day}")
            scheduling.shift(cast.isar, in_days(day), "07:00", "15:00", seats=2)
        with CaptureQueriesContext(connection) as seen:
            client.get(address(cast))
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_every_point_of_the_score_is_explained(cast: Cast) -> None:
    need(cast, in_days(3), "08:00", "12:00")
    need(cast, in_days(4), "08:00", "12:00")
    scheduling.seated(cast.member, scheduling.shift(cast.isar, in_days(3), "08:00", "12:00"))
    scheduling.shift(cast.isar, in_days(4), "08:00", "12:00")
    found = board(cast).quality
    reasons = {r.key: (r.points, r.out_of, r.words) for r in found.reasons}
    assert reasons["coverage"] == (20, 40, "50 % of what is needed is covered; 4 h are missing.")
    assert reasons["seats"] == (7, 15, "1 of 2 seats is open, whole or in part.")
    assert reasons["bounds"] == (20, 20, "No planned shift breaks a bound of the agreement.")
    points, whole = sum(r[0] for r in reasons.values()), sum(r[1] for r in reasons.values())
    assert found.score == round(100 * points / whole)


def test_a_broken_bound_costs_points_and_is_told(cast: Cast) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, in_days(3), "07:00", "19:00"))
    bounds = next(r for r in board(cast).quality.reasons if r.key == "bounds")
    assert (bounds.points, bounds.out_of) == (15, 20)
    assert bounds.words.startswith("1 planned shift breaks a bound")


def test_who_works_every_night_costs_fairness(cast: Cast) -> None:
    night = scheduling.shift(cast.isar, in_days(3), "22:00", "06:00")
    scheduling.seated(cast.member, night)
    alone = next(r for r in board(cast).quality.reasons if r.key == "fairness")
    assert alone.points < alone.out_of
    assert alone.words.startswith("Nights and weekends take 0 h to 8 h a person")


def test_nights_and_weekends_are_counted_over_the_change_of_the_clocks(cast: Cast) -> None:
    picture = board(cast).picture
    sunday = day_period(dt.date(2026, 10, 25), picture.zone)
    assert unsocial(sunday, picture) == 25 * 60
    assert unsocial(day_period(dt.date(2026, 10, 27), picture.zone), picture) == 8 * 60


def test_a_plan_without_need_seats_or_people_has_no_score(cast: Cast) -> None:
    assert board(cast).quality.score is None
    assert not Shift.objects.exists()


def test_who_would_gladly_work_then_is_named_first(cast: Cast) -> None:
    day = in_days(3)
    need(cast, day, "08:00", "12:00")
    scheduling.shift(cast.isar, day, "08:00", "12:00")
    names = able(cast)
    last = User.objects.get(name=names[-1])
    set_week(by=last, wishes={(day.isoweekday(), Part.EARLY): Wish.GLADLY})
    assert able(cast) == [names[-1], *names[:-1]]
