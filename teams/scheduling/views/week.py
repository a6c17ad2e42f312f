"""The week: the grid, one row, one head, the panel, the phone's day list; and making and opening it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core import periods
from cxportal.core.htmx import back_to, render, say, target_key, target_name, wants_fragment
from cxportal.core.http import guarded, verb
from cxportal.core.periods import DAY, local_date, parse_week, week_label
from cxportal.core.requests import started_at
from teams import permissions
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.lifted import week_lines
from teams.scheduling.models import ShiftPattern, Week
from teams.scheduling.news import read_news
from teams.scheduling.open_shifts import zone_words
from teams.scheduling.recent import recent_acts
from teams.scheduling.services import make_week, open_week, undo_opening
from teams.scheduling.week import WHOLE, Parts, WeekPage, read_week

TEMPLATE = "teams/scheduling/week.html"
MADE = {
    "draft": gettext_lazy("Week %(week)s is made. It is a draft until it opens."),
    "open": gettext_lazy("Week %(week)s is made. Its shifts can be claimed."),
    "fixed": gettext_lazy("Week %(week)s is made. It is fixed already; shifts that nobody has can be claimed."),
}


def monday_or_404(label: str) -> dt.date:
    """The Monday of a week in an address."""
    try:
        return parse_week(label)
    except ValueError:
        raise Http404 from None


def as_day(text: str) -> dt.date | None:
    """The day that an address names, if it is one."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


@guarded(permissions.week_pod)
def week_now(request: HttpRequest, pod: Pod) -> HttpResponseBase:
    """The present week in the pod's zone."""
    today = local_date(periods.now(), pod.tzinfo)
    return redirect("week", slug=pod.slug, week=week_label(today))


@guarded(permissions.week_pod)
def week(request: HttpRequest, pod: Pod, *, week: str) -> HttpResponseBase:
    """The week of a pod: for htmx only the row, head, panel or day list that it asks for."""
    monday, key = monday_or_404(week), target_key(request)
    name = target_name(request) if wants_fragment(request) else ""
    parts = parts_of(request, name, key, monday)
    page = read(request, pod, monday, request.GET, parts)
    context = context_of(request, page, request.GET)
    if name == "row":
        context["row"] = next((row for row in page.rows if str(row.key) == key), None)
        if context["row"] is None:
            return HttpResponse()
    if name == "news":
        context |= _news(request, page)
    if name == "head":
        context["head"] = page.heads[0]
    return render(request, TEMPLATE, context)


def parts_of(request: HttpRequest, name: str, key: str, monday: dt.date) -> Parts:
    """What of the week one fragment of its page shows; all of it for the page itself, and for a forged name."""
    if name == "row" and re.fullmatch(r"\d{1,18}", key, re.ASCII):
        # The own row shows on which days seats are open.
        return Parts(rows=frozenset({int(key)}), heads=frozenset(), cards=int(key) == request.user.pk)
    if name == "head":
        day = as_day(key) or monday
        return Parts(
            rows=frozenset(), heads=frozenset({day if monday <= day < monday + 7 * DAY else monday}), cards=False
        )
    if name == "news":
        return Parts(rows=frozenset(), heads=frozenset(), cards=False)
    return Parts(rows=frozenset(), heads=frozenset()) if name == "panel" else WHOLE


def _news(request: HttpRequest, page: WeekPage) -> dict[str, Any]:
    """What others changed since the page was drawn or its news were closed; nothing else keeps that instant."""
    assert isinstance(request.user, User)
    since = instant_of(request.GET.get("since", "")) if "seen" not in request.GET else None
    if since is None:
        return {}
    news = read_news(page.pod, request.user, page.monday, since)
    return {
        "news": news,
        "since": f"{since.timestamp():.3f}",
        "marks": news.marks(page.monday),
        "drawn_at": words.clock(page.picture.at, page.pod.tzinfo),
    }


