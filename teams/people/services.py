"""What happens to people: they are added, changed, deactivated, and work on contracts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxportal.core import periods, realtime
from cxportal.core.database import LockClass, lock, translate_errors
from cxportal.core.violations import Invalid, Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import ApiToken, Contract, Invitation, OneTimeLink, User
from teams.people.traces import has_traces

CHANGEABLE = frozenset({"name", "email", "external_id", "category", "zone", "language", "theme", "shortcuts"})
LOCAL_DAY_MINUTES = 24 * 60
# What belongs to a person and goes with one who never used the portal.
OWN = frozenset({"membership", "contract", "memberskill", "rolegrant", "invitation", "onetimelink", "notice", "mail"})

# Floors and rooms above add what must end with a person (streams, feeds): called in the transaction.
_endings: list[Callable[[User], None]] = []


def on_deactivation(end: Callable[[User], None]) -> None:
    """Register what must end when a person is deactivated; called once at start-up."""
    if end not in _endings:
        _endings.append(end)


@recorded
def add_person(*, by: User | None, name: str, email: str | None = None, **fields: Any) -> User:
    """Add somebody who cannot sign in until they are invited.

    Raises ``Invalid`` for an empty name, ``Refused`` (``email_taken``, ``external_id_taken``).
    """
    name = name.strip()
    if not name:
        raise Invalid({"name": _("Write a name.")})
    _check_fields(fields)
    email = _free_email(email, None)
    with translate_errors(_TAKEN):
        return User.objects.create_user(email, None, name=name, **fields)


@recorded
def change_person(*, by: User, person: User, **fields: Any) -> User:
    """Change what is known of a person; only the fields of ``CHANGEABLE``.

    A person who can sign in keeps an email. Locks the person.
    """
    _check_fields(fields)
    lock(LockClass.PERSON, [person.pk])
    person = User.objects.get(pk=person.pk)
    if "email" in fields:
        fields["email"] = _free_email(fields["email"], person)
        if not fields["email"] and person.has_usable_password():
            raise Invalid({"email": _("%(name)s signs in with an email; write one.") % {"name": person}})
    for name, value in fields.items():
        setattr(person, name, value.strip() if name == "name" else value)
    if not person.name:
        raise Invalid({"name": _("Write a name.")})
    with translate_errors(_TAKEN):
        person.save(update_fields=list(fields))
    return person


@recorded
def remove_person(*, by: User, person: User) -> None:
    """Remove somebody who never signed in and whom nothing else names. Raises ``Refused`` (``in_use``).

    Memberships, contracts and skills go with them; everything that happened keeps them. Locks
    the person.
    """
    lock(LockClass.PERSON, [person.pk])
    used = Refused(
        Violation(
            "in_use", _("%(name)s has used the portal.") % {"name": person}, way_out=_("Deactivate them instead.")
        )
    )
    if person.has_usable_password() or has_traces(person, OWN):
        raise used
    person.delete()


@recorded
def deactivate(*, by: User | None, person: User, at: dt.datetime | None = None) -> User:
    """End every way in at once: sessions, tokens, open links and invitations, streams and feeds.

    Memberships and history stay; ``by`` is None when a planned day has come. Repeating changes nothing. Raises
    ``Refused`` for oneself and for the last administrator. Locks the person with what ends
    with them, then the settings (the last administrator).
    """
    at = at or periods.now()
    lock(LockClass.PERSON, [person.pk])
    person = User.objects.get(pk=person.pk)
    if not person.is_active:
        return person
    _may_go(by, person)
    for end in _endings:
        end(person)
    lock(LockClass.SETTINGS, [0])
    if not remaining_administrators(without=person, day=at.date()):
        raise Refused(last_administrator(person))
    User.objects.filter(pk=person.pk).update(is_active=False, deactivated_at=at)
    end_sessions(person)
    ApiToken.objects.filter(user=person, revoked_at__isnull=True).update(revoked_at=at)
    OneTimeLink.objects.filter(user=person, used_at__isnull=True, expires_at__gt=at).update(expires_at=at)
    Invitation.objects.filter(user=person, accepted_at__isnull=True, revoked_at__isnull=True).update(revoked_at=at)
    realtime.access_changed(person.pk)
    person.refresh_from_db()
    return person


def _may_go(by: User | None, person: User) -> None:
    if by is not None and person.pk == by.pk:
        words = _("You cannot deactivate yourself.")
        raise Refused(Violation("yourself", words, way_out=_("Another administrator can do it.")))


@recorded
def plan_leaving(*, by: User, person: User, last: dt.date | None) -> User:
    """Write the last day on which somebody belongs to the company; None: they stay.

    Raises ``Refused`` as ``deactivate`` would on the day after. Locks the person and the settings.
    """
    lock(LockClass.PERSON, [person.pk])
    lock(LockClass.SETTINGS, [0])
    if last is not None:
        _may_go(by, person)
        if not remaining_administrators(without=person, day=last + periods.DAY):
            raise Refused(last_administrator(person))
    User.objects.filter(pk=person.pk, is_active=True).update(leaves_on=last)
    person.refresh_from_db()
    return person


@recorded
def reactivate(*, by: User, person: User) -> User:
    """Let somebody back in with the old password; tokens and links stay ended, and no day of leaving is planned."""
    lock(LockClass.PERSON, [person.pk])
    User.objects.filter(pk=person.pk, is_active=False).update(is_active=True, deactivated_at=None, leaves_on=None)
    person.refresh_from_db()
    return person


def end_sessions(person: User, *, but: str = "") -> int:
    """End all sessions of a person but the one with this key; returns how many ended."""
    sessions = list(UserSession.objects.filter(user=person).exclude(session_key=but))
    for session in sessions:
        session.end()
    return len(sessions)


def remaining_administrators(*, without: User, day: dt.date) -> int:
    """How many active administrators there are on a day besides one person."""
    return (
        User.objects.filter(is_active=True, role_grants__role="administrator", role_grants__period__contains=day)
        .exclude(pk=without.pk)
        .distinct()
        .count()
        if is_administrator(without, day)
        else 1
    )


def is_administrator(person: User, day: dt.date) -> bool:
    return person.is_active and person.role_grants.filter(role="administrator", period__contains=day).exists()


def last_administrator(person: User) -> Violation:
    return Violation(
        "last_administrator",
        _("%(name)s is the last administrator; nobody could open the settings any more.") % {"name": person},
        way_out=_("Make somebody else an administrator first."),
    )


@recorded
def add_contract(
    *,
    by: User,
    member: User,
    first: dt.date,
    last: dt.date | None = None,
    weekday_minutes: Sequence[int],
    weekly_minutes: int | None = None,
    zone: str,
    region: str = "",
    pay_cents: int | None = None,
) -> Contract:
    """Add a contract from ``first`` to ``last`` (both included; open without ``last``).

    An open contract that began earlier ends the day before. ``weekly_minutes`` defaults to the
    sum of the weekdays. Raises ``Invalid`` for impossible numbers and ``Refused``
    (``contract_overlap``) when another contract holds on a day in between. Locks the person.
    """
    weekly = sum(weekday_minutes) if weekly_minutes is None else weekly_minutes
    if last is not None and last < first:
        raise Invalid({"last": _("The last day lies before the first.")})
    if len(weekday_minutes) != 7 or not all(0 <= minutes <= LOCAL_DAY_MINUTES for minutes in weekday_minutes):
        raise Invalid({"weekday_minutes": _("A day has 0 to 24 hours.")})
    if not 0 <= weekly <= 7 * LOCAL_DAY_MINUTES:
        raise Invalid({"weekly_minutes": _("A week has 0 to 168 hours.")})
    lock(LockClass.PERSON, [member.pk])
    for earlier in Contract.objects.filter(member=member, period__startswith__lt=first, period__endswith=None):
        Contract.objects.filter(pk=earlier.pk).update(period=DateRange(earlier.period.lower, first))
    overlap = _overlapping(member)
    period = DateRange(first, None if last is None else last + periods.DAY)
    if Contract.objects.filter(member=member, period__overlap=period).exists():
        raise Refused(overlap)
    with translate_errors({"contract_one_a_day": overlap}), transaction.atomic():
        return Contract.objects.create(
            member=member,
            period=period,
            weekly_minutes=weekly,
            weekday_minutes=list(weekday_minutes),
            zone=zone,
            region=region,
            pay_cents=pay_cents,
        )


def _overlapping(member: User) -> Violation:
    return Violation(
        "contract_overlap",
        _("%(name)s has another contract in that time; only one holds on a day.") % {"name": member},
        way_out=_("End the other contract first, or choose days beside it."),
    )


@recorded
def end_contract(*, by: User, contract: Contract, last: dt.date | None) -> None:
    """End a contract after a day, or let it go on without an end (None).

    Raises ``Invalid`` when it had not begun by then, ``Refused`` (``contract_overlap``) when it would reach into
    another one. Locks the person.
    """
    lock(LockClass.PERSON, [contract.member_id])
    if last is not None and last < contract.period.lower:
        raise Invalid({"last": _("The contract begins on %(day)s.") % {"day": contract.period.lower}})
    period = DateRange(contract.period.lower, None if last is None else last + periods.DAY)
    with translate_errors({"contract_one_a_day": _overlapping(contract.member)}), transaction.atomic():
        Contract.objects.filter(pk=contract.pk).update(period=period)


@recorded
def remove_contract(*, by: User, contract: Contract) -> None:
    """Remove a contract that was written by mistake; the history keeps it."""
    lock(LockClass.PERSON, [contract.member_id])
    Contract.objects.filter(pk=contract.pk).delete()


def _check_fields(fields: dict[str, Any]) -> None:
    unknown = set(fields) - CHANGEABLE
    if unknown:
        raise TypeError(f"unknown fields: {sorted(unknown)}")
    if fields.get("external_id") == "":
        fields["external_id"] = None


def _free_email(email: str | None, person: User | None) -> str | None:
    """The email in lower case, None for nothing; raises ``Refused`` when somebody else has it."""
    wanted = (email or "").strip().lower()
    if not wanted:
        return None
    others = User.objects.filter(Q(email=wanted))
    if person is not None:
        others = others.exclude(pk=person.pk)
    if others.exists():
        raise Refused(_email_taken())
    return wanted


def _email_taken() -> Violation:
    return Violation(
        "email_taken", _("Somebody else has this email."), way_out=_("Find the person by the email and change them.")
    )


_TAKEN: dict[str, Violation] = {name: _email_taken() for name in ("user_email_any_case", "teams_user_email_key")} | {
    "teams_user_external_id_key": Violation("external_id_taken", _("Somebody else has this external id.")),
}
