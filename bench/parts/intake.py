"""Contacts taken in over HTTP, each with its decision, against a bare DRF create with a token check."""

from __future__ import annotations

import hashlib
import itertools
import secrets
from collections.abc import Callable, Iterator

from bench import people
from bench.harness import Bench, Caller, Figure, compare, rate

AIM = "intake with its decision"
PODS, MEMBERS, CUSTOMERS, CALLS = 4, 15, 500, 800
BATCH = 80  # so many calls reach sixty people before everything is quiet again


def run(bench: Bench) -> Iterator[Figure]:
    """Calls of known customers to four pods whose people are there; then the round trips of one."""
    # The router would take processor time from both sides in turns; intake decides by itself.
    bench.serve()
    bench.django()
    teams = people.company([MEMBERS] * PODS)
    by_pod: list[list[int]] = []
    for team in teams:
        people.on_shift_now(team)
        by_pod.append(people.customers(team, CUSTOMERS))
    # One of each pod in turn: a batch that went to one pod alone would find its fifteen people busy soon.
    known = list(itertools.chain.from_iterable(zip(*by_pod, strict=True)))
    port = bench.bare()
    bare = Caller(port, {"Authorization": _bare_token(bench)})
    product = Caller(bench.port, {"Authorization": _token()})
    turn = itertools.cycle(known)
    wanted = [next(turn) for _ in range(CALLS)]
    rate(_create(bare, "/contacts/", wanted), count=50)
    rate(_create(product, "/api/v1/contacts/", wanted), count=50)
    _quiet(bench)
    baseline = rate(_create(bare, "/contacts/", wanted), count=CALLS)
    spent = 0.0
    for _round in range(CALLS // BATCH):
        _quiet(bench)
        spent += BATCH / rate(_create(product, "/api/v1/contacts/", wanted), count=BATCH)
    measured = CALLS // BATCH * BATCH / spent
    yield compare("intake over HTTP, with its decision", measured, baseline, "contacts a second", least=0.5)
    trips = _round_trips(wanted[0])
    yield Figure("round trips besides BEGIN and COMMIT", trips, "a contact", aim="≤ 8", met=trips <= 8)


def _create(caller: Caller, path: str, wanted: list[int]) -> Callable[[int], None]:
    def work(number: int) -> None:
        body = {"channel": "phone", "customer": wanted[number % len(wanted)], "subject": "Router does not start"}
        status, answer = caller("POST", path, body)
        if status != 201:
            raise SystemExit(f"{path} answered {status}: {answer[:500]!r}")

    return work


def _quiet(bench: Bench) -> None:
    """Everybody hangs up: without this the queue would grow to hundreds of calls that no pod would see."""
    with bench.owner() as owner:
        owner.execute("DELETE FROM customers_offer")
        owner.execute("DELETE FROM customers_contactassignment")
        owner.execute(
            "UPDATE customers_contact SET state = 'abandoned', closed_at = arrived_at, business_day = current_date,"
            " due_at = NULL WHERE closed_at IS NULL"
        )
        owner.execute("UPDATE teams_presence SET state = 'available', heartbeat_at = now()")


def _bare_token(bench: Bench) -> str:
    secret = secrets.token_hex(16)
    with bench.owner() as owner:
        owner.execute(
            "INSERT INTO bench_token (prefix, digest) VALUES ('bench', %s)",
            [hashlib.sha256(secret.encode()).digest()],
        )
    return f"Bearer bench.{secret}"


def _token() -> str:
    from teams.people.models import User
    from teams.people.tokens import create_token
    from teams.pods.models import RoleGrant

    administrator = User.objects.get(role_grants__role=RoleGrant.Role.ADMINISTRATOR)
    _row, text = create_token(by=administrator, user=administrator, name="bench", scopes=["contacts:write"])
    return f"Bearer {text}"


def _round_trips(customer: int) -> int:
    """Statements that one arrival sends, as Django's own log counts them."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from customers.routing.services.intake import Arrival, arrive
    from teams.people.models import User

    person = User.objects.order_by("pk")[0]
    with CaptureQueriesContext(connection) as captured:
        arrive(by=person, arrival=Arrival(channel="phone", customer_id=customer))
    begin_or_end = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return len([query for query in captured.captured_queries if not query["sql"].startswith(begin_or_end)])
