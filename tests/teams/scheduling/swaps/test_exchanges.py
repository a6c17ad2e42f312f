"""Exchanges: everybody consents, the last consent judges all legs together, and all of them happen or none."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import Http404

from cxportal.core.periods import HOUR, MINUTE, Period
from cxportal.core.violations import Invalid, Refused
from teams.notifications.models import Notice
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import services as roster
from teams.scheduling.models import Assignment, Duty, GiveAway, Shift
from teams.scheduling.swaps import deadlines, services, wishes
from teams.scheduling.swaps.models import Exchange, Outcome, SwapWish
from teams.scheduling.swaps.services import Planned
from tests.cast import Cast
from tests.factories import people, pods, scheduling


def who_sits(on: Shift) -> set[str]:
    return set(Assignment.objects.filter(shift=on).values_list("member__name", flat=True))


def third(pod: Pod) -> User:
    return people.member(pod, "Third")


def test_a_swap_happens_with_the_second_consent_and_not_before(cast: Cast) -> None:
    tuesday, thursday = scheduling.shift(cast.isar, 1), scheduling.shift(cast.isar, 3)
    mine, theirs = scheduling.seated(cast.member, tuesday), scheduling.seated(cast.second_member, thursday)
    made = services.ask(
        by=cast.member,
        pod=cast.isar,
        planned=[Planned(mine.pk, cast.second_member.pk), Planned(theirs.pk, cast.member.pk)],
    )
    assert who_sits(tuesday) == {cast.member.name}
    assert Notice.objects.get(recipient=cast.second_member, kind="swap_asked").data["by"] == cast.member.name
    services.answer(by=cast.second_member, exchange=made.pk, consent=True)
    assert who_sits(tuesday) == {cast.second_member.name}
    assert who_sits(thursday) == {cast.member.name}
    assert set(Assignment.objects.values_list("source", flat=True)) == {"swap"}
    assert Duty.objects.count() == 2
    assert Exchange.objects.get().outcome == Outcome.DONE


def test_a_ring_of_three_happens_when_the_third_consents(cast: Cast) -> None:
    other = third(cast.isar)
    shifts = [scheduling.shift(cast.isar, day) for day in (1, 2, 3)]
    crew = [cast.member, cast.second_member, other]
    held = [scheduling.seated(person, shift) for person, shift in zip(crew, shifts, strict=True)]
    planned = [Planned(held[i].pk, crew[(i + 1) % 3].pk) for i in range(3)]
    made = services.ask(by=cast.member, pod=cast.isar, planned=planned)
    services.answer(by=cast.second_member, exchange=made.pk, consent=True)
    assert who_sits(shifts[0]) == {cast.member.name}
    services.answer(by=other, exchange=made.pk, consent=True)
    assert [who_sits(shift) for shift in shifts] == [{cast.second_member.name}, {other.name}, {cast.member.name}]


def test_shifts_of_the_same_hours_can_be_swapped_though_each_alone_would_overlap(cast: Cast) -> None:
    early, late = scheduling.shift(cast.isar, 1, "07:00", "15:00"), scheduling.shift(cast.isar, 1, "12:00", "20:00")
    mine, theirs = scheduling.seated(cast.member, early), scheduling.seated(cast.second_member, late)
    made = services.ask(
        by=cast.member,
        pod=cast.isar,
        planned=[Planned(mine.pk, cast.second_member.pk), Planned(theirs.pk, cast.member.pk)],
    )
    services.answer(by=cast.second_member, exchange=made.pk, consent=True)
    assert who_sits(late) == {cast.member.name}


def test_the_last_consent_names_the_leg_that_fails_and_changes_nothing(cast: Cast) -> None:
    tuesday, thursday = scheduling.shift(cast.isar, 1), scheduling.shift(cast.isar, 3)
    mine, theirs = scheduling.seated(cast.member, tuesday), scheduling.seated(cast.second_member, thursday)
    made = services.ask(
        by=cast.member,
        pod=cast.isar,
        planned=[Planned(mine.pk, cast.second_member.pk), Planned(theirs.pk, cast.member.pk)],
    )
    # Meanwhile the asking member works on the evening before: rest before Thursday would be 9 h.
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 2, "14:00", "22:00"))
    with pytest.raises(Refused) as refused:
        services.answer(by=cast.second_member, exchange=made.pk, consent=True)
    (violation,) = refused.value.violations
    assert (violation.code, violation.numbers["leg"], violation.numbers["minutes"]) == ("rest_before", 1, 540)
    assert cast.member.name in str(violation.message)
    assert who_sits(tuesday) == {cast.member.name}
    made.refresh_from_db()
    assert made.outcome == Outcome.OPEN
    assert made.consents.get(member=cast.second_member).answer == "waiting"


def test_a_gift_of_a_part_leaves_the_rest_with_its_owner(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, 1, "08:00", "16:00")
    mine = scheduling.seated(cast.member, shift)
    part = Period(shift.span.start, shift.span.start + 3 * HOUR)
    made = services.ask(by=cast.member, pod=cast.isar, planned=[Planned(mine.pk, cast.second_member.pk, part)])
    services.answer(by=cast.second_member, exchange=made.pk, consent=True)
    assert Assignment.objects.get(member=cast.second_member).span == part
    assert Assignment.objects.get(member=cast.member).span == Period(part.end, shift.span.end)


@pytest.mark.parametrize("setting", ["warn", "forbid"])
def test_what_the_pod_agreed_about_gifts_is_warned_of_and_logged_or_refused(cast: Cast, setting: str) -> None:
    pods.agreement(cast.isar, since=dt.datetime.now(dt.UTC) - HOUR, swap_one_sided=setting)
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    planned = [Planned(mine.pk, cast.second_member.pk)]
    if setting == "forbid":
        with pytest.raises(Refused) as refused:
            services.ask(by=cast.member, pod=cast.isar, planned=planned)
        assert refused.value.codes == {"one_sided"}
        return
    made = services.ask(by=cast.member, pod=cast.isar, planned=planned)
    assert made.warnings == [f"{cast.member.name} gets nothing in return."]


def test_a_moved_shift_is_not_followed(cast: Cast) -> None:
    tuesday, thursday = scheduling.shift(cast.isar, 1), scheduling.shift(cast.isar, 3)
    mine, theirs = scheduling.seated(cast.member, tuesday), scheduling.seated(cast.second_member, thursday)
    made = services.ask(
        by=cast.member,
        pod=cast.isar,
        planned=[Planned(mine.pk, cast.second_member.pk), Planned(theirs.pk, cast.member.pk)],
    )
    roster.move_shift(by=cast.member, shift=tuesday.pk, period=scheduling.span(cast.isar, 1, "08:00", "16:00"))
    with pytest.raises(Refused) as refused:
        services.answer(by=cast.second_member, exchange=made.pk, consent=True)
    assert refused.value.codes == {"ended"}
    assert who_sits(tuesday) == {cast.member.name}


def test_a_leg_in_an_older_version_of_its_shift_is_refused_however_it_got_there(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, 1)
    mine = scheduling.seated(cast.member, shift)
    made = services.ask(by=cast.member, pod=cast.isar, planned=[Planned(mine.pk, cast.second_member.pk)])
    Shift.objects.filter(pk=shift.pk).update(version=9)
    with pytest.raises(Refused) as refused:
        services.answer(by=cast.second_member, exchange=made.pk, consent=True)
    (violation,) = refused.value.violations
    assert (violation.code, violation.numbers["version"], violation.numbers["offered"]) == ("changed", 9, 1)


def test_the_first_accepted_exchange_of_a_shift_ends_the_others_and_its_open_offers(cast: Cast) -> None:
    other = third(cast.isar)
    tuesday = scheduling.shift(cast.isar, 1)
    mine = scheduling.seated(cast.member, tuesday)
    wishes.open_wish(by=cast.member, assignment=mine.pk)
    roster.offer(by=cast.member, assignment=mine.pk)
    one, two = (
        services.ask(by=cast.member, pod=cast.isar, planned=[Planned(mine.pk, to.pk)])
        for to in (cast.second_member, other)
    )
    services.answer(by=other, exchange=two.pk, consent=True)
    with pytest.raises(Refused) as refused:
        services.answer(by=cast.second_member, exchange=one.pk, consent=True)
    assert refused.value.codes == {"ended"}
    assert who_sits(tuesday) == {other.name}
    assert SwapWish.objects.get().outcome == Outcome.DONE
    assert GiveAway.objects.get().outcome == GiveAway.Outcome.WITHDRAWN
    assert Notice.objects.get(kind="swap_closed").recipient == cast.second_member
    assert not Notice.objects.filter(kind="swap_asked", read_at=None).exists()


def test_giving_the_shift_back_ends_its_exchanges(cast: Cast) -> None:
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    made = services.ask(by=cast.member, pod=cast.isar, planned=[Planned(mine.pk, cast.second_member.pk)])
    roster.release(by=cast.member, assignment=mine.pk)
    made.refresh_from_db()
    assert made.outcome == Outcome.CLOSED


def test_a_decline_ends_the_exchange_for_everybody_and_tells_them(cast: Cast) -> None:
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    made = services.ask(by=cast.member, pod=cast.isar, planned=[Planned(mine.pk, cast.second_member.pk)])
    services.answer(by=cast.second_member, exchange=made.pk, consent=False)
    services.answer(by=cast.second_member, exchange=made.pk, consent=False)
    made.refresh_from_db()
    assert made.outcome == Outcome.DECLINED
    assert Notice.objects.filter(recipient=cast.member, kind="swap_declined").count() == 1
    assert Notice.objects.get(recipient=cast.second_member, kind="swap_asked").read_at


def test_an_exchange_is_undone_within_ten_minutes_and_not_later(cast: Cast) -> None:
    tuesday, thursday = scheduling.shift(cast.isar, 1), scheduling.shift(cast.isar, 3)
    mine, theirs = scheduling.seated(cast.member, tuesday), scheduling.seated(cast.second_member, thursday)
    made = services.ask(
        by=cast.member,
        pod=cast.isar,
        planned=[Planned(mine.pk, cast.second_member.pk), Planned(theirs.pk, cast.member.pk)],
    )
    services.answer(by=cast.second_member, exchange=made.pk, consent=True)
    made.refresh_from_db()
    assert made.closed_at
    with pytest.raises(Refused) as refused:
        services.undo_exchange(by=cast.member, exchange=made.pk, at=made.closed_at + 11 * MINUTE)
    assert refused.value.codes == {"undo_late"}
    services.undo_exchange(by=cast.member, exchange=made.pk, at=made.closed_at + 9 * MINUTE)
    services.undo_exchange(by=cast.second_member, exchange=made.pk, at=made.closed_at + 10 * MINUTE)
    assert who_sits(tuesday) == {cast.member.name}
    assert who_sits(thursday) == {cast.second_member.name}


def test_nothing_is_undone_on_which_somebody_built(cast: Cast) -> None:
    tuesday = scheduling.shift(cast.isar, 1)
    mine = scheduling.seated(cast.member, tuesday)
    made = services.ask(by=cast.member, pod=cast.isar, planned=[Planned(mine.pk, cast.second_member.pk)])
    services.answer(by=cast.second_member, exchange=made.pk, consent=True)
    roster.release(by=cast.second_member, assignment=Assignment.objects.get().pk)
    with pytest.raises(Refused) as refused:
        services.undo_exchange(by=cast.member, exchange=made.pk)
    assert refused.value.codes == {"built_on"}


def test_the_same_question_and_the_same_answer_again_change_nothing(cast: Cast) -> None:
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    planned = [Planned(mine.pk, cast.second_member.pk)]
    first = services.ask(by=cast.member, pod=cast.isar, planned=planned)
    assert services.ask(by=cast.member, pod=cast.isar, planned=planned) == first
    services.answer(by=cast.second_member, exchange=first.pk, consent=True)
    assert services.answer(by=cast.second_member, exchange=first.pk, consent=True).outcome == Outcome.DONE
    assert Assignment.objects.count() == 1


def test_an_exchange_ends_at_the_notice_limit_and_everybody_is_told_once(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, 1)
    mine = scheduling.seated(cast.member, shift)
    made = services.ask(by=cast.member, pod=cast.isar, planned=[Planned(mine.pk, cast.second_member.pk)])
    limit = shift.span.start - 24 * HOUR
    assert made.ends_at == limit
    with pytest.raises(Refused) as refused:
        services.answer(by=cast.second_member, exchange=made.pk, consent=True, at=limit)
    assert refused.value.codes == {"ended"}
    assert deadlines.expire_due(at=limit) == 1
    assert deadlines.expire_due(at=limit) == 0
    assert Notice.objects.filter(kind="swap_expired").count() == 2


def test_accepting_into_the_own_absence_is_refused(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, 1)
    mine = scheduling.seated(cast.member, shift)
    made = services.ask(by=cast.member, pod=cast.isar, planned=[Planned(mine.pk, cast.second_member.pk)])
    roster.record_absence(by=cast.second_member, member=cast.second_member, period=shift.span, kind="other")
    with pytest.raises(Refused) as refused:
        services.answer(by=cast.second_member, exchange=made.pk, consent=True)
    assert refused.value.codes == {"absent"}


def test_strangers_and_people_whom_it_does_not_concern_find_no_exchange(cast: Cast) -> None:
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    made = services.ask(by=cast.member, pod=cast.isar, planned=[Planned(mine.pk, cast.second_member.pk)])
    uninvolved = third(cast.isar)
    for somebody in (uninvolved, cast.other_member):
        with pytest.raises(Http404):
            services.answer(by=somebody, exchange=made.pk, consent=True)
    with pytest.raises(Invalid):
        services.ask(by=cast.member, pod=cast.isar, planned=[Planned(mine.pk, cast.other_member.pk)])
    with pytest.raises(Invalid):
        services.ask(by=uninvolved, pod=cast.isar, planned=[Planned(mine.pk, cast.second_member.pk)])
