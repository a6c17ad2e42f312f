"""Customers, contacts and answers of the past: written as files and taken in by the import path.

The same staging, checks and rules as for anybody's file; nothing is inserted past them. A row keeps
its number in the demo, so bringing the same days twice changes nothing.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from customers.contacts.imports.grammar import GRAMMAR as CONTACTS
from customers.contacts.imports.load import load as load_contacts
from customers.directory.imports.grammar import GRAMMAR as CUSTOMERS
from customers.directory.imports.load import load as load_customers
from customers.feedback.imports import record_answers
from cxportal.core import mapping, staging
from cxportal.demo import names
from cxportal.demo.build import SEGMENTS, Built
from cxportal.demo.company import Plan
from cxportal.demo.world import CHANNELS, World

type Say = Callable[[str], None]

MAPPINGS = Path(__file__).parent / "mappings"
STREETS = 89


def customer_number(index: int) -> str:
    """The number of the company's n-th customer."""
    return f"FM-{100_000 + index}"


def bring_customers(built: Built, *, seed: int, say: Say) -> int:
    """Import every customer; the ownership rules say whose they are. Returns how many."""
    path = _write("customers.csv", CUSTOMER_COLUMNS, _customers(built.plan, seed))
    return _run(path, "customers.toml", CUSTOMERS, load_customers, say)


def bring_contacts(built: Built, world: World, *, say: Say, rows: Sequence[int] | None = None) -> int:
    """Import contacts with their answers, all of the world or some rows. Returns how many."""
    path = _write("contacts.csv", CONTACT_COLUMNS, _contacts(built, world, range(len(world)) if rows is None else rows))
    return _run(path, "contacts.toml", CONTACTS, partial(load_contacts, followers=(record_answers,)), say)


def _run(path: Path, name: str, grammar: mapping.Grammar, load: staging.Loader, say: Say) -> int:
    found = mapping.parse((MAPPINGS / name).read_text(encoding="utf-8"), grammar)
    report = path.with_suffix(".rejected.csv")
    outcome = staging.run(path, found, grammar, load, report=report, say=say, by=(None, "demo"))
    if outcome.rejected:
        raise RuntimeError(f"{outcome.rejected} rows of {path.name} were rejected: {report.read_text()[:500]}")
    path.unlink()
    report.unlink(missing_ok=True)
    return outcome.imported


def _write(name: str, columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> Path:
    folder = Path(settings.DATA) / "demo"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return path


CUSTOMER_COLUMNS = ("number", "name", "email", "phone", "place", "language", "region", "segment", "since")
CONTACT_COLUMNS = (
    "id", "channel", "customer", "home_pod", "serving_pod", "person", "group", "reason", "subject", "state", "arrived",
    "answered", "closed", "work", "after", "complaint", "digital", "automated", "csat", "nps", "comment",
)  # fmt: skip


def _customers(plan: Plan, seed: int) -> Iterator[Sequence[Any]]:
    """Names from everywhere; every eighth is a business."""
    rng = np.random.default_rng([seed, 5])
    total = sum(pod.customers for pod in plan.pods)
    first, last = rng.integers(0, len(names.FIRST), total), rng.integers(0, len(names.LAST), total)
    business, firm = rng.random(total) < 0.12, rng.integers(0, len(names.FIRMS), total)
    since, code = rng.integers(30, 4000, total), rng.integers(10, 99, total)
    digits = rng.integers(10_000_000, 99_999_999, total)
    anchor = dt.date(2026, 1, 1)
    index = 0
    for pod in plan.pods:
        for _customer in range(pod.customers):
            given, family = names.FIRST[first[index]], names.LAST[last[index]]
            name = f"{family} {names.FIRMS[firm[index]]}" if business[index] else f"{given} {family}"
            yield (
                customer_number(index),
                name,
                f"c{index}@fennpost.example",
                f"+49 89 {digits[index]}" if index % 3 else f"+49 151 {digits[index]}",
                f"{pod.postal}{code[index]} {pod.town}",
                "de" if index % 9 else "en",
                pod.region,
                SEGMENTS[int(business[index])][1],
                (anchor - dt.timedelta(days=int(since[index]))).isoformat(),
            )
            index += 1


def _contacts(built: Built, world: World, rows: Sequence[int]) -> Iterator[Sequence[Any]]:
    """Contacts as lines; instants in UTC, empty where there is nothing."""
    instants = {
        name: np.datetime_as_string(getattr(world, name).astype("datetime64[s]"), unit="s")
        for name in ("arrived", "answered", "closed")
    }
    comments = _comments(world)
    for row in rows:
        served, known = world.serving[row] >= 0, world.customer[row] >= 0
        group = names.REASONS[world.group[row]]
        cause = group[2][world.reason[row]]
        person = built.people[world.serving[row]][world.person[row]].external_id if served else ""
        answered = world.csat[row] > 0
        yield (
            _ident(world, row),
            CHANNELS[world.channel[row]],
            customer_number(world.customer[row]) if known else "",
            "" if known else built.pods[world.pod[row]].slug,
            built.pods[world.serving[row]].slug if served else "",
            person,
            group[0],
            cause,
            cause,
            "abandoned" if world.abandoned[row] else "resolved",
            instants["arrived"][row],
            instants["answered"][row] if world.answered[row] >= 0 else "",
            instants["closed"][row],
            world.work[row],
            world.after[row],
            int(world.complaint[row]),
            int(world.digital[row]),
            int(world.channel[row] >= 6),
            world.csat[row] if answered else "",
            world.nps[row] if answered else "",
            comments.get(row, ""),
        )


def _ident(world: World, row: int) -> str:
    """Stable for a contact of the same seed: its instant, pod and customer."""
    return f"{int(world.arrived[row])}-{world.pod[row]}-{world.customer[row]}-{world.channel[row]}-{row}"


def _comments(world: World) -> dict[int, str]:
    """Every twelfth answer comes with words."""
    told = np.flatnonzero(world.csat)[::12]
    return {int(row): (names.GOOD_WORDS if world.csat[row] > 3 else names.BAD_WORDS)[int(row) % 6] for row in told}
