"""Today: each role finds its own questions answered, and nothing of others."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from cxportal.core.periods import Period, monday, to_instant
from cxportal.today import cards
from cxportal.today.badges import fitting_shifts, own_line
from cxportal.today.cover import cover_card
from cxportal.today.pods import compared
from cxportal.today.shift import shift_card
from cxportal.today.waiting import queue_card
from teams.pods.models import Pod
from teams.scheduling.services.weeks import NewShift, add_shifts
from teams.staffing.services import Wanted, set_requirement
from tests.cast import Cast
from tests.factories import customers, routing, scheduling

Browser = Callable[..., Client]
DAY = scheduling.MONDAY + dt.timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


def at(clock: str) -> dt.datetime:
    return to_instant(DAY, dt.time.fromisoformat(clock), BERLIN)


def mixed_shift(pod: Pod) -> object:
    """07:00–15:30: phone, chat, a break of half an hour, phone."""
    parts = (("phone", "07:00", "10:00"), ("chat", "10:00", "11:30"), ("phone", "12:00", "15:30"))
    segments = tuple((scheduling.activity(slug).pk, Period(at(start), at(end))) for slug, start, end in parts)
    new = NewShift(DAY, Period(at("07:00"), at("15:30")), pod.zone, segments, (None,))
    (made,) = add_shifts(scheduling.week(pod, monday(DAY)), [new])
    return made


@pytest.fixture
def on_shift(cast: Cast) -> Cast:
    scheduling.seated(cast.member, mixed_shift(cast.isar))  # type: ignore[arg-type]
    return cast


def test_on_shift_the_card_says_what_now_and_what_next(on_shift: Cast) -> None:
    card = shift_card(on_shift.member, at("10:42"))
    assert card is not None
    assert (card.title, card.headline) == ("Your shift, 07:00–15:30", "Chat until 11:30")
    assert card.then == "then break, then Phone at 12:00"
    assert [(piece.begin, piece.length, piece.pause) for piece in card.pieces] == [
        (0, 12, False),
        (12, 6, False),
        (18, 2, True),
        (20, 14, False),
    ]
    assert [piece.past for piece in card.pieces] == [True, False, False, False]
    assert (card.span, card.now) == (34, 15)


def test_a_shift_that_is_mostly_something_else_says_so_as_the_week_draws_it(cast: Cast) -> None:
    parts = (("chat", "07:00", "09:00"), ("phone", "09:00", "15:00"))
    segments = tuple((scheduling.activity(slug).pk, Period(at(start), at(end))) for slug, start, end in parts)
    new = NewShift(DAY, Period(at("07:00"), at("15:00")), cast.isar.zone, segments, (None,))
    (made,) = add_shifts(scheduling.week(cast.isar, monday(DAY)), [new])
    scheduling.seated(cast.member, made)
    card = shift_card(cast.member, at("05:00"))
    assert card is not None
    assert card.then == "Chat first, mostly Phone"


def test_a_gap_names_the_activity_that_lacks_people(cast: Cast) -> None:
    need = Wanted(scheduling.activity().pk, Period(at("08:00"), at("12:00")), 1)
    set_requirement(by=cast.member, pod=cast.isar, wanted=[need])
    assert cover_card(cast.isar, at("07:00")).gaps == ["08:00–12:00, Phone 1 short"]


def test_in_the_break_the_card_says_until_when(on_shift: Cast) -> None:
    card = shift_card(on_shift.member, at("11:40"))
    assert card is not None
    assert (card.headline, card.then) == ("Break until 12:00", "then Phone")


def test_in_the_last_part_the_card_says_that_it_is_the_last(on_shift: Cast) -> None:
    card = shift_card(on_shift.member, at("15:00"))
    assert card is not None
    assert (card.headline, card.then) == ("Phone until 15:30", "then you are done")


def test_before_the_shift_the_card_announces_it_in_the_pod_s_own_time(on_shift: Cast) -> None:
    card = shift_card(on_shift.member, at("05:00"))
    assert card is not None
    assert card.title == "Your next shift"
    assert card.headline.endswith("07:00–15:30")
    assert card.now is None


def test_without_a_shift_the_page_points_to_the_week(cast: Cast, browser: Browser) -> None:
    text = browser(cast.member).get("/").content.decode()
    assert "You have no shift ahead" in text


def test_the_ticks_keep_their_distance_and_end_with_the_shift(on_shift: Cast) -> None:
    card = shift_card(on_shift.member, at("10:42"))
    assert card is not None
    assert card.ticks[0] == (0, "07:00")
    assert card.ticks[-1] == (34, "15:30")
    assert all(right[0] - left[0] >= 3 for left, right in zip(card.ticks, card.ticks[1:], strict=False))


def test_the_coverage_of_the_own_pod_shows_the_gap_in_words(on_shift: Cast, browser: Browser) -> None:
    with time_machine.travel(at("10:42"), tick=False):
        text = browser(on_shift.member).get("/").content.decode()
    assert "Coverage of Isar today" in text
    assert "Chat until 11:30" in text


def test_an_operations_lead_sees_the_pods_of_the_area_and_no_roster(cast: Cast, browser: Browser) -> None:
    text = browser(cast.operations_lead).get("/").content.decode()
    assert "Pods, the next seven days" in text
    assert "Isar" in text
    assert "Mara" not in text
    elsewhere = browser(cast.other_operations_lead).get("/").content.decode()
    assert "Isar" not in elsewhere


def test_a_coach_sees_the_weeks_of_the_coached_pods(cast: Cast, browser: Browser) -> None:
    text = browser(cast.coach).get("/").content.decode()
    assert "Weeks of the pods you coach" in text
    assert "Isar" in text


def test_a_coach_sees_the_hours_that_a_day_lacks_and_how_each_pod_does(cast: Cast, browser: Browser) -> None:
    need = Wanted(scheduling.activity().pk, Period(at("08:00"), at("11:30")), 1)
    set_requirement(by=cast.member, pod=cast.isar, wanted=[need])
    with time_machine.travel(at("07:00"), tick=False):
        text = browser(cast.coach).get("/").content.decode()
    (table,) = re.findall(r'id="coached-pods".*?</section>', text, re.DOTALL)
    assert re.search(r'<span class="xs num" aria-hidden="true">3.5 h</span>', table)
    assert "Satisfied, 4 weeks" in table
    # What waits and the contacts behind it are not a coach's.
    assert "Waiting" not in table
    assert "Isar, last four weeks" in text


@pytest.mark.parametrize(("opens", "closes"), [("08:00", "20:00"), ("07:30", "19:00"), ("00:00", "23:00")])
def test_where_hours_of_a_day_are_left_out_it_is_by_whole_steps(cast: Cast, opens: str, closes: str) -> None:
    need = Wanted(scheduling.activity().pk, Period(at(opens), at(closes)), 1)
    set_requirement(by=cast.member, pod=cast.isar, wanted=[need])
    card = cover_card(cast.isar, at("07:00"))
    hours = [int(hour[:2]) for _quarter, hour, _step in card.ticks]
    assert [quarter for quarter, _hour, _step in card.ticks] == list(range(0, card.span + 1, 4))
    assert {hour for hour, (_q, _h, step) in zip(hours, card.ticks, strict=True) if step > 1} == {
        hour for hour in hours if hour % 2 == 0
    }
    assert card.long == (card.span > 64)


def test_one_bell_stands_on_the_first_page_and_carries_the_count(cast: Cast, browser: Browser) -> None:
    text = browser(cast.member).get("/").content.decode()
    assert text.count('href="/notices/" aria-label="Notices"') == 1
    assert re.search(r'href="/notices/" aria-label="Notices">.*?id="badge-notices"', text, re.DOTALL)


def test_an_administrator_sees_pods_that_wait_to_be_opened(cast: Cast, browser: Browser) -> None:
    Pod.objects.create(name="Naab", slug="naab", letters="Na", area=cast.south)
    text = browser(cast.administrator).get("/").content.decode()
    assert "Pods being set up" in text
    assert "Naab" in text


def test_members_of_a_pod_that_is_not_open_are_led_to_its_steps(cast: Cast, browser: Browser) -> None:
    assert "is being set up" not in browser(cast.member).get("/").content.decode()
    Pod.objects.filter(pk=cast.isar.pk).update(opens_at=None)
    page = browser(cast.member).get("/").content.decode()
    assert "Isar is being set up: 3 of 5 steps are done." in page
    assert "Coverage of Isar today" not in page
    assert 'href="/p/isar/setup/"' in page


def test_somebody_without_any_standing_is_told_who_can_help(cast: Cast, browser: Browser) -> None:
    assert "You stand in no pod yet" in browser(cast.stranger).get("/").content.decode()


def test_a_card_is_fetched_alone(cast: Cast, browser: Browser) -> None:
    answer = browser(cast.member).get("/", headers={"HX-Request": "true", "HX-Target": "cover"})
    text = answer.content.decode()
    assert 'id="cover"' in text
    assert "<html" not in text


def test_the_count_of_fitting_shifts_is_kept_until_the_roster_changes(cast: Cast) -> None:
    assert fitting_shifts(cast.member, cast.isar, fresh=False) == 0
    scheduling.shift(cast.isar, DAY, "07:00", "15:00")
    need = Wanted(scheduling.activity().pk, Period(at("08:00"), at("12:00")), 1)
    set_requirement(by=cast.member, pod=cast.isar, wanted=[need])
    assert fitting_shifts(cast.member, cast.isar, fresh=False) == 0
    assert fitting_shifts(cast.member, cast.isar, fresh=True) == 1
    assert fitting_shifts(cast.member, cast.isar, fresh=False) == 1


def test_a_lead_sees_what_waits_as_a_count(cast: Cast) -> None:
    customers.contact(cast.isar)
    customers.contact(cast.elbe, serving_pod=cast.isar)
    (isar, elbe) = sorted(compared([cast.isar, cast.elbe], at("10:00")), key=lambda row: row.pod.name, reverse=True)
    assert (isar.waiting, elbe.waiting) == (2, 0)


def test_the_queue_card_sets_the_longest_wait_against_the_promise(cast: Cast) -> None:
    now = at("10:00")
    customers.contact(cast.isar, at=now - dt.timedelta(seconds=15))
    customers.contact(cast.isar, at=now - dt.timedelta(seconds=600), channel="email")
    lanes = {lane.icon: lane for lane in queue_card(cast.isar, cast.member, now).lanes}
    assert (lanes["phone"].count, lanes["phone"].longest, lanes["phone"].promise) == (1, "0:15", "0:20")
    assert (lanes["phone"].share, lanes["phone"].tone) == (75, "good")
    assert lanes["mail"].promise == "8 h"


def test_people_of_no_pod_are_told_their_role_instead_of_a_shift(cast: Cast) -> None:
    assert own_line(cast.executive, "Europe/Berlin").words == "Executive"
    assert own_line(cast.coach, "Europe/Berlin").words == "Coach"
    assert own_line(cast.member, "Europe/Berlin").words == "Off shift"


def test_many_pods_are_read_after_the_page_stands(
    cast: Cast, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "AT_ONCE", 1)
    client = browser(cast.operations_lead)
    page = client.get("/").content.decode()
    assert 'hx-trigger="load"' in page
    assert "Missing in 7 days" not in page
    fragment = client.get("/", headers={"HX-Request": "true", "HX-Target": "pods"}).content.decode()
    assert "Missing in 7 days" in fragment


def test_the_dot_tells_who_is_there_and_not_only_planned(on_shift: Cast) -> None:
    with time_machine.travel(at("10:42"), tick=False):
        assert own_line(on_shift.member, "Europe/Berlin").on == "off"
        routing.there(on_shift.member, at=at("10:42"))
        assert own_line(on_shift.member, "Europe/Berlin").on == "on"
        routing.there(on_shift.member, at=at("10:42"), state="break")
        assert own_line(on_shift.member, "Europe/Berlin").on == "busy"
