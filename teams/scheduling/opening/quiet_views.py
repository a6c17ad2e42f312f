"""Quiet offers on the shift's page: made and withdrawn."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from cxportal.core.htmx import say
from cxportal.core.http import guarded, verb
from cxportal.core.violations import Refused
from teams import permissions
from teams.people.models import User
from teams.scheduling import services
from teams.scheduling.models import Shift
from teams.scheduling.opening.forms import QuietForm
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
    return after_act(request, found.pod, found.day)
