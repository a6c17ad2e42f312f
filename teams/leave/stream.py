"""The planner's stream: guarded by the page's own predicate, heard by everybody who has the year open."""

from __future__ import annotations

from cxportal.core.realtime import Stream
from teams import permissions
from teams.pods.models import Pod


def _topics(pod: Pod, *, year: int) -> list[str]:
    return [f"leave:{pod.pk}:{year}"]


planner = Stream("leave", "p/<slug:slug>/leave/<int:year>/", fetch=permissions.week_pod, topics=_topics)
