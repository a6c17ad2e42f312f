"""500 open streams hold no page worker, hear one event together, and end with the service."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests.cxportal.serve.portals import Portal, eventually
from tests.loops import play

pytestmark = pytest.mark.slow

PEOPLE, EACH = 25, 20

MAKE_PEOPLE = f"""
import json
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from teams.people.models import User
made = []
for number in range({PEOPLE}):
    user = User.objects.create_user(f"person{{number}}@example.org", name=f"Person {{number}}")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    made.append([user.pk, session.session_key])
print(json.dumps(made))
"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal of this test's own."""
    served = Portal(tmp_path_factory.mktemp("streams") / "data")
    served.start()
    yield served
    served.stop()


class Tab:
    """One open stream, as a browser holds it."""

    def __init__(self, portal: Portal, user_id: int, key: str) -> None:
        self.portal, self.user_id, self.key = portal, user_id, key
        self.text = ""
        self.ended = False
        self.heard_at = 0.0

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.portal.port + 1)
        cookie = f"cxportal_session_{self.portal.port}={self.key}"
        host = f"127.0.0.1:{self.portal.port + 1}"
        self.writer.write(f"GET /streams/me/ HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n".encode())
        await self.writer.drain()
        while "welcome" not in self.text:
            await self._read()
        self.task = asyncio.create_task(self._listen())

    async def _read(self) -> None:
        piece = await self.reader.read(4096)
        if not piece:
            raise ConnectionError(self.text)
        self.text += piece.decode()

    async def _listen(self) -> None:
        while piece := await self.reader.read(4096):
            self.text += piece.decode()
            if "event: bell" in self.text and not self.heard_at:
                self.heard_at = time.monotonic()
            if self.text.endswith("\r\n0\r\n\r\n"):  # the last chunk; the connection itself may be used again
                self.ended = True
        self.ended = True

    async def close(self) -> None:
        self.task.cancel()
        self.writer.close()


async def _scene(portal: Portal, people: list[tuple[int, str]]) -> None:
    tabs = [Tab(portal, user_id, key) for user_id, key in people for _ in range(EACH)]
    await asyncio.gather(*(tab.open() for tab in tabs))
    assert all("200 OK" in tab.text for tab in tabs)

    # Pages go on as if nobody listened: more requests than there are threads, each answered.
    began = time.monotonic()
    answers = await asyncio.gather(*(asyncio.to_thread(portal.get, "/account/login/") for _ in range(40)))
    assert {status for status, _ in answers} == {200}
    assert time.monotonic() - began < 20
    with portal.database("postgres") as connection:
        held = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name IN ('cxportal-streams', 'cxportal-listen')"
        ).fetchone()
    assert held is not None
    assert held[0] <= 7  # the guards' pool and one that listens, not one for each stream

    # One event to everybody.
    topics = ",".join(f'"person:{user_id}"' for user_id, _ in people)
    told = time.monotonic()
    with portal.database() as connection:
        connection.execute("SELECT pg_notify('cxportal', %s)", [f'{{"t":[{topics}],"e":"bell","i":{{}}}}'])
    await asyncio.wait_for(_all(tabs, lambda tab: bool(tab.heard_at)), 20)
    slowest = max(tab.heard_at for tab in tabs) - told
    assert slowest < 5  # 30 ms on an idle machine

    # One person is deactivated: their streams end at once, and nobody else's.
    gone = people[0][0]
    with portal.database() as connection:
        connection.execute("UPDATE teams_user SET is_active = false WHERE id = %s", [gone])
        connection.execute("SELECT pg_notify('cxportal', %s)", [f'{{"t":["person:{gone}"],"e":"access","i":{{}}}}'])
    await asyncio.wait_for(_all([tab for tab in tabs if tab.user_id == gone], lambda tab: tab.ended), 20)
    assert not any(tab.ended for tab in tabs if tab.user_id != gone)

    # The service stops with all of them open: each ends in order, within the time that requests get.
    began = time.monotonic()
    assert await asyncio.to_thread(portal.stop) == 0
    assert time.monotonic() - began < 10
    await asyncio.wait_for(_all(tabs, lambda tab: tab.ended), 5)
    for tab in tabs:
        await tab.close()


async def _all(tabs: list[Tab], what: object) -> None:
    assert callable(what)
    while not all(what(tab) for tab in tabs):
        await asyncio.sleep(0.02)


def test_five_hundred_streams(portal: Portal) -> None:
    people = [(int(user_id), str(key)) for user_id, key in portal.shell(MAKE_PEOPLE)]
    eventually(lambda: portal.get("/health/live", port=portal.port + 1)[0] == 200)
    play(_scene(portal, people))
