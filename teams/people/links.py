"""Ways in that work once: invitations and one-time links. Only digests of their secrets are stored.

Opening a link changes nothing; setting a password by it uses it up, under a lock on its row, so
that of two parallel uses one wins.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cxportal.core import periods
from cxportal.core.database import LockClass, lock
from cxportal.core.violations import Gone, Invalid, Refused, Text, Violation
from teams.audit.tracking import recorded
from teams.people import digests
from teams.people.models import Invitation, OneTimeLink, User
from teams.people.services import end_sessions

INVITATION = "invitation"
LINK = "one-time-link"
LINK_VALID_FOR = dt.timedelta(hours=24)
FIRST_ADMIN_VALID_FOR = dt.timedelta(days=7)

USED = _("This link was used already. It works once; sign in with the password that was set.")
EXPIRED = _("This link has expired. Ask an administrator for a new one.")
REVOKED = _("This link was withdrawn. Ask an administrator for a new one.")


@dataclass(frozen=True)
class Way:
    """A way in that is open: for whom, and until when."""

    user: User
    expires_at: dt.datetime
    row: Invitation | OneTimeLink


@recorded
def invite(*, by: User, person: User, at: dt.datetime | None = None) -> tuple[Invitation, str]:
    """Invite a person with an email; an open invitation is withdrawn by the new one.

    Returns the invitation and the secret for its address, which cannot be shown again. Raises
    ``Refused`` without an email, for somebody deactivated, or who can sign in already.
    """
    at = at or periods.now()
    lock(LockClass.PERSON, [person.pk])
    person = User.objects.get(pk=person.pk)
    if not person.email:
        raise Refused(Violation("no_email", _("%(name)s has no email yet.") % {"name": person}))
    _refuse_deactivated(person)
    if person.has_usable_password():
        raise Refused(
            Violation(
                "can_sign_in",
                _("%(name)s can sign in already.") % {"name": person},
                way_out=_("Make a one-time link that sets a new password."),
            )
        )
    withdraw_invitations(person, at)
    secret = digests.new_secret()
    invitation = Invitation.objects.create(
        email=person.email,
        name=person.name,
        user=person,
        digest=digests.digest(INVITATION, secret),
        invited_by=by,
        created_at=at,
        expires_at=at + Invitation.VALID_FOR,
    )
    return invitation, secret


def withdraw_invitations(person: User, at: dt.datetime) -> int:
    """Withdraw the open invitations of a person; returns how many."""
    return Invitation.objects.filter(user=person, accepted_at__isnull=True, revoked_at__isnull=True).update(
        revoked_at=at
    )


@recorded
def withdraw(*, by: User, invitation: Invitation, at: dt.datetime | None = None) -> None:
    """Withdraw an invitation. Raises ``Refused`` when it was accepted."""
    if not withdraw_invitations(invitation.user, at or periods.now()):
        invitation.refresh_from_db()
        if invitation.accepted_at is not None:
            raise Refused(Violation("accepted", _("The invitation was accepted already.")))


@recorded
def make_link(
    *,
    by: User | None,
    person: User,
    purpose: str = OneTimeLink.Purpose.PASSWORD,
    ends_others: bool = True,
    at: dt.datetime | None = None,
) -> tuple[OneTimeLink, str]:
    """A one-time link that sets a password; older open links of the person end.

    ``by`` is None on the command line and for a link asked for by mail; the latter leaves others
    open, or a stranger who knows the email could end what an administrator gave.

    Raises ``Refused`` without an email or for somebody deactivated.
    """
    at = at or periods.now()
    lock(LockClass.PERSON, [person.pk])
    if not person.email:
        raise Refused(Violation("no_email", _("%(name)s has no email yet.") % {"name": person}))
    _refuse_deactivated(person)
    if ends_others:
        OneTimeLink.objects.filter(user=person, used_at__isnull=True, expires_at__gt=at).update(expires_at=at)
    secret = digests.new_secret()
    valid_for = FIRST_ADMIN_VALID_FOR if purpose == OneTimeLink.Purpose.FIRST_ADMIN else LINK_VALID_FOR
    link = OneTimeLink.objects.create(
        user=person,
        purpose=purpose,
        digest=digests.digest(LINK, secret),
        created_by=by,
        created_at=at,
        expires_at=at + valid_for,
    )
    return link, secret


def open_invitation(secret: str, at: dt.datetime | None = None) -> Way | None:
    """The way in behind an invitation's address; None for a forged one.

    Raises ``Gone`` for one that was used, withdrawn or is older than its seven days.
    """
    row = Invitation.objects.select_related("user").filter(digest=digests.digest(INVITATION, secret)).first()
    if row is None:
        return None
    if row.accepted_at is not None:
        raise Gone(USED)
    if row.revoked_at is not None:
        raise Gone(REVOKED)
    return _open(row, at)


def open_link(secret: str, at: dt.datetime | None = None) -> Way | None:
    """The way in behind a one-time link; None for a forged one, ``Gone`` for a used or old one."""
    row = OneTimeLink.objects.select_related("user").filter(digest=digests.digest(LINK, secret)).first()
    if row is None:
        return None
    if row.used_at is not None:
        raise Gone(USED)
    return _open(row, at)


def _open(row: Invitation | OneTimeLink, at: dt.datetime | None) -> Way:
    if row.expires_at <= (at or periods.now()):
        raise Gone(EXPIRED)
    if not row.user.is_active:
        raise Gone(REVOKED)
    return Way(row.user, row.expires_at, row)


@recorded
def set_password(*, by: User, way: Way, password: str, at: dt.datetime | None = None) -> User:
    """Use up a way in: set the password and end the other sessions of the person.

    Raises ``Invalid`` (``password``) for a weak one and ``Gone`` when the link was used a moment
    ago. Locks the person.
    """
    at = at or periods.now()
    try:
        validate_password(password, way.user)
    except ValidationError as error:
        messages: list[Text] = list(error.messages)
        raise Invalid({"password": messages}) from error
    lock(LockClass.PERSON, [way.user.pk])
    if isinstance(way.row, Invitation):
        used = Invitation.objects.filter(
            pk=way.row.pk, accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=at
        ).update(accepted_at=at)
    else:
        used = OneTimeLink.objects.filter(pk=way.row.pk, used_at__isnull=True, expires_at__gt=at).update(used_at=at)
    person = User.objects.get(pk=way.user.pk)
    if not used or not person.is_active:
        raise Gone(USED)
    person.set_password(password)
    person.save(update_fields=["password"])
    end_sessions(person)
    return person


def _refuse_deactivated(person: User) -> None:
    if not person.is_active:
        raise Refused(
            Violation(
                "deactivated",
                _("%(name)s is deactivated.") % {"name": person},
                way_out=_("Reactivate the person first."),
            )
        )
