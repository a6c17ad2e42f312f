"""A calendar client of another house reads a feed over HTTP: vdirsyncer fetches it, khal shows it."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cxportal.core import periods
from teams.feeds import services
from teams.scheduling import services as roster
from teams.scheduling.models import Shift
from tests import programs
from tests.cast import Cast
from tests.factories import scheduling

pytestmark = pytest.mark.django_db(transaction=True)

SYNC = """
[general]
status_path = "{home}/status/"
[pair shifts]
a = "portal"
b = "folder"
collections = null
[storage portal]
type = "http"
url = "{url}"
[storage folder]
type = "filesystem"
path = "{home}/shifts/"
fileext = ".ics"
"""
SHOW = """
[calendars]
[[shifts]]
path = {home}/shifts/
readonly = True
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
default_timezone = {zone}
local_timezone = {zone}
[default]
highlight_event_days = False
[sqlite]
path = {home}/khal.db
"""
EVENT = "{start-long}|{end-long}|{title}|{location}|{status}"


class Shown(NamedTuple):
    """An event as khal shows it, in the zone in which it runs."""

    start: str
    end: str
    title: str
    place: str
    status: str

    @property
    def hours(self) -> tuple[str, str]:
        return self.start, self.end


type Calendar = Callable[..., list[Shown]]


@pytest.fixture
def calendar(cast: Cast, live_server: Any, tmp_path: Path) -> Calendar:
    """``calendar(first, last, zone)`` fetches the member's feed of Isar and answers what khal lists of some days."""
    assert programs.no_calendars() == [], "a calendar client has to be here (Debian, as root: apt install them)"
    _feed, secret = services.make_feed(by=cast.member, pod=cast.isar, at=periods.now() - dt.timedelta(minutes=5))
    (tmp_path / "shifts").mkdir()
    sync, show = tmp_path / "vdirsyncer.conf", tmp_path / "khal.conf"
    sync.write_text(SYNC.format(home=tmp_path, url=f"{live_server.url}/calendar/{secret}.ics"))
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}

    def run(*command: str) -> str:
        done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
        return done.stdout

    run("vdirsyncer", "-c", str(sync), "discover")

    def look(first: dt.date, last: dt.date, zone: str = "Europe/Berlin") -> list[Shown]:
        run("vdirsyncer", "-c", str(sync), "sync")
        show.write_text(SHOW.format(home=tmp_path, zone=zone))
        (tmp_path / "khal.db").unlink(missing_ok=True)  # it keeps what it shows in the zone of before
        days = (str(first), str(last + dt.timedelta(days=1)))
        told = run("khal", "-c", str(show), "list", "--once", "--format", EVENT, "--day-format", "", *days)
        return [Shown(*map(str.strip, line.split("|"))) for line in told.splitlines() if "|" in line]

    return look


def last_sunday(month: int) -> dt.date:
    """The next one in March or October that a shift of tomorrow or later can lie on: the clocks of Berlin change."""
    soon = dt.date.today() + dt.timedelta(days=2)  # noqa: DTZ011
    for year in (soon.year, soon.year + 1):
        day = dt.date(year, month, 31)
        day -= dt.timedelta(days=day.isoweekday() % 7)
        if day > soon:
            break
    return day


def claimed(cast: Cast, day: dt.date, start: str, end: str) -> Shift:
    shift = scheduling.shift(cast.isar, day, start, end)
    roster.claim(by=cast.member, shift=shift.pk)
    return shift


@pytest.mark.parametrize(("month", "hours", "utc"), [(3, 7, ("21:00", "04:00")), (10, 9, ("20:00", "05:00"))])
def test_a_night_over_a_clock_change_stands_at_its_wall_times_and_its_instants(
    cast: Cast, calendar: Calendar, month: int, hours: int, utc: tuple[str, str]
) -> None:
    sunday = last_sunday(month)
    saturday = sunday - dt.timedelta(days=1)
    shift = claimed(cast, saturday, "22:00", "06:00")
    assert shift.span.end - shift.span.start == dt.timedelta(hours=hours)
    (here,), (there,) = calendar(saturday, sunday), calendar(saturday, sunday, "UTC")
    assert here.hours == (f"{saturday} 22:00", f"{sunday} 06:00")
    assert there.hours == (f"{saturday} {utc[0]}", f"{sunday} {utc[1]}")
    assert (here.title, here.place, here.status) == ("Phone · Isar", "Isar", "CONFIRMED")


def test_the_hour_that_comes_twice_is_told_so_that_nobody_takes_it_for_the_other(
    cast: Cast, calendar: Calendar
) -> None:
    """By the RFC a wall time means the first; this client takes it for the second, an hour late."""
    sunday = last_sunday(10)
    shift = claimed(cast, sunday, "02:30", "10:00")
    assert shift.span.end - shift.span.start == dt.timedelta(hours=8, minutes=30)
    (there,) = calendar(sunday, sunday, "UTC")
    assert there.hours == (f"{sunday} 00:30", f"{sunday} 09:00")


def test_a_moved_shift_moves_and_a_cancelled_one_is_shown_as_cancelled(cast: Cast, calendar: Calendar) -> None:
    tuesday = scheduling.MONDAY + dt.timedelta(days=1)
    shift = claimed(cast, tuesday, "07:00", "15:00")
    (before,) = calendar(tuesday, tuesday)
    assert before.status == "CONFIRMED"
    assert before.hours == (f"{tuesday} 07:00", f"{tuesday} 15:00")
    roster.move_shift(by=cast.member, shift=shift.pk, period=scheduling.span(cast.isar, tuesday, "08:30", "16:30"))
    (moved,) = calendar(tuesday, tuesday)
    assert moved.hours == (f"{tuesday} 08:30", f"{tuesday} 16:30")
    assert moved.status == "CONFIRMED"
    roster.cancel_shift(by=cast.member, shift=shift.pk)
    (gone,) = calendar(tuesday, tuesday)
    assert gone == moved._replace(status="CANCELLED")
