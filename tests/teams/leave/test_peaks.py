"""Weeks that everybody wants: rounds in a rotating order, turns that end by time, a lottery to run again."""

from __future__ import annotations

import datetime as dt

import pytest

from cxportal.core.violations import Invalid, Refused
from teams.leave import services
from teams.leave.models import Peak, PeakTurn
from teams.leave.peaks_shown import lot_of
from teams.leave.rules import lot_order, seed_of
from teams.leave.services.peaks import Share
from teams.leave.tasks import run_peaks
from teams.notifications.models import Notice
from teams.people.models import User
from tests.cast import Cast
from tests.factories import leave, pods

pytestmark = pytest.mark.django_db

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
OPENS = NOW + dt.timedelta(hours=1)
FREE = NOW + dt.timedelta(days=20)
TURN = dt.timedelta(minutes=2880)
ONE = Share("Week 1", leave.MONDAY, leave.MONDAY + dt.timedelta(days=4))
TWO = Share("Week 2", leave.MONDAY + dt.timedelta(days=7), leave.MONDAY + dt.timedelta(days=11))


def open_peak(cast: Cast, *, rule: str = "rounds", places: int = 3, rounds: int = 1) -> Peak:
    since = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    pods.agreement(cast.isar, since=since, leave_peak_rule=rule, leave_concurrency=places)
    for each in (cast.member, cast.second_member, cast.lead):
        leave.balance(each)
    return services.open_peak(
        by=cast.member, pod=cast.isar, name="Carnival", shares=[ONE, TWO], opens_at=OPENS, free_at=FREE, rounds=rounds
    )


def running(peak: Peak) -> User | None:
    turn = peak.turns.select_related("member").filter(state="now").first()
    return turn.member if turn else None


def share(peak: Peak, name: str = "Week 1") -> int:
    return peak.shares.get(name=name).pk


def test_days_of_a_peak_are_kept_until_it_opens_to_all(cast: Cast) -> None:
    open_peak(cast)
    for at, outcome in ((NOW, "refused"), (FREE, "granted")):
        if outcome == "refused":
            with pytest.raises(Refused) as refusal:
                services.request_leave(by=cast.member, member=cast.member, kind=leave.kind(), asked=leave.days(), at=at)
            assert refusal.value.codes == {"leave_peak"}
        else:
            services.request_leave(by=cast.member, member=cast.member, kind=leave.kind(), asked=leave.days(), at=at)
    assert leave.states(cast.member) == {leave.MONDAY: "granted"}


def test_who_had_fewest_days_a_year_before_chooses_first(cast: Cast) -> None:
    before = leave.MONDAY.replace(year=leave.MONDAY.year - 1)
    for who, days in ((cast.member, 3), (cast.second_member, 1)):
        leave.balance(who, year=before.year)
        asked = [each for each in leave.days(before, 5) if each.day.weekday() < 5][:days]
        services.request_leave(
            by=who,
            member=who,
            kind=leave.kind(),
            asked=asked,
            at=dt.datetime.combine(before, dt.time(), dt.UTC) - TURN * 3,
        )
    peak = open_peak(cast)
    assert [turn.member for turn in peak.turns.all()] == [cast.lead, cast.second_member, cast.member]
    assert [turn.days_last_time for turn in peak.turns.all()] == [0, 1, 3]


def test_a_share_is_taken_in_ones_own_turn_and_the_next_is_told(cast: Cast) -> None:
    peak = open_peak(cast)
    assert services.advance_turns(peak=peak, at=NOW) is None
    services.advance_turns(peak=peak, at=OPENS)
    first = running(peak)
    assert first is not None
    other = next(each for each in (cast.member, cast.second_member, cast.lead) if each != first)
    with pytest.raises(Refused) as refusal:
        services.take_share(by=other, peak=peak, share=share(peak), at=OPENS)
    assert refusal.value.codes == {"not_your_turn"}
    for _time in range(2):
        services.take_share(by=first, peak=peak, share=share(peak), at=OPENS)
    assert len(leave.states(first)) == 5
    second = running(peak)
    assert second not in {None, first}
    assert Notice.objects.filter(recipient=second, kind="leave_turn").count() == 1