def instant_of(text: str) -> dt.datetime | None:
    """The instant written as seconds since 1970; None for what is none, at most a day back."""
    try:
        found = dt.datetime.fromtimestamp(float(text), dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return max(found, periods.now() - DAY)


def read(request: HttpRequest, pod: Pod, monday: dt.date, asked: QueryDict, parts: Parts = WHOLE) -> WeekPage:
    """The read model for this request's person; ``asked`` is the query of the page that shows it."""
    assert isinstance(request.user, User)
    return read_week(
        pod,
        request.user,
        monday,
        at=periods.now(),
        parts=parts,
        day=as_day(asked.get("day", "")),
        everything="all" in asked,
    )


def context_of(request: HttpRequest, page: WeekPage, asked: QueryDict) -> dict[str, Any]:
    """What the week's template needs beside the read model; what only some parts show is read when they do."""
    path = reverse("week", kwargs={"slug": page.pod.slug, "week": page.label})
    today = local_date(page.picture.at, page.pod.tzinfo)
    return {
        "page": page,
        "path": path,
        "here": f"{path}?{asked.urlencode()}" if asked else path,
        "span_words": words.days_span(page.monday, page.sunday),
        "state_words": _state_words(page),
        "printed": f"{words.long_day(today)}, {words.clock(page.picture.at, page.pod.tzinfo)}",
        "zone_words": zone_words(page.pod.tzinfo, periods.to_instant(page.monday, dt.time(12), page.pod.tzinfo)),
        "open_total": len(page.cards) + page.more,
        "lifted": SimpleLazyObject(lambda: week_lines(page.picture, page.monday)),
        "recent": SimpleLazyObject(
            lambda: recent_acts(request.user.pk or 0, page.pod, periods.now()) if page.works_here else []
        ),
        "since": f"{started_at():.3f}",
        "version": page.picture.bounds.version,
        **(_day_context(page, as_day(asked.get("day", "")) or today) if page.heads and page.rows else {}),
        **(_empty_context(page) if page.empty else {}),
    }


def _day_context(page: WeekPage, day: dt.date) -> dict[str, Any]:
    """What the phone's list of one day shows of everybody."""
    chosen = next((h for h in page.heads if h.day == day), page.heads[0])
    mine = next((r for r in page.rows if r.mine), None)
    own = [c for cell in (mine.cells if mine else ()) for c in cell.chips]
    return {
        "chosen": chosen,
        "mine": next((c for c in (mine.cells if mine else ()) if c.day <= chosen.day < c.day + c.width * DAY), None),
        "my_hours": mine.hours if mine else "",
        "others": [c for c in own if c.day != chosen.day],
        "colleagues": [
            (r.person, c)
            for r in page.rows
            if not r.mine
            for cell in r.cells
            for c in cell.chips
            if c.day == chosen.day
        ],
    }


def _empty_context(page: WeekPage) -> dict[str, Any]:
    last = Week.objects.filter(pod=page.pod, monday__lt=page.monday, shifts__cancelled_at=None, shifts__isnull=False)
    monday = last.order_by("-monday").values_list("monday", flat=True).first()
    return {
        "has_patterns": ShiftPattern.objects.filter(pod=page.pod, retired_at=None).exists(),
        "copyable": week_label(monday) if monday else "",
    }


def _state_words(page: WeekPage) -> str:
    zone = page.pod.tzinfo
    if page.week is None:
        return ""
    instant = page.week.opens_at if page.state == "draft" else page.week.fixes_at
    return f"{words.long_day(local_date(instant, zone))}, {words.clock(instant, zone)}"


@verb
@guarded(permissions.member_pod)
def make(request: HttpRequest, pod: Pod, *, week: str) -> HttpResponseBase:
    """Make the week from the patterns."""
    assert isinstance(request.user, User)
    made = make_week(by=request.user, pod=pod, monday=monday_or_404(week))
    say(request, MADE.get(made.state_at(periods.now()), MADE["fixed"]) % {"week": made.monday.isocalendar().week})
    return back_to(request, reverse("week", kwargs={"slug": pod.slug, "week": week}))


@verb
@guarded(permissions.member_pod)
def open_(request: HttpRequest, pod: Pod, *, week: str) -> HttpResponseBase:
    """Open a draft early."""
    assert isinstance(request.user, User)
    open_week(by=request.user, week=week_or_404(pod, week))
    undo = reverse("undo_opening", kwargs={"slug": pod.slug, "week": week})
    say(request, _("The week is open for claims, for everybody at once."), undo=undo)
    return back_to(request, reverse("week", kwargs={"slug": pod.slug, "week": week}))


@verb
@guarded(permissions.member_pod)
def undo_open(request: HttpRequest, pod: Pod, *, week: str) -> HttpResponseBase:
    """Make an early opened week a draft again."""
    assert isinstance(request.user, User)
    undo_opening(by=request.user, week=week_or_404(pod, week))
    say(request, _("The week is a draft again."))
    return back_to(request, reverse("week", kwargs={"slug": pod.slug, "week": week}))


def week_or_404(pod: Pod, label: str) -> Week:
    """The stored week of a pod."""
    found = Week.objects.select_related("pod").filter(pod=pod, monday=monday_or_404(label)).first()
    if found is None:
        raise Http404
    return found
