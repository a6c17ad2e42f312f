"""What the sign-in package does our way: nobody signs up, words of our own, mail through the outbox."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal.ratelimit import RateLimitUsage, get_rates
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

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

    tries_left: int | None = None

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count what is left before the brake holds, whether somebody has this email or not."""
        self.tries_left = _tries_left(self._login_failed_rl_usage)

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """A wrong pair also tells how many tries are left."""
        error: ValidationError = super().validation_error(code, *args)
        if code != "email_password_mismatch" or self.tries_left is None:
            return error
        left = (
            ngettext("%(n)s try left.", "%(n)s tries left.", self.tries_left) % {"n": self.tries_left}
            if self.tries_left
            else _("No try left: wait five minutes, or ask an administrator for a one-time link.")
        )
        return ValidationError(f"{error.message} {left}", code=code)

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


def _tries_left(spent: RateLimitUsage) -> int:
    """The fewest failures that one of the limits on sign-in still allows, by the counters that all workers share.

    The limits of the address and of the email hold side by side; the package counts them and tells nobody.
    """
    rates = get_rates(app="allauth.account", action="login_failed")
    now = time.time()
    left: list[int] = [
        max(0, rate.amount - sum(at > now - rate.duration for at in cache.get(one.cache_key, ())))
        for rate, one in zip(rates, spent.usage, strict=True)
    ]
    return min(left)