def test_a_full_share_is_refused_and_the_turn_goes_on(cast: Cast) -> None:
    peak = open_peak(cast, places=1)
    services.advance_turns(peak=peak, at=OPENS)
    first = running(peak)
    assert first is not None
    services.take_share(by=first, peak=peak, share=share(peak), at=OPENS)
    second = running(peak)
    assert second is not None
    with pytest.raises(Refused) as refusal:
        services.take_share(by=second, peak=peak, share=share(peak), at=OPENS)
    assert refusal.value.codes == {"leave_full"}
    assert running(peak) == second
    services.take_share(by=second, peak=peak, share=share(peak, "Week 2"), at=OPENS)


def test_who_does_not_answer_comes_once_more_last_in_the_round(cast: Cast) -> None:
    peak = open_peak(cast)
    services.advance_turns(peak=peak, at=OPENS)
    late = running(peak)
    assert late is not None
    at = OPENS + TURN
    services.advance_turns(peak=peak, at=at)
    for _turn in range(2):
        who = running(peak)
        assert who not in {None, late}
        assert who is not None
        services.pass_turn(by=who, peak=peak, at=at)
    assert running(peak) == late
    states = list(PeakTurn.objects.filter(peak=peak, member=late).values_list("state", "again"))
    assert states[0] == ("missed", False)
    assert states[1][1] is True


def test_turns_end_when_what_is_left_opens_to_all(cast: Cast) -> None:
    peak = open_peak(cast, rounds=2)
    services.advance_turns(peak=peak, at=OPENS)
    assert services.advance_turns(peak=peak, at=FREE) is None
    peak.refresh_from_db()
    assert peak.settled_at == FREE


def test_a_lottery_is_drawn_once_and_anybody_can_run_it_again(cast: Cast) -> None:
    peak = open_peak(cast, rule="lottery", places=1)
    one, two = share(peak), share(peak, "Week 2")
    people = (cast.member, cast.second_member, cast.lead)
    for each in people:
        services.enter_lottery(by=each, peak=peak, wishes=[one, two], at=OPENS)
    assert services.draw_lottery(peak=peak, at=OPENS) == {}
    drawn = services.draw_lottery(peak=peak, at=OPENS + TURN)
    wishes = {each.pk: [one, two] for each in people}
    order = lot_order(seed_of(peak.number, wishes), wishes)
    assert drawn == {order[0]: one, order[1]: two}
    assert services.draw_lottery(peak=peak, at=OPENS + TURN) == drawn
    assert len(leave.states(next(each for each in people if each.pk == order[0]))) == 5
    told = lot_of(peak)
    assert [row[2] for row in told["rows"]] == order
    assert told["rows"][0][4] == "Week 1"
    with pytest.raises(Refused) as refusal:
        services.enter_lottery(by=cast.member, peak=peak, wishes=[one], at=OPENS + TURN)
    assert refusal.value.codes == {"lottery_closed"}


def test_whose_balance_does_not_reach_gets_nothing_by_lot_and_is_told(cast: Cast) -> None:
    peak = open_peak(cast, rule="lottery", places=3)
    leave.kind()
    services.correct(
        by=cast.administrator,
        member=cast.lead,
        kind=leave.kind(),
        year=leave.MONDAY.year,
        minutes=-29 * 480,
        reason="paid out",
    )
    services.enter_lottery(by=cast.lead, peak=peak, wishes=[share(peak)], at=OPENS)
    services.draw_lottery(peak=peak, at=OPENS + TURN)
    assert peak.entries.get().share is None
    assert not leave.states(cast.lead)
    assert Notice.objects.get(recipient=cast.lead, kind="leave_drawn").data["got"] is False


def test_the_job_of_every_minute_has_one_visible_effect_however_often_it_runs(cast: Cast) -> None:
    peak = open_peak(cast)
    for at in (NOW, OPENS, OPENS, OPENS + TURN, OPENS + TURN):
        run_peaks(at)
    assert list(peak.turns.values_list("state", flat=True)) == ["missed", "now", "to_come", "to_come"]
    assert Notice.objects.filter(kind="leave_turn").count() == 2


