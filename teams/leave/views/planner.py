"""The holiday planner: the year, the try-out beside it, who is away on a day; asking and taking back."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core import periods
from cxportal.core.htmx import back_to, render, say, target_name, wants_fragment
from cxportal.core.http import guarded, verb
from cxportal.core.periods import local_date
from cxportal.core.violations import Refused
from teams import permissions
from teams.leave import accounts, queries, services, tryout
from teams.leave.forms import LONGEST, LeaveForm
from teams.leave.hours import time_account
from teams.leave.models import LeaveKind
from teams.leave.peaks_shown import shown_peaks
from teams.leave.reading import Calendar, calendar_of
from teams.leave.services import requests
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import reader_zone, standing

TEMPLATE = "teams/leave/year.html"
EARLIEST, LATEST = 2015, 2100


@guarded(permissions.week_pod)
def now(request: HttpRequest, pod: Pod) -> HttpResponseBase:
    """The present year in the pod's zone."""
    return redirect("leave_year", slug=pod.slug, year=local_date(periods.now(), pod.tzinfo).year)


@guarded(permissions.week_pod)
def year(request: HttpRequest, pod: Pod, *, year: int) -> HttpResponseBase:
    """The year; for htmx the try-out with the year drawn anew, or the year alone."""
    _must_be_a_year(year)
    context = page(request, pod, year)
    name = target_name(request) if wants_fragment(request) else ""
    return render(request, TEMPLATE, context, oob=["year"] if name == "tryout" else [])


def page(request: HttpRequest, pod: Pod, year: int, form: LeaveForm | None = None) -> dict[str, Any]:
    """What the planner's template needs; constant queries for any number of people."""
    user = request.user
    assert isinstance(user, User)
    at = periods.now()
    today = local_date(at, pod.tzinfo)
    calendar = calendar_of(user)
    home = pod.pk == standing(user).home
    kinds = list(LeaveKind.objects.filter(retired_at=None, by_members=True)) if home else []
    form = form or LeaveForm(
        request.GET if "first" in request.GET else None,
        initial={"kind": kinds[0].pk if kinds else None},
        kinds=kinds,
    )
    tried = _tried(user, form, at) if home and form.is_bound else None
    shown = queries.read_year(pod, user, year, calendar, today=today, asked=tried.marks if tried else {})
    account = _account(user, kinds, year, calendar, today)
    return {
        "pod": pod,
        "year": shown,
        "before_lapse": _before_lapse(account, shown, calendar, today),
        "home": home,
        "kinds": kinds,
        "works_here": pod.pk in standing(user).member_of,
        "form": form,
        "tried": tried,
        "sent": form.sent() if tried else [],
        "account": account,
        "runs": _runs(pod, user, year, today) if home else [],
        "peaks": shown_peaks(pod, user, at, calendar=calendar, places=shown.places),
        "today": today,
        "path": reverse("leave_year", kwargs={"slug": pod.slug, "year": year}),
        "days_path": reverse("leave_now", kwargs={"slug": pod.slug}) + "days/",
        "before": year - 1,
        "after": year + 1,
    }


def _account(
    user: User, kinds: list[LeaveKind], year: int, calendar: Calendar, today: dt.date
) -> accounts.Account | None:
    kind = next((each for each in kinds if each.from_balance), None)
    return accounts.account(user, kind, year, calendar.usual_day(today)) if kind else None


def _before_lapse(
    account: accounts.Account | None, year: queries.Year, calendar: Calendar, today: dt.date
) -> list[tuple[str, str, str]]:
    """Free weeks before the first lot lapses: their span in words, first and last day."""
    if account is None or not account.lapses:
        return []
    soon = today + 7 * periods.DAY
    weeks = queries.free_weeks(year, calendar, soon, account.lapses[0].on)
    return [(accounts.span_words(first, last), first.isoformat(), last.isoformat()) for first, last in weeks]


def _runs(pod: Pod, user: User, year: int, today: dt.date) -> list[tuple[queries.Run, str, str]]:
    """Own leave with its span in words, and where one stands on the wait list."""
    runs = queries.own_leave(user, year, today)
    places = queries.waiting_place(pod, user) if any(run.state == "waiting" for run in runs) else {}
    told = []
    for run in runs:
        mine = sorted({n for day, n in places.items() if run.first <= day <= run.last})
        place = _("place %(place)s") % {"place": "–".join(map(str, mine[:1] + mine[1:][-1:]))} if mine else ""
        told.append((run, accounts.span_words(run.first, run.last), place if run.state == "waiting" else ""))
    return told


def _tried(user: User, form: LeaveForm, at: dt.datetime) -> tryout.TryOut | None:
    """The answer that the request would get. Fields that are wrong say so themselves."""
    if not form.is_valid():
        return None
    asked = form.asked()
    try:
        desk, verdicts = requests.try_out(user, form.cleaned_data["kind"], asked, at)
    except Refused as refusal:
        for why in refusal.violations:
            form.add_error(None, str(why.message))
        return None
    full = [v.asked.day for v in verdicts if v.outcome == "full"]
    away = queries.away_by_day(desk.pod, full)
    return tryout.told(desk, verdicts, away, sorted(form.out), at)


