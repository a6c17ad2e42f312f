"""One turn in two tabs: it takes one share, and without the locks it takes two."""

from __future__ import annotations

import pytest

from cxportal.core.database import LockClass
from teams.leave import services
from teams.leave.services import turns
from teams.people.models import User
from tests.cast import Cast
from tests.factories import leave
from tests.races import Act, Outcome, meeting, together, without_constraints, without_locks
from tests.teams.leave.test_peaks import OPENS, open_peak, running, share

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

LOCKS = (LockClass.LEAVE_DAY, LockClass.LEAVE_MEMBER, LockClass.MEMBER_WEEK)


def both(cast: Cast) -> tuple[User, Outcome]:
    peak = open_peak(cast)
    services.advance_turns(peak=peak, at=OPENS)
    first = running(peak)
    assert first is not None

    def take(name: str) -> Act:
        wanted = share(peak, name)
        return lambda: services.take_share(
            by=User.objects.get(pk=first.pk), peak=type(peak).objects.get(pk=peak.pk), share=wanted, at=OPENS
        )

    acts = [take("Week 1"), take("Week 2")]
    with meeting((turns, "request_leave"), before=True):
        return first, together(acts)


def test_a_turn_takes_one_share_in_two_tabs(cast: Cast) -> None:
    first, told = both(cast)
    assert len(told.answers) == 1
    assert told.codes == {"not_your_turn"}
    assert len(leave.states(first)) == 5


def test_control_without_the_locks_a_turn_takes_two_shares(cast: Cast) -> None:
    with without_locks(*LOCKS), without_constraints("peak_one_turn_runs"):
        first, told = both(cast)
        assert len(told.answers) == 2
        assert len(leave.states(first)) == 10