def test_the_page_shows_the_rounds_and_takes_a_share(cast: Cast, browser) -> None:
    peak = leave.peak(cast.isar)
    leave.balance(cast.member)
    leave.balance(cast.lead)
    PeakTurn.objects.create(
        peak=peak, round=1, place=1, member=cast.member, state="now", ends_at=NOW + dt.timedelta(days=1)
    )
    PeakTurn.objects.create(peak=peak, round=1, place=2, member=cast.lead)
    client = browser(cast.member)
    page = client.get(f"/p/{cast.isar.slug}/leave/{leave.MONDAY.year}/").content.decode()
    assert "Your turn until" in page
    assert "3 of 3 places free" in page
    taken = client.post(f"/p/{cast.isar.slug}/leave/peaks/{peak.pk}/shares/{share(peak)}/take", follow=True)
    assert "Week 1 is yours" in taken.content.decode()
    assert len(leave.states(cast.member)) == 5
    theirs = browser(cast.lead).get(f"/p/{cast.isar.slug}/leave/{leave.MONDAY.year}/").content.decode()
    assert "your turn" in theirs
    lot = client.get(f"/p/{cast.isar.slug}/leave/peaks/{peak.pk}/lot/").content.decode()
    assert seed_of(peak.number, {cast.member.pk: [], cast.lead.pk: []}) in lot


def test_weeks_are_announced_and_wishes_put_in_on_the_pages(cast: Cast, browser) -> None:
    pods.agreement(cast.isar, since=dt.datetime(2025, 1, 1, tzinfo=dt.UTC), leave_peak_rule="lottery")
    leave.balance(cast.member)
    client = browser(cast.member)
    local = (NOW + dt.timedelta(hours=3)).astimezone(cast.isar.tzinfo)
    typed = {
        "name": "Carnival",
        "first": leave.MONDAY.isoformat(),
        "last": (leave.MONDAY + dt.timedelta(days=11)).isoformat(),
        "rounds": 1,
        "opens_at_day": local.date().isoformat(),
        "opens_at_time": local.strftime("%H:%M"),
        "free_at_day": (local + dt.timedelta(days=9)).date().isoformat(),
        "free_at_time": local.strftime("%H:%M"),
    }
    assert client.post(f"/p/{cast.isar.slug}/leave/peaks/new/", typed).status_code == 303
    peak = Peak.objects.get()
    assert peak.shares.count() == 2
    Peak.objects.update(opens_at=NOW - dt.timedelta(minutes=1))
    wish = {f"wish-{each.pk}": n for n, each in enumerate(peak.shares.order_by("-first"), 1)}
    client.post(f"/p/{cast.isar.slug}/leave/peaks/{peak.pk}/enter", wish)
    assert peak.entries.get().wishes == list(peak.shares.order_by("-first").values_list("pk", flat=True))
    assert client.post(f"/p/{cast.isar.slug}/leave/peaks/new/", typed | {"last": "2020-01-01"}).status_code == 422


def test_a_peak_says_what_is_wrong_with_it(cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        services.open_peak(
            by=cast.member, pod=cast.isar, name=" ", shares=[ONE, ONE], opens_at=NOW - TURN, free_at=NOW - 2 * TURN
        )
    assert set(refusal.value.fields) == {"name", "shares", "opens_at", "free_at"}


def test_an_announcement_goes_back_while_nobody_has_chosen(cast: Cast) -> None:
    peak = open_peak(cast)
    services.advance_turns(peak=peak, at=OPENS)
    first = running(peak)
    assert first is not None
    services.take_share(by=first, peak=peak, share=share(peak), at=OPENS)
    with pytest.raises(Refused):
        services.remove_peak(by=cast.member, peak=peak)


def test_who_may_choose_now_is_told_so_and_the_others_that_it_is_still_shared_out(cast: Cast) -> None:
    peak = open_peak(cast)
    services.advance_turns(peak=peak, at=OPENS)
    chooses = running(peak)
    assert chooses is not None
    for member in (cast.member, cast.second_member, cast.lead):
        with pytest.raises(Refused) as refusal:
            services.request_leave(by=member, member=member, kind=leave.kind(), asked=leave.days(), at=OPENS)
        told = str(refusal.value.violations[0].message)
        assert ("It is your turn: choose Week 1 above" if member == chooses else "Carnival is still being") in told
