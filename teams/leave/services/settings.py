"""What administrators keep of leave: kinds, what is due, half holidays, school holidays."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.database import LockClass, lock
from cxportal.core.violations import Invalid, Refused, Violation
from teams.audit.tracking import recorded
from teams.leave.models import Entitlement, HalfHoliday, LeaveKind, SchoolHoliday
from teams.people.models import User

FIELDS = ("name", "from_balance", "takes_place", "by_members", "carry_months", "days_a_year")


def _usual() -> list[dict[str, Any]]:
    """The kinds that most companies have, in the language of the moment."""
    return [
        {"slug": "holiday", "name": _("Holiday"), "from_balance": True, "carry_months": 3, "days_a_year": 30},
        {"slug": "special", "name": _("Special leave"), "takes_place": False},
        {"slug": "unpaid", "name": _("Unpaid leave")},
        {"slug": "training", "name": _("Educational leave"), "from_balance": True, "days_a_year": 5},
        {"slug": "parental", "name": _("Parental leave"), "takes_place": False, "by_members": False},
    ]


@transaction.atomic
def standard_kinds() -> list[LeaveKind]:
    """The usual kinds; those that exist are left as they are."""
    for position, fields in enumerate(_usual()):
        slug = fields.pop("slug")
        LeaveKind.objects.get_or_create(slug=slug, defaults=fields | {"position": position})
    return list(LeaveKind.objects.filter(retired_at=None))


@recorded
def add_kind(*, by: User, slug: str = "", **fields: Any) -> LeaveKind:
    """Add a kind of leave. Locks the settings. Raises ``Invalid`` for a name that is taken."""
    lock(LockClass.SETTINGS, [0])
    name = str(fields["name"]).strip()
    slug = slug or slugify(name)[:40] or f"kind-{LeaveKind.objects.count() + 1}"
    if LeaveKind.objects.filter(slug=slug).exists() or LeaveKind.objects.filter(name__iexact=name).exists():
        raise Invalid({"name": _("There is a kind of this name already.")})
    return LeaveKind.objects.create(slug=slug, position=LeaveKind.objects.count(), **fields | {"name": name})


@recorded
def change_kind(*, by: User, kind: LeaveKind, **fields: Any) -> LeaveKind:
    """Change a kind; what was granted by it stays. Locks the settings. Raises ``Invalid`` for a name that is taken."""
    lock(LockClass.SETTINGS, [0])
    if LeaveKind.objects.filter(name__iexact=fields["name"]).exclude(pk=kind.pk).exists():
        raise Invalid({"name": _("There is a kind of this name already.")})
    for name in FIELDS:
        setattr(kind, name, fields.get(name, getattr(kind, name)))
    kind.save(update_fields=list(FIELDS))
    return kind


@recorded
def retire_kind(*, by: User, kind: LeaveKind, back: bool = False) -> LeaveKind:
    """Offer a kind no more, or again; its leave and its lines stay. Locks the settings."""
    lock(LockClass.SETTINGS, [0])
    kind.retired_at = None if back else periods.now()
    kind.save(update_fields=["retired_at"])
    return kind


@recorded
def set_entitlement(*, by: User, member: User, kind: LeaveKind, year: int, days: Decimal | None) -> Entitlement | None:
    """Say what a member is due from a year on, in days of a five-day week; None: what the kind says again.

    The night brings the ledger to it. Locks the person. Raises ``Refused`` for a kind without a balance.
    """
    if not kind.from_balance:
        raise Refused(Violation("no_balance", _("%(kind)s is not paid from a balance.") % {"kind": kind}))
    lock(LockClass.PERSON, [member.pk])
    if days is None:
        Entitlement.objects.filter(member=member, kind=kind, year=year).delete()
        return None
    return Entitlement.objects.update_or_create(member=member, kind=kind, year=year, defaults={"days": days})[0]


@recorded
def set_half_holiday(*, by: User, name: str, region: str, month: int, day: int) -> HalfHoliday:
    """Name half a holiday of every year, in a region, a country or (blank) everywhere. Raises ``Invalid``."""
    try:
        dt.date(2028, month, day)
    except ValueError:
        raise Invalid({"day": _("There is no such day.")}) from None
    lock(LockClass.SETTINGS, [0])
    about: dict[str, Any] = {"region": region.strip().upper(), "month": month, "day": day}
    return HalfHoliday.objects.update_or_create(**about, defaults={"name": name.strip()})[0]


@recorded
def remove_half_holiday(*, by: User, pk: int) -> HalfHoliday | None:
    """Make it a whole working day again; leave that was granted keeps its cost."""
    found = HalfHoliday.objects.filter(pk=pk).first()
    if found is not None:
        HalfHoliday.objects.filter(pk=pk).delete()
    return found


@recorded
def put_school_holiday(
    *, by: User, region: str, first: dt.date, value: tuple[str, dt.date] | None
) -> SchoolHoliday | None:
    """Write the school holidays of a region that begin on a day: (name, last day); None removes them.

    Raises ``Invalid`` when they end before they begin.
    """
    region = region.strip().upper()
    lock(LockClass.SETTINGS, [0])
    if value is None:
        SchoolHoliday.objects.filter(region=region, first=first).delete()
        return None
    name, last = value
    if not first <= last <= first + dt.timedelta(days=120):
        raise Invalid({"last": _("They end after they begin, within four months.")})
    return SchoolHoliday.objects.update_or_create(region=region, first=first, defaults={"name": name, "last": last})[0]
