"""What time does to exchanges: they end, and before that their people are reminded."""

from __future__ import annotations

import datetime as dt

from django.http import Http404
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.periods import HOUR, local_date
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.scheduling.swaps import telling
from teams.scheduling.swaps.models import Exchange, ExchangeConsent, Outcome, SwapWish

WARN_HOURS = (72, 24, 12)  # before an offer ends, its owner is warned


@recorded
def expire_due(*, by: User | None = None, at: dt.datetime | None = None) -> int:
    """End the wishes and exchanges whose time is over and tell their people once; returns how many. No locks.

    One statement each that only touches what is still open: two jobs at once end each of them once.
    """
    now = at or periods.now()
    due = Exchange.objects.filter(outcome=Outcome.OPEN, ends_at__lte=now).select_for_update(skip_locked=True)
    ended = list(due.select_related("pod"))
    for row in ended:
        row.outcome, row.closed_at = Outcome.EXPIRED, now
        row.save(update_fields=["outcome", "closed_at"])
        telling.expired(row)
    wishes = SwapWish.objects.filter(outcome=Outcome.OPEN, ends_at__lte=now).update(
        outcome=Outcome.EXPIRED, closed_at=now
    )
    return len(ended) + wishes


@recorded
def warn_owners(*, by: User | None = None, at: dt.datetime | None = None) -> int:
    """Warn who waits that their wish or exchange ends in 72, 24 and 12 h; each warning once. No locks."""
    now = at or periods.now()
    told = 0
    for kind, rows in (
        ("wish", SwapWish.objects.select_related("pod", "owner")),
        ("exchange", Exchange.objects.select_related("pod", "made_by")),
    ):
        for row in rows.filter(outcome=Outcome.OPEN, ends_at__gt=now, ends_at__lte=now + WARN_HOURS[0] * HOUR):
            hours = min(h for h in WARN_HOURS if row.ends_at <= now + h * HOUR)
            # Whoever offers it later than that knows.
            if row.made_at <= row.ends_at - hours * HOUR:
                told += telling.warned(kind, row, hours)
    return told


@recorded
def remind(*, by: User, exchange: int, at: dt.datetime | None = None) -> int:
    """Remind those who have not answered; returns how many were. No locks.

    Nobody hears of a shift more than once a day, by whatever question. Raises ``Refused`` (``ended``,
    ``reminded`` when everybody heard of it today); ``Http404`` for whom it does not concern.
    """
    now = at or periods.now()
    row = Exchange.objects.select_related("pod").filter(pk=exchange, consents__member=by).first()
    if row is None:
        raise Http404
    if row.outcome != Outcome.OPEN or row.ends_at <= now:
        raise Refused(Violation("ended", _("The exchange is over, so there is nobody to remind.")))
    waiting = ExchangeConsent.objects.filter(exchange=row, answer=ExchangeConsent.Answer.WAITING).exclude(member=by)
    due = list(waiting.exclude(member__in=telling.heard_today(row, now)))
    if not due:
        raise Refused(
            Violation("reminded", _("Everybody was asked or reminded today already. One notice a day is enough."))
        )
    for consent in due:
        telling.reminded(row, consent.member_id, by, local_date(now, row.pod.tzinfo).isoformat())
    waiting.filter(pk__in=[c.pk for c in due]).update(reminded_at=now)
    return len(due)
