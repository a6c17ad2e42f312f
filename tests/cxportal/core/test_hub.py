"""Who hears what: merging, catching up, and nothing kept for those who left."""

import asyncio
import json
import time

from cxportal.core import realtime
from cxportal.core.hub import MOST_PENDING, Hub, Subscriber
from tests.loops import play


def _told(topic: str, event: str, **ids: int) -> str:
    return realtime.payload(topic, event, ids)


def _hearing(since: float) -> Hub:
    hub = Hub()
    hub._hearing_since = since
    return hub


def test_only_the_streams_of_a_topic_hear_of_it() -> None:
    hub, near, far = Hub(), Subscriber(1), Subscriber(2)
    hub.add(near, ["week:1"])
    hub.add(far, ["week:2"])
    hub.tell(_told("week:1", "coverage", day=3))
    assert near.take() == 'event: coverage\ndata: {"day":3}\n\n'
    assert far.take() == ""


def test_equal_events_that_wait_are_told_once_with_the_latest_ids() -> None:
    hub, subscriber = Hub(), Subscriber(1)
    hub.add(subscriber, ["queue:1"])
    for number in range(5):
        hub.tell(_told("queue:1", "waiting", contact=number))
    assert subscriber.take() == 'event: waiting\ndata: {"contact":4}\n\n'


def test_a_reader_that_is_too_slow_fetches_everything_again() -> None:
    subscriber = Subscriber(1)
    for number in range(MOST_PENDING + 1):
        subscriber.notice("queue:1", f"row--{number}", {})
    assert subscriber.take() == "event: refetch\ndata: {}\n\n"


def test_a_message_that_cannot_be_read_is_left_and_the_next_is_told() -> None:
    hub, subscriber = Hub(), Subscriber(1)
    hub.add(subscriber, ["week:1"])
    for text in ("", "{", "[]", '{"t":"x"}', "null"):
        hub.tell(text)
    hub.tell(_told("week:1", "coverage"))
    assert "coverage" in subscriber.take()


def test_a_page_has_missed_something_only_when_its_topic_changed_since_it_was_rendered() -> None:
    now = time.time()
    hub = _hearing(now - 60)
    assert not hub.may_have_missed(["week:1"], now)
    hub.tell(_told("week:1", "coverage"))
    assert hub.may_have_missed(["week:1"], now)
    assert not hub.may_have_missed(["week:2"], now)


def test_a_page_from_before_the_hub_could_hear_fetches_again() -> None:
    now = time.time()
    assert _hearing(now).may_have_missed(["week:1"], now - 30)
    assert _hearing(float("inf")).may_have_missed(["week:1"], now)
    assert _hearing(now - 7200).may_have_missed(["week:1"], now - 3600)
    assert _hearing(now - 60).may_have_missed(["week:1"], 0.0)


def test_withdrawn_access_and_an_ended_session_ask_the_guard_and_tell_the_browser_nothing() -> None:
    hub, subscriber = Hub(), Subscriber(7)
    hub.add(subscriber, ["week:1", realtime.person_topic(7), realtime.session_topic("key")])
    hub.tell(json.dumps({"t": [realtime.session_topic("key")], "e": "access", "i": {}}))
    assert subscriber.recheck
    subscriber.recheck = False
    hub.tell(_told(realtime.person_topic(7), realtime.ACCESS))
    assert subscriber.recheck
    assert subscriber.take() == ""


def test_what_ended_is_forgotten() -> None:
    hub = Hub()
    for _ in range(3):
        subscriber = Subscriber(1)
        hub.add(subscriber, ["week:1", "queue:1"])
        hub.move(subscriber, ["week:2"])
        hub.remove(subscriber)
    assert not hub.everybody
    assert not hub._by_topic
    assert hub.count(1) == 0


def test_ending_all_wakes_every_stream() -> None:
    async def scene() -> bool:
        hub, subscriber = Hub(), Subscriber(1)
        hub.add(subscriber, ["week:1"])
        asyncio.get_running_loop().call_later(0.01, hub.end_all)
        await asyncio.wait_for(subscriber.wake.wait(), 1)
        return subscriber.gone

    assert play(scene())


def test_a_stream_whose_guard_was_still_asked_when_the_service_stopped_ends_at_once() -> None:
    hub, late = Hub(), Subscriber(1)
    hub.end_all()
    hub.add(late, ["week:1"])
    assert late.gone
