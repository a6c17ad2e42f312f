"""The pod board: coverage of four weeks, gaps, who could cover, the score of the plan; and asking."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core import periods
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import guarded, verb
from cxportal.core.periods import DAY, local_date
from teams import permissions
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import standing
from teams.scheduling import services, words
from teams.scheduling.board import DAYS, read_board
from teams.scheduling.services.asking import asked_today


@guarded(permissions.board_pod)
def board(request: HttpRequest, pod: Pod) -> HttpResponseBase:
    """The coming four weeks of a pod; who oversees it reads counts, never persons."""
    assert isinstance(request.user, User)
    now = periods.now()
    stand = standing(request.user)
    today = local_date(now, pod.tzinfo)
    context = {
        "pod": pod,
        "board": read_board(pod, now, everything="all" in request.GET),
        "span_words": words.days_span(today, today + (DAYS - 1) * DAY),
        "today": today,
        "names": pod.pk in stand.pods,
        "works_here": pod.pk in stand.member_of,
        "asked": asked_today(pod, today),
        "path": reverse("board", kwargs={"slug": pod.slug}),
    }
    return render(request, "teams/scheduling/board.html", context)


@verb
@guarded(permissions.member_pod)
def ask(request: HttpRequest, pod: Pod) -> HttpResponseBase:
    """Ask some or all who could cover a gap."""
    assert isinstance(request.user, User)
    members = {int(each) for each in request.POST.getlist("member") if each.isascii() and each.isdigit()}
    number = services.ask_to_cover(by=request.user, pod=pod, gap=request.POST.get("gap", ""), members=members)
    if number:
        said = ngettext("%(number)s person is asked.", "%(number)s people are asked.", number) % {"number": number}
    else:
        said = _("They were asked today already, or cannot cover it any more. Nobody is asked twice a day.")
    say(request, said)
    return back_to(request, reverse("board", kwargs={"slug": pod.slug}))
