"""What an act on a shift answers with: what it changed on the page from which it was asked, and nothing else.

The week gets its parts out of band: the own row, the day's head, and the open shifts as the panel beside the grid
or as the phone's list of a day, whichever is in sight; the page says so, and fetches the other one when it comes
into sight. Every other page (the first page, a shift's own, the board, my week) is opened anew where it was.
"""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from cxportal.core import periods
from cxportal.core.htmx import back_to, render, wants_fragment
from cxportal.core.periods import DAY, parse_week, week_label
from teams.pods.models import Pod
from teams.scheduling.models import Shift
from teams.scheduling.views.week import TEMPLATE, context_of, read
from teams.scheduling.week import WHOLE, Parts

SHOWN = "X-Shown"  # which of the two lists of open shifts is in sight, said by the page
LISTS = ("panel", "daylist")


def after_act(request: HttpRequest, pod: Pod, day: dt.date, status: int = 200) -> HttpResponseBase:
    """The answer to an act on a day of a pod, by the page that asked; the week without htmx."""
    url = reverse("week", kwargs={"slug": pod.slug, "week": week_label(day)})
    if not wants_fragment(request):
        return back_to(request, url)
    asking = urlsplit(request.headers.get("HX-Current-URL", ""))
    match = _page(asking.path) if asking.path else None
    monday = _week(match, pod) if asking.path else periods.monday(day)
    if monday is None:
        return back_to(request, _again(match, f"{asking.path}?{asking.query}" if asking.query else asking.path) or url)
    return _parts(request, pod, monday, day, QueryDict(asking.query), status) or back_to(request, url)


def _page(path: str) -> ResolverMatch | None:
    try:
        return resolve(path)
    except Resolver404:
        return None


def _week(match: ResolverMatch | None, pod: Pod) -> dt.date | None:
    """The Monday of the week that the asking page shows, when it shows one of this pod."""
    if match is None or match.url_name != "week" or match.kwargs.get("slug") != pod.slug:
        return None
    try:
        return parse_week(match.kwargs["week"])
    except ValueError:
        return None


def _again(match: ResolverMatch | None, path: str) -> str:
    """The asking page's own address; nothing for one that is none of ours or went with the act."""
    if match is None or not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return ""
    shift = match.kwargs.get("shift")
    gone = shift is not None and not Shift.objects.filter(pk=shift, cancelled_at=None).exists()
    return "" if gone else path


def _parts(
    request: HttpRequest, pod: Pod, monday: dt.date, day: dt.date, asking: QueryDict, status: int
) -> HttpResponseBase | None:
    """The week's parts as the page shows it, with its chosen day; None when no shift is left in it."""
    asked = QueryDict(mutable=True)
    asked.update({name: asking.get(name, "") for name in ("day", "all") if name in asking})
    lists = [name for name in LISTS if name == request.headers.get(SHOWN)] or list(LISTS)
    here = monday <= day < monday + 7 * DAY
    alone = Parts(rows=frozenset({request.user.pk or 0}), heads=frozenset({day} if here else ()))
    page = read(request, pod, monday, asked, WHOLE if "daylist" in lists else alone)
    if page.empty:
        return None
    context = context_of(request, page, asked)
    context |= {
        "row": next((row for row in page.rows if row.mine), None),
        "head": next((head for head in page.heads if head.day == day), None),
    }
    parts = [*lists, *(name for name in ("head", "row") if context[name])]
    return render(request, TEMPLATE, context, partial="done", oob=parts, status=status)
