"""The stream of a pod's agreement: guarded by the page's own predicate."""

from __future__ import annotations

from cxportal.core.realtime import Stream
from teams import permissions
from teams.consent.news import topic

agreement = Stream(
    "agreement", "p/<slug:slug>/agreement/", fetch=permissions.setup_pod, topics=lambda found: [topic(found.pod.pk)]
)
