"""Calendar feeds: secret, revocable, stable names, rising sequence, cancelled told, nothing of others."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
import vobject
from django.http import HttpResponse
from django.test import Client

from cxportal.core import periods
from cxportal.core.periods import Period, days_period
from cxportal.core.violations import Refused
from teams.feeds import services, views
from teams.feeds.models import CalendarFeed
from teams.feeds.queries import entries_of, feeds_of, find_feed
from teams.people.models import User
from teams.people.services import deactivate, reactivate
from teams.pods.memberships import end_membership, join_pod
from teams.pods.models import Pod
from teams.scheduling import services as roster
from teams.scheduling.models import Absence, Duty
from tests.cast import Cast
from tests.factories import scheduling

type Browser = Callable[..., Client]


def made(member: User, pod: Pod, *, minutes_ago: int = 5) -> str:
    """The path of a new address, made before this test's transaction began: its changes count from there."""
    _feed, secret = services.make_feed(by=member, pod=pod, at=periods.now() - dt.timedelta(minutes=minutes_ago))
    return f"/calendar/{secret}.ics"


def asked(path: str, **headers: str) -> Any:
    return Client().get(path, headers=headers)


def events(path: str) -> list[Any]:
    answer = asked(path)
    assert answer.status_code == 200
    return list(vobject.readOne(answer.content.decode()).contents.get("vevent", []))


def one(path: str) -> Any:
    (event,) = events(path)
    return event


