"""Questions wait for the end of quiet hours; one a day, also when two of them wait for one morning."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from cxportal.core.periods import HOUR, MINUTE
from cxportal.core.violations import Refused
from teams.notifications import services, tasks
from teams.notifications.mailing import choose
from teams.notifications.models import Notice
from teams.notifications.queries import notices_of, unread_count
from teams.notifications.resting import told_from
from teams.notifications.rhythm import Rhythm
from teams.scheduling import services as roster
from teams.scheduling.swaps import deadlines
from teams.scheduling.swaps import services as swaps
from teams.scheduling.swaps.services import Planned
from tests.cast import Cast
from tests.factories import scheduling

type Browser = Callable[..., Client]

BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, clock: str) -> dt.datetime:
    """A wall time in Berlin on a day before the factories' Monday."""
    return scheduling.span(_Pod(), day, clock, "23:59").start  # type: ignore[arg-type]


class _Pod:
    tzinfo = BERLIN


@given(
    st.integers(0, 3 * 365 * 24 * 60),
    st.sampled_from(["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe"]),
    st.times(),
    st.times(),
    st.frozensets(st.integers(1, 7), max_size=6),
)
def test_the_end_of_quiet_is_the_first_minute_that_is_not(
    minute: int, zone: str, first: dt.time, until: dt.time, off: frozenset[int]
) -> None:
    rhythm = Rhythm(ZoneInfo(zone), first.replace(second=0, microsecond=0), until.replace(second=0, microsecond=0), off)
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + minute * MINUTE
    loud = rhythm.loud_from(start)
    assert not rhythm.is_quiet(loud)
    assert loud == start or (rhythm.is_quiet(start) and rhythm.is_quiet(loud - MINUTE))
    step = start
    while step < min(loud, start + 50 * HOUR):
        assert rhythm.is_quiet(step)
        step += 7 * MINUTE


@pytest.mark.django_db
def test_each_person_is_asked_by_their_own_clock_and_quiet_hours(cast: Cast) -> None:
    cast.second_member.zone = "Australia/Sydney"
    cast.second_member.save()
    choose(by=cast.lead, choices={}, quiet_from=dt.time(0), quiet_until=dt.time(0), digest_at=dt.time(8))
    night = at(-7, "23:30")
    told = told_from([cast.member.pk, cast.second_member.pk, cast.lead.pk], night)
    assert told == {cast.member.pk: at(-6, "07:00"), cast.second_member.pk: night, cast.lead.pk: night}


@pytest.mark.django_db
def test_who_is_asked_at_night_reads_it_in_the_morning(cast: Cast) -> None:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    with time_machine.travel(at(-7, "23:30"), tick=False):
        made = swaps.ask(by=cast.member, pod=cast.isar, planned=[Planned(held.pk, cast.second_member.pk)])
        assert (unread_count(cast.second_member), notices_of(cast.second_member)) == (0, [])
        assert services.mark_read(by=cast.second_member) == 0
    with time_machine.travel(at(-6, "07:00"), tick=False):
        assert unread_count(cast.second_member) == 1
        with pytest.raises(Refused) as refused:
            deadlines.remind(by=cast.member, exchange=made.pk)
    assert refused.value.codes == {"reminded"}


@pytest.mark.django_db
def test_two_questions_of_one_night_about_a_shift_are_one_in_the_morning(cast: Cast) -> None:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    back = scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 3))
    gift, night = [Planned(held.pk, cast.second_member.pk)], at(-7, "22:00")
    swaps.ask(by=cast.member, pod=cast.isar, planned=gift, at=night)
    swaps.ask(by=cast.member, pod=cast.isar, planned=[*gift, Planned(back.pk, cast.member.pk)], at=night + 3 * HOUR)
    assert Notice.objects.filter(kind="swap_asked").count() == 1


@pytest.mark.django_db
def test_a_shift_on_offer_is_told_in_the_morning_and_what_has_happened_at_once(cast: Cast) -> None:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    with time_machine.travel(at(-7, "23:30"), tick=False):
        offer = roster.offer(by=cast.member, assignment=held.pk)
        assert unread_count(cast.second_member) == 0
        roster.take(by=cast.lead, give_away=offer.pk)
        (told,) = notices_of(cast.member)
        assert str(told.words).startswith(f"{cast.lead.name} took over your shift Tue")


@pytest.mark.django_db
def test_open_pages_hear_of_what_waited_in_the_minute_in_which_it_may_be_read(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    swaps.ask(by=cast.member, pod=cast.isar, planned=[Planned(held.pk, cast.second_member.pk)], at=at(-7, "23:30"))
    heard: list[str] = []
    monkeypatch.setattr(tasks, "publish", lambda topics, _event: heard.extend(topics))
    for minute in (-1, 0, 1):
        tasks.tell_after_quiet_hours(int((at(-6, "07:00") + minute * MINUTE).timestamp()))
    assert heard == [f"person:{cast.second_member.pk}"]
