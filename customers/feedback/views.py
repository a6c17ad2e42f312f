"""The customer's page: no sign-in, no script, one answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from customers.feedback import limits, queries, services
from customers.feedback.forms import LONGEST, RECOMMEND, SATISFIED, AnswerForm
from customers.feedback.models import Survey
from cxportal.core import periods
from cxportal.core.http import public
from cxportal.core.violations import Gone
from teams.pods.channels import Channel
from teams.pods.models import Company

HOW: dict[str, Promise] = {
    Channel.PHONE: _("How was your call on %(day)s?"),
    Channel.CHAT: _("How was your chat on %(day)s?"),
    Channel.EMAIL: _("How was our answer to your email of %(day)s?"),
    Channel.SOCIAL: _("How was our answer to your message of %(day)s?"),
    Channel.WEB_FORM: _("How was our answer to your message of %(day)s?"),
    Channel.LETTER: _("How was our answer to your letter of %(day)s?"),
}
SATISFIED_WITH: dict[str, Promise] = {
    Channel.PHONE: _("How satisfied are you with this call?"),
    Channel.CHAT: _("How satisfied are you with this chat?"),
}
ASKED: Promise = _("How was your contact with us on %(day)s?")
SATISFIED_WITH_US: Promise = _("How satisfied are you with our answer?")


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, *, token: str) -> HttpResponse:
    """The form, the thanks after it, or why the link takes no answer. Reading changes nothing."""
    if seconds := limits.wait(limits.FORGED, request) or limits.wait(limits.POSTED, request):
        return _slow_down(request, seconds)
    try:
        found = queries.find(token)
    except Http404:
        limits.count(limits.FORGED, request)
        return render(request, "customers/feedback/survey_end.html", {"end": "unknown", "pod": None}, status=404)
    context = _context(found)
    if request.method != "POST":
        if end := _end(found):
            return render(request, "customers/feedback/survey_end.html", context | {"end": end}, status=410)
        return render(request, "customers/feedback/survey.html", context | {"form": AnswerForm()})
    limits.count(limits.POSTED, request)
    return _take(request, token, context)


def _take(request: HttpRequest, token: str, context: dict[str, Any]) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return render(request, "customers/feedback/survey.html", context | {"form": form}, status=422)
    try:
        response = services.answer(by=None, token=token, given=form.answer())
    except Gone:
        context = _context(found := queries.find(token))
        return render(request, "customers/feedback/survey_end.html", context | {"end": _end(found)}, status=410)
    return render(request, "customers/feedback/survey_thanks.html", context | {"response": response})


def _end(found: Survey) -> str:
    """Why the link takes no answer: ``used``, ``expired`` or nothing."""
    if found.answered_at is not None:
        return "used"
    return "expired" if found.expires_at <= periods.now() else ""


def _slow_down(request: HttpRequest, seconds: int) -> HttpResponse:
    response = render(request, "customers/feedback/survey_end.html", {"end": "slow", "pod": None}, status=429)
    response["Retry-After"] = str(seconds)
    return response


def _context(found: Survey) -> dict[str, Any]:
    """The words of this contact: who, when and over which channel, in the pod's zone."""
    contact = found.contact
    zone = contact.home_pod.tzinfo
    closed = (contact.closed_at or contact.arrived_at).astimezone(zone).date()
    lately = periods.local_date(periods.now(), zone) - closed < dt.timedelta(days=6)
    return {
        "survey": found,
        "company": Company.objects.first(),
        "pod": contact.home_pod,
        "closed": closed,
        "question": HOW.get(contact.channel, ASKED) % {"day": date_format(closed, "l" if lately else "j F")},
        "satisfied_with": SATISFIED_WITH.get(contact.channel, SATISFIED_WITH_US),
        "spoke": contact.channel in SATISFIED_WITH,
        "first_name": contact.person.first_name if contact.person else "",
        "answered_at": found.answered_at and found.answered_at.astimezone(zone),
        "recommend_scale": RECOMMEND,
        "satisfied_scale": SATISFIED,
        "longest": LONGEST,
    }
