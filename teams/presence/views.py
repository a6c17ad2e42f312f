"""Saying that one is here, and the sign of life of an open page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from cxportal.core.htmx import back_to, say
from cxportal.core.http import signed_in, verb
from teams.people.models import User
from teams.presence import services
from teams.presence.models import State
from teams.presence.rules import HEARTBEAT_SECONDS
from teams.scheduling.queries import on_shift_until

SAID = {
    State.AVAILABLE: _("You are available."),
    State.BREAK: _("You are on a break. Nothing new comes to you."),
    State.AWAY: _("You are away. Nothing new comes to you."),
    State.OFFLINE: _("You are off duty. Nothing new comes to you."),
}
UNPLANNED = _("You are here, but not on shift: nothing is offered to you. Take from the queue by hand.")


@verb
@signed_in
def presence(request: HttpRequest) -> HttpResponse:
    """Change one's own state; back to the page it was said on."""
    assert isinstance(request.user, User)
    row = services.set_state(by=request.user, state=request.POST.get("state", ""))
    unplanned = row.state == State.AVAILABLE and on_shift_until(request.user) is None
    say(request, UNPLANNED if unplanned else SAID[State(row.state)])
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return back_to(request, back if safe else "/")


@verb
@signed_in
def heartbeat(request: HttpRequest) -> HttpResponse:
    """A page is open and awake. Tells how soon to come again; 0 when nothing listens any more."""
    assert isinstance(request.user, User)
    listening = services.is_listening(member=request.user)
    if listening:
        services.heartbeat(member=request.user)
    return JsonResponse({"again": HEARTBEAT_SECONDS if listening else 0})