def test_a_claim_stands_in_the_feed_with_its_hours_and_activities(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    path = made(cast.member, cast.isar)
    assert events(path) == []
    roster.claim(by=cast.member, shift=shift.pk)
    event = one(path)
    assert event.summary.value == "Phone · Isar"
    assert event.description.value == "07:00–15:00 Phone"
    assert event.dtstart.value == shift.span.start
    assert (event.status.value, event.dtend.value) == ("CONFIRMED", shift.span.end)
    assert event.url.value.endswith(f"/p/isar/week/{shift.week.label}/")


def test_moving_keeps_the_name_and_raises_the_sequence(cast: Cast) -> None:
    """A move seats everybody anew under new numbers; the calendar must not see a second event."""
    shift = scheduling.shift(cast.isar)
    path = made(cast.member, cast.isar)
    roster.claim(by=cast.member, shift=shift.pk)
    before = one(path)
    roster.move_shift(by=cast.member, shift=shift.pk, period=scheduling.span(cast.isar, 1, "08:00", "16:00"))
    after = one(path)
    assert after.uid.value == before.uid.value
    assert int(after.sequence.value) > int(before.sequence.value)
    assert after.dtstart.value == before.dtstart.value + dt.timedelta(hours=1)


def test_giving_back_cancels_and_claiming_again_revives_the_same_event(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    path = made(cast.member, cast.isar)
    seen = []
    for _round in range(2):
        done = roster.claim(by=cast.member, shift=shift.pk)
        seen.append(one(path))
        roster.release(by=cast.member, assignment=done.assignment.pk)
        seen.append(one(path))
    assert [e.status.value for e in seen] == ["CONFIRMED", "CANCELLED"] * 2
    assert len({e.uid.value for e in seen}) == 1
    numbers = [int(e.sequence.value) for e in seen]
    assert numbers == sorted(set(numbers))
    assert seen[-1].dtstart.value == shift.span.start


def test_a_cancelled_shift_is_sent_as_cancelled_for_sixty_days_after_its_end(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    path = made(cast.member, cast.isar)
    roster.claim(by=cast.member, shift=shift.pk)
    roster.cancel_shift(by=cast.member, shift=shift.pk)
    assert one(path).status.value == "CANCELLED"
    feed = CalendarFeed.objects.get()
    assert len(entries_of(feed, shift.span.end + dt.timedelta(days=59))) == 1
    assert entries_of(feed, shift.span.end + dt.timedelta(days=61)) == []


def test_what_was_given_back_before_the_address_was_made_is_not_told(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    done = roster.claim(by=cast.member, shift=shift.pk)
    roster.release(by=cast.member, assignment=done.assignment.pk)
    assert events(made(cast.member, cast.isar, minutes_ago=0)) == []


def test_a_shift_that_changes_hands_leaves_one_calendar_and_enters_the_other(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    mine, theirs = made(cast.member, cast.isar), made(cast.second_member, cast.isar)
    done = roster.claim(by=cast.member, shift=shift.pk)
    offer = roster.offer(by=cast.member, assignment=done.assignment.pk)
    roster.take(by=cast.second_member, give_away=offer.pk)
    assert (one(mine).status.value, one(theirs).status.value) == ("CANCELLED", "CONFIRMED")
    assert one(mine).uid.value != one(theirs).uid.value


def test_work_that_a_split_takes_along_stands_in_the_calendar_once(cast: Cast) -> None:
    """Who sits on the second half alone moves to the other shift under the same number."""
    shift = scheduling.shift(cast.isar)
    path = made(cast.member, cast.isar)
    half = Period(shift.span.start + dt.timedelta(hours=4), shift.span.end)
    scheduling.seated(cast.member, shift, half)
    before = int(one(path).sequence.value)
    roster.split_shift(by=cast.member, shift=shift.pk, instant=half.start)
    found = {event.status.value: event for event in events(path)}
    assert set(found) == {"CONFIRMED", "CANCELLED"}
    assert len(events(path)) == 2
    assert found["CONFIRMED"].dtstart.value == half.start
    assert int(found["CANCELLED"].sequence.value) > before


def test_an_absence_inside_a_shift_leaves_two_parts_and_shows_away(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    path = made(cast.member, cast.isar)
    roster.claim(by=cast.member, shift=shift.pk)
    away = scheduling.span(cast.isar, 1, "10:00", "11:00")
    absence = roster.record_absence(by=cast.member, member=cast.member, period=away, kind="sick", note="secret-note")
    found = events(path)
    assert [e.summary.value for e in found] == ["Phone · Isar", "Away", "Phone · Isar"]
    assert len({e.uid.value for e in found}) == 3
    assert [e.contents["class"][0].value for e in found if e.summary.value == "Away"] == ["PRIVATE"]
    text = asked(path).content.decode()
    assert "sick" not in text
    assert "secret-note" not in text
    roster.end_absence(by=cast.member, absence=absence.pk)
    assert [e.status.value for e in events(path) if e.summary.value == "Away"] == ["CANCELLED"]


def test_an_absence_that_ended_early_is_never_told_by_its_old_end_again(cast: Cast) -> None:
    """Two months on, what it was is still young enough to be kept; what it became is not."""
    made(cast.member, cast.isar)
    feed, now = CalendarFeed.objects.get(), periods.now()
    away = Period(now - dt.timedelta(days=1), now + dt.timedelta(days=30))
    row = roster.record_absence(by=cast.member, member=cast.member, period=away, kind="sick")
    roster.end_absence(by=cast.member, absence=row.pk, at=now)
    (event,) = entries_of(feed, now)
    assert event.period.end == now
    (kept,) = entries_of(feed, now + dt.timedelta(days=59))
    assert (kept.period, kept.sequence, kept.uid) == (event.period, event.sequence, event.uid)
    assert entries_of(feed, now + dt.timedelta(days=61)) == []


def test_away_stands_in_the_own_home_feed_only(cast: Cast) -> None:
    day = days_period(scheduling.MONDAY, scheduling.MONDAY, cast.isar.tzinfo)
    Absence.objects.create(member=cast.guest, period=(day.start, day.end), kind="leave", made_by=cast.guest)
    home, visit = made(cast.guest, cast.elbe), made(cast.guest, cast.isar)
    assert [e.dtstart.value for e in events(home)] == [scheduling.MONDAY]
    assert events(visit) == []
    assert events(made(cast.other_member, cast.elbe)) == []


def test_a_feed_shows_the_shifts_of_its_pod_and_its_member_only(cast: Cast) -> None:
    scheduling.seated(cast.guest, scheduling.shift(cast.isar))
    scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 2))
    scheduling.seated(cast.guest, scheduling.shift(cast.elbe, 3))
    assert [e.location.value for e in events(made(cast.guest, cast.isar))] == ["Isar"]
    assert [e.location.value for e in events(made(cast.guest, cast.elbe))] == ["Elbe"]


def test_the_secret_is_shown_once_and_only_its_digest_is_stored(cast: Cast, browser: Browser) -> None:
    client = browser(cast.member)
    answer = client.post("/account/calendar/isar/make")
    (secret,) = set(re.findall(r"/calendar/([\w-]{43})\.ics", answer.content.decode()))
    assert answer["Cache-Control"].startswith("no-store")
    assert "webcal://" in answer.content.decode()
    assert secret not in client.get("/account/calendar/").content.decode()
    assert secret.encode() not in bytes(CalendarFeed.objects.get().digest)
    assert asked(f"/calendar/{secret}.ics").status_code == 200


def test_revoked_replaced_and_forged_addresses_are_404_alike(cast: Cast, browser: Browser) -> None:
    first = made(cast.member, cast.isar)
    second = made(cast.member, cast.isar)
    browser(cast.member).post("/account/calendar/isar/revoke")
    answers = [asked(path) for path in (first, second, f"/calendar/{'x' * 43}.ics", "/calendar/ü.ics")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_deactivation_ends_a_feed_for_good(cast: Cast) -> None:
    path = made(cast.member, cast.isar)
    deactivate(by=cast.administrator, person=cast.member)
    assert asked(path).status_code == 404
    reactivate(by=cast.administrator, person=cast.member)
    assert asked(path).status_code == 404


def test_leaving_the_pod_ends_a_feed_on_that_day_and_coming_back_needs_a_new_one(cast: Cast) -> None:
    path = made(cast.member, cast.isar)
    today = periods.now().date()
    end_membership(by=None, membership=cast.member.memberships.get(), last=today)
    assert asked(path).status_code == 200
    with time_machine.travel(periods.now() + dt.timedelta(days=2)):
        assert asked(path).status_code == 404
        join_pod(by=None, member=cast.member, pod=cast.isar, first=today + dt.timedelta(days=1))
        assert asked(path).status_code == 404
        assert [line.made_at for line in feeds_of(User.objects.get(pk=cast.member.pk))] == [None]
        assert asked(made(User.objects.get(pk=cast.member.pk), cast.isar)).status_code == 200


def test_only_who_works_in_a_pod_gets_an_address(cast: Cast, browser: Browser) -> None:
    for person, status in ((cast.coach, 403), (cast.other_member, 404), (cast.guest, 200)):
        assert browser(person).post("/account/calendar/isar/make").status_code == status
    with pytest.raises(Refused, match="Only members of Isar"):
        services.make_feed(by=cast.coach, pod=cast.isar)


def test_an_unchanged_feed_is_304_and_a_claim_changes_the_etag(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    path = made(cast.member, cast.isar)
    first = asked(path)
    again = asked(path, if_none_match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    roster.claim(by=cast.member, shift=shift.pk)
    assert asked(path, if_none_match=first["ETag"]).status_code == 200


def test_a_feed_is_private_sets_no_cookie_and_is_only_read(cast: Cast) -> None:
    path = made(cast.member, cast.isar)
    for answer in (asked(path), Client().head(path)):
        assert answer.status_code == 200
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert "private" in answer["Cache-Control"]
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")
    for method in ("post", "put", "delete", "options"):
        refused: HttpResponse = getattr(Client(), method)(path)
        assert refused.status_code == 405


def test_the_words_are_the_owner_s_whatever_the_client_speaks(cast: Cast) -> None:
    path = made(cast.member, cast.isar)
    assert asked(path).content == asked(path, accept_language="de").content


def test_who_asks_too_often_is_told_when_to_come_back(cast: Cast) -> None:
    path, other = made(cast.member, cast.isar), made(cast.second_member, cast.isar)
    with time_machine.travel(dt.datetime(2026, 6, 1, 12, 1, tzinfo=dt.UTC), tick=False):
        CalendarFeed.objects.update(made_at=periods.now())
        for _ in range(views.READ.most):
            assert asked(path).status_code == 200
        stopped = asked(path)
        assert (stopped.status_code, stopped["Retry-After"]) == (429, "540")
        assert asked(other).status_code == 200


def test_guessing_is_slowed_down_and_real_addresses_go_on(cast: Cast) -> None:
    path = made(cast.member, cast.isar)
    with time_machine.travel(dt.datetime(2026, 6, 1, 12, 1, tzinfo=dt.UTC), tick=False):
        CalendarFeed.objects.update(made_at=periods.now())
        for _ in range(views.FORGED.most):
            assert asked("/calendar/guess.ics").status_code == 404
        assert asked("/calendar/guess.ics").status_code == 429
        assert asked(path).status_code == 200


def test_the_page_says_since_when_and_whether_a_calendar_reads_it(cast: Cast, browser: Browser) -> None:
    path = made(cast.member, cast.isar)
    assert "no calendar has read it yet" in browser(cast.member).get("/account/calendar/").content.decode()
    asked(path)
    assert "read by a calendar about" in browser(cast.member).get("/account/calendar/").content.decode()
    week = scheduling.week(cast.isar)
    assert 'href="/account/calendar/"' in browser(cast.member).get(f"/p/isar/week/{week.label}/").content.decode()


def test_a_feed_asks_the_same_number_of_queries_for_one_and_for_three(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    _row, secret = services.make_feed(by=cast.member, pod=cast.isar)
    for days in ((1,), (2, 3)):
        for day in days:
            scheduling.seated(cast.member, scheduling.shift(cast.isar, day))
        feed = find_feed(secret)
        assert feed is not None
        with django_assert_num_queries(4):
            entries_of(feed)


def test_a_period_of_the_past_stays_for_a_while(cast: Cast) -> None:
    past = Period(periods.now() - dt.timedelta(days=10), periods.now() - dt.timedelta(days=10) + dt.timedelta(hours=8))
    shift = scheduling.shift(cast.isar)
    scheduling.seated(cast.member, shift)
    Duty.objects.update(starts_at=past.start, ends_at=past.end, rest_until=past.end)
    shift.assignments.update(period=(past.start, past.end))
    type(shift).objects.filter(pk=shift.pk).update(period=(past.start, past.end))
    assert one(made(cast.member, cast.isar)).dtend.value == past.end.replace(microsecond=0)
