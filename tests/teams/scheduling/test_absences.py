"""Absences: a sick report is always accepted and opens the seats; others see "away", never why."""

from __future__ import annotations

import pytest

from cxportal.core.violations import Denied, Refused
from teams.notifications.models import Notice
from teams.scheduling import queries, services
from teams.scheduling.models import Absence, Assignment, Duty
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import span


def test_a_sick_report_is_accepted_at_once_and_opens_the_seat_as_urgent(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    services.claim(by=cast.member, shift=shift.pk)
    services.record_absence(
        by=cast.member, member=cast.member, period=span(cast.isar, 1, "00:00", "23:00"), kind="sick"
    )
    shift.refresh_from_db()
    assert shift.urgent_since is not None
    assert not Assignment.objects.exists()
    assert not Duty.objects.exists()
    notice = Notice.objects.get(recipient=cast.second_member)
    assert notice.kind == "shift_urgent"
    assert "sick" not in str(notice.data)


def test_falling_ill_in_the_middle_keeps_what_was_worked(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    services.claim(by=cast.member, shift=shift.pk)
    services.record_absence(
        by=cast.member, member=cast.member, period=span(cast.isar, 1, "11:00", "23:00"), kind="sick"
    )
    row = Assignment.objects.get()
    assert row.span == span(cast.isar, 1, "07:00", "11:00")
    assert Duty.objects.get().ends_at == row.span.end
    done = services.claim(by=cast.second_member, shift=shift.pk)
    assert done.assignment.span == span(cast.isar, 1, "11:00", "15:00")


def test_an_absence_in_the_middle_leaves_both_ends_in_one_working_day(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    services.claim(by=cast.member, shift=shift.pk)
    services.record_absence(
        by=cast.member, member=cast.member, period=span(cast.isar, 1, "10:00", "11:00"), kind="late"
    )
    assert [a.span for a in Assignment.objects.order_by("period")] == [
        span(cast.isar, 1, "07:00", "10:00"),
        span(cast.isar, 1, "11:00", "15:00"),
    ]
    assert Duty.objects.get().assignments.count() == 2


def test_the_same_report_again_is_the_same_absence(cast: Cast) -> None:
    period = span(cast.isar, 1, "00:00", "23:00")
    first = services.record_absence(by=cast.member, member=cast.member, period=period, kind="sick")
    assert services.record_absence(by=cast.member, member=cast.member, period=period, kind="sick") == first


def test_nobody_claims_into_their_absence_and_coming_back_ends_it(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    absence = services.record_absence(
        by=cast.member, member=cast.member, period=span(cast.isar, 1, "00:00", "23:00"), kind="sick"
    )
    with pytest.raises(Refused) as refused:
        services.claim(by=cast.member, shift=shift.pk)
    assert refused.value.codes == {"absent"}
    services.end_absence(by=cast.member, absence=absence.pk)
    assert not Absence.objects.exists()
    services.claim(by=cast.member, shift=shift.pk)


def test_another_absence_over_own_shifts_holds_the_rules_of_giving_back(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, state="fixed")
    services.claim(by=cast.member, shift=shift.pk)
    with pytest.raises(Refused) as refused:
        services.record_absence(by=cast.member, member=cast.member, period=shift.span, kind="other")
    assert refused.value.codes == {"week_fixed"}
    assert not Absence.objects.exists()


def test_only_the_member_and_administrators_report_for_a_member(cast: Cast) -> None:
    period = span(cast.isar, 1, "00:00", "23:00")
    for role in ("second_member", "lead", "coach", "operations_lead"):
        with pytest.raises(Denied):
            services.record_absence(by=cast[role], member=cast.member, period=period, kind="sick")
    services.record_absence(by=cast.administrator, member=cast.member, period=period, kind="sick")


def test_who_is_away_is_told_without_the_kind(cast: Cast) -> None:
    period = span(cast.isar, 1, "00:00", "23:00")
    services.record_absence(by=cast.member, member=cast.member, period=period, kind="sick")
    assert queries.away_between([cast.member.pk, cast.second_member.pk], period) == {cast.member.pk}
