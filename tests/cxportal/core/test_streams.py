"""Streams behind the page's own guard: told on commit, ended at once when access ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connections, transaction
from django.http import Http404
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import include, path

from cxportal.core import realtime, streaming
from cxportal.core.violations import Denied
from teams.people.models import User
from tests.factories import people
from tests.loops import play

pytestmark = pytest.mark.django_db(transaction=True)

HOST = "localhost:8001"


def _fetch(user: User, slug: str) -> str:
    if slug == "unknown":
        raise Http404
    if slug == "closed" or user.name == "Nobody":
        raise Denied("Not for you.")
    return slug


board = realtime.Stream("blackboard", "streams/board/<slug:slug>/", fetch=_fetch, topics=lambda slug: [f"board:{slug}"])
urlpatterns = [board.pattern(), path("", include("cxportal.urls"))]


@pytest.fixture(autouse=True)
def _only_this_stream(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def session() -> tuple[User, str]:
    """A signed-in person and the key of their session."""
    user = people.user("Mara Jung")
    client = Client()
    client.force_login(user)
    return user, client.cookies[settings.SESSION_COOKIE_NAME].value


class Tab:
    """A browser's side of one stream."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.leave = asyncio.Event()
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.text = ""

    async def receive(self) -> dict[str, Any]:
        await self.leave.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        await self.sent.put(dict(message))

    async def until(self, piece: str, seconds: float = 3) -> None:
        """Read until ``piece`` arrived; fails after ``seconds``."""
        async with asyncio.timeout(seconds):
            while piece not in self.text:
                message = await self.sent.get()
                self.text += message.get("body", b"").decode()

    async def begin(self) -> None:
        async with asyncio.timeout(3):
            message = await self.sent.get()
        self.status, self.headers = message["status"], dict(message["headers"])


def _scope(key: str, slug: str = "isar", query: str = "", **headers: str) -> dict[str, Any]:
    sent = {"host": HOST, "cookie": f"{settings.SESSION_COOKIE_NAME}={key}", **headers}
    return {
        "type": "http",
        "method": "GET",
        "path": f"/streams/board/{slug}/",
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
    }


class Service:
    """The streams' application as it runs in its own process."""

    def __init__(self) -> None:
        self.app = streaming.Streams()

    @asynccontextmanager
    async def tab(self, scope: dict[str, Any]) -> AsyncIterator[tuple[Tab, asyncio.Task[None]]]:
        tab = Tab()
        task = asyncio.create_task(self.app(scope, tab.receive, tab.send))
        await tab.begin()
        yield tab, task
        tab.leave.set()
        await asyncio.wait_for(task, 3)


def _play(scene: Callable[[Service], Coroutine[Any, Any, None]]) -> None:
    async def whole() -> None:
        service = Service()
        service.app.hub.start()
        async with asyncio.timeout(5):
            while not service.app.hub.hears:
                await asyncio.sleep(0.01)
        try:
            await scene(service)
        finally:
            await service.app.hub.stop()
            service.app.threads.shutdown(wait=True)

    play(whole())


async def _in_thread(work: Callable[[], Any]) -> Any:
    def run() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)


def test_an_event_is_told_on_commit_and_never_on_rollback(session: tuple[User, str]) -> None:
    def rolled_back() -> None:
        with transaction.atomic():
            realtime.publish("board:isar", "lost")
            transaction.set_rollback(True)

    async def scene(service: Service) -> None:
        async with service.tab(_scope(session[1])) as (tab, _):
            assert tab.status == 200
            assert tab.headers[b"content-type"].startswith(b"text/event-stream")
            await tab.until("event: refetch")
            await _in_thread(rolled_back)
            await _in_thread(lambda: realtime.publish("board:elbe", "elsewhere"))
            await _in_thread(lambda: realtime.publish(["board:isar", "board:isar"], "coverage", day=3))
            await tab.until('event: coverage\ndata: {"day":3}\n\n')
            assert "lost" not in tab.text
            assert "elsewhere" not in tab.text

    _play(scene)


@pytest.mark.parametrize(("slug", "status"), [("unknown", 404), ("closed", 403)])
def test_the_pages_guard_says_no_to_the_stream_too(session: tuple[User, str], slug: str, status: int) -> None:
    async def scene(service: Service) -> None:
        async with service.tab(_scope(session[1], slug)) as (tab, _):
            assert tab.status == status

    _play(scene)


def test_a_stranger_and_a_forged_session_get_no_stream(session: tuple[User, str]) -> None:
    async def scene(service: Service) -> None:
        for key in ("", "x" * 32):
            async with service.tab(_scope(key)) as (tab, _):
                assert tab.status == 403

    _play(scene)


def test_the_stream_ends_at_once_when_the_session_ends(session: tuple[User, str]) -> None:
    async def scene(service: Service) -> None:
        async with service.tab(_scope(session[1])) as (_, task):
            await _in_thread(Session.objects.filter(pk=session[1]).delete)
            await asyncio.wait_for(task, 2)
            assert not service.app.hub.everybody

    _play(scene)


