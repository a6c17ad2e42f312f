"""Claims by service and over HTTP against a bare row lock, and ten thousand claims of too few seats."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

from bench import people
from bench.harness import Bench, Caller, Figure, compare, rate

AIM = "claims, no over-claims"
PODS, MEMBERS, WEEKS = 5, 12, 3
CONTESTED = 10_000


def run(bench: Bench) -> Iterator[Figure]:
    """Every member claims every day; then ten thousand claims fight for half as many seats."""
    bench.serve()
    bench.django()
    *teams, crowd = people.company([MEMBERS] * (PODS + 1))
    free = [(team, people.weeks(team, WEEKS, MEMBERS)) for team in teams]
    claims = [
        (member, shift)
        for team, days in free
        for day, (shift,) in enumerate(days)
        for member in team.members
        if day >= 0
    ]
    random.Random(1).shuffle(claims)
    half = len(claims) // 2
    bare_shifts = _bare(bench, len(claims) // MEMBERS)
    bare = rate(_bare_claim(bare_shifts), count=half)
    yield compare("claims by service", rate(_service(claims[:half]), count=half), bare, "claims a second", least=0.5)
    calm = _bare(bench, half // MEMBERS + 1)
    port = bench.bare()
    http_bare = rate(_bare_http(Caller(port), calm), count=half)
    product = rate(_http(bench, claims[half:]), count=half)
    yield compare("claims over HTTP", product, http_bare, "claims a second", least=0.5)
    yield from _contested(crowd)


def _bare(bench: Bench, shifts: int) -> list[int]:
    with bench.owner() as owner:
        rows = owner.execute(
            "INSERT INTO bench_shift (seats) SELECT %s FROM generate_series(1, %s) RETURNING id", [MEMBERS, shifts]
        )
        return [row[0] for row in rows]


def _bare_claim(shifts: list[int]):
    from bench.bare.work import claim

    return lambda n: claim(shifts[n % len(shifts)], n)


def _bare_http(caller: Caller, shifts: list[int]):
    return lambda n: caller("POST", f"/claim/{shifts[n % len(shifts)]}/{n}/")


def _service(claims):
    from teams.scheduling.services import claim

    def work(number: int) -> None:
        member, shift = claims[number]
        claim(by=member, shift=shift)

    return work


def _http(bench: Bench, claims):
    from teams.people.tokens import create_token

    tokens = {}
    for member, _shift in claims:
        if member.pk not in tokens:
            _row, text = create_token(by=member, user=member, name="bench", scopes=["shifts:write"])
            tokens[member.pk] = f"Bearer {text}"
    caller = Caller(bench.port)

    def work(number: int) -> None:
        member, shift = claims[number]
        status, body = caller("POST", f"/api/v1/shifts/{shift}/claim/", {}, Authorization=tokens[member.pk])
        if status != 200:
            raise SystemExit(f"claim answered {status}: {body[:500]!r}")

    return work


def _contested(team: people.Team) -> Iterator[Figure]:
    """Ten thousand claims of shifts whose seats suffice for half of the people."""
    from cxportal.core.violations import Refused
    from teams.scheduling.models import Assignment, Seat
    from teams.scheduling.services import claim

    days = people.weeks(team, CONTESTED // MEMBERS // 5 + 1, MEMBERS // 2)
    tries = [(member, shift) for (shift,) in days for member in team.members][:CONTESTED]
    outcomes: Counter[str] = Counter()

    def work(number: int) -> None:
        member, shift = tries[number]
        try:
            claim(by=member, shift=shift)
            outcomes["taken"] += 1
        except Refused:
            outcomes["refused"] += 1

    speed = rate(work, count=len(tries), threads=8)
    shifts = {shift for _member, shift in tries}
    seats = Counter(Seat.objects.filter(shift__in=shifts).values_list("shift", flat=True))
    taken = Counter(Assignment.objects.filter(shift__in=shifts).values_list("shift", flat=True))
    over = sum(max(0, taken[shift] - seats[shift]) for shift in shifts)
    yield Figure(
        "claims that fight for seats", speed, f"tries a second ({outcomes['taken']:,} of {len(tries):,} took one)"
    )
    yield Figure("over-claims", over, f"in {len(tries):,} claims", aim="0", met=over == 0)
