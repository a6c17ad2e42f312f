"""API tokens: ``Authorization: Bearer cxp_<prefix>_<secret>``.

The prefix finds the row and may be shown; the secret is shown once and stored as a keyed
digest. A token acts as its person, never with more than its scopes, and dies with the person's
sign-in.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS
from django.utils.translation import gettext_lazy as _

from cxportal.core import periods
from cxportal.core.batch import Prepared, fetch
from cxportal.core.violations import Invalid, Refused, Text, Violation
from teams.audit.tracking import recorded
from teams.people import digests
from teams.people.models import ApiToken, User

PURPOSE = "api-token"
LONGEST = dt.timedelta(days=365)
USUAL = dt.timedelta(days=90)
TOUCH_EVERY = dt.timedelta(minutes=5)

SCOPES: dict[str, Text] = {
    "pods:read": _("Read pods and their opening hours"),
    "people:read": _("Read the people of pods"),
    "shifts:read": _("Read shifts and coverage"),
    "shifts:write": _("Claim and give back shifts; plan shifts, weeks and patterns"),
    "leave:read": _("Read your leave, and counts of your pods"),
    "leave:write": _("Ask for leave and take it back"),
    "customers:read": _("Read customers"),
    "customers:write": _("Add and change customers"),
    "contacts:read": _("Read contacts"),
    "contacts:write": _("Report contacts and what happens to them"),
    "agreements:read": _("Read working and overflow agreements and the votes on them"),
    "agreements:write": _("Propose, vote on and sign agreements"),
    "scorecards:read": _("Read scorecards"),
    "account:read": _("Read how you get email, and which calendar addresses stand"),
    "account:write": _("Change how you get email; make and end calendar addresses"),
}
_SHAPE = re.compile(r"Bearer cxp_([a-z0-9]{8})_([A-Za-z0-9_-]{20,100})", re.ASCII)
# Asked for each call of the API, where compiling it by the ORM and making two rows cost more than the query.
PERSON = [field.attname for field in User._meta.concrete_fields]
BEARER = Prepared(
    "bearer",
    f"""
SELECT t.id, t.digest, t.scopes, t.expires_at, t.last_used_at, t.revoked_at, {", ".join(f'u."{n}"' for n in PERSON)}
FROM teams_apitoken t JOIN teams_user u ON u.id = t.user_id WHERE t.prefix = $1
""",  # noqa: S608
)


class BadToken(Exception):
    """The header opens nothing; ``reason`` may be told to the caller (401)."""

    def __init__(self, reason: Text) -> None:
        self.reason = reason
        super().__init__(str(reason))


@dataclass(frozen=True)
class Bearer:
    """A person who is here by a token, with what the token allows."""

    user: User
    token_id: int
    scopes: frozenset[str]

    def allows(self, scope: str) -> bool:
        return scope in self.scopes


def authenticate(header: str | None, at: dt.datetime | None = None) -> Bearer | None:
    """Who presents this ``Authorization`` header; None without a header. One query.

    Raises ``BadToken`` for anything that is malformed, unknown, revoked, expired or belongs to
    somebody deactivated. Notes the use of the token at most every five minutes.
    """
    if not header:
        return None
    at = at or periods.now()
    found = _SHAPE.fullmatch(header.strip())
    if found is None:
        raise BadToken(_("The header must read “Authorization: Bearer cxp_…”."))
    rows = fetch(BEARER(found[1]))[0]
    if not rows or not digests.matches(PURPOSE, found[2], rows[0][1]):
        raise BadToken(_("This token is unknown or was revoked."))
    ident, _digest, scopes, expires_at, last_used_at, revoked_at, *person = rows[0]
    user = User.from_db(DEFAULT_DB_ALIAS, PERSON, person)
    if revoked_at is not None or not user.is_active:
        raise BadToken(_("This token is unknown or was revoked."))
    if expires_at <= at:
        raise BadToken(_("This token has expired."))
    if last_used_at is None or at - last_used_at > TOUCH_EVERY:
        ApiToken.objects.filter(pk=ident).update(last_used_at=at)
    return Bearer(user, ident, frozenset(scopes))


@recorded
def create_token(
    *,
    by: User,
    user: User,
    name: str,
    scopes: Iterable[str],
    valid_for: dt.timedelta = USUAL,
    at: dt.datetime | None = None,
) -> tuple[ApiToken, str]:
    """Make a token for a person; returns it with the text that is shown once.

    Raises ``Invalid`` for unknown or no scopes and for more than a year, ``Refused`` for
    somebody deactivated.
    """
    at = at or periods.now()
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown:
        raise Invalid({"scopes": _("There is no scope %(names)s.") % {"names": ", ".join(unknown)}})
    if not wanted:
        raise Invalid({"scopes": _("Choose at least one scope.")})
    if not dt.timedelta() < valid_for <= LONGEST:
        raise Invalid({"days": _("A token is valid for 1 to 365 days.")})
    if not user.is_active:
        raise Refused(Violation("deactivated", _("%(name)s is deactivated.") % {"name": user}))
    prefix = "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _n in range(8))
    secret = digests.new_secret()
    token = ApiToken.objects.create(
        user=user,
        name=name.strip()[:80] or str(_("Token")),
        prefix=prefix,
        digest=digests.digest(PURPOSE, secret),
        scopes=wanted,
        created_at=at,
        expires_at=at + valid_for,
    )
    return token, f"cxp_{prefix}_{secret}"


@recorded
def revoke_token(*, by: User, token: ApiToken, at: dt.datetime | None = None) -> None:
    """End a token at once. Revoking again changes nothing."""
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at or periods.now())
