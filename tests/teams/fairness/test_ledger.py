"""The ledger: what was worked counts once, what was changed is set right by a further entry."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from cxportal.core.database import constraint_name
from cxportal.core.periods import HOUR, MINUTE, Period
from teams.fairness import services, tasks
from teams.fairness.models import PointEntry
from teams.fairness.queries import points_of
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import services as scheduling_services
from teams.scheduling.models import Assignment, Shift, as_range
from tests.cast import Cast
from tests.factories import pods, scheduling


def late_shift(cast: Cast, day: int = 1) -> Shift:
    return scheduling.shift(cast.isar, day, start="12:00", end="20:30")


def after(shift: Shift) -> dt.datetime:
    return shift.span.end + MINUTE


def told(member: User) -> list[tuple[str, Decimal, str]]:
    rows = PointEntry.objects.filter(member=member).order_by("pk")
    return [(row.kind, row.points, row.source) for row in rows]


def test_work_counts_when_it_is_over_and_once(cast: Cast) -> None:
    shift = late_shift(cast)
    scheduling.seated(cast.member, shift)
    assert services.settle(pod=cast.isar, at=shift.span.end - MINUTE) == 0
    assert services.settle(pod=cast.isar, at=after(shift)) == 1
    assert services.settle(pod=cast.isar, at=after(shift)) == 0
    assert told(cast.member) == [("late", Decimal(1), f"shift:{shift.pk}")]
    assert PointEntry.objects.get().happened_at == shift.span.start


def test_a_claim_that_is_undone_leaves_no_points(cast: Cast) -> None:
    shift = late_shift(cast)
    soon = shift.span.start - HOUR
    done = scheduling_services.claim(by=cast.member, shift=shift.pk, at=soon)
    assert done.act is not None
    scheduling_services.undo(by=cast.member, act=done.act.pk, at=soon + 5 * MINUTE)
    assert services.settle(pod=cast.isar, at=after(shift)) == 0
    assert told(cast.member) == []


def test_stepping_in_at_short_notice_counts_and_an_early_claim_does_not(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, 1, seats=2)
    scheduling_services.claim(by=cast.member, shift=shift.pk, at=shift.span.start - 47 * HOUR)
    scheduling_services.claim(by=cast.second_member, shift=shift.pk, at=shift.span.start - 49 * HOUR)
    services.settle(pod=cast.isar, at=after(shift))
    assert told(cast.member) == [("short_notice", Decimal(1), f"shift:{shift.pk}")]
    assert told(cast.second_member) == []


def test_who_takes_a_give_back_back_did_not_step_in_at_short_notice(cast: Cast) -> None:
    pods.agreement(cast.isar, since=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), notice_minutes=0)
    shift = scheduling.shift(cast.isar, 1, seats=2)
    shift.week.fixes_at = shift.span.end
    shift.week.save()
    first = scheduling_services.claim(by=cast.member, shift=shift.pk, at=shift.span.start - 90 * HOUR)
    later = shift.span.start - 20 * HOUR
    gone = scheduling_services.release(by=cast.member, assignment=first.assignment.pk, at=later)
    assert gone.act is not None
    scheduling_services.undo(by=cast.member, act=gone.act.pk, at=later + MINUTE)
    assert services.settle(pod=cast.isar, at=after(shift)) == 0


def test_a_shift_that_was_worked_in_pieces_counts_once(cast: Cast) -> None:
    shift = late_shift(cast, 5)
    span = shift.span
    row = scheduling.seated(cast.member, shift)
    row.period = as_range(Period(span.start, span.start + HOUR))
    row.save()
    Assignment.objects.create(
        member=cast.member,
        shift=shift,
        seat=row.seat,
        duty=row.duty,
        period=as_range(Period(span.end - HOUR, span.end)),
    )
    services.settle(pod=cast.isar, at=after(shift))
    assert sorted(kind for kind, _points, _source in told(cast.member)) == ["late", "weekend"]


def test_work_that_was_corrected_afterwards_is_reversed_by_a_further_entry(cast: Cast) -> None:
    shift = late_shift(cast)
    scheduling.seated(cast.member, shift)
    services.settle(pod=cast.isar, at=after(shift))
    scheduling_services.record_absence(
        by=cast.member, member=cast.member, period=shift.span, kind="sick", at=after(shift)
    )
    assert services.settle(pod=cast.isar, at=after(shift)) == 1
    assert services.settle(pod=cast.isar, at=after(shift)) == 0
    source = f"shift:{shift.pk}"
    assert told(cast.member) == [("late", Decimal(1), source), ("late", Decimal(-1), f"{source}:2")]
    assert points_of(cast.isar, [cast.member.pk], after(shift)) == {cast.member.pk: Decimal()}
    scheduling.seated(cast.member, shift)
    services.settle(pod=cast.isar, at=after(shift))
    assert told(cast.member)[2:] == [("late", Decimal(1), f"{source}:3")]


def test_each_shift_is_weighed_by_the_agreement_that_was_in_force_when_it_began(cast: Cast) -> None:
    early, late = (late_shift(cast, day) for day in (1, 2))
    for shift in (early, late):
        scheduling.seated(cast.member, shift)
    pods.agreement(cast.isar, since=late.span.start, fair_late=3)
    services.settle(pod=cast.isar, at=after(late))
    assert {source: points for _kind, points, source in told(cast.member)} == {
        f"shift:{early.pk}": Decimal(1),
        f"shift:{late.pk}": Decimal(3),
    }


def test_points_count_in_the_agreed_window_only(cast: Cast) -> None:
    shift = late_shift(cast)
    scheduling.seated(cast.member, shift)
    services.settle(pod=cast.isar, at=after(shift))
    who, weeks = cast.member.pk, dt.timedelta(weeks=13)
    assert points_of(cast.isar, [who], shift.span.start + weeks) == {who: Decimal(1)}
    assert points_of(cast.isar, [who], shift.span.start + weeks + MINUTE) == {who: Decimal()}


def test_a_public_holiday_is_one_where_the_members_contract_holds(cast: Cast) -> None:
    epiphany = dt.date(2026, 1, 6)  # a holiday in Bavaria, none in Berlin
    shift = scheduling.shift(cast.isar, epiphany, seats=2)
    cast.second_member.contracts.update(region="DE-BE")
    for member in (cast.member, cast.second_member):
        scheduling.seated(member, shift)
    services.settle(pod=cast.isar, at=after(shift))
    assert [kind for kind, *_rest in told(cast.member)] == ["holiday"]
    assert told(cast.second_member) == []


def test_help_is_credited_to_the_home_pod_once_for_a_contact(cast: Cast) -> None:
    for _ in range(2):
        services.credit_help(member=cast.member, minutes=90, source="contact:42")
    services.credit_help(member=cast.second_member, minutes=0, source="contact:42")
    services.credit_help(member=cast.stranger, minutes=60, source="contact:42")
    entry = PointEntry.objects.get()
    assert (entry.member, entry.pod, entry.kind, entry.points) == (cast.member, cast.isar, "help", Decimal("1.5"))


def test_the_job_settles_every_open_pod(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Pod] = []
    closed = pods.open_pod("Lech", closed_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    monkeypatch.setattr(services, "settle", lambda *, pod: asked.append(pod))
    tasks.settle(0)
    assert closed not in asked
    assert {cast.isar, cast.elbe} <= set(asked)


# --- what the database holds by itself ---------------------------------------------------------------


def entry(cast: Cast, **fields: object) -> PointEntry:
    values = {"member": cast.member, "pod": cast.isar, "kind": "late", "points": 1, "source": "shift:1"}
    return PointEntry.objects.create(**{**values, "happened_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC), **fields})


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({}, "points_once"),
        ({"source": "shift:2", "points": 0}, "points_count"),
        ({"kind": "mood"}, "points_kind_known"),
        ({"source": ""}, "points_have_a_source"),
    ],
)
def test_the_database_refuses_what_is_no_entry(cast: Cast, fields: dict[str, object], constraint: str) -> None:
    entry(cast)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        entry(cast, **fields)
    assert constraint_name(error.value) == constraint


def test_the_same_source_counts_for_another_reason_and_another_person(cast: Cast) -> None:
    for fields in ({}, {"kind": "weekend"}, {"member": cast.second_member}, {"source": "shift:2"}):
        entry(cast, **fields)
    assert PointEntry.objects.count() == 4


def test_no_entry_is_ever_changed_or_removed(cast: Cast) -> None:
    row = entry(cast)
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        PointEntry.objects.filter(pk=row.pk).update(points=5)
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        PointEntry.objects.filter(pk=row.pk).delete()
    assert PointEntry.objects.get().points == 1
