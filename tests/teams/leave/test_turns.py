"""Turns that have nothing to choose pass by themselves; who may choose at all; the lot as anybody can run it again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from cxportal.core.violations import Denied, Refused
from teams.leave import services
from teams.leave.models import Peak
from teams.leave.notices import passed
from teams.leave.peaks_shown import lot_of
from teams.leave.rules import rounds_order, seed_of
from teams.leave.services.peaks import Share
from teams.leave.tasks import run_peaks
from teams.notifications.models import Notice
from teams.people.models import User
from teams.pods.models import Membership
from tests.cast import Cast
from tests.factories import leave, people, pods
from tests.teams.leave.test_peaks import FREE, NOW, ONE, OPENS, TURN, open_peak, running, share

pytestmark = pytest.mark.django_db


def started(cast: Cast, *, places: int = 3) -> tuple[Peak, User]:
    peak = open_peak(cast, places=places)
    services.advance_turns(peak=peak, at=OPENS)
    first = running(peak)
    assert first is not None
    return peak, first


def why(member: User) -> list[list[str]]:
    return list(Notice.objects.get(recipient=member, kind="leave_passed").data["why"])


def test_a_turn_passes_by_itself_when_every_share_is_full_and_its_member_reads_why(cast: Cast) -> None:
    peak, first = started(cast, places=1)
    services.take_share(by=first, peak=peak, share=share(peak), at=OPENS)
    second = running(peak)
    assert second is not None
    services.take_share(by=second, peak=peak, share=share(peak, "Week 2"), at=OPENS)
    third = next(each for each in (cast.member, cast.second_member, cast.lead) if each not in {first, second})
    assert running(peak) is None
    assert list(peak.turns.filter(member=third).values_list("state", flat=True)) == ["nothing"]
    assert why(third) == [["Week 1", "leave_full"], ["Week 2", "leave_full"]]
    assert "there was nothing to take: Week 1 is full; Week 2 is full." in passed(
        Notice.objects.get(recipient=third, kind="leave_passed").data
    )
    peak.refresh_from_db()
    assert peak.settled_at == OPENS
    assert not Notice.objects.filter(recipient=third, kind="leave_turn").exists()


def test_who_could_pay_for_no_share_is_passed_over_and_the_others_do_not_read_why(cast: Cast, browser) -> None:
    peak, first = started(cast)
    year = leave.MONDAY.year
    others = [each for each in (cast.member, cast.second_member, cast.lead) if each != first]
    poor = peak.turns.filter(state="to_come").order_by("place").select_related("member")[0].member
    services.correct(
        by=cast.administrator, member=poor, kind=leave.kind(), year=year, minutes=-29 * 480, reason="paid out"
    )
    services.pass_turn(by=first, peak=peak, at=OPENS)
    assert running(peak) == next(each for each in others if each != poor)
    assert why(poor) == [["Week 1", "leave_balance"], ["Week 2", "leave_balance"]]
    url = f"/p/{cast.isar.slug}/leave/{year}/"
    assert "nothing for you to take" in browser(poor).get(url).content.decode()
    assert "nothing for you to take" not in browser(first).get(url).content.decode()


def test_a_turn_that_runs_passes_when_nothing_is_left_of_what_could_be_taken(cast: Cast) -> None:
    peak, first = started(cast, places=1)
    for each, starts in ((people.member(cast.isar), 0), (people.member(cast.isar), 7)):
        leave.balance(each)
        services.request_leave(
            by=cast.administrator, member=each, kind=leave.kind(), asked=leave.days(starts, 5), at=NOW
        )
    assert services.advance_turns(peak=peak, at=OPENS) is None
    assert why(first)[0][1] == "leave_full"


def test_an_own_shift_leaves_the_turn_so_that_there_is_time_to_hand_it_on(cast: Cast) -> None:
    from tests.factories import scheduling

    pods.agreement(
        cast.isar,
        since=dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
        leave_peak_rule="rounds",
        coverage_floor=[{"activity": "phone", "weekdays": [1], "start": "08:00", "end": "12:00", "people": 1}],
    )
    leave.balance(cast.lead)
    scheduling.seated(cast.lead, scheduling.shift(cast.isar, leave.MONDAY, "08:00", "12:00"))
    peak = services.open_peak(
        by=cast.member, pod=cast.isar, name="Carnival", shares=[ONE], opens_at=OPENS, free_at=FREE, at=NOW
    )
    peak.turns.exclude(member=cast.lead).delete()
    services.advance_turns(peak=peak, at=OPENS)
    assert running(peak) == cast.lead
    with pytest.raises(Refused) as refusal:
        services.take_share(by=cast.lead, peak=peak, share=share(peak), at=OPENS)
    assert refusal.value.codes == {"leave_shift"}


def test_who_moves_to_another_pod_takes_no_share_of_the_old_one(cast: Cast) -> None:
    peak, first = started(cast)
    moves = leave.MONDAY - dt.timedelta(days=3)
    row = Membership.objects.get(member=first, pod=cast.isar)
    row.period = DateRange(row.period.lower, moves)
    row.save()
    people.join(first, cast.elbe, since=moves)
    with pytest.raises(Refused) as refusal:
        services.take_share(by=first, peak=peak, share=share(peak), at=OPENS)
    assert refusal.value.codes == {"not_your_turn"}
    assert not leave.states(first)
    # The refusal took back the passing with it; the job of every minute does it.
    run_peaks(OPENS)
    assert why(first) == [["Week 1", "leave_home"], ["Week 2", "leave_home"]]


def test_a_guest_puts_no_wish_into_the_lottery_of_a_pod(cast: Cast, browser) -> None:
    peak = open_peak(cast, rule="lottery")
    leave.balance(cast.guest)
    with pytest.raises(Denied):
        services.enter_lottery(by=cast.guest, peak=peak, wishes=[share(peak)], at=OPENS)
    Peak.objects.update(opens_at=NOW - dt.timedelta(minutes=1))
    url = f"/p/{cast.isar.slug}/leave/peaks/{peak.pk}/enter"
    assert browser(cast.guest).post(url, {f"wish-{share(peak)}": 1}).status_code == 403


def test_a_lottery_gives_the_same_when_it_is_run_again_under_other_places(cast: Cast) -> None:
    peak = open_peak(cast, rule="lottery", places=1)
    one, two = share(peak), share(peak, "Week 2")
    for each in (cast.member, cast.second_member, cast.lead):
        services.enter_lottery(by=each, peak=peak, wishes=[one, two], at=OPENS)
    drawn = services.draw_lottery(peak=peak, at=OPENS + TURN)
    pods.agreement(cast.isar, since=dt.datetime(2025, 1, 2, tzinfo=dt.UTC), leave_concurrency=3)
    peak.refresh_from_db()
    told = lot_of(peak)
    assert [places for _key, _name, places in told["names"]] == [1, 1]
    names = {one: "Week 1", two: "Week 2"}
    assert {row[2]: row[4] for row in told["rows"] if row[4]} == {who: names[what] for who, what in drawn.items()}


def test_the_lot_of_rounds_lists_people_in_the_order_in_which_they_choose(cast: Cast) -> None:
    peak = open_peak(cast)
    last = peak.turns.order_by("place").last()
    assert last is not None
    had = {turn.member_id: 0 for turn in peak.turns.all()} | {last.member_id: 0}
    first = peak.turns.order_by("place")[0]
    first.days_last_time = 4
    first.save()
    had[first.member_id] = 4
    assert [row[2] for row in lot_of(peak)["rows"]] == rounds_order(had, seed_of(peak.number, dict.fromkeys(had, ())))
    assert lot_of(peak)["rows"][-1][2] == first.member_id


def test_what_was_taken_back_meanwhile_is_told_and_holds_up_nobody(cast: Cast) -> None:
    gone, first = started(cast)
    services.remove_peak(by=cast.member, peak=Peak.objects.get(pk=gone.pk))
    with pytest.raises(Refused) as refusal:
        services.pass_turn(by=first, peak=gone, at=OPENS)
    assert refusal.value.codes == {"peak_gone"}


def test_nothing_is_shared_out_while_no_kind_of_leave_has_a_balance(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        services.open_peak(
            by=cast.member,
            pod=cast.isar,
            name="Carnival",
            shares=[Share("Week 1", leave.MONDAY, leave.MONDAY)],
            opens_at=OPENS,
            free_at=FREE,
        )
    assert refusal.value.codes == {"peak_kind"}
