"""Peaks: announcing one, taking a share, passing, wishes for a lottery, and the lot to run again."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import guarded, verb
from cxportal.core.periods import local_date
from cxportal.core.violations import Invalid, Refused
from teams import permissions
from teams.leave import agreed, services
from teams.leave.forms import PeakForm
from teams.leave.models import Peak
from teams.leave.peaks_shown import lot_of
from teams.people.models import User
from teams.pods.models import Pod


def _planner(peak: Peak) -> str:
    first = peak.shares.first()
    year = first.first.year if first else periods.now().year
    return reverse("leave_year", kwargs={"slug": peak.pod.slug, "year": year})


@guarded(permissions.member_pod)
def new(request: HttpRequest, pod: Pod) -> HttpResponseBase:
    """Announce that weeks are shared out; the rule is the agreement's."""
    assert isinstance(request.user, User)
    now = periods.now()
    morning = dt.datetime.combine(local_date(now, pod.tzinfo), dt.time(9))
    initial = {"opens_at": morning + dt.timedelta(days=1), "free_at": morning + dt.timedelta(days=15)}
    rule = agreed.terms(pod, now)[1]["leave_peak_rule"]
    form = PeakForm(request.POST or None, pod=pod, rule=rule, initial=initial)
    if request.method == "POST" and form.is_valid():
        wanted = ("name", "shares", "rounds", "opens_at", "free_at")
        data = {name: form.cleaned_data[name] for name in wanted if name in form.cleaned_data}
        try:
            peak = services.open_peak(by=request.user, pod=pod, **data)
        except Invalid as error:
            for name, messages in error.fields.items():
                form.add_error(name if name in form.fields else None, messages)
        except Refused as refusal:
            for why in refusal.violations:
                form.add_error(None, str(why.message))
        else:
            say(request, _("%(peak)s is announced. Its number is %(number)s.") % {"peak": peak, "number": peak.number})
            return back_to(request, _planner(peak))
    context = {"form": form, "pod": pod, "rule": rule}
    return render(request, "teams/leave/new_peak.html", context, status=422 if form.errors else 200)


@verb
@guarded(permissions.home_peak)
def take(request: HttpRequest, peak: Peak, *, share: int) -> HttpResponseBase:
    """Take a share in one's own turn."""
    assert isinstance(request.user, User)
    turn = services.take_share(by=request.user, peak=peak, share=share)
    say(request, _("%(share)s is yours; the next one chooses.") % {"share": turn.share})
    return back_to(request, _planner(peak))


@verb
@guarded(permissions.home_peak)
def pass_(request: HttpRequest, peak: Peak) -> HttpResponseBase:
    """Let the turn pass."""
    assert isinstance(request.user, User)
    services.pass_turn(by=request.user, peak=peak)
    say(request, _("You passed; the next one chooses."))
    return back_to(request, _planner(peak))


@verb
@guarded(permissions.home_peak)
def enter(request: HttpRequest, peak: Peak) -> HttpResponseBase:
    """Put one's wishes into a lottery: a number beside each share, the first wish 1."""
    assert isinstance(request.user, User)
    order = []
    for share in peak.shares.all():
        rank = request.POST.get(f"wish-{share.pk}", "")
        if rank.isascii() and rank.isdigit() and len(rank) < 3:
            order.append((int(rank), share.pk))
    wishes = [pk for rank, pk in sorted(order) if rank]
    services.enter_lottery(by=request.user, peak=peak, wishes=wishes)
    say(
        request,
        _("Your wishes are in. They can be changed until entries close.") if wishes else _("You are out of it."),
    )
    return back_to(request, _planner(peak))


@verb
@guarded(permissions.member_peak)
def remove(request: HttpRequest, peak: Peak) -> HttpResponseBase:
    """Take an announcement back while nobody has chosen."""
    assert isinstance(request.user, User)
    url = _planner(peak)
    services.remove_peak(by=request.user, peak=peak)
    say(request, _("It is not shared out any more; its days are free."))
    return back_to(request, url)


@guarded(permissions.week_peak)
def lot(request: HttpRequest, peak: Peak) -> HttpResponseBase:
    """The lot, with everything that anybody needs to run it again."""
    context = {"peak": peak, "pod": peak.pod, "back": _planner(peak), **lot_of(peak)}
    return render(request, "teams/leave/lot.html", context)
