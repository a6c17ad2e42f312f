"""The pages of exchanges: offered in few presses, read before consent, refused with reasons, all without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from teams.scheduling.models import Assignment
from teams.scheduling.swaps import services, wishes
from teams.scheduling.swaps.models import Exchange, SwapWish
from teams.scheduling.swaps.services import Planned
from tests.cast import Cast
from tests.factories import people, scheduling

type Browser = Callable[..., Client]


def offer_url(cast: Cast, held: Assignment) -> str:
    return reverse("swap", kwargs={"slug": cast.isar.slug, "assignment": held.pk})


def test_a_swap_is_offered_asked_and_accepted(cast: Cast, browser: Browser) -> None:
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    theirs = scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 3))
    here = browser(cast.member)
    page = here.get(offer_url(cast, mine)).content.decode()
    assert f"{cast.second_member.name}, for Thu" in page
    assert "Same length" not in page
    assert f"{cast.second_member.first_name} · Week" in page
    assert "You · Week" in page
    asked = here.post(
        offer_url(cast, mine) + "ask",
        {"assignment": mine.pk, "mode": "swap", "rings": "on", "ask": f"{cast.second_member.pk}:{theirs.pk}"},
    )
    exchange = Exchange.objects.get()
    assert asked.headers["Location"] == reverse("exchange", args=[cast.isar.slug, exchange.pk])
    assert SwapWish.objects.get().rings
    there = browser(cast.second_member)
    read = there.get(asked.headers["Location"]).content.decode()
    assert "Yours is the last consent" in read
    done = there.post(reverse("accept_exchange", args=[cast.isar.slug, exchange.pk]), follow=True)
    assert "the exchange has happened" in done.content.decode()
    assert Assignment.objects.get(member=cast.second_member).shift_id == mine.shift_id


def test_a_consent_that_does_not_fit_any_more_says_why_and_changes_nothing(cast: Cast, browser: Browser) -> None:
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    browser(cast.member).post(
        offer_url(cast, mine) + "ask", {"assignment": mine.pk, "mode": "gift", "ask": f"{cast.second_member.pk}:"}
    )
    scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 0, "14:00", "22:00"))
    exchange = Exchange.objects.get()
    answer = browser(cast.second_member).post(reverse("accept_exchange", args=[cast.isar.slug, exchange.pk]))
    assert answer.status_code == 409
    assert "the pod agreed 11 h" in answer.content.decode()
    assert Assignment.objects.get(pk=mine.pk).member == cast.member


def test_a_ring_is_shown_and_asked_of_everybody(cast: Cast, browser: Browser) -> None:
    other = people.member(cast.isar, "Third")
    crew = [cast.member, cast.second_member, other]
    held = [scheduling.seated(person, scheduling.shift(cast.isar, day)) for day, person in enumerate(crew, 1)]
    days = [scheduling.span(cast.isar, day, "07:00", "15:00").start.date() for day in (2, 3, 1)]
    for person, assignment, day in zip(crew, held, days, strict=True):
        wishes.open_wish(by=person, assignment=assignment.pk, first=day, last=day)
    page = browser(cast.member).get(offer_url(cast, held[0])).content.decode()
    assert "A ring of 3 fits" in page
    ring = page.partition('name="ring" value="')[2].partition('"')[0]
    browser(cast.member).post(
        offer_url(cast, held[0]) + "ask",
        {"assignment": held[0].pk, "mode": "swap", "rings": "on", "ring": ring, "first": days[0], "last": days[0]},
    )
    exchange = Exchange.objects.get()
    for person in (cast.second_member, other):
        browser(person).post(reverse("accept_exchange", args=[cast.isar.slug, exchange.pk]))
    assert {a.member_id: a.shift_id for a in Assignment.objects.all()} == {
        crew[0].pk: held[1].shift_id,
        crew[1].pk: held[2].shift_id,
        crew[2].pk: held[0].shift_id,
    } or {a.member_id: a.shift_id for a in Assignment.objects.all()} == {
        crew[0].pk: held[2].shift_id,
        crew[1].pk: held[0].shift_id,
        crew[2].pk: held[1].shift_id,
    }


@pytest.mark.parametrize("bad", ["x:1", "1:y", "", "999999:"])
def test_a_choice_that_nobody_can_mean_changes_nothing(cast: Cast, browser: Browser, bad: str) -> None:
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    answer = browser(cast.member).post(
        offer_url(cast, mine) + "ask", {"assignment": mine.pk, "mode": "gift", "ask": bad}
    )
    assert answer.status_code in {302, 303, 422}
    assert not Exchange.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {"ring": "9" * 5000},
        {"ring": "1,2"},
        {"ring": f"{10**30},{10**31}"},
        {"ask": "9" * 36},
        {"wanted": "9999-12-31"},
        {"wanted": "9999-W52"},
        {"wanted": "dates", "first": "0001-01-01", "last": "9999-12-31"},
        {"mode": "part", "start": "0001-01-01T00:00:00+14:00", "end": "9999-12-31T23:59:59-12:00"},
        {"mode": "part", "start": "2026-11-25T00:00:00+00:00"},
        {"message": "x" * 201},
    ],
)
def test_what_no_page_sends_is_answered_and_changes_nothing(cast: Cast, browser: Browser, sent: dict[str, str]) -> None:
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    here = browser(cast.member)
    asked = here.post(offer_url(cast, mine) + "ask", {"mode": "swap", **sent})
    assert asked.status_code in {404, 409, 422}
    assert here.get(offer_url(cast, mine), {"mode": "swap", **sent}).status_code in {200, 422}
    assert not Exchange.objects.exists()
    assert not SwapWish.objects.filter(outcome="open").exists()


def test_a_question_that_is_refused_leaves_no_wish_behind(cast: Cast, browser: Browser) -> None:
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 0, "14:00", "22:00"))
    sent = {"mode": "swap", "rings": "on", "ask": f"{cast.second_member.pk}:"}
    answer = browser(cast.member).post(offer_url(cast, mine) + "ask", sent)
    assert answer.status_code == 409
    assert not SwapWish.objects.filter(outcome="open").exists()
    wish = wishes.open_wish(by=cast.member, assignment=mine.pk)
    browser(cast.member).post(offer_url(cast, mine) + "ask", sent)
    assert list(SwapWish.objects.filter(outcome="open")) == [wish]


def test_the_list_shows_what_waits_and_what_is_wished(cast: Cast, browser: Browser) -> None:
    url = reverse("exchanges", args=[cast.isar.slug])
    assert "Nobody swaps anything" in browser(cast.member).get(url).content.decode()
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    wishes.open_wish(by=cast.member, assignment=mine.pk)
    seen = browser(cast.second_member).get(url).content.decode()
    assert f"{cast.member.name}, Tue" in seen
    assert "for any day" in seen


def test_the_list_and_the_page_speak_to_whoever_reads_them(cast: Cast, browser: Browser) -> None:
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    theirs = scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 5, "12:00", "20:30"))
    planned = [Planned(mine.pk, cast.second_member.pk), Planned(theirs.pk, cast.member.pk)]
    made = services.ask(by=cast.second_member, pod=cast.isar, planned=planned)
    here = browser(cast.member)
    listed = here.get(reverse("exchanges", args=[cast.isar.slug])).content.decode()
    assert f"from {cast.second_member.name}" in listed.partition("You take Sat")[2]
    assert f"{cast.second_member.name} takes your Tue" in listed
    assert f"{cast.member.name} takes" not in listed
    page = here.get(reverse("exchange", args=[cast.isar.slug, made.pk])).content.decode()
    assert "Counts 1 late point" in page
    assert "Counts 1 weekend point" in page


def test_what_happened_is_not_counted_a_second_time(cast: Cast, browser: Browser) -> None:
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    planned = [Planned(mine.pk, cast.second_member.pk)]
    made = services.ask(by=cast.member, pod=cast.isar, planned=planned)
    url = reverse("exchange", args=[cast.isar.slug, made.pk])
    here = browser(cast.second_member)
    assert "0 → 8 h" in here.get(url).content.decode()
    services.answer(by=cast.second_member, exchange=made.pk, consent=True)
    done = here.get(url).content.decode()
    assert "You take Tue" in done
    assert "8 → 16 h" not in done
    assert "→ 8 h" not in done


def test_who_was_asked_is_marked_and_not_asked_again(cast: Cast, browser: Browser) -> None:
    third = people.member(cast.isar, "Third")
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    here = browser(cast.member)
    fresh = here.get(offer_url(cast, mine)).content.decode()
    assert "primary" in fresh.partition("data-chosen")[0].rpartition("<button")[2]
    made = services.ask(by=cast.member, pod=cast.isar, planned=[Planned(mine.pk, cast.second_member.pk)])
    page = here.get(offer_url(cast, mine)).content.decode()
    link = reverse("exchange", args=[cast.isar.slug, made.pk])
    clock = made.made_at.astimezone(cast.isar.tzinfo)
    assert f'href="{link}"' in page
    assert f">Asked, {clock:%H:%M}</a>" in page
    assert f'id="ask-{cast.second_member.pk}"' not in page
    assert f'id="ask-{third.pk}"' in page
    assert " checked" not in page.partition('id="ask"')[2].partition("</ul>")[0]
    assert "primary" not in page.partition("data-chosen")[0].rpartition("<button")[2]


def test_two_shifts_of_one_day_are_one_change_and_you_is_who_asked(cast: Cast, browser: Browser) -> None:
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1, "07:45", "16:15"))
    theirs = scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 1, "11:45", "20:15"))
    planned = [Planned(mine.pk, cast.second_member.pk), Planned(theirs.pk, cast.member.pk)]
    made = services.ask(by=cast.member, pod=cast.isar, planned=planned)
    here = browser(cast.member)
    page = here.get(reverse("exchange", args=[cast.isar.slug, made.pk])).content.decode()
    changed = page.partition("What changes for you")[2].partition("</dl>")[0]
    assert '<span class="dim">07:45–16:15</span> → <b>11:45–20:15</b>' in changed
    assert "free" not in changed
    assert "1 of 2 consents" in page
    listed = here.get(reverse("exchanges", args=[cast.isar.slug])).content.decode()
    assert "asked by you" in listed
    assert f"asked by {cast.member.name}" not in listed


def test_why_somebody_does_not_fit_speaks_of_them(cast: Cast, browser: Browser) -> None:
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 1))
    page = browser(cast.member).get(offer_url(cast, mine)).content.decode()
    assert f"{cast.second_member.name} already works Tue" in page
    assert "You already work" not in page
    assert "at the pod’s notice limit" not in page


def test_another_pods_member_finds_nothing(cast: Cast, browser: Browser) -> None:
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    assert browser(cast.other_member).get(offer_url(cast, mine)).status_code == 404
    assert browser(cast.second_member).get(offer_url(cast, mine)).status_code == 404
