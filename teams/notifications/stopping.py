"""The way to stop emails by one press: a signed text for one person and one group, bound to this purpose.

Nothing of it is stored. Who has it can only stop emails, never read or start anything.
"""

from __future__ import annotations

from typing import NamedTuple

from django.core import signing

PURPOSE = "cxportal.mail-stop"
SUMMARY = "summary"  # in place of a group: all that comes in the daily summary


class Stop(NamedTuple):
    """Whose emails of which group."""

    person: int
    group: str


def token_for(person: int, group: str) -> str:
    """The text that stops a group's emails to a person."""
    return signing.dumps([person, group], salt=PURPOSE)


def read(token: str) -> Stop | None:
    """What a text stops; None for a forged one."""
    try:
        person, group = signing.loads(token, salt=PURPOSE)
    except signing.BadSignature:
        return None
    return Stop(int(person), str(group))
