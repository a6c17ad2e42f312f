"""What opening a pod brings with it, told before it is done: it can hardly be taken back.

Rooms and floors above tell their part: they call ``foretell`` once at start-up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cxportal.core.violations import Text
from teams.pods.models import Pod, Promise
from teams.pods.opening import served_channels
from teams.pods.setup import at_home


@dataclass(frozen=True)
class Consequence:
    """One thing that happens at the opening, or (``watch``) that is missing then and keeps nobody from it."""

    words: Text
    watch: bool = False


type Teller = Callable[[Pod], Iterator[Consequence]]

_tellers: dict[int, Teller] = {}


def foretell(order: int, tell: Teller) -> None:
    """Make a part known; ``order`` sorts the answer, the same one replaces."""
    _tellers[order] = tell


def consequences(pod: Pod) -> list[Consequence]:
    """What an opening at this instant would bring: what happens first, then what is missing. Constant queries."""
    found = [each for _order, tell in sorted(_tellers.items()) for each in tell(pod)]
    return sorted(found, key=lambda each: each.watch)


def unpromised(pod: Pod) -> Iterator[Consequence]:
    """Channels that will be open and promise nothing. Two queries."""
    promised = set(Promise.objects.filter(pod=pod).values_list("channel", flat=True))
    names = [str(channel.label) for channel in served_channels(pod) if channel not in promised]
    if names:
        yield Consequence(
            _("Nothing is promised yet on: %(channels)s. No contact there is ever late, and no overflow can be agreed.")
            % {"channels": ", ".join(names)},
            watch=True,
        )


def alone(pod: Pod) -> Iterator[Consequence]:
    """One person who falls ill closes the pod. One query."""
    if at_home(pod).values("member").distinct().count() == 1:
        yield Consequence(_("One person alone is at home in the pod; nobody stands in for an absence."), watch=True)