def test_the_stream_ends_at_once_when_the_person_is_deactivated(session: tuple[User, str]) -> None:
    user, key = session

    def deactivate() -> None:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(is_active=False)
            realtime.access_changed(user.pk)

    async def scene(service: Service) -> None:
        async with service.tab(_scope(key)) as (_, task):
            await _in_thread(deactivate)
            await asyncio.wait_for(task, 2)

    _play(scene)


def test_the_stream_ends_when_the_guard_changes_its_mind_and_only_then(session: tuple[User, str]) -> None:
    user, key = session

    async def scene(service: Service) -> None:
        async with service.tab(_scope(key)) as (tab, task):
            await tab.until("welcome")
            await _in_thread(lambda: realtime.access_changed(user.pk))
            await asyncio.sleep(0.3)
            assert not task.done()
            await _in_thread(lambda: User.objects.filter(pk=user.pk).update(name="Nobody"))
            await _in_thread(lambda: realtime.access_changed(user.pk))
            await asyncio.wait_for(task, 2)

    _play(scene)


def test_a_browser_that_missed_nothing_is_not_asked_to_fetch_again(session: tuple[User, str]) -> None:
    async def scene(service: Service) -> None:
        service.app.hub._hearing_since = time.time() - 60
        async with service.tab(_scope(session[1], query=f"since={time.time():.3f}")) as (tab, _):
            await tab.until("welcome")
            assert "refetch" not in tab.text
        await _in_thread(lambda: realtime.publish("board:isar", "coverage"))
        await asyncio.sleep(0.2)
        async with service.tab(_scope(session[1], query=f"since={time.time() - 1:.3f}")) as (tab, _):
            await tab.until("event: refetch")

    _play(scene)


def test_after_a_lost_connection_to_the_database_everybody_fetches_again(session: tuple[User, str]) -> None:
    async def scene(service: Service) -> None:
        async with service.tab(_scope(session[1])) as (tab, task):
            await tab.until("event: refetch")
            tab.text = ""

            def cut() -> None:
                with connections["default"].cursor() as cursor:
                    cursor.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE application_name = 'cxportal-listen' AND datname = current_database()"
                    )

            await _in_thread(cut)
            await tab.until("event: refetch", 10)
            assert not task.done()
            await _in_thread(lambda: realtime.publish("board:isar", "coverage"))
            await tab.until("event: coverage")

    _play(scene)


def test_only_the_pages_own_origin_may_read_across_ports(session: tuple[User, str], settings: Any) -> None:
    pages = f"http://localhost:{settings.PORT}"

    async def scene(service: Service) -> None:
        async with service.tab(_scope(session[1], origin=pages)) as (tab, _):
            assert tab.headers[b"access-control-allow-origin"] == pages.encode()
            assert tab.headers[b"access-control-allow-credentials"] == b"true"
            assert tab.headers[b"vary"] == b"origin"
        for foreign in ("http://evil.example", f"http://127.0.0.1:{settings.PORT}", "http://localhost:9999", "null"):
            async with service.tab(_scope(session[1], origin=foreign)) as (tab, _):
                assert tab.status == 403
                assert b"access-control-allow-origin" not in tab.headers

    _play(scene)


def test_one_person_cannot_take_all_streams(session: tuple[User, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "PER_PERSON", 2)

    async def scene(service: Service) -> None:
        scope = _scope(session[1])
        async with service.tab(scope), service.tab(scope), service.tab(scope) as (tab, _):
            assert tab.status == 429

    _play(scene)


def test_a_browser_that_leaves_is_forgotten(session: tuple[User, str]) -> None:
    async def scene(service: Service) -> None:
        async with service.tab(_scope(session[1])):
            assert len(service.app.hub.everybody) == 1
        assert not service.app.hub.everybody

    _play(scene)


def test_a_stream_asked_of_the_pages_service_asks_the_guard_and_has_nothing(session: tuple[User, str]) -> None:
    client = Client()
    assert client.get("/streams/board/isar/").status_code == 302
    client.force_login(session[0])
    assert client.get("/streams/board/isar/").status_code == 204
    assert client.get("/streams/board/unknown/").status_code == 404


@pytest.mark.parametrize(
    ("host", "same", "expected"),
    [
        ("localhost:8000", False, "http://localhost:8001/streams/board/isar/?since="),
        ("127.0.0.1:8000", False, "http://127.0.0.1:8001/streams/board/isar/?since="),
        ("[::1]:8000", False, "http://[::1]:8001/streams/board/isar/?since="),
        ("localhost:8000", True, "/streams/board/isar/?since="),
    ],
)
def test_the_address_of_a_stream_is_on_the_host_that_the_browser_used(
    settings: Any, host: str, same: bool, expected: str
) -> None:
    settings.STREAMS_SAME_ORIGIN = same
    request = RequestFactory().get("/", headers={"host": host})
    text = Template("{% load live %}{% live_url 'blackboard' slug='isar' %}").render(Context({"request": request}))
    assert text.startswith(expected)
