"""Live pages of this room: what each of them listens to."""

from __future__ import annotations

from customers import permissions
from cxportal.core.realtime import Stream

queue = Stream(
    "queue",
    "p/<slug:slug>/queue/",
    fetch=permissions.queue_of,
    topics=lambda access: [f"queue:{access.pod.pk}", f"offers:{access.user.pk}"],
)
contact = Stream(
    "contact",
    "contacts/<int:contact>/",
    fetch=permissions.contact_read,
    topics=lambda read: [f"contact:{read.contact.pk}", f"offers:{read.user.pk}"],
)
agreement = Stream(
    "overflow-agreement",
    "p/<slug:slug>/overflow-agreements/<int:agreement>/",
    fetch=permissions.agreement_of,
    topics=lambda side: [f"overflow:{side.agreement.pk}"],
)
