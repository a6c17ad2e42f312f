"""Reasons in two levels: added, renamed, given an owner, retired. What was used is never deleted."""

from __future__ import annotations

from typing import Any

from django.db.models import ProtectedError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from customers.causes.models import Reason, ReasonGroup
from cxportal.core import periods
from cxportal.core.database import LockClass, lock, lock_key, translate_errors
from cxportal.core.violations import Invalid, Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User

NAME_TAKEN = Violation("name_taken", _("Another one has this name."), way_out=_("Choose another name."))
IN_USE = Violation(
    "in_use", _("Contacts or reasons hang on it, so it cannot be removed."), way_out=_("Retire it instead.")
)
TAKEN = dict.fromkeys(
    (
        "customers_reasongroup_name_key",
        "customers_reasongroup_code_key",
        "reason_name_in_group",
        "reason_code_in_group",
    ),
    NAME_TAKEN,
)


def _name(name: str) -> str:
    if not name.strip():
        raise Invalid({"name": _("Write a name.")})
    return name.strip()


def _code(name: str, taken: set[str], longest: int) -> str:
    base = slugify(name)[: longest - 5] or "x"
    code, number = base, 2
    while code in taken:
        code, number = f"{base}-{number}", number + 1
    return code


def _serialise() -> None:
    lock(LockClass.SETTINGS, [lock_key("reasons")])


@recorded
def add_group(*, by: User | None, name: str, owner: User | None = None) -> ReasonGroup:
    """A group of reasons, with the product owner who causes them. Raises ``Refused`` (``name_taken``)."""
    _serialise()
    code = _code(name, set(ReasonGroup.objects.values_list("code", flat=True)), 60)
    with translate_errors(TAKEN):
        return ReasonGroup.objects.create(name=_name(name), code=code, owner=owner)


@recorded
def add_reason(*, by: User | None, group: ReasonGroup, name: str, owner: User | None = None) -> Reason:
    """A reason in a group. Raises ``Refused`` (``name_taken``)."""
    _serialise()
    code = _code(name, set(group.reasons.values_list("code", flat=True)), 80)
    with translate_errors(TAKEN):
        return Reason.objects.create(group=group, name=_name(name), code=code, owner=owner)


@recorded
def change[T: (ReasonGroup, Reason)](*, by: User | None, thing: T, name: str, owner: User | None = None) -> T:
    """Rename a group or reason and set its owner; its short name stays."""
    _serialise()
    thing.name, thing.owner = _name(name), owner
    with translate_errors(TAKEN):
        thing.save(update_fields=["name", "owner"])
    return thing


@recorded
def retire[T: (ReasonGroup, Reason)](*, by: User | None, thing: T, back: bool = False) -> T:
    """Offer it no longer (or again, ``back``); it stays on its contacts. Repeating it changes nothing."""
    if (thing.retired_at is None) != back:
        thing.retired_at = None if back else periods.now()
        thing.save(update_fields=["retired_at"])
    return thing


@recorded
def remove(*, by: User | None, thing: ReasonGroup | Reason) -> None:
    """Delete one that nothing uses. Raises ``Refused`` (``in_use``)."""
    _serialise()
    used: Any = thing.contacts.exists() if isinstance(thing, Reason) else thing.reasons.exists()
    if used:
        raise Refused(IN_USE)
    try:
        thing.delete()
    except ProtectedError as error:
        raise Refused(IN_USE) from error
