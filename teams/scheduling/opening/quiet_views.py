"""Quiet offers: made and withdrawn on the shift's page, and one's own over all pods."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import guarded, verb
from cxportal.core.violations import Refused
from teams import permissions
from teams.people.models import User
from teams.scheduling import services
from teams.scheduling.models import Shift
from teams.scheduling.opening.forms import QuietForm
from teams.scheduling.opening.quiet_queries import quiet_page
from teams.scheduling.rounds import moment
from teams.scheduling.views.answers import after_act
from teams.scheduling.views.shifts import show


@verb
@guarded(permissions.member_shift)
def offer(request: HttpRequest, found: Shift) -> HttpResponseBase:
    """Take a shift at a moment, if nobody else does before."""
    assert isinstance(request.user, User)
    form = QuietForm(request.POST)
    if not form.is_valid():
        return show(request, found, status=422, quiet=form)
    instant = form.instant(found.pod.tzinfo)
    try:
        services.offer_quietly(by=request.user, shift=found.pk, falls_at=instant)
    except Refused as refused:
        return show(request, found, status=409, refused=refused, quiet=form)
    said = _("Offered quietly. You take it %(when)s if nobody else does.")
    say(request, said % {"when": moment(instant, found.pod.tzinfo)})
    return after_act(request, found.pod, found.day)


@verb
@guarded(permissions.member_shift)
def withdraw(request: HttpRequest, found: Shift) -> HttpResponseBase:
    """Take an own quiet offer back."""
    assert isinstance(request.user, User)
    services.withdraw_quiet(by=request.user, shift=found.pk)
    say(request, _("The quiet offer is withdrawn."))
    if "mine" in request.POST:
        return back_to(request, reverse("quiet_offers"))
    return after_act(request, found.pod, found.day)


@guarded(permissions.oneself)
def offers(request: HttpRequest, me: User) -> HttpResponseBase:
    """What one would take if nobody else does, and what became of it."""
    return render(request, "teams/scheduling/quiet_offers.html", {"page": quiet_page(me, periods.now())})
