"""A whole pattern claimed at once: read day by day, leave days out, press once."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core import periods
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import guarded
from cxportal.core.periods import Period, local_date, week_label
from cxportal.core.violations import Refused
from teams import permissions
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.opening.forms import SeriesForm, left_out, lines_in
from teams.scheduling.opening.queries import Wanted, pattern_words, patterns_of, read_series, usual_days
from teams.scheduling.services.series import Claims, claim_series

TEMPLATE = "teams/scheduling/series.html"


@guarded(permissions.member_pod)
def series(request: HttpRequest, pod: Pod) -> HttpResponseBase:
    """The open days of a pattern with their judgement; a press claims those that are marked."""
    if request.method != "POST" or "look" in request.POST:
        return _show(request, pod)
    assert isinstance(request.user, User)
    lines = lines_in(request.POST, "take")
    if not lines:
        return _show(request, pod, status=422, none=True)
    seen = request.POST.get("seen", "")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None
    try:
        done = claim_series(by=request.user, pod=pod, lines=lines, seen_version=version)
    except Refused as refused:
        return _show(request, pod, status=409, refused=refused.violations)
    _tell(request, pod, done)
    if done.skipped:
        return _show(request, pod, done=done)
    day = local_date(min(line.period.start for line in lines), pod.tzinfo)
    return back_to(request, reverse("week", kwargs={"slug": pod.slug, "week": week_label(day)}))


def _show(request: HttpRequest, pod: Pod, *, status: int = 200, **more: Any) -> HttpResponseBase:
    assert isinstance(request.user, User)
    data = request.POST if request.method == "POST" else request.GET
    now = periods.now()
    usual, known = usual_days(pod, now), patterns_of(pod, local_date(now, pod.tzinfo))
    sent = data.copy()
    for name, day in zip(("first", "last"), usual, strict=True):
        sent.setdefault(name, day.isoformat())
    form = SeriesForm(sent, patterns=[(p.pk, pattern_words(p)) for p in known], usual=usual)
    wanted = Wanted(None, *usual)
    if form.is_valid():
        asked = form.cleaned_data
        first = max(asked["first"], min(usual[0], asked["last"]))
        wanted = Wanted(asked["pattern"], first, asked["last"], asked["weekdays"], left_out(data))
    else:
        status = 422 if status == 200 else status
    page = read_series(pod, request.user, wanted, now, known)
    context = {"pod": pod, "form": form, "page": page, "wanted": wanted, **more}
    if "done" in more:
        context["skipped"] = [(_span(pod, line.line.period), line.violations) for line in more["done"].skipped]
    return render(request, TEMPLATE, context, status=status)


def _span(pod: Pod, period: Period) -> str:
    return words.day_span(period, pod.tzinfo)


def _tell(request: HttpRequest, pod: Pod, done: Claims) -> None:
    """One toast for all, with the one undo."""
    if done.act is None:
        say(request, _("You have these shifts already."))
        return
    number = len(done.claimed)
    first, last = (local_date(done.claimed[n].line.period.start, pod.tzinfo) for n in (0, -1))
    text = ngettext("You claimed %(number)s shift, %(days)s.", "You claimed %(number)s shifts, %(days)s.", number) % {
        "number": number,
        "days": words.days_span(first, last) if first != last else words.long_day(first),
    }
    if done.skipped:
        more = ngettext(
            "%(number)s no longer fits and was skipped.",
            "%(number)s no longer fit and were skipped.",
            len(done.skipped),
        )
        text += " " + more % {"number": len(done.skipped)}
    if done.changed:
        text += " " + _("The agreement changed meanwhile; the version in force judged them.")
    say(request, text, undo=reverse("undo_act", kwargs={"slug": pod.slug, "act": done.act.pk}))
