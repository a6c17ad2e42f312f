"""Who could cover, in all that the board says of them: skills, long gaps, points; asked once a day, not when quiet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from cxportal.core import periods
from cxportal.core.periods import DAY, HOUR, MINUTE
from teams.fairness.models import PointEntry
from teams.notifications import mailing
from teams.notifications.models import MailRhythm, Notice
from teams.notifications.queries import notices_of, unread_count
from teams.notifications.resting import told_from
from teams.notifications.services import mark_read
from teams.people.models import User
from teams.scheduling import carried, services
from teams.scheduling.board import read_board
from teams.scheduling.covering import Missing
from teams.scheduling.models import as_range
from teams.skills.models import MemberSkill, Skill
from teams.staffing.models import Requirement
from tests.cast import Cast
from tests.factories import pods, scheduling

type Browser = Callable[..., Client]

MONDAY = dt.date(2027, 6, 7)
EVENING = dt.datetime(2027, 6, 7, 20, tzinfo=dt.UTC)  # 22:00 in Berlin
MORNING = dt.datetime(2027, 6, 8, 5, tzinfo=dt.UTC)  # 07:00


def need(cast: Cast, day: dt.date, start: str, end: str, number: int = 1) -> None:
    Requirement.objects.create(
        pod=cast.isar,
        activity=scheduling.activity(),
        period=as_range(scheduling.span(cast.isar, day, start, end)),
        people=number,
    )


def gap(cast: Cast, at: dt.datetime = EVENING, *, points: bool = False) -> Missing:
    (found,) = read_board(cast.isar, at, everything=True, points=points).gaps
    return found


def ask(cast: Cast, at: dt.datetime, by: User | None = None) -> tuple[int, int]:
    key = gap(cast, at).key
    members = {cast.second_member.pk, cast.member.pk}
    return services.ask_to_cover(by=by or cast.member, pod=cast.isar, gap=key, members=members, at=at)


def test_who_is_asked_in_quiet_hours_hears_of_it_when_they_end(cast: Cast) -> None:
    need(cast, MONDAY + 2 * DAY, "09:00", "12:00")
    with time_machine.travel(EVENING, tick=False):
        assert ask(cast, EVENING) == (1, 1)
        assert notices_of(cast.second_member) == []
        assert unread_count(cast.second_member) == 0
        assert mark_read(by=cast.second_member) == 0
        # Only who was not asked yet.
        assert ask(cast, EVENING, cast.guest) == (1, 1)
    with time_machine.travel(MORNING - MINUTE, tick=False):
        assert notices_of(cast.second_member) == []
        assert ask(cast, MORNING - MINUTE, cast.guest) == (0, 0)
    with time_machine.travel(MORNING, tick=False):
        (told,) = notices_of(cast.second_member)
        assert told.at == MORNING
        # Who hears of it this morning was asked today.
        assert ask(cast, MORNING, cast.guest) == (0, 0)
    with time_machine.travel(MORNING + DAY, tick=False):
        assert ask(cast, MORNING + DAY, cast.guest) == (2, 0)


def test_the_board_says_who_hears_of_it_later(cast: Cast, browser: Browser) -> None:
    need(cast, MONDAY + 2 * DAY, "09:00", "12:00")
    MailRhythm.objects.create(person=cast.guest, quiet_from=dt.time(0), quiet_until=dt.time(0))
    with time_machine.travel(EVENING, tick=False):
        client = browser(cast.member)
        sent = {"gap": gap(cast).key, "member": [str(cast.second_member.pk), str(cast.guest.pk)]}
        page = client.post("/p/isar/board/ask", sent, follow=True).content.decode()
    assert "2 people are asked. 1 of them hears of it when their quiet hours end." in page
    assert "Hears it Tue 07:00" in page
    assert "Asked today" in page


def test_a_question_that_waits_is_mailed_after_the_quiet_hours(cast: Cast, settings: object) -> None:
    settings.MAIL_HOST = "mail.example.org"  # type: ignore[attr-defined]
    need(cast, MONDAY + 2 * DAY, "09:00", "12:00")
    with time_machine.travel(EVENING, tick=False):
        mailing.choose(
            by=cast.second_member,
            choices={"offers": "at_once"},
            quiet_from=dt.time(20),
            quiet_until=dt.time(7),
            digest_at=dt.time(8),
        )
        ask(cast, EVENING)
        MailRhythm.objects.update(quiet_from=dt.time(3), quiet_until=dt.time(3))
        assert mailing.people_waiting() == []
        assert mailing.mail_at_once(person=cast.second_member.pk) is None
    with time_machine.travel(MORNING, tick=False):
        assert mailing.people_waiting() == [cast.second_member.pk]
        assert mailing.mail_at_once(person=cast.second_member.pk) is not None


def test_quiet_hours_are_those_of_each_person_s_own_zone(cast: Cast) -> None:
    User.objects.filter(pk=cast.second_member.pk).update(zone="Australia/Sydney")
    heard = told_from([cast.member.pk, cast.second_member.pk, cast.administrator.pk], EVENING)
    assert heard[cast.member.pk] == heard[cast.administrator.pk] == MORNING
    assert heard[cast.second_member.pk] == EVENING + HOUR  # 07:00 in Sydney
    for person in (cast.member, cast.second_member, cast.administrator):
        fresh = User.objects.get(pk=person.pk)
        assert mailing.rhythm_of(fresh).loud_from(EVENING) == heard[person.pk]


def test_a_gap_that_runs_keeps_its_name_and_is_asked_for_once_a_day(cast: Cast) -> None:
    need(cast, MONDAY, "08:00", "14:00")
    scheduling.shift(cast.isar, MONDAY, "11:00", "13:00", slug="chat")
    scheduling.seated(cast.guest, scheduling.shift(cast.isar, MONDAY, "10:00", "12:00", slug="chat"))
    nine = dt.datetime(2027, 6, 7, 7, 2, tzinfo=dt.UTC)
    key = gap(cast, nine - 2 * HOUR).key
    asked = []
    for minutes in (0, 1, 90):
        now = nine + minutes * MINUTE
        assert gap(cast, now).key == key
        assert gap(cast, now).period.start == now
        with time_machine.travel(now, tick=False):
            asked.append(ask(cast, now))
    assert asked == [(1, 0), (0, 0), (0, 0)]


def test_only_the_skill_covers_a_gap_of_the_skill(cast: Cast) -> None:
    """Three people are there and one with the skill is missing: a fourth without it would close nothing."""
    skill = Skill.objects.create(name="Spanish", slug="spanish")
    floor = {"activity": "phone", "weekdays": [3], "start": "09:00", "end": "12:00", "people": 1, "skill": "spanish"}
    pods.agreement(cast.isar, since=periods.now() - DAY, coverage_floor=[floor])
    wednesday = MONDAY + 2 * DAY
    scheduling.seated(cast.guest, scheduling.shift(cast.isar, wednesday, "09:00", "12:00"))
    scheduling.shift(cast.isar, wednesday, "09:00", "12:00")
    found = read_board(cast.isar, EVENING, everything=True).gaps[0]
    assert found.able == ()
    assert found.others == "4 others cannot: without the skill"
    MemberSkill.objects.create(member=cast.second_member, skill=skill, level=3)
    found = read_board(cast.isar, EVENING, everything=True).gaps[0]
    assert [each.person.pk for each in found.able] == [cast.second_member.pk]


def test_who_lacks_the_skill_covers_what_anybody_may(cast: Cast) -> None:
    Skill.objects.create(name="Spanish", slug="spanish")
    scheduling.activity("phone")
    whole = {"activity": "phone", "weekdays": [3], "start": "09:00", "end": "12:00", "people": 2}
    pods.agreement(
        cast.isar, since=periods.now() - DAY, coverage_floor=[whole, whole | {"people": 1, "skill": "spanish"}]
    )
    found = read_board(cast.isar, EVENING, everything=True).gaps[0]
    assert cast.second_member.pk in {each.person.pk for each in found.able}


@pytest.mark.parametrize(
    ("start", "end", "span"), [("08:00", "16:00", "08:00–16:00"), ("07:00", "21:00", "07:00–15:00")]
)
def test_a_long_gap_without_a_shift_is_covered_by_a_day_with_breaks(
    cast: Cast, start: str, end: str, span: str
) -> None:
    pods.agreement(cast.isar, since=periods.now() - DAY, break_minutes=30, long_break_minutes=45)
    need(cast, MONDAY + 2 * DAY, start, end)
    found = gap(cast)
    assert {each.span for each in found.able} == {span}
    assert found.others == ""


def test_every_bound_has_its_word_among_the_reasons(cast: Cast) -> None:
    pods.agreement(cast.isar, since=periods.now() - DAY, days_in_row=2)
    for day in (0, 1):
        scheduling.seated(cast.second_member, scheduling.shift(cast.isar, MONDAY + day * DAY, "09:00", "12:00"))
    need(cast, MONDAY + 2 * DAY, "09:00", "12:00")
    assert gap(cast, dt.datetime(2027, 6, 6, 12, tzinfo=dt.UTC)).others == "1 other cannot: too many days in a row"


def carry(cast: Cast, member: User, points: str) -> None:
    PointEntry.objects.create(
        pod=cast.isar,
        member=member,
        kind="help",
        points=Decimal(points),
        source=f"contact:{member.pk}",
        happened_at=EVENING - 7 * DAY,
        numbers={"minutes": 60},
    )


def test_points_are_read_inside_the_pod_only(cast: Cast, browser: Browser) -> None:
    carry(cast, cast.second_member, "4")
    need(cast, MONDAY + 2 * DAY, "09:00", "12:00")
    with time_machine.travel(EVENING, tick=False):
        pages = {
            person: browser(person).get("/p/isar/board/").content.decode()
            for person in (cast.member, cast.guest, cast.coach, cast.operations_lead)
        }
    said = "4 points, share"
    assert [said in page for page in pages.values()] == [True, True, False, False]
    assert cast.second_member.name in pages[cast.coach]


def test_who_carried_less_goes_first_where_the_work_counts(cast: Cast) -> None:
    carry(cast, cast.second_member, "4")
    need(cast, MONDAY + 5 * DAY, "09:00", "12:00")
    names = [each.person.name for each in gap(cast, points=True).able]
    assert names[-1] == cast.second_member.name
    Requirement.objects.all().delete()
    need(cast, MONDAY + 9 * DAY, "09:00", "12:00")
    by_hours = [each.person.name for each in gap(cast, points=True).able]
    assert by_hours == sorted(names)
    assert by_hours[0] == cast.second_member.name


def test_what_people_carried_is_what_the_page_of_fairness_says(cast: Cast, browser: Browser) -> None:
    carry(cast, cast.member, "4.5")
    carry(cast, cast.second_member, "1")
    with time_machine.travel(EVENING, tick=False):
        page = browser(cast.member).get("/p/isar/fairness/").content.decode()
        told = carried.carried(cast.isar, [cast.member.pk, cast.second_member.pk], periods.now())
    mine, theirs = told[cast.member.pk], told[cast.second_member.pk]
    points, share = mine.words.split(" points, share ")
    assert (points, theirs.words.split(",")[0]) == ("4.5", "1 point")
    assert f"<b>{points}</b><small>share {share}</small>" in page
    assert mine.above > 0 > theirs.above


def test_a_second_room_that_counts_is_refused() -> None:
    with pytest.raises(ValueError, match="counted already"):
        carried.register(lambda _pod, _members, _at: {})


def test_numbers_that_nobody_has_ask_nobody(cast: Cast, browser: Browser) -> None:
    need(cast, MONDAY + 2 * DAY, "09:00", "12:00")
    with time_machine.travel(EVENING, tick=False):
        for sent in ("9" * 5000, "9" * 19, "-1", "٣", ""):
            answer = browser(cast.member).post("/p/isar/board/ask", {"gap": gap(cast).key, "member": sent})
            assert answer.status_code in (302, 303)
    assert not Notice.objects.exists()
