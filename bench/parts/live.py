"""A claim told to 50 open streams, and seen as a fragment, against a bare stream of the same notes."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator

from bench import people
from bench.harness import Bench, Caller, Figure, compare, pick

AIM = "live claim, 50 streams"
STREAMS, CLAIMS, PAUSE = 50, 40, 0.5


class Ear(threading.Thread):
    """One open stream; notes the instant of every event, and fetches a fragment when asked to."""

    def __init__(
        self, port: int, path: str, headers: dict[str, str], seen: Caller | None = None, page: str = ""
    ) -> None:
        super().__init__(daemon=True)
        self.told: list[float] = []
        self.seen: list[float] = []
        self.caller, self.page = seen, page
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.connection.request("GET", path, headers=headers)
        self.answer = self.connection.getresponse()
        if self.answer.status != 200:
            raise SystemExit(f"{path} answered {self.answer.status}")

    def run(self) -> None:
        while line := self.answer.fp.readline():
            if line.startswith(b"data:"):
                self.told.append(time.monotonic())
                if self.caller:
                    self.caller("GET", self.page, None, **{"HX-Request": "true", "HX-Target": "head"})
                    self.seen.append(time.monotonic())


def run(bench: Bench) -> Iterator[Figure]:
    """Two claims a second; every tenth viewer also fetches what changed, as a browser does."""
    from cxportal.core.periods import week_label

    bench.serve()
    bench.django()
    from teams.scheduling.models import Week
    from teams.scheduling.services import claim

    (team,) = people.company([15])
    days = people.weeks(team, 1, 15)
    label = week_label(Week.objects.get(pod=team.pod).monday)
    cookies = [people.signed_in(member) for member in team.members]
    page = f"/p/{team.pod.slug}/week/{label}/"
    path = f"/streams/p/{team.pod.slug}/week/{label}/"
    ears = []
    for n in range(STREAMS):
        cookie = {"Cookie": cookies[n % len(cookies)]}
        viewer = Caller(bench.port, cookie) if n % 10 == 0 else None
        ears.append(Ear(bench.port + 1, path, cookie, viewer, page))
    claims = [(member, day[0]) for day in days for member in team.members][:CLAIMS]
    told, seen = _measure(ears, lambda n: claim(by=claims[n][0], shift=claims[n][1]))
    bare_ears = [Ear(port, "/", {}) for port in [bench.bare("bench.bare.stream:application", "asgi")] * STREAMS]
    bare, _none = _measure(bare_ears, lambda n: _note(n))
    yield compare("told, p95 of all viewers", pick(told, 0.95), pick(bare, 0.95), "s after the commit", most=10)
    yield Figure("told, median", pick(told, 0.5), "s after the commit", pick(bare, 0.5))
    met = pick(seen, 0.95) <= 1
    yield Figure("seen, p95", pick(seen, 0.95), "s until the fragment is there", aim="≤ 1 s", met=met)
    least = min(len(ear.told) for ear in ears)
    yield Figure("events heard by the viewer who heard least", least, f"of {CLAIMS} claims, merged within 50 ms")


def _note(number: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('bench', %s)", [str(number)])


def _measure(ears: list[Ear], act):
    """Seconds from each act's commit to the first event after its begin, per ear."""
    for ear in ears:
        ear.start()
    time.sleep(2)
    told, seen = [], []
    for number in range(CLAIMS):
        began = time.monotonic()
        act(number)
        committed = time.monotonic()
        time.sleep(max(0, PAUSE - (committed - began)))
        for ear in ears:
            first = next((at for at in ear.told if at >= began), None)
            if first is None:
                continue
            told.append(max(0.0, first - committed))
            place = ear.told.index(first)
            if len(ear.seen) > place:
                seen.append(ear.seen[place] - committed)
    return told, seen
