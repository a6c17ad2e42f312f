"""What rooms above this one say of a claim before it is done: each registers a teller at start-up.

So the week's panel and the page of a shift tell what a claim counts, without knowing who counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cxportal.core.periods import Period
from teams.scheduling.bounds import MemberState
from teams.scheduling.picture import PodPicture

type Teller = Callable[[PodPicture, MemberState, Period], Iterable[str]]

_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """Make a teller known; the same one again changes nothing. It asks no database."""
    if teller not in _tellers:
        _tellers.append(teller)


def remarks(picture: PodPicture, member: MemberState, period: Period) -> list[str]:
    """Sentences about what this member would get for claiming this period at the picture's instant."""
    return [text for teller in _tellers for text in teller(picture, member, period)]
