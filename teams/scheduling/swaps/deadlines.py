"""What time does to exchanges: they end, and before that their people are reminded."""

from __future__ import annotations

import datetime as dt

from django.http import Http404
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.periods import HOUR
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.notifications.resting import told_from
from teams.people.models import User
from teams.scheduling.models import GiveAway
from teams.scheduling.services.doors import tell
from teams.scheduling.swaps import telling
from teams.scheduling.swaps.models import Exchange, ExchangeConsent, Outcome, SwapWish

WARN_HOURS = (72, 24, 12)  # before an offer ends, its owner is warned


@recorded
def expire_due(*, by: User | None = None, at: dt.datetime | None = None) -> int:
    """End the offers, wishes and exchanges whose time is over and tell their people once; returns how many.

    Locks the rows, and none that somebody else holds: two jobs at once end each of them once, an act that is
    being done goes first, and nobody waits here for anybody.
    """
    now = at or periods.now()
    over = {"outcome": Outcome.OPEN, "ends_at__lte": now}
    wishes = list(SwapWish.objects.filter(**over).select_for_update(skip_locked=True))
    SwapWish.objects.filter(pk__in=[row.pk for row in wishes]).update(outcome=Outcome.EXPIRED, closed_at=now)
    offers = GiveAway.objects.filter(**over).select_for_update(skip_locked=True, of=("self",))
    exchanges = Exchange.objects.filter(**over).select_for_update(skip_locked=True, of=("self",))
    ended: list[GiveAway | Exchange] = [*offers.select_related("shift__pod", "shift__week")]
    ended += exchanges.select_related("pod")
    for row in ended:
        row.outcome, row.closed_at = Outcome.EXPIRED, now
        row.save(update_fields=["outcome", "closed_at"])
        if isinstance(row, Exchange):
            telling.expired(row)
        else:
            telling.nobody_took(row)
            tell(row.shift.pod, [row.shift.day], [row.owner_id])
    return len(ended) + len(wishes)


@recorded
def warn_owners(*, by: User | None = None, at: dt.datetime | None = None) -> int:
    """Warn who waits that their offer, wish or exchange ends in 72, 24 and 12 h; each warning once. No locks.

    Who was asked for an open wish is no second offer: the wish warns for all of them.
    """
    now = at or periods.now()
    told = 0
    for kind, rows in (
        ("offer", GiveAway.objects.select_related("shift__pod", "shift__week")),
        ("wish", SwapWish.objects.select_related("pod", "owner")),
        ("exchange", Exchange.objects.select_related("pod", "made_by").exclude(wish__outcome=Outcome.OPEN)),
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

    Nobody hears of a shift more than once a day, by whatever question, and nobody in quiet hours. Raises
    ``Refused`` (``ended``, ``reminded`` when everybody heard of it today); ``Http404`` for whom it does not concern.
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
    told = told_from([consent.member_id for consent in due], now)
    for consent in due:
        consent.reminded_at = told[consent.member_id]
        consent.save(update_fields=["reminded_at"])
        telling.reminded(row, consent.member_id, by, consent.reminded_at)
    return len(due)
