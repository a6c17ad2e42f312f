"""What people of the demo chose for their emails, and whose calendar reads the roster, through the services.

In every pod some have quiet hours of their own, some want the summary alone, and some read the roster in a calendar.
"""

from __future__ import annotations

import datetime as dt

from cxportal.demo.build import Built
from teams.feeds.queries import find_feed
from teams.feeds.services import make_feed
from teams.notifications.kinds import AT_ONCE, DIGEST, NEVER
from teams.notifications.mailing import choose
from teams.notifications.models import MailRhythm
from teams.people.models import User
from teams.pods.models import Pod

# Of the members in their order: groups that differ, quiet from and until, the summary's time, days off.
CHOICES: dict[int, tuple[dict[str, str], int, int, int, tuple[int, ...]]] = {
    0: ({"offers": AT_ONCE, "agreement": DIGEST}, 21, 7, 8, (7,)),
    2: ({"shifts": DIGEST, "exchanges": DIGEST}, 18, 8, 17, (6, 7)),
    4: ({"urgent": NEVER, "offers": NEVER}, 20, 6, 7, ()),
    7: ({"offers": AT_ONCE, "leave": DIGEST}, 23, 9, 12, ()),
}
READ = (0, 1, 5)  # whose calendar program has read it since
NEW = 3  # made, and nobody has read it yet


def choose_some(built: Built, *, now: dt.datetime) -> None:
    """Once: what people choose later stays theirs."""
    if MailRhythm.objects.exists():
        return
    for pod, team in zip(built.pods, built.people, strict=True):
        for place, (groups, quiet_from, quiet_until, digest, off) in CHOICES.items():
            if place < len(team):
                choose(
                    by=team[place],
                    choices=groups,
                    quiet_from=dt.time(quiet_from),
                    quiet_until=dt.time(quiet_until),
                    digest_at=dt.time(digest),
                    days_off=off,
                )
        _calendars(pod, team, now)


def _calendars(pod: Pod, team: list[User], now: dt.datetime) -> None:
    for place in (*READ, NEW):
        if place < len(team):
            made = now - dt.timedelta(days=20 + place)
            _feed, secret = make_feed(by=team[place], pod=pod, at=made)
            if place in READ:
                find_feed(secret, at=now - dt.timedelta(minutes=17 + 9 * place))
