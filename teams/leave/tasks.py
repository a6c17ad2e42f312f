"""Jobs of leave: turns and lotteries by time, the wait list, and every night the accounts.

Each does what a service does, under the service's locks, and the services answer a repeat with nothing: a
job that runs twice, or on two workers, has one visible effect.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from procrastinate.contrib.django import app

from cxportal.core import periods
from cxportal.core.periods import local_date
from cxportal.core.violations import Refused
from teams.leave import services
from teams.leave.models import LeaveDay, LeaveKind, Peak
from teams.leave.services.peaks import draws_at
from teams.people.models import User
from teams.pods.models import Company, Pod

# Next year can be planned from July on.
NEXT_YEAR_FROM_MONTH = 7


@app.periodic(cron="* * * * *")
@app.task(name="leave.peaks")
def peaks(timestamp: int) -> None:
    """Every minute: turns that are over, and lotteries that close."""
    run_peaks(periods.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="leave.waiting")
def waiting(timestamp: int) -> None:
    """Every five minutes: who waits may fit by now, since the agreement, a balance or a sick report changed."""
    run_waiting(periods.now())


@app.periodic(cron="40 2 * * *")
@app.task(name="leave.accounts")
def accounts(timestamp: int) -> None:
    """Every night: grants, carry-over, reminders and what lapsed."""
    company = Company.objects.filter(pk=1).first()
    now = periods.now()
    run_accounts(local_date(now, company.tzinfo) if company else now.date())


def run_peaks(now: dt.datetime) -> None:
    """One transaction a peak."""
    for peak in Peak.objects.select_related("pod__area").filter(settled_at=None, opens_at__lte=now):
        try:
            if peak.rule == Peak.Rule.ROUNDS:
                services.advance_turns(peak=peak, at=now)
            elif draws_at(peak) <= now:
                services.draw_lottery(peak=peak, at=now)
        except Refused:
            continue  # busy: the next minute


def run_waiting(now: dt.datetime) -> None:
    """One transaction a pod."""
    days = defaultdict(set)
    for pk, day in LeaveDay.objects.filter(state=LeaveDay.State.WAITING).values_list("pod", "day"):
        days[pk].add(day)
    for pod in Pod.objects.filter(pk__in=days):
        try:
            services.settle_waiting(pod=pod, days=sorted(days[pod.pk]), at=now)
        except Refused:
            continue  # busy: the next time


def run_accounts(today: dt.date) -> None:
    """One transaction a member and step, so that one trouble keeps nobody else from what is due."""
    kinds = list(LeaveKind.objects.filter(from_balance=True, retired_at=None))
    years = [today.year, today.year + 1] if today.month >= NEXT_YEAR_FROM_MONTH else [today.year]
    for member in User.objects.filter(is_active=True, contracts__isnull=False).distinct().order_by("pk"):
        for kind in kinds:
            for year in years:
                services.grant_year(by=None, member=member, kind=kind, year=year)
            services.carry_over(by=None, member=member, kind=kind, year=today.year - 1)
            services.tell_of_expiry(by=None, member=member, kind=kind, today=today)
            services.expire(by=None, member=member, kind=kind, today=today)
