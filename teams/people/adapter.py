"""What the sign-in package does our way: nobody signs up, words of our own, mail through the outbox."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from teams.audit.tracking import acting
from teams.people import links, messages
from teams.people.models import User
from teams.people.services import end_sessions


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People come by invitation only; a reset by mail is a one-time link like an administrator's."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("Email and password do not match."),
        "email_password_mismatch": _("Email and password do not match."),
        "incorrect_password": _("This is not your present password."),
        "enter_current_password": _("Write your present password."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, or ask an administrator for a one-time link."),
        "rate_limited": _("Too many tries in a short time. Wait a minute."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The package's own key is not used; see ``send_password_reset_mail``."""
        return ""

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Mail a one-time link to somebody who could sign in before; others get no mail and no hint."""
        if not user.has_usable_password() or not user.is_active:
            return
        link, secret = links.make_link(by=None, person=user, ends_others=False)
        messages.send_link(link, secret, self.request)

    def set_password(self, user: User, password: str) -> None:
        """A changed password ends every other session of the person."""
        request = context.request
        with acting(by=user, service="change_password"):
            user.set_password(password)
            user.save(update_fields=["password"])
            end_sessions(user, but=(request.session.session_key or "") if request is not None else "")
