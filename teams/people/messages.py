"""Mail to people, carried by the outbox, which stands above this room and registers itself."""

from __future__ import annotations

from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from teams.people.addresses import absolute
from teams.people.models import Invitation, OneTimeLink, User


class Carrier(Protocol):
    """How a message leaves: sent by a job, or kept when there is no mail server."""

    def __call__(self, *, to: str, subject: str, body: str, recipient: User | None = None) -> Any: ...


_carriers: list[Carrier] = []


def carry(carrier: Carrier) -> None:
    """Register what carries messages; called once at start-up."""
    _carriers[:] = [carrier]


def mails_leave() -> bool:
    """True when this installation has a mail server; else addresses are copied by hand."""
    return bool(settings.MAIL_HOST)


def send_invitation(invitation: Invitation, secret: str, request: HttpRequest | None = None) -> str:
    """Mail an invitation (or keep it); returns its address, to be copied."""
    address = absolute("invitation", request, secret=secret)
    words = {"invitation": invitation, "address": address}
    _send(invitation.user, _("Your way into the portal"), "account/email/invitation.txt", words)
    return address


def send_link(link: OneTimeLink, secret: str, request: HttpRequest | None = None) -> str:
    """Mail a one-time link (or keep it); returns its address."""
    address = absolute("one_time_link", request, secret=secret)
    _send(link.user, _("Set a new password"), "account/email/new_password.txt", {"link": link, "address": address})
    return address


def _send(person: User, subject: str, template: str, words: dict[str, Any]) -> None:
    body = render_to_string(template, words | {"person": person})
    for carrier in _carriers:
        carrier(to=person.email or "", subject=subject, body=body, recipient=person)
