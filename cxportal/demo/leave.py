"""Leave in the demo: kinds, what everybody is due, leave of this year and the next, and a Christmas in rounds.

Leave is asked for through the service, outside the weeks that have a roster: the rota is planned without it.
"""

from __future__ import annotations

import datetime as dt
import random

from django.db import transaction

from cxportal.core.periods import DAY, each_day, local_date, monday
from cxportal.core.violations import Refused
from cxportal.demo.build import Built, email_of
from cxportal.demo.rosters import AHEAD, BACK
from teams.audit.tracking import acting
from teams.leave import services
from teams.leave.forms import shares_of
from teams.leave.models import LeaveKind, Peak
from teams.leave.queries import counts, places_of
from teams.leave.rules import Asked, last_of
from teams.leave.services.settings import put_school_holiday, set_half_holiday, standard_kinds
from teams.people.models import User

# Like those of Bavaria, both days included; made up for the demo where the published ones differ.
SCHOOL = (
    ("Winter holidays", "2026-02-16", "2026-02-20"),
    ("Easter holidays", "2026-03-30", "2026-04-10"),
    ("Whitsun holidays", "2026-05-26", "2026-06-05"),
    ("Summer holidays", "2026-08-03", "2026-09-14"),
    ("Autumn holidays", "2026-11-02", "2026-11-06"),
    ("Day of Repentance and Prayer", "2026-11-18", "2026-11-18"),
    ("Christmas holidays", "2026-12-24", "2027-01-08"),
    ("Winter holidays", "2027-02-08", "2027-02-12"),
    ("Easter holidays", "2027-03-22", "2027-04-02"),
    ("Whitsun holidays", "2027-05-18", "2027-05-28"),
    ("Summer holidays", "2027-08-02", "2027-09-13"),
    ("Autumn holidays", "2027-11-02", "2027-11-05"),
    ("Day of Repentance and Prayer", "2027-11-17", "2027-11-17"),
    ("Christmas holidays", "2027-12-24", "2028-01-07"),
)
SUMMER = range(7, 10)  # most people go between July and September
MAIN = 0  # the pod whose member can sign in has leave of everybody


def write(built: Built, *, now: dt.datetime, seed: int) -> int:
    """Everything about leave; nothing when it is there already. Returns the days that were granted."""
    if LeaveKind.objects.exists():
        return 0
    dice = random.Random(seed)
    with transaction.atomic(), acting(by=None, service="demo"):
        kind = standard_kinds()[0]
        for name, day, month in (("Christmas Eve", 24, 12), ("New Year’s Eve", 31, 12)):
            set_half_holiday(by=built.administrator, name=name, region="DE", month=month, day=day)
        for name, first, last in SCHOOL:
            value = (name, dt.date.fromisoformat(last))
            put_school_holiday(by=built.administrator, region="DE-BY", first=dt.date.fromisoformat(first), value=value)
    granted = 0
    for index, pod in enumerate(built.pods):
        today = local_date(now, pod.tzinfo)
        for number, member in enumerate(built.people[index]):
            for year in (today.year, today.year + 1):
                services.grant_year(by=None, member=member, kind=kind, year=year)
            if index == MAIN:
                granted += _plan(member, kind, today, now, dice, blocks=4)
            elif number % 2 == 0:
                granted += _plan(member, kind, today, now, dice, blocks=1)
    _christmas(built, now)
    return granted


def _plan(member: User, kind: LeaveKind, today: dt.date, now: dt.datetime, dice: random.Random, *, blocks: int) -> int:
    """So many weeks of leave, most of them in summer, in this year and the next."""
    granted = 0
    for first in _mondays(today, dice, blocks):
        asked = [Asked(first + n * DAY) for n in range(dice.choice((5, 5, 5, 12)))]
        at = min(now, dt.datetime.combine(first - 60 * DAY, dt.time(dice.randrange(8, 18)), dt.UTC))
        try:
            done = services.request_leave(by=member, member=member, kind=kind, asked=asked, wait=True, at=at)
        except Refused:
            continue
        granted += len(done.granted)
    return granted


def _mondays(today: dt.date, dice: random.Random, blocks: int) -> list[dt.date]:
    """Different Mondays outside the weeks with a roster and of the peak to come, the last of them a year ahead."""
    this, kept = monday(today), dt.date(_peak_year(today), 12, 8)
    ahead = [day for n in range(AHEAD + 2, 52) if not kept <= (day := this + 7 * n * DAY) <= last_of(kept.year)]
    before = [this - 7 * n * DAY for n in range(BACK + 3, 45)]
    chances = [day for day in (before if blocks > 1 else []) if day.year == today.year] + ahead
    weights = [4 if day.month in SUMMER else 1 for day in chances]
    return sorted(set(dice.choices(chances, weights, k=blocks)))


def _christmas(built: Built, now: dt.datetime) -> Peak | None:
    """The last two weeks of a year in rounds: colleagues have chosen, and the member who can sign in is asked."""
    pod, me = built.pods[MAIN], User.objects.filter(email=email_of("Amara Okafor")).first()
    today = local_date(now, pod.tzinfo)
    year = _peak_year(today)
    first, last = monday(dt.date(year, 12, 20)), dt.date(year, 12, 31)
    begins = now - dt.timedelta(hours=14)
    starter = built.people[MAIN][0]
    peak = services.open_peak(
        by=starter,
        pod=pod,
        name=f"Christmas {year}",
        shares=shares_of(first, last),
        opens_at=begins,
        free_at=now + dt.timedelta(days=13),
        at=begins - dt.timedelta(days=2),
    )
    _choose(peak, me, begins)
    return peak


def _peak_year(today: dt.date) -> int:
    """The year whose Christmas is shared out: this one, while there is time."""
    return today.year if dt.date(today.year, 12, 1) - today > 70 * DAY else today.year + 1


def _choose(peak: Peak, me: User | None, begins: dt.datetime) -> None:
    """Everybody before the member who can sign in takes a share or passes, one an hour; a place of each is left."""
    at, number = begins, 0
    turn = services.advance_turns(peak=peak, at=at)
    while turn is not None and me is not None and turn.member_id != me.pk and number < 12:
        at, number = at + dt.timedelta(hours=1), number + 1
        member = User.objects.get(pk=turn.member_id)
        if number % 3 == 0 or not _takes(peak, member, number, at):
            services.pass_turn(by=member, peak=peak, at=at)
        turn = services.advance_turns(peak=peak, at=at)


def _takes(peak: Peak, member: User, number: int, at: dt.datetime) -> bool:
    """Take the share that has most places, while it has two of them; whose turn is even begins at the last one."""
    agreed, _since = places_of(peak.pod)
    shares = list(peak.shares.all())[:: 1 if number % 2 else -1]
    away = counts(peak.pod, min(share.first for share in shares), max(share.last for share in shares))
    most = {share.pk: max(away.get(day, 0) for day in each_day(share.first, share.last)) for share in shares}
    share = min(most, key=most.__getitem__)
    if agreed - most[share] < 2:
        return False
    try:
        services.take_share(by=member, peak=peak, share=share, at=at)
    except Refused:
        return False
    return True
