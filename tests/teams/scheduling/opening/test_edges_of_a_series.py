"""The edges of one act for many shifts: too many, twice the same, too late, somebody else's, swapped away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse

from cxportal.core import periods
from cxportal.core.periods import DAY, MINUTE
from cxportal.core.violations import Refused
from teams.scheduling import services
from teams.scheduling.models import Assignment, Seat
from teams.scheduling.opening.rules import Line
from teams.scheduling.reading import read_pod
from teams.scheduling.services.series import MOST_LINES
from tests.cast import Cast
from tests.factories import people, scheduling
from tests.factories.scheduling import MONDAY
from tests.teams.scheduling.opening.scene import lines, weeks_of

type Browser = Callable[..., Client]


def test_more_lines_than_one_act_holds_are_refused_with_both_numbers(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    read = [Line(shift.pk, 1, shift.span)] * (MOST_LINES + 1)
    with pytest.raises(Refused) as refused:
        services.claim_series(by=cast.member, pod=cast.isar, lines=read)
    assert refused.value.codes == {"too_many"}
    assert not Assignment.objects.exists()


def test_a_line_that_is_sent_twice_is_claimed_once_and_nothing_is_skipped(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    done = services.claim_series(by=cast.member, pod=cast.isar, lines=[Line(shift.pk, 1, shift.span)] * 2)
    assert (len(done.claimed), done.skipped) == (1, ())


def test_what_is_mine_already_is_held_and_not_skipped(cast: Cast) -> None:
    first, second = scheduling.shift(cast.isar, 1), scheduling.shift(cast.isar, 2)
    read = [Line(shift.pk, 1, shift.span) for shift in (first, second)]
    services.claim(by=cast.member, shift=first.pk)
    done = services.claim_series(by=cast.member, pod=cast.isar, lines=read)
    assert (len(done.claimed), done.held, done.skipped) == (1, 1, ())


def test_an_agreement_newer_than_the_page_is_told(cast: Cast) -> None:
    shifts = [scheduling.shift(cast.isar, day) for day in (1, 2)]
    now = read_pod(cast.isar, shifts[0].span, periods.now()).bounds.version
    told = [
        services.claim_series(
            by=cast.member, pod=cast.isar, lines=[Line(shift.pk, 1, shift.span)], seen_version=seen
        ).changed
        for shift, seen in zip(shifts, (now, now + 1), strict=True)
    ]
    assert told == [False, True]


def test_the_undo_ends_after_ten_minutes_and_is_the_own_one(cast: Cast) -> None:
    early = scheduling.pattern(cast.isar)
    weeks_of(early)
    done = services.claim_series(by=cast.member, pod=cast.isar, lines=lines(cast.isar, cast.member, early))
    assert done.act
    with pytest.raises(Refused) as refused:
        services.undo(by=cast.member, act=done.act.pk, at=done.act.at + 10 * MINUTE + MINUTE / 60)
    assert refused.value.codes == {"undo_late"}
    with pytest.raises(Http404):
        services.undo(by=cast.second_member, act=done.act.pk)
    assert Assignment.objects.count() == 5
    services.undo(by=cast.member, act=done.act.pk, at=done.act.at + 10 * MINUTE)
    assert not Assignment.objects.exists()


def test_the_undo_is_refused_when_one_of_them_went_to_somebody_else(cast: Cast) -> None:
    early = scheduling.pattern(cast.isar)
    shifts = weeks_of(early)
    done = services.claim_series(by=cast.member, pod=cast.isar, lines=lines(cast.isar, cast.member, early))
    offer = services.offer(by=cast.member, assignment=shifts[0].assignments.get().pk)
    services.take(by=cast.second_member, give_away=offer.pk)
    assert done.act
    with pytest.raises(Refused) as refused:
        services.undo(by=cast.member, act=done.act.pk)
    assert refused.value.codes == {"built_on"}
    assert Assignment.objects.filter(member=cast.member).count() == 4


def test_what_lies_on_another_day_is_no_way_instead_of_a_day(cast: Cast, browser: Browser) -> None:
    early = scheduling.pattern(cast.isar)
    monday, *_others = weeks_of(early)
    Seat.objects.filter(shift=monday).update(skill=people.skill("Polish", cast.second_member))
    scheduling.shift(cast.isar, 5, "10:00", "12:00")
    asked = {"first": MONDAY.isoformat(), "last": (MONDAY + 6 * DAY).isoformat(), "pattern": str(early.pk)}
    address = reverse("claim_series", kwargs={"slug": cast.isar.slug})
    found = browser(cast.member).get(address, asked).content.decode()
    assert "Does not fit" in found
    assert "Fits instead:" not in found


def refused(client: Client, cast: Cast, start: str, end: str) -> str:
    """The answer to a claim of Tuesday's shift that does not fit."""
    shift = scheduling.shift(cast.isar, 1, start, end)
    answer = client.post(reverse("claim", args=[cast.isar.slug, shift.pk]))
    assert answer.status_code == 409
    return answer.content.decode()


def test_a_part_that_begins_later_is_claimed_from_where_it_begins(cast: Cast, browser: Browser) -> None:
    services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 0, "16:00", "22:00").pk)
    page = refused(browser(cast.member), cast, "07:00", "15:00")
    part = scheduling.span(cast.isar, 1, "09:00", "15:00")
    assert "Take 09:00–15:00 only" in page
    assert f'value="{part.start.isoformat()}"' in page


def test_of_two_parts_and_many_shifts_four_are_named_as_ways(cast: Cast, browser: Browser) -> None:
    for day in (2, 3, 4, 5):
        scheduling.shift(cast.isar, day, "10:00", "12:00")
    page = refused(browser(cast.member), cast, "07:00", "19:00")
    assert [page.count("<b>Take "), page.count(" only</b>"), page.count(" instead</b>")] == [4, 2, 2]
    assert "Closes 0" not in page
