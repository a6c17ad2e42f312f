"""What two pods may agree on: thresholds below the promise, caps inside the helper's willingness."""

import pytest

from customers.routing.terms import Terms, Willingness, at_or_above_promise, violations

WILLING = Willingness(at_once=4, in_hour=16, in_day=60, reserve=1)
PROMISES = {"phone": 20, "chat": 120}


def codes(**terms):
    facts = {"thresholds": {"phone": 10}} | terms
    return [v.code for v in violations(Terms(**facts), PROMISES, WILLING)]


def test_terms_inside_every_bound_pass():
    assert codes() == []


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (4, ["threshold_short"]),
        (5, []),
        (16, []),
        (17, ["threshold_long"]),
        (20, ["threshold_late"]),
        (45, ["threshold_late"]),
    ],
)
def test_a_wait_lies_between_5_seconds_and_80_percent_of_the_promise(seconds, code):
    assert codes(thresholds={"phone": seconds}) == code


def test_a_late_threshold_is_explained_with_numbers_and_a_way_out():
    (found,) = violations(Terms(thresholds={"phone": 45}), PROMISES, WILLING)
    assert found.numbers == {"channel": "phone", "threshold": 45, "promise": 20, "least": 5, "most": 16}
    assert str(found.message).startswith("Phone: a wait of 0:45 is not below the promise of 0:20")
    assert str(found.way_out) == "Take 0:16 or less."


def test_thresholds_at_the_promise_are_warned_about_when_the_promise_shrinks_later():
    assert at_or_above_promise({"phone": 20, "chat": 60}, PROMISES) == ["phone"]


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"thresholds": {}}, ["no_channel"]),
        ({"thresholds": {"letter": 60}}, ["no_promise"]),
        ({"cap_once": 9, "cap_hour": 8}, ["caps_order", "cap_once"]),
        ({"cap_once": 5}, ["cap_once"]),
        ({"cap_hour": 17}, ["cap_hour"]),
        ({"cap_day": 61}, ["cap_day"]),
        ({"reserve": 0}, ["reserve"]),
        ({"hours": ((600, 500), *[None] * 6)}, ["hours"]),
    ],
)
def test_each_bound_has_its_code(terms, code):
    assert codes(**terms) == code
