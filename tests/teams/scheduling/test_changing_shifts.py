"""Shifts that are split, get other activities, are moved and cancelled: judged, told, undone for ten minutes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from cxportal.core import periods
from cxportal.core.periods import DAY, HOUR, MINUTE, Period
from cxportal.core.violations import Refused
from teams.notifications.models import Notice
from teams.scheduling import services
from teams.scheduling.models import Act, Assignment, Duty, GiveAway, Shift
from teams.scheduling.services import clocks
from tests.cast import Cast
from tests.factories import pods, scheduling

type Browser = Callable[..., Client]


def at(shift: Shift, hours: float) -> dt.datetime:
    return shift.span.start + dt.timedelta(hours=hours)


def state() -> list[object]:
    """Who sits where when, the working days, and what is done inside each shift that stands."""
    seats = Assignment.objects.order_by("period").values_list("shift", "seat", "member", "period", "source")
    days = Duty.objects.order_by("starts_at").values_list("member", "starts_at", "ends_at", "rest_until")
    shifts = Shift.objects.filter(cancelled_at=None).order_by("pk")
    parts = [(s.pk, s.span, [(p.activity_id, p.span) for p in s.segments.all()]) for s in shifts]
    return [*seats, *days, *parts]


def undo_last(cast: Cast, **more: object) -> Act:
    act = Act.objects.filter(member=cast.member).first()
    assert act is not None
    return services.undo(by=cast.member, act=act.pk, **more)  # type: ignore[arg-type]


def test_a_split_makes_two_shifts_and_one_working_day(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, seats=2)
    scheduling.seated(cast.member, shift)
    scheduling.seated(cast.second_member, shift)
    first, second = services.split_shift(by=cast.member, shift=shift.pk, instant=at(shift, 3))
    assert (first.span, second.span) == (Period(at(shift, 0), at(shift, 3)), Period(at(shift, 3), at(shift, 8)))
    assert (first.version, second.seats.count(), second.week, second.day) == (2, 2, first.week, first.day)
    for half in (first, second):
        assert set(half.assignments.values_list("member", flat=True)) == {cast.member.pk, cast.second_member.pk}
        assert {a.span for a in half.assignments.all()} == {half.span}
        assert [s.span for s in half.segments.all()] == [half.span]
    assert Duty.objects.filter(member=cast.member).count() == 1
    told = Notice.objects.get(kind="shift_split")
    assert told.recipient == cast.second_member


def test_a_part_of_a_split_shift_stays_where_it_lies(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, seats=2)
    early = scheduling.seated(cast.member, shift, Period(at(shift, 0), at(shift, 2)))
    late = scheduling.seated(cast.second_member, shift, Period(at(shift, 4), at(shift, 8)))
    first, second = services.split_shift(by=cast.member, shift=shift.pk, instant=at(shift, 4))
    assert list(first.assignments.values_list("pk", flat=True)) == [early.pk]
    assert list(second.assignments.values_list("pk", flat=True)) == [late.pk]


def test_half_of_a_split_shift_can_be_given_back(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    scheduling.seated(cast.member, shift)
    _first, second = services.split_shift(by=cast.member, shift=shift.pk, instant=at(shift, 4))
    services.release(by=cast.member, assignment=second.assignments.get().pk)
    assert Duty.objects.get().ends_at == at(shift, 4)


def test_splitting_twice_at_one_instant_is_one_split(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    once = services.split_shift(by=cast.member, shift=shift.pk, instant=at(shift, 4))
    assert services.split_shift(by=cast.member, shift=shift.pk, instant=at(shift, 4)) == once
    assert Shift.objects.count() == 2


@pytest.mark.parametrize("hours", [0, -1, 8, 9])
def test_a_shift_is_split_inside_only(cast: Cast, hours: int) -> None:
    shift = scheduling.shift(cast.isar)
    with pytest.raises(Refused) as refused:
        services.split_shift(by=cast.member, shift=shift.pk, instant=at(shift, hours))
    assert refused.value.codes == {"outside"}


def test_an_offer_ends_when_its_shift_is_split(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    held = scheduling.seated(cast.member, shift)
    offer = services.offer(by=cast.member, assignment=held.pk)
    services.split_shift(by=cast.member, shift=shift.pk, instant=at(shift, 4))
    offer.refresh_from_db()
    assert offer.outcome == GiveAway.Outcome.EXPIRED
    with pytest.raises(Refused) as refused:
        services.take(by=cast.second_member, give_away=offer.pk)
    assert refused.value.codes == {"expired"}


def test_a_split_is_undone_while_nobody_built_on_it(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, seats=2)
    scheduling.seated(cast.member, shift)
    scheduling.seated(cast.second_member, shift, Period(at(shift, 2), at(shift, 8)))
    before = state()
    services.split_shift(by=cast.member, shift=shift.pk, instant=at(shift, 4))
    done = undo_last(cast)
    assert state() == before
    assert undo_last(cast) == done


def test_a_split_stays_when_somebody_claimed_a_half(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    _first, second = services.split_shift(by=cast.member, shift=shift.pk, instant=at(shift, 4))
    services.claim(by=cast.second_member, shift=second.pk)
    act = Act.objects.get(kind=Act.Kind.SPLIT)
    with pytest.raises(Refused) as refused:
        services.undo(by=cast.member, act=act.pk)
    assert refused.value.codes == {"built_on"}


def test_a_change_is_undone_for_ten_minutes_only_and_by_its_own_person(cast: Cast, browser: Browser) -> None:
    shift = scheduling.shift(cast.isar)
    services.cancel_shift(by=cast.member, shift=shift.pk)
    act = Act.objects.get()
    with pytest.raises(Refused) as refused:
        undo_last(cast, at=periods.now() + 11 * MINUTE)
    assert refused.value.codes == {"undo_late"}
    assert browser(cast.second_member).post(f"/p/{cast.isar.slug}/acts/{act.pk}/undo").status_code == 404


@pytest.mark.parametrize("change", ["move", "cancel", "activities"])
def test_every_change_of_a_shift_is_undone_with_everybody_on_it(cast: Cast, change: str) -> None:
    shift = scheduling.shift(cast.isar, seats=2)
    scheduling.seated(cast.member, shift)
    scheduling.seated(cast.second_member, shift, Period(at(shift, 4), at(shift, 8)))
    before = state()
    if change == "move":
        services.move_shift(by=cast.member, shift=shift.pk, period=Period(at(shift, 1), at(shift, 9)))
    elif change == "cancel":
        services.cancel_shift(by=cast.member, shift=shift.pk)
    else:
        chat = scheduling.activity("chat").pk
        services.change_parts(by=cast.member, shift=shift.pk, parts=[(chat, Period(at(shift, 0), at(shift, 3)))])
    assert state() != before
    undo_last(cast)
    assert state() == before
    assert Notice.objects.filter(kind="shift_restored", recipient=cast.second_member).count() == 1
    shift.refresh_from_db()
    assert shift.version == 3


def test_a_cancelled_shift_comes_back_only_to_people_who_are_free(cast: Cast) -> None:
    shift, other = scheduling.shift(cast.isar), scheduling.shift(cast.isar, 1, "08:00", "12:00")
    scheduling.seated(cast.second_member, shift)
    services.cancel_shift(by=cast.member, shift=shift.pk)
    services.claim(by=cast.second_member, shift=other.pk)
    before = state()
    with pytest.raises(Refused) as refused:
        undo_last(cast)
    assert refused.value.codes == {"overlap"}
    assert state() == before


def test_a_shift_of_a_fixed_week_is_changed_by_who_sits_on_it(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, state="fixed")
    scheduling.seated(cast.second_member, shift)
    with pytest.raises(Refused) as refused:
        services.split_shift(by=cast.member, shift=shift.pk, instant=at(shift, 4))
    assert refused.value.codes == {"week_fixed"}
    services.split_shift(by=cast.second_member, shift=shift.pk, instant=at(shift, 4))


def test_activities_inside_a_shift_are_judged_by_the_floor_and_by_everybody_s_hours(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    scheduling.seated(cast.member, shift)
    floor = {"activity": "phone", "weekdays": [1, 2, 3, 4, 5, 6, 7], "start": "07:00", "end": "12:00", "people": 1}
    pods.agreement(cast.isar, since=periods.now() - HOUR, coverage_floor=[floor])
    chat, phone = scheduling.activity("chat").pk, scheduling.activity("phone").pk
    with pytest.raises(Refused) as refused:
        services.change_parts(by=cast.member, shift=shift.pk, parts=[(chat, shift.span)])
    assert refused.value.codes == {"floor"}
    parts = [(phone, Period(at(shift, 0), at(shift, 5))), (chat, Period(at(shift, 5.5), at(shift, 8)))]
    changed = services.change_parts(by=cast.member, shift=shift.pk, parts=parts)
    assert [(s.activity_id, s.span) for s in changed.segments.all()] == parts
    assert services.change_parts(by=cast.member, shift=shift.pk, parts=parts).version == changed.version


def test_more_paid_work_in_a_shift_is_refused_over_the_daily_limit(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, start="07:00", end="18:00")
    phone = scheduling.activity("phone").pk
    short = [(phone, Period(at(shift, 0), at(shift, 5))), (phone, Period(at(shift, 6), at(shift, 11)))]
    services.change_parts(by=cast.member, shift=shift.pk, parts=short)
    scheduling.seated(cast.second_member, shift)
    with pytest.raises(Refused) as refused:
        services.change_parts(by=cast.member, shift=shift.pk, parts=[(phone, shift.span)])
    assert refused.value.codes == {"day_minutes"}
    assert cast.second_member.name in str(refused.value)


def test_a_break_that_is_too_short_is_not_made_shorter(cast: Cast) -> None:
    """Of what must be at least so long, less is worse: an import with 20 min of break is no leave for none."""
    pods.agreement(cast.isar, since=periods.now() - DAY, break_minutes=30)
    shift = scheduling.shift(cast.isar)
    phone = scheduling.activity("phone").pk
    some = [(phone, Period(at(shift, 0), at(shift, 4))), (phone, Period(at(shift, 4) + 20 * MINUTE, at(shift, 8)))]
    services.change_parts(by=cast.member, shift=shift.pk, parts=some)
    scheduling.seated(cast.second_member, shift)
    with pytest.raises(Refused) as refused:
        services.change_parts(by=cast.member, shift=shift.pk, parts=[(phone, shift.span)])
    assert refused.value.codes == {"break"}
    more = [some[0], (phone, Period(at(shift, 4) + 25 * MINUTE, at(shift, 8)))]
    services.change_parts(by=cast.member, shift=shift.pk, parts=more)


def test_activities_do_not_overlap_and_lie_inside(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    phone = scheduling.activity("phone").pk
    for parts, code in (
        ([(phone, Period(at(shift, 0), at(shift, 9)))], "outside"),
        ([(phone, Period(at(shift, 0), at(shift, 4))), (phone, Period(at(shift, 3), at(shift, 8)))], "overlap"),
        ([], "no_activity"),
    ):
        with pytest.raises(Refused) as refused:
            services.change_parts(by=cast.member, shift=shift.pk, parts=parts)
        assert refused.value.codes == {code}


def test_a_shift_is_split_reshaped_and_brought_back_by_its_page(cast: Cast, browser: Browser) -> None:
    shift, client = scheduling.shift(cast.isar), browser(cast.member)
    base = f"/p/{cast.isar.slug}/shifts/{shift.pk}/"
    assert "Split in two" in client.get(base).content.decode()
    page = client.post(f"{base}split", {"at": "11:00"}, follow=True).content.decode()
    assert "Split into 07:00–11:00 and 11:00–15:00." in page
    assert "Split Tue" in page
    assert client.post(f"{base}split", {"at": "22:00"}).status_code == 409
    assert client.post(f"{base}split", {"at": "noon"}).status_code == 422
    assert client.get(f"{base}activities/").status_code == 200
    chat = scheduling.activity("chat").pk
    sent = {"activity_0": chat, "from_0": "07:30", "to_0": "09:00"}
    assert client.post(f"{base}activities/", sent).status_code == 303
    assert [s.span for s in Shift.objects.get(pk=shift.pk).segments.all()] == [Period(at(shift, 0.5), at(shift, 2))]
    assert client.post(f"{base}activities/", sent | {"to_0": "23:00"}).status_code == 422


def test_a_night_shift_is_split_after_midnight(cast: Cast, browser: Browser) -> None:
    shift = scheduling.shift(cast.isar, 1, "22:00", "06:00")
    base = f"/p/{cast.isar.slug}/shifts/{shift.pk}/"
    browser(cast.member).post(f"{base}split", {"at": "02:00"})
    first, second = Shift.objects.order_by("period")
    assert (first.span.minutes, second.span.minutes) == (240, 240)
    assert (first.day, second.day) == (shift.day, shift.day + DAY)


def rules_were(shift: Shift, hours: int) -> Shift:
    """As if the zone had been ``hours`` further east when the shift was written."""
    by = hours * HOUR
    rows: list[Any] = [*shift.segments.all(), *shift.assignments.all(), shift]
    for row in rows:
        row.period = (row.period.lower - by, row.period.upper - by)
        row.save()
    for duty in Duty.objects.filter(assignments__shift=shift):
        duty.starts_at, duty.ends_at, duty.rest_until = duty.starts_at - by, duty.ends_at - by, duty.rest_until - by
        duty.save()
    offset = (shift.starts_offset or 0) + 60 * hours
    Shift.objects.filter(pk=shift.pk).update(starts_offset=offset, ends_offset=offset)
    return Shift.objects.get(pk=shift.pk)


def test_shifts_to_come_keep_their_wall_times_when_the_rules_of_their_zone_change(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    scheduling.seated(cast.member, shift)
    meant = state()
    rules_were(shift, 1)
    assert state() != meant
    assert services.follow_zone_rules() == (1, 0)
    assert state() == meant
    told = Notice.objects.get(recipient=cast.member)
    assert told.kind == "shift_clocks"
    assert services.follow_zone_rules() == (0, 0)


def test_neighbouring_shifts_of_a_person_move_together(cast: Cast) -> None:
    for day in (1, 2):
        shift = scheduling.shift(cast.isar, day, "07:00" if day == 2 else "12:00", "15:00" if day == 2 else "20:00")
        scheduling.seated(cast.member, shift)
    meant = state()
    for shift in Shift.objects.order_by("-period"):
        rules_were(shift, -1)
    call_command("follow_zone_rules")
    assert state() == meant


def test_a_seat_is_freed_when_its_owner_works_elsewhere_at_the_new_time(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    scheduling.seated(cast.member, shift)
    rules_were(shift, 3)
    other = scheduling.shift(cast.elbe, 1, "13:00", "16:00")
    scheduling.seated(cast.member, other)
    assert services.follow_zone_rules() == (1, 1)
    assert not shift.assignments.exists()
    assert Notice.objects.get(recipient=cast.member).kind == "shift_clocks_freed"


def test_what_has_begun_keeps_its_instants(cast: Cast) -> None:
    shift = rules_were(scheduling.shift(cast.isar), 1)
    assert services.follow_zone_rules(at=shift.span.start + MINUTE) == (0, 0)


def test_what_is_cancelled_while_the_clocks_wait_for_it_is_left_alone(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift = rules_were(scheduling.shift(cast.isar), 1)

    def late(*args: Any) -> None:
        services.cancel_shift(by=cast.member, shift=shift.pk)

    monkeypatch.setattr(clocks, "lock_roster", late)
    assert services.follow_zone_rules() == (0, 0)
    assert Shift.objects.get().span == shift.span


def test_shifts_from_before_the_offsets_were_kept_get_those_of_today(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    Shift.objects.update(starts_offset=None, ends_offset=None)
    assert services.follow_zone_rules() == (0, 0)
    assert Shift.objects.get().starts_offset == shift.starts_offset
