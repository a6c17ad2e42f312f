"""What a pod reads when somebody leaves it; the sentence is made when the notice is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import ngettext

from teams.notifications.kinds import register

LEFT = "member_left"


def left(data: Mapping[str, Any]) -> str:
    return ngettext(
        "%(by)s has left %(pod)s; %(n)s shift is open again.",
        "%(by)s has left %(pod)s; %(n)s shifts are open again.",
        data["n"],
    ) % dict(data)


def register_notices() -> None:
    """Make the kind known; called once at start-up."""
    register(LEFT, icon="calendar-plus", words=left, tone="watch", group="offers")
