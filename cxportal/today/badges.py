"""The live numbers in the navigation. A fragment fetches them, so no page waits for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import ngettext

from cxportal.core.violations import Text
from teams.notifications.queries import unread_count
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import standing


@dataclass(frozen=True)
class Badge:
    """A number beside an entry of the navigation; zero hides it."""

    key: str
    count: int
    words: Text
    tone: str = ""


def _notices(user: User, _pod: Pod | None) -> Badge:
    count = unread_count(user)
    return Badge("notices", count, ngettext("%(n)d new notice", "%(n)d new notices", count) % {"n": count}, "accent")


SOURCES: list[Callable[[User, Pod | None], Badge]] = [_notices]


def badges_for(user: User, pod: Pod | None) -> list[Badge]:
    """Every number that this person sees, for the pod that they look at; one query each."""
    own = pod if pod is not None and pod.pk in standing(user).pods else None
    return [source(user, own) for source in SOURCES]
