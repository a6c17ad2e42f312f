"""A customer who answered may be called about it: the person who knows them is told, else their pod."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.contacts.models import Contact
from cxportal.core import periods
from teams.notifications import kinds
from teams.notifications.services import notify
from teams.people.models import User
from teams.pods.queries import members_on

KIND = "may_be_called"


def register_notices() -> None:
    """Make the kind of notice known at start-up."""
    kinds.register(
        KIND,
        icon="phone",
        tone="info",
        words=lambda d: _("%(customer)s answered how it was and may be called about it: %(subject)s.") % d,
    )


def tell(contact: Contact) -> None:
    """Leave the notice, once for a contact. Call it in the transaction of the answer."""
    reason = contact.reason.name if contact.reason else _("their contact")
    notify(
        to=_people(contact),
        kind=KIND,
        data={"customer": str(contact.customer or contact.caller), "subject": str(contact.subject or reason)},
        url=reverse("contact", args=[contact.pk]),
        source=f"contact:{contact.pk}:call",
    )


def _people(contact: Contact) -> list[User]:
    """Who closed it, while they work in the customer's pod; a helper's contact is the home pod's again."""
    pod = contact.home_pod
    everybody = members_on(pod, periods.local_date(periods.now(), pod.tzinfo)).filter(is_active=True).distinct()
    people = list(everybody)
    return [person for person in people if person.pk == contact.person_id] or people
