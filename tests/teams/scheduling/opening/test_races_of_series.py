"""A whole pattern beside other acts, from real threads; the guard has a control without it."""

from __future__ import annotations

from functools import partial

import pytest

from cxportal.core import periods
from cxportal.core.database import LockClass
from cxportal.core.periods import HOUR
from teams.people.models import User
from teams.scheduling import services
from teams.scheduling.models import Assignment, Week
from teams.scheduling.opening.rules import Line
from teams.scheduling.services import claims, series
from tests.cast import Cast
from tests.factories import scheduling
from tests.races import deadlocks, meeting, together, without_locks
from tests.teams.scheduling.opening.scene import agree, lines, weeks_of

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROSTER = (LockClass.MEMBER_WEEK, LockClass.POD_DAY)
JUDGED = (series, "judge_series"), (claims, "claim_effect")


def act(user: User, pod: object, read: list[Line]) -> object:
    return services.claim_series(by=User.objects.get(pk=user.pk), pod=pod, lines=read)  # type: ignore[arg-type]


def test_two_who_claim_the_same_pattern_at_once_share_its_seats_without_a_deadlock(cast: Cast) -> None:
    early = scheduling.pattern(cast.isar, seats=1)
    weeks_of(early, 2)
    people = (cast.member, cast.second_member, cast.guest)
    read = {user.pk: lines(cast.isar, user, early, weeks=2) for user in people}
    before = deadlocks()
    told = together(partial(act, user, cast.isar, read[user.pk]) for user in people)
    assert Assignment.objects.count() == 10
    assert (len(told.answers), len(told.refusals)) == (1, 2)
    assert deadlocks() == before


def scene(cast: Cast) -> int:
    """Two tabs at once, a pattern of four days and a shift of the fifth: the week holds four. Minutes afterwards."""
    agree(cast.isar, week_minutes=4 * 480)
    early = scheduling.pattern(cast.isar)
    fifth = weeks_of(early)[4]
    read = lines(cast.isar, cast.member, early)
    together(
        [
            partial(act, cast.member, cast.isar, read),
            lambda: services.claim(by=User.objects.get(pk=cast.member.pk), shift=fifth.pk),
        ]
    )
    return 480 * Assignment.objects.filter(member=cast.member).count()


def test_the_weekly_limit_holds_beside_a_claim_in_another_tab(cast: Cast) -> None:
    assert scene(cast) == 4 * 480


def test_without_the_locks_both_tabs_together_pass_the_weekly_limit(cast: Cast) -> None:
    with without_locks(*ROSTER), meeting(*JUDGED):
        assert scene(cast) == 5 * 480


# --- the cap of a round ---------------------------------------------------------------------------


def round_scene(cast: Cast) -> int:
    """Three tabs claim at once where one shift is allowed. How many are held afterwards."""
    agree(cast.isar, opening_rounds=1, opening_round_shifts=1)
    shifts = [scheduling.shift(cast.isar, day) for day in (0, 2, 4)]
    Week.objects.update(opens_at=periods.now() - HOUR)
    together(partial(services.claim, by=User.objects.get(pk=cast.member.pk), shift=shift.pk) for shift in shifts)
    return Assignment.objects.filter(member=cast.member).count()


def test_the_cap_of_a_round_holds_in_three_tabs_at_once(cast: Cast) -> None:
    assert round_scene(cast) == 1


def test_without_the_locks_three_tabs_pass_the_cap_of_a_round(cast: Cast) -> None:
    with without_locks(*ROSTER), meeting((claims, "claim_effect")):
        assert round_scene(cast) == 3
