"""Who is asked how it was. Pure: facts in, reasons out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from cxportal.core.violations import Violation

#: A customer is asked again this long after the last invitation at the earliest.
REST = dt.timedelta(days=30)

#: How long a link takes an answer.
OPEN_FOR = dt.timedelta(days=14)

#: A second press of Send within this time is the same answer, not a second one.
DOUBLE_CLICK = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Asked:
    """What the rule looks at: the contact, and when its customer was last invited (None: never)."""

    resolved: bool
    with_a_person: bool
    customer_known: bool
    last_invited: dt.datetime | None
    invited_for_this: bool = False


def reasons_against(asked: Asked, now: dt.datetime) -> list[Violation]:
    """Why no survey is due for a contact; empty when one is.

    Only resolved contacts that a person answered, of customers we know, each customer at most once
    in ``REST`` (so that frequent callers are not asked every day and don't outweigh the others).
    """
    found = []
    if not asked.resolved:
        found.append(Violation("not_resolved", _("The contact is not resolved. A survey follows the closing.")))
    if not asked.with_a_person:
        found.append(Violation("no_person", _("No person answered this contact, so there is nobody to ask about.")))
    if not asked.customer_known:
        found.append(Violation("customer_unknown", _("The customer is not known, so nobody can be asked.")))
    if asked.invited_for_this:
        found.append(Violation("asked_already", _("A survey link was made for this contact already.")))
    elif asked.last_invited is not None and now - asked.last_invited < REST:
        again = asked.last_invited + REST
        found.append(
            Violation(
                "asked_lately",
                _("The customer was asked on %(last)s. Nobody is asked twice within %(days)d days.")
                % {"last": f"{asked.last_invited:%Y-%m-%d}", "days": REST.days},
                {"again_from": again.isoformat(), "days": REST.days},
            )
        )
    return found
