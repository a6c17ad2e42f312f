"""The person's page of calendar addresses, and the file that a calendar program reads."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cxportal.core.brake import Limit, count, wait
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import guarded, public, verb
from teams import permissions
from teams.feeds import queries, services
from teams.people.addresses import absolute
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling.ical import calendar_file

# A client on every device of a person that comes each minute stays below the first.
READ = Limit("feed-read", 60, 600)
FORGED = Limit("feed-forged", 60, 600)


@public
@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponseBase:
    """The calendar behind a secret address. Forged, revoked and ended ones look alike; nobody needs to sign in."""
    feed = queries.find_feed(secret)
    limit, who = (READ, str(feed.pk)) if feed else (FORGED, request)
    if seconds := wait(limit, who):
        return _plain(429, _("Too often. Ask again later."), seconds)
    count(limit, who)
    if feed is None:
        return _plain(404, _("There is no calendar at this address."))
    with translation.override(feed.member.language):
        name = _("%(pod)s: my shifts") % {"pod": feed.pod.name}
        body = calendar_file(name, queries.entries_of(feed), feed.pod.tzinfo)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{feed.pod.slug}.ics"'
    response["ETag"] = etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    response["Cache-Control"] = "private, no-cache"
    return get_conditional_response(request, etag=etag, response=response) or response


def _plain(status: int, words: str, retry_after: int = 0) -> HttpResponse:
    response = HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response


@guarded(permissions.oneself)
def calendar_feeds(request: HttpRequest, me: User) -> HttpResponseBase:
    """The person's pods, each with its calendar address: make, replace, revoke."""
    return _page(request, me)


@verb
@guarded(permissions.member_pod)
def make_calendar_feed(request: HttpRequest, pod: Pod) -> HttpResponseBase:
    """Make an address, shown once; one that stood before ends."""
    me: User = request.user  # type: ignore[assignment]
    _feed, secret = services.make_feed(by=me, pod=pod)
    return _page(request, me, pod, absolute("calendar_feed", request, secret=secret))


@verb
@guarded(permissions.member_pod)
def revoke_calendar_feed(request: HttpRequest, pod: Pod) -> HttpResponseBase:
    """End the address at once."""
    services.revoke_feed(by=request.user, pod=pod)  # type: ignore[arg-type]
    say(request, _("The calendar address of %(pod)s opens nothing any more.") % {"pod": pod}, tone=messages.INFO)
    return back_to(request, reverse("calendar_feeds"))


def _page(request: HttpRequest, me: User, made_for: Pod | None = None, made: str = "") -> HttpResponse:
    webcal = "webcal" + made.partition(":")[1] + made.partition(":")[2] if made else ""
    context = {"lines": queries.feeds_of(me), "made": made, "made_for": made_for, "webcal": webcal}
    response = render(request, "teams/feeds/calendar_feeds.html", context)
    response["Cache-Control"] = "no-store"  # a page with a secret must not stay in any store
    return response
