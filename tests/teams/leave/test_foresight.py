"""What another number of places would do to planned leave, told before the vote."""

from __future__ import annotations

import datetime as dt

import pytest

from teams.consent.foresight import foresee
from teams.leave import services
from teams.leave.foresight import told
from teams.pods.agreement import Values
from tests.cast import Cast
from tests.factories import leave, pods

pytestmark = pytest.mark.django_db

NOW = dt.datetime.now(dt.UTC)


def effect(cast: Cast, places: int) -> str:
    after = Values(2, {"leave_concurrency": places})
    (facts,) = foresee(cast.isar, Values(1, {"leave_concurrency": 2}), after, {"leave_concurrency"}, NOW)
    return str(told(cast.isar, facts).words)


def test_fewer_places_name_the_days_over_them_and_more_who_would_get_one(cast: Cast) -> None:
    pods.agreement(cast.isar, since=dt.datetime(2025, 1, 1, tzinfo=dt.UTC), leave_concurrency=2)
    for each in (cast.member, cast.second_member, cast.lead):
        leave.balance(each)
        services.request_leave(by=each, member=each, kind=leave.kind(), asked=leave.days(0, 2), wait=True)
    assert effect(cast, 1) == "On 2 days more people are away already; their leave stays."
    assert effect(cast, 3) == "No day to come is over it; 2 days that somebody waits for would be granted."
    assert effect(cast, 2) == "No day to come is over it; 0 days that somebody waits for would be granted."
