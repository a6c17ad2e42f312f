"""Claims at the pace of people: twenty users of one pod, one act a second each, as their browsers send it."""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator

from bench import people
from bench.harness import Bench, Caller, Figure, median, pick

AIM = "claims of 20 concurrent users"
USERS, ACTS, WEEKS = 20, 20, 8
MOST_MS = 100

type Act = Callable[[int, int], None]


def run(bench: Bench) -> Iterator[Figure]:
    """Everybody claims one day after the other in an order of their own: by the week's page, then by the API."""
    bench.serve()
    bench.django()
    (team,) = people.company([USERS])
    days = people.weeks(team, WEEKS, USERS)
    plans = []
    for number in range(USERS):
        order = [shift for (shift,) in days]
        random.Random(number).shuffle(order)
        plans.append(order)
    for name, act, first in (("page", _page(bench, team, plans), 0), ("API", _api(bench, team, plans), ACTS)):
        waited = [ms for each in _at_pace(act, first) for ms in each]
        high = pick(waited, 0.95)
        yield Figure(f"claims by the {name}, median", median(waited), "ms")
        yield Figure(f"claims by the {name}, p95", high, "ms", aim=f"< {MOST_MS} ms", met=high < MOST_MS)
        yield Figure(f"claims by the {name}, longest", max(waited), f"ms of {len(waited)} acts")


def _at_pace(act: Act, first: int) -> list[list[float]]:
    """The milliseconds of every act, from the instant at which it was due: an act that waits for its turn waited."""
    waited: list[list[float]] = [[] for _ in range(USERS)]
    errors: list[BaseException] = []
    begin = time.monotonic() + 1

    def user(number: int) -> None:
        try:
            for turn in range(ACTS):
                due = begin + turn + number / USERS
                time.sleep(max(0.0, due - time.monotonic()))
                act(number, first + turn)
                waited[number].append((time.monotonic() - due) * 1000)
        except BaseException as error:
            errors.append(error)

    crew = [threading.Thread(target=user, args=(number,)) for number in range(USERS)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    if errors:
        raise errors[0]
    return waited


def _page(bench: Bench, team: people.Team, plans: list[list[int]]):
    """The claim of the week's panel: the answer holds the row, the day's head and the panel, drawn anew."""
    from django.conf import settings

    callers = []
    for member in team.members:
        token = secrets.token_hex(16)
        callers.append(
            Caller(
                bench.port,
                {
                    "Cookie": f"{people.signed_in(member)}; {settings.CSRF_COOKIE_NAME}={token}",
                    "X-CSRFToken": token,
                    "HX-Request": "true",
                },
            )
        )

    def act(user: int, turn: int) -> None:
        path = f"/p/{team.pod.slug}/shifts/{plans[user][turn]}/claim"
        status, body = callers[user]("POST", path)
        if status != 200:
            raise SystemExit(f"{path} answered {status}: {body[:300]!r}")

    return act


def _api(bench: Bench, team: people.Team, plans: list[list[int]]):
    from teams.people.tokens import create_token

    callers = []
    for member in team.members:
        _row, text = create_token(by=member, user=member, name="bench", scopes=["shifts:write"])
        callers.append(Caller(bench.port, {"Authorization": f"Bearer {text}"}))

    def act(user: int, turn: int) -> None:
        path = f"/api/v1/shifts/{plans[user][turn]}/claim/"
        status, body = callers[user]("POST", path, {})
        if status != 200:
            raise SystemExit(f"{path} answered {status}: {body[:300]!r}")

    return act
