"""Past contacts from a file, row by row; large files come by the command."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.causes.models import Reason
from customers.contacts import rollups
from customers.contacts.models import Contact
from customers.directory import queries
from customers.directory.models import Customer
from cxportal.core import instants, periods
from cxportal.core.lists import Brought, Column, ListFile
from cxportal.core.violations import Invalid, Refused, Violation
from teams.people.models import User
from teams.pods.channels import Channel
from teams.pods.models import Pod

type Row = Mapping[str, str]
SOURCE = "list"
FORM = gettext_lazy("Like 2026-03-29 14:05, in the pod's zone.")
UTC = ZoneInfo("UTC")


def _instant(text: str, zone: ZoneInfo) -> dt.datetime | None:
    if not text:
        return None
    form = "%Y-%m-%d %H:%M:%S" if text.count(":") == 2 else "%Y-%m-%d %H:%M"
    return instants.read(text, form, zone)


def customer_of(row: Row) -> Customer | None:
    """The customer whom the row names by number; None for no number. Raises ``Invalid`` when that is nobody."""
    found = queries.by_number(row["customer"]) if row["customer"] else None
    if row["customer"] and found is None:
        words = _("No customer, or more than one, has the number “%(words)s”.") % {"words": row["customer"]}
        raise Invalid({"customer": words})
    return found


def pod_of(row: Row) -> Pod:
    """The pod of the row by short name or name; raises ``Invalid`` when there is none."""
    found = Pod.objects.filter(slug=row["pod"]).first() or Pod.objects.filter(name__iexact=row["pod"]).first()
    if found is None:
        raise Invalid({"pod": _("“%(words)s” is not known.") % {"words": row["pod"]}})
    return found


def _channel(row: Row) -> None:
    if row["channel"] not in Channel.values:
        raise Invalid({"channel": _("“%(words)s” is not known.") % {"words": row["channel"]}})


def _reason(row: Row) -> Reason | None:
    found = Reason.objects.filter(name__iexact=row["reason"], group__name__iexact=row["group"]).first()
    if row["reason"] and found is None:
        raise Invalid({"reason": _("“%(words)s” is not known in its group.") % {"words": row["reason"]}})
    return found


def _time(name: str, *, required: bool = False) -> Column:
    """A column with an instant; its form is checked apart from the pod, whose clocks decide later."""
    return Column(name, required=required, hint=FORM, check=lambda row: _instant(row[name], UTC))


def _home(row: Row, customer_id: int | None, zone: ZoneInfo) -> tuple[Pod, bool]:
    """The owner at arrival, else the row's pod, else the pod for everybody else."""
    if customer_id is not None:
        owner = queries.home_pod_at(customer_id, _instant(row["arrived"], zone))
        if owner is not None:
            return owner.pod, False
    if row["pod"]:
        return pod_of(row), False
    default = queries.home_pod_for(None, None)
    if default is None:
        raise ValueError(_("No rule says which pod it belongs to."))
    return default.pod, default.by_default


def _bring(by: User, row: Row) -> Brought:
    """A resolved contact as it was; a row that is there already is the same."""
    if Contact.objects.filter(source=SOURCE, external_id=row["id"]).exists():
        return Brought("same", row["id"])
    _channel(row)
    customer = customer_of(row)
    pod, by_default = _home(row, customer.pk if customer else None, UTC)
    arrived, answered, closed = (_instant(row[name], pod.tzinfo) for name in ("arrived", "answered", "closed"))
    if arrived is None or closed is None or closed < arrived or (answered is not None and answered < arrived):
        raise ValueError(_("The times run backwards."))
    if closed > periods.now():
        raise ValueError(_("It lies in the future; only past contacts come as a list."))
    reason = _reason(row)
    made = Contact.objects.create(
        source=SOURCE,
        external_id=row["id"],
        imported=True,
        channel=row["channel"],
        state=Contact.State.RESOLVED,
        state_since=closed,
        customer=customer,
        home_pod=pod,
        by_default_rule=by_default,
        area_id=pod.area_id,
        segment_id=customer.segment_id if customer else None,
        serving_pod=pod,
        arrived_at=arrived,
        first_response_at=answered,
        closed_at=closed,
        business_day=periods.local_date(closed, pod.tzinfo),
        reason=reason,
        subject=row["subject"][:200],
        automated=not Channel(row["channel"]).human,
    )
    rollups.contact_closed(made)
    return Brought("new", row["id"], {"pk": made.pk})


def _take_back(by: User, undo: dict[str, Any]) -> None:
    """Remove it again, unless somebody worked on it since."""
    found = Contact.objects.filter(pk=undo["pk"]).first()
    if found is None:
        return
    if found.events.exists() or found.notes.exists():
        raise Refused(Violation("worked_on", _("Somebody worked on this contact since.")))
    found.delete()
    rollups.contact_removed(found)


COLUMNS = (
    Column("id", required=True),
    Column("channel", required=True, hint=", ".join(Channel.values), check=_channel),
    Column("customer", hint=gettext_lazy("Customer number; empty: not known."), check=customer_of),
    Column("pod", hint=gettext_lazy("Home pod of a contact without a known customer."), check=pod_of),
    _time("arrived", required=True),
    _time("answered"),
    _time("closed", required=True),
    Column("group", hint=gettext_lazy("Group of the reason.")),
    Column("reason", check=_reason),
    Column("subject"),
)
# Administrators never read contacts, so there is no export.
CONTACTS = ListFile("contacts", gettext_lazy("Past contacts"), COLUMNS, _bring, _take_back)
