"""The week's stream: guarded by the page's own predicate, heard by everybody who has the week open."""

from __future__ import annotations

from cxportal.core.realtime import Stream
from teams import permissions
from teams.pods.models import Pod


def _topics(pod: Pod, *, week: str) -> list[str]:
    return [f"week:{pod.pk}:{week}"]


def _coverage(pod: Pod) -> list[str]:
    return [f"coverage:{pod.pk}"]


board = Stream("board", "p/<slug:slug>/board/", fetch=permissions.board_pod, topics=_coverage)
week = Stream("week", "p/<slug:slug>/week/<str:week>/", fetch=permissions.week_pod, topics=_topics)
