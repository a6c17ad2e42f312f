"""The demo from nothing to now, and from some earlier day to now.

A run is marked before it begins and when it is done: one that was killed half-way is removed and
begun again at the next start, so nothing half-made is ever shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from customers.contacts.models import Contact
from customers.contacts.rollups import fold
from customers.routing import services as routing
from cxportal.core import periods
from cxportal.core.models import ImportRun
from cxportal.core.violations import Answer as No
from cxportal.demo import history, leave, live, mails, quiet, rosters, swaps, votes, world
from cxportal.demo.build import Built, build, find
from cxportal.demo.company import plan
from cxportal.demo.roster import Sitting
from teams.fairness import services as fairness
from teams.people.models import User
from teams.pods.models import Company, Pod

KIND = "demo"
GAP = dt.timedelta(minutes=30)
STALE = dt.timedelta(minutes=30)
CLAIMS = 200

type Say = Callable[[str], None]

QUIET: Say = lambda _line: None  # noqa: E731 - the import's own lines are too many here


def state() -> ImportRun | None:
    """The last run that loaded the demo, whether it ended or not."""
    return ImportRun.objects.filter(kind=KIND).order_by("-pk").first()


def is_foreign() -> bool:
    """Somebody's own company, people or pods are here: the demo stays away."""
    if state() is not None:
        return False
    return Company.objects.exists() or Pod.objects.exists() or User.objects.exists()


def load(scale: str, *, seed: int, say: Say, now: dt.datetime | None = None) -> Built:
    """Build the company, bring half a year of history, play the last days and this moment."""
    now = now or periods.now()
    today = now.astimezone(world.ZONE).date()
    monday = periods.monday(today)
    detail = {"scale": scale, "seed": seed, "first": world.first_monday(today).isoformat()}
    run = ImportRun.objects.create(kind=KIND, file_name=f"demo {scale}", by_name="demo", detail=detail)
    say("people, pods, agreements")
    built = build(plan(scale), today=today, seed=seed)
    sittings = rosters.rota(built, monday, seed=seed)
    # The files go in over a connection of their own meanwhile: almost all of their time is the database's.
    with ThreadPoolExecutor(1) as beside:
        brought = beside.submit(_bring_history, built, sittings, now=now, seed=seed, say=say)
        say("rosters from four weeks back to four ahead")
        _plan_ahead(built, sittings, monday, now=now, seed=seed, say=say)
        past = brought.result()
    say("the last days and this moment through the services")
    played = live.play_days(built, now=now, seed=seed, say=QUIET)
    arrived = live.play_now(built, now=periods.now(), seed=seed)
    fold()
    _done(run, rows=past + played + arrived, detail=detail)
    return built


def _plan_ahead(
    built: Built, sittings: Sequence[Sitting], monday: dt.date, *, now: dt.datetime, seed: int, say: Say
) -> None:
    """The rota with what the pods decide about it: needs, wishes, votes, leave, swaps."""
    rosters.write(built, sittings)
    rosters.require(built, monday)
    rosters.wish(built)
    _count_points(built)
    votes.decide(built, now)
    say(f"{leave.write(built, now=now, seed=seed)} days of leave, and a Christmas in rounds")
    swaps.offer_some(built, now=now, seed=seed)
    quiet.offer_some(built, now=now)
    mails.choose_some(built, now=now)


def _bring_history(built: Built, sittings: Sequence[Sitting], *, now: dt.datetime, seed: int, say: Say) -> int:
    """Customers and the contacts of half a year by import, in a thread of its own; returns the contacts."""
    try:
        say(f"{sum(pod.customers for pod in built.plan.pods):,} customers")
        history.bring_customers(built, seed=seed, say=QUIET)
        past = world.generate(built.plan, now=now, seed=seed, roster=sittings)
        say(f"{len(past):,} contacts of half a year")
        history.bring_contacts(built, past, say=QUIET)
        _settle()
    finally:
        connection.close()
    return len(past)


def refresh(run: ImportRun, *, say: Say, now: dt.datetime | None = None) -> Built:
    """Bring the roster to four weeks ahead and the contacts to now. Seconds, whatever the gap."""
    now = now or periods.now()
    detail: dict[str, Any] = run.detail
    built, seed = find(plan(detail["scale"])), int(detail["seed"])
    added = _bring_roster(built, now, seed)
    _count_points(built)
    if added:
        say(f"{added} seats taken in the weeks ahead")
    votes.keep_open(built, now)
    if days := leave.write(built, now=now, seed=seed):
        say(f"{days} days of leave, and a Christmas in rounds")
    swaps.offer_some(built, now=now, seed=seed)
    quiet.offer_some(built, now=now)
    mails.choose_some(built, now=now)
    since = Contact.objects.filter(source="demo").aggregate(last=Max("arrived_at"))["last"]
    if since is None or now - since > GAP:
        brought = _bring_contacts(built, since, now, dt.date.fromisoformat(detail["first"]), seed)
        say(f"{brought:,} contacts since {since:%d %b %H:%M}" if since else f"{brought:,} contacts")
        _close_stale(built, now)
        live.play_now(built, now=now, seed=seed + now.toordinal())
    return built


def _count_points(built: Built) -> None:
    """What was worked comes into the pods' fairness accounts; the hourly job does the same later."""
    for pod in built.pods:
        fairness.settle(pod=pod)


def _bring_roster(built: Built, now: dt.datetime, seed: int) -> int:
    """New weeks by import, weeks that came nearer fuller by claims."""
    monday = periods.monday(now.astimezone(world.ZONE).date())
    sittings = rosters.rota(built, monday, seed=seed)
    last = rosters.last_monday(built.pods[0])
    new = [sitting for sitting in sittings if last is None or sitting.day >= last + dt.timedelta(days=7)]
    added = rosters.write(built, new) if new else 0
    rosters.require(built, monday)
    return added + rosters.claim_more(built, [item for item in sittings if item not in set(new)], now, most=CLAIMS)


def _bring_contacts(built: Built, since: dt.datetime | None, now: dt.datetime, first: dt.date, seed: int) -> int:
    """Import what happened between two starts: another draw of the same world, its part after ``since``."""
    cut = since.timestamp() if since else 0.0
    monday = periods.monday(now.astimezone(world.ZONE).date())
    roster = rosters.rota(built, monday, seed=seed)
    later = world.generate(built.plan, now=now, seed=seed + int(cut) % 1_000_003, roster=roster, first=first)
    rows = [int(row) for row in (later.arrived > cut).nonzero()[0]]
    return history.bring_contacts(built, later, say=QUIET, rows=rows) if rows else 0


def _close_stale(built: Built, now: dt.datetime) -> None:
    """Live contacts that nobody waits in any more since the portal was stopped have given up."""
    waiting = Contact.objects.filter(
        state__in=["waiting", "offered"], channel__in=["phone", "chat"], arrived_at__lt=now - STALE, imported=False
    )
    for contact in waiting[:500]:
        try:
            routing.abandon(by=built.administrator, contact_id=contact.pk)
        except No:
            continue


def _settle() -> None:
    """Fold what the rollup appended, and give the planner numbers of the new tables."""
    fold()
    with connection.cursor() as cursor:
        for table in ("customers_contact", "customers_customer", "customers_ownership", "customers_response"):
            cursor.execute(f"ANALYZE {table}")


def _done(run: ImportRun, *, rows: int, detail: dict[str, Any]) -> None:
    with transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(
            state=ImportRun.State.DONE, ended_at=periods.now(), rows=rows, imported=rows, detail=detail
        )