@guarded(permissions.week_pod)
def day(request: HttpRequest, pod: Pod, *, day: str) -> HttpResponseBase:
    """Who is away on a day: for people of the pod; the planner opens it as a dialog."""
    found = _day(day)
    account_day = queries.read_day(pod, found)
    assert isinstance(request.user, User)
    context = {"pod": pod, "day": found, "shown": account_day, "home": permissions.is_home(request.user, pod)}
    return render(request, "teams/leave/day.html", context, partial="dialog" if wants_fragment(request) else None)


def _day(text: str) -> dt.date:
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    _must_be_a_year(found.year)
    return found


def _must_be_a_year(number: int) -> None:
    """Raises ``Http404`` for a year that nobody plans."""
    if not EARLIEST <= number <= LATEST:
        raise Http404


@guarded(permissions.week_pod)
def table(request: HttpRequest, pod: Pod, *, year: int) -> HttpResponseBase:
    """The year as a table: every day on which somebody is away, or that is special."""
    _must_be_a_year(year)
    user = request.user
    assert isinstance(user, User)
    today = local_date(periods.now(), pod.tzinfo)
    shown = queries.read_year(pod, user, year, calendar_of(user), today=today)
    rows = [cell for cell in shown.cells if cell.n or set(cell.marks.split()) - {"we", "sch"}]
    return render(request, "teams/leave/table.html", {"pod": pod, "year": shown, "rows": rows})


@verb
@guarded(permissions.member_pod)
def ask(request: HttpRequest, pod: Pod, *, year: int) -> HttpResponseBase:
    """Ask for the days of the form: those that fit, and with ``wait`` a place on the wait list for the others."""
    user = request.user
    assert isinstance(user, User)
    _must_be_a_year(year)
    form = LeaveForm(request.POST)
    if not form.is_valid():
        return render(request, TEMPLATE, page(request, pod, year, form), status=422)
    kind, wait = form.cleaned_data["kind"], "wait" in request.POST
    done = services.request_leave(by=user, member=user, kind=kind, asked=form.asked(), wait=wait)
    say(request, _said(done), undo=_undo(pod, done))
    return back_to(request, reverse("leave_year", kwargs={"slug": pod.slug, "year": form.cleaned_data["first"].year}))


def _said(done: requests.Answered) -> str:
    if done.repeat:
        return _("You have these days already.")
    n = sum(1 for row in done.granted if row.cost)
    granted = ngettext("%(n)s day is granted.", "%(n)s days are granted.", n) % {"n": n}
    if not done.waiting:
        return granted
    m = len(done.waiting)
    waiting = ngettext("You wait for %(n)s day.", "You wait for %(n)s days.", m) % {"n": m}
    return f"{granted} {waiting}" if n else waiting


def _undo(pod: Pod, done: requests.Answered) -> str:
    if done.request is None or done.repeat:
        return ""
    return reverse("withdraw_leave", kwargs={"slug": pod.slug, "asked": done.request.pk})


@verb
@guarded(permissions.member_pod)
def withdraw(request: HttpRequest, pod: Pod, *, asked: int) -> HttpResponseBase:
    """Take a request back, or the days of it from ``first`` to ``last``."""
    user = request.user
    assert isinstance(user, User)
    span = [_day(request.POST[name]) for name in ("first", "last") if name in request.POST]
    if len(span) == 2 and (span[1] - span[0]).days > LONGEST:
        raise Http404
    days = list(periods.each_day(*span)) if len(span) == 2 else None
    back = services.withdraw(by=user, request=asked, days=days)
    say(request, _taken_back(back))
    on = back.days[0].day if back.days else local_date(periods.now(), pod.tzinfo)
    return back_to(request, reverse("leave_year", kwargs={"slug": pod.slug, "year": on.year}))


def _taken_back(back: requests.TakenBack) -> str:
    """How many days, and which shifts that they freed are one's own again or have somebody else by now."""
    n = sum(1 for row in back.days if row.cost)
    if not n:
        return _("It was taken back before.")
    said = [ngettext("%(n)s day is taken back.", "%(n)s days are taken back.", n) % {"n": n}]
    if back.restored:
        said.append(_("Yours again: %(shifts)s.") % {"shifts": "; ".join(back.restored)})
    if back.gone:
        said.append(_("Not yours any more: %(shifts)s") % {"shifts": " ".join(back.gone)})
    return " ".join(said)


@guarded(permissions.oneself)
def own(request: HttpRequest, user: User) -> HttpResponse:
    """One's own accounts, line by line: every kind that has a balance, this year and the next, and the time account."""
    calendar, at = calendar_of(user), periods.now()
    today = local_date(at, calendar.zone(at.date()) or ZoneInfo(reader_zone(user)))
    usual = calendar.usual_day(today)
    kinds = LeaveKind.objects.filter(from_balance=True, retired_at=None)
    shown = [accounts.account(user, kind, year, usual) for kind in kinds for year in (today.year, today.year + 1)]
    context = {"accounts": [each for each in shown if each.lines], "time": time_account(user, today)}
    return render(request, "teams/leave/own.html", context)
