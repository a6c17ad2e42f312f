"""The channels over which a company and its customers reach one another."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How a contact reaches us. The values are stored and stand in the API."""

    PHONE = "phone", _("Phone")
    CHAT = "chat", _("Chat")
    EMAIL = "email", _("Email")
    SOCIAL = "social", _("Social")
    WEB_FORM = "web_form", _("Web form")
    LETTER = "letter", _("Letter")
    BILLING = "billing", _("Billing")
    SELF_SERVICE = "self_service", _("Self-service")

    @property
    def live(self) -> bool:
        """True when the customer waits on the line: a sleeping phone never serves it."""
        return self in LIVE

    @property
    def human(self) -> bool:
        """True when a person answers; billing events and self-service run by themselves."""
        return self not in AUTOMATIC

    @property
    def icon(self) -> str:
        """The name of its lucide icon."""
        return ICONS[self]


LIVE = frozenset({Channel.PHONE, Channel.CHAT})
AUTOMATIC = frozenset({Channel.BILLING, Channel.SELF_SERVICE})
HUMAN = frozenset(set(Channel) - AUTOMATIC)
ICONS = {
    Channel.PHONE: "phone",
    Channel.CHAT: "message-square",
    Channel.EMAIL: "mail",
    Channel.SOCIAL: "at-sign",
    Channel.WEB_FORM: "file-text",
    Channel.LETTER: "mailbox",
    Channel.BILLING: "receipt",
    Channel.SELF_SERVICE: "monitor-smartphone",
}
