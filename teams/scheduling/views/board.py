"""The pod board: coverage of four weeks, gaps, who could cover, the score of the plan; and asking."""

from __future__ import annotations

import datetime as dt

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
from teams.scheduling.services.asking import Asked, asked_since


@guarded(permissions.board_pod)
def board(request: HttpRequest, pod: Pod) -> HttpResponseBase:
    """The coming four weeks of a pod; who oversees it reads counts, never persons, and who works there points too."""
    assert isinstance(request.user, User)
    now = periods.now()
    stand = standing(request.user)
    today = local_date(now, pod.tzinfo)
    works_here = pod.pk in stand.member_of
    context = {
        "pod": pod,
        "board": read_board(pod, now, everything="all" in request.GET, points=works_here),
        "span_words": words.days_span(today, today + (DAYS - 1) * DAY),
        "today": today,
        "printed": f"{words.long_day(today)}, {words.clock(now, pod.tzinfo)}",
        "names": pod.pk in stand.pods,
        "works_here": works_here,
        "asked": _asked(pod, now) if works_here else {},
        "path": reverse("board", kwargs={"slug": pod.slug}),
    }
    return render(request, "teams/scheduling/board.html", context)


def _asked(pod: Pod, now: dt.datetime) -> dict[str, dict[int, str]]:
    """Who was asked, by the key of the gap, in words: today, or when their quiet hours end."""
    heard = asked_since(pod, local_date(now, pod.tzinfo))
    later = _("Hears it %(when)s")
    return {
        gap: {
            person: _("Asked today") if at <= now else later % {"when": words.day_clock(at, pod.tzinfo)}
            for person, at in people.items()
        }
        for gap, people in heard.items()
    }


@verb
@guarded(permissions.member_pod)
def ask(request: HttpRequest, pod: Pod) -> HttpResponseBase:
    """Ask some or all who could cover a gap."""
    assert isinstance(request.user, User)
    sent = (each for each in request.POST.getlist("member") if len(each) < 19)
    members = {int(each) for each in sent if each.isascii() and each.isdigit()}
    done = services.ask_to_cover(by=request.user, pod=pod, gap=request.POST.get("gap", ""), members=members)
    say(request, _told(done))
    return back_to(request, reverse("board", kwargs={"slug": pod.slug}))


def _told(done: Asked) -> str:
    if not done.people:
        return _("They were asked today already, or cannot cover it any more. Nobody is asked twice a day.")
    said = ngettext("%(number)s person is asked.", "%(number)s people are asked.", done.people)
    if not done.later:
        return said % {"number": done.people}
    more = ngettext(
        "%(number)s of them hears of it when their quiet hours end.",
        "%(number)s of them hear of it when their quiet hours end.",
        done.later,
    )
    return f"{said % {'number': done.people}} {more % {'number': done.later}}"
