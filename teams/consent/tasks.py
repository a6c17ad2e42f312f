"""Jobs of this room: votes end by themselves, and who has not answered is reminded."""

from __future__ import annotations

from contextlib import suppress

from procrastinate.contrib.django import app

from cxportal.core import periods
from cxportal.core.violations import Refused
from teams.consent import services
from teams.consent.models import Proposal
from teams.pods.models import Pod


@app.periodic(cron="* * * * *")
@app.task(name="consent.close_due", queueing_lock="consent.close_due")
def close_due(timestamp: int) -> None:
    """Every minute: decide the votes whose time has come, pod by pod."""
    now = periods.now()
    due = Proposal.objects.filter(state=Proposal.State.OPEN, closes_at__lte=now)
    for pod in Pod.objects.filter(pk__in=due.values("pod")).order_by("pk"):
        # Whoever holds the pod's agreement for long is asked again in a minute; the other pods need not wait.
        with suppress(Refused):
            services.close_due(by=None, pod=pod)


@app.periodic(cron="*/5 * * * *")
@app.task(name="consent.remind", queueing_lock="consent.remind")
def remind(timestamp: int) -> None:
    """Every five minutes: remind who has not answered a vote that ends soon, once."""
    now = periods.now()
    near = Proposal.objects.filter(state=Proposal.State.OPEN, reminded_at=None, remind_at__lte=now, closes_at__gt=now)
    for pk in near.order_by("pk").values_list("pk", flat=True):
        with suppress(Refused):
            services.remind(by=None, proposal=pk)
