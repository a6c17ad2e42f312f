"""My week and My year: one's own hours, over all pods, seen by nobody else."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cxportal.core import periods
from teams.mine.queries import my_week, my_year
from teams.people.models import Contract, User
from teams.scheduling.models import Absence
from teams.scheduling.services import offer
from tests.cast import Cast
from tests.factories import scheduling

type Browser = Callable[..., Client]

YEAR = scheduling.MONDAY.isocalendar().year


@pytest.fixture(autouse=True)
def _no_holidays(cast: Cast) -> None:
    """The week of the factories lies ten weeks ahead of the clock, and a public holiday may fall into it."""
    Contract.objects.update(region="")


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return bytes(answer.getvalue()).decode()


def at(day: int, clock: str) -> dt.datetime:
    """A wall time of Berlin in the week of the factories."""
    moment = dt.time.fromisoformat(clock)
    zone = ZoneInfo("Europe/Berlin")
    return periods.to_instant(scheduling.MONDAY + dt.timedelta(days=day), moment, zone)


def test_the_next_shift_counts_down_and_its_hours_stand_below(cast: Cast) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    seen = my_week(cast.member, at(1, "04:30"))
    assert seen.then == "begins in 2.5 h"
    assert seen.parts == (("07:00–15:00", "Phone"),)
    assert my_week(cast.member, at(1, "14:00")).then == "ends in 1 h"
    assert my_week(cast.member, at(-6, "07:00")).then == "begins in 7 days"


def test_the_week_s_hours_are_planned_and_worked_against_the_contract(cast: Cast) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 2))
    seen = my_week(cast.member, at(2, "09:00"))
    # The records begin on Tuesday; Monday is not asked, as in the time account.
    assert (seen.planned, seen.worked, seen.owed, seen.share) == ("16 h", "10 h", "32 h", 50)


def test_the_time_account_is_that_of_the_leave_pages(cast: Cast) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    assert my_week(cast.member, at(1, "20:00")).account == 0
    if (scheduling.MONDAY + dt.timedelta(days=7)).isocalendar().year == YEAR:
        assert my_week(cast.member, at(8, "07:00")).account_words == "−32 h"


def test_a_public_holiday_and_a_day_of_sickness_are_not_owed_as_in_the_time_account(cast: Cast) -> None:
    Contract.objects.filter(member=cast.member).update(region="DE-BY")
    thursday = periods.day_period(dt.date(2026, 12, 24), ZoneInfo("Europe/Berlin"))
    span = (thursday.start, thursday.end)
    Absence.objects.create(member=cast.member, period=span, kind="sick", made_by=cast.member)
    other = periods.day_period(dt.date(2026, 12, 21), ZoneInfo("Europe/Berlin"))
    Absence.objects.create(member=cast.member, period=(other.start, other.end), kind="other", made_by=cast.member)
    row = next(row for row in my_year(cast.member, 2026).rows if row.number == 52)
    assert (row.owed, row.sum.away) == ("24 h", 2)


def test_days_and_times_are_those_of_the_person_s_clock_and_the_pod_s_stand_beside(cast: Cast) -> None:
    """23:30 on Sunday in Lisbon is 00:30 on Monday in Berlin, the first hour of another week there."""
    User.objects.filter(pk=cast.member.pk).update(zone="Europe/Lisbon")
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 7, "00:30", "07:00"))
    seen = my_week(User.objects.get(pk=cast.member.pk), at(6, "12:00"))
    (shift,) = [shift for day in seen.days for shift in day.shifts]
    assert seen.days[6].shifts == (shift,)
    assert shift[0] == "23:30–06:00"
    assert shift[1].startswith("Phone · Isar, there Mon ")
    assert shift[1].endswith(", 00:30–07:00")
    assert seen.headline.startswith("Sun ")
    assert seen.place.endswith(", 00:30–07:00")
    assert seen.parts == (("23:30–06:00", "Phone"),)
    assert my_week(cast.member, at(7, "01:00")).place == "Isar"


def test_a_guest_sees_the_hours_of_both_pods(cast: Cast) -> None:
    scheduling.seated(cast.guest, scheduling.shift(cast.elbe, 1))
    scheduling.seated(cast.guest, scheduling.shift(cast.isar, 3))
    assert my_week(cast.guest, at(0, "06:00")).planned == "16 h"


def test_the_page_tells_what_fits_what_waits_and_the_calendar(cast: Cast, browser: Browser) -> None:
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    scheduling.shift(cast.isar, 3)
    offer(by=cast.member, assignment=mine.pk)
    text = page(browser(cast.member), "/my/week/")
    assert "yours, nobody has taken it yet" in text
    assert "1 open shift fits you" in text
    assert "Your week" in text
    assert 'href="/account/calendar/"' in text
    assert cast.member.name in page(browser(cast.second_member), "/my/week/")


def test_who_works_nowhere_has_an_empty_page(cast: Cast, browser: Browser) -> None:
    text = page(browser(cast.stranger), "/my/week/")
    assert "You have no shift ahead" in text
    assert "You work in no pod now." in text
    page(browser(cast.stranger), "/my/year/")


def test_the_year_adds_up_week_by_week_on_the_page_and_in_the_file(cast: Cast, browser: Browser) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 5, "22:00", "06:00"))
    seen = my_year(cast.member, YEAR, at(2, "00:00"))
    row = next(row for row in seen.rows if row.sum.monday == scheduling.MONDAY)
    assert (row.planned, row.worked, row.sum.nights, row.sum.weekend) == ("16 h", "8 h", 1, True)
    assert (seen.planned, seen.nights, seen.weekends) == ("16 h", 1, 1)
    lines = list(csv.DictReader(io.StringIO(page(browser(cast.member), f"/my/year/{YEAR}/file.csv"))))
    assert len(lines) == len(seen.rows)
    line = next(one for one in lines if one["monday"] == scheduling.MONDAY.isoformat())
    assert (line["planned_hours"], line["contract_hours"], line["weekend"]) == ("16.00", "40.00", "1")
    assert f"My year {YEAR}" in page(browser(cast.member), f"/my/year/{YEAR}/")


def test_somebody_else_s_hours_are_not_in_it(cast: Cast) -> None:
    scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 1))
    assert my_year(cast.member, YEAR).planned == "0 h"


@pytest.mark.parametrize("year", ["1969", "2200", "99999", "0"])
def test_a_year_that_nobody_means_is_404_or_this_one(cast: Cast, browser: Browser, year: str) -> None:
    assert browser(cast.member).get(f"/my/year/{year}/").status_code == (200 if year == "0" else 404)
    assert browser(cast.member).get("/my/year/1970/").status_code == 200


def test_the_pages_ask_the_same_number_of_queries_for_one_and_for_three(
    cast: Cast,
) -> None:
    counts = []
    for days in ((1,), (2, 3)):
        for day in days:
            scheduling.seated(cast.member, scheduling.shift(cast.isar, day))
        with CaptureQueriesContext(connection) as week:
            my_week(type(cast.member).objects.get(pk=cast.member.pk), at(0, "06:00"))
        with CaptureQueriesContext(connection) as year:
            my_year(type(cast.member).objects.get(pk=cast.member.pk), YEAR)
        counts.append((len(week), len(year)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 27
    assert counts[0][1] <= 11


def test_today_and_the_palette_lead_there(cast: Cast, browser: Browser) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    assert 'href="/my/week/"' in page(browser(cast.member), "/")
    assert "/my/year/" in page(browser(cast.member), "/find/?q=my+year")


def test_a_pod_whose_last_week_is_over_has_no_open_shifts_and_the_page_stands(cast: Cast) -> None:
    scheduling.shift(cast.isar, 1)
    assert my_week(cast.member, at(8, "07:00")).open is None


def test_weeks_before_the_records_begin_are_a_dash_and_owe_nothing_as_in_the_time_account(cast: Cast) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    seen = my_year(cast.member, YEAR, at(13, "20:00"))
    rows = {row.sum.monday: row for row in seen.rows}
    before = [row for monday, row in rows.items() if monday < scheduling.MONDAY]
    assert {(row.owed, row.difference, row.sum.owed) for row in before} <= {("–", "–", 0)}
    assert (rows[scheduling.MONDAY].owed, rows[scheduling.MONDAY].difference) == ("32 h", "−24 h")
    if scheduling.MONDAY.year == (scheduling.MONDAY + dt.timedelta(days=13)).year == YEAR:
        past = sum(row.sum.difference for monday, row in rows.items() if monday <= scheduling.MONDAY + 7 * periods.DAY)
        assert past == my_week(cast.member, at(13, "20:00")).account


def test_a_weekend_to_come_is_planned_and_one_that_began_is_worked(cast: Cast, browser: Browser) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 5))
    row = next(r for r in my_year(cast.member, YEAR, at(4, "12:00")).rows if r.sum.monday == scheduling.MONDAY)
    assert (row.sum.weekend, row.sum.weekend_begun) == (True, False)
    row = next(r for r in my_year(cast.member, YEAR, at(6, "12:00")).rows if r.sum.monday == scheduling.MONDAY)
    assert row.sum.weekend_begun
    assert "<td>planned</td>" in page(browser(cast.member), f"/my/year/{YEAR}/")


def test_days_away_are_days_on_which_the_contract_asks_for_work(cast: Cast) -> None:
    zone = ZoneInfo("Europe/Berlin")
    week = periods.days_period(scheduling.MONDAY, scheduling.MONDAY + dt.timedelta(days=6), zone)
    Absence.objects.create(member=cast.member, period=(week.start, week.end), kind="sick", made_by=cast.member)
    row = next(r for r in my_year(cast.member, YEAR, at(-1, "12:00")).rows if r.sum.monday == scheduling.MONDAY)
    assert (row.sum.away, row.owed) == (5, "0 h")


def test_the_weeks_before_and_after_are_one_press_away(cast: Cast, browser: Browser) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    label = periods.week_label(scheduling.MONDAY)
    client = browser(cast.member)
    shown = page(client, f"/my/week/?week={label}")
    assert "07:00–15:00" in shown.partition('id="h-days"')[2].partition("</section>")[0]
    for weeks in (-1, 1):
        beside = periods.week_label(scheduling.MONDAY + dt.timedelta(weeks=weeks))
        assert f'href="/my/week/?week={beside}"' in shown
        assert (
            "07:00–15:00"
            not in page(client, f"/my/week/?week={beside}").partition('id="h-days"')[2].partition("</section>")[0]
        )
    assert client.get("/my/week/?week=2026-W60").status_code == 404


def test_my_week_stands_in_the_navigation_of_who_works_in_a_pod(cast: Cast, browser: Browser) -> None:
    assert page(browser(cast.member), "/").count('class="nav" href="/my/week/"') == 1
    assert 'href="/my/week/"' in page(browser(cast.member), "/more/")
    assert 'class="nav" href="/my/week/"' not in page(browser(cast.executive), "/")


def test_the_year_begins_at_this_week_and_the_weeks_before_are_one_row_until_they_are_asked_for(
    cast: Cast, browser: Browser
) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 8))
    seen = my_year(cast.member, YEAR, at(8, "09:00"))
    this = scheduling.MONDAY + dt.timedelta(days=7)
    if this.isocalendar().year != YEAR:
        return
    assert seen.coming[0].sum.monday == this
    assert [*seen.past, *seen.coming] == seen.rows
    assert seen.folded is not None
    assert (seen.folded.planned, seen.folded.worked) == ("8 h", "8 h")
    assert seen.folded.weeks == f"1–{len(seen.past)}"
    assert my_year(cast.member, YEAR + 1, at(8, "09:00")).folded is None
    shown = page(browser(cast.member), "/my/year/")
    before = periods.now().isocalendar().week - 1
    assert (f"Show the {before} weeks before this one" in shown) == (before > 1)
