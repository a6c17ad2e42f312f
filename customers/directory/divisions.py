"""Regions and segments: the parts of the market by place and by kind."""

from __future__ import annotations

from typing import Any

from django.db.models import ProtectedError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from customers.directory.models import Region, Segment
from cxportal.core.database import LockClass, lock, lock_key, translate_errors
from cxportal.core.violations import Invalid, Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User

NAME_TAKEN = Violation("name_taken", _("Another one has this name."), way_out=_("Choose another name."))
IN_USE = Violation(
    "in_use", _("Customers, contacts or rules name it, so it stays."), way_out=_("Give them another one first.")
)
TAKEN = dict.fromkeys(
    (
        "customers_region_name_key",
        "customers_region_code_key",
        "customers_segment_name_key",
        "customers_segment_code_key",
    ),
    NAME_TAKEN,
)


def _name(name: str) -> str:
    if not name.strip():
        raise Invalid({"name": _("Write a name.")})
    return name.strip()


@recorded
def add[T: (Region, Segment)](*, by: User | None, kind: type[T], name: str, code: str = "") -> T:
    """A region or segment; the short name follows from the name. Raises ``Refused`` (``name_taken``)."""
    lock(LockClass.SETTINGS, [lock_key("divisions")])
    manager: Any = kind._default_manager
    base = slugify(code or name)[:35] or "x"
    taken = set(manager.values_list("code", flat=True))
    free, number = base, 2
    while free in taken and not code:
        free, number = f"{base}-{number}", number + 1
    with translate_errors(TAKEN):
        made: T = manager.create(name=_name(name), code=free)
    return made


@recorded
def rename[T: (Region, Segment)](*, by: User | None, thing: T, name: str) -> T:
    """Another name; the short name stays."""
    thing.name = _name(name)
    with translate_errors(TAKEN):
        thing.save(update_fields=["name"])
    return thing


@recorded
def remove(*, by: User | None, thing: Region | Segment) -> None:
    """Delete one that nothing names. Raises ``Refused`` (``in_use``)."""
    try:
        thing.delete()
    except ProtectedError as error:
        raise Refused(IN_USE) from error
