"""Agreements between two pods: the list, one of them, writing a version, and one POST for each act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from customers import permissions
from customers.permissions import Side
from customers.routing import agreements, queries
from customers.routing.agreement_forms import SeenForm, TermsForm
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import guarded, verb
from cxportal.core.violations import Invalid, Refused, Text, Violation
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import standing

EDITOR = "customers/routing/overflow_terms.html"


@guarded(permissions.agreements_of)
def overflow_agreements(request: HttpRequest, pod: Pod) -> HttpResponse:
    """All agreements of a pod, in both directions."""
    acts = pod.pk in standing(request.user).member_of
    context = {"pod": pod, "rows": queries.agreement_rows(pod), "acts": acts}
    return render(request, "customers/routing/overflow_agreements.html", context)


@guarded(permissions.agreement_of)
def overflow_agreement(request: HttpRequest, side: Side) -> HttpResponse:
    """One agreement, from the side of a pod."""
    page = queries.agreement_page(side.agreement, side.pod)
    return render(
        request, "customers/routing/overflow_agreement.html", {"page": page, "pod": side.pod, "acts": side.acts}
    )


@guarded(permissions.works_in)
def new_overflow_agreement(request: HttpRequest, pod: Pod) -> HttpResponse:
    """Ask another pod for help: write version 1."""
    form = TermsForm(request.POST or None, home=pod, new=True)
    return _write(request, form, pod)


@guarded(permissions.agreement_act)
def change_overflow_agreement(request: HttpRequest, side: Side) -> HttpResponse:
    """Write the next version; what is in force holds until both have signed."""
    form = TermsForm(request.POST or None, home=side.agreement.home, agreement=side.agreement)
    return _write(request, form, side.pod, side=side)


def _write(request: HttpRequest, form: TermsForm, pod: Pod, *, side: Side | None = None) -> HttpResponse:
    assert isinstance(request.user, User)
    agreement_id = side.agreement.pk if side else None
    status, violations = 200, list[Violation]()
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = agreements.propose(by=request.user, pod=pod, agreement_id=agreement_id, **form.proposal())
            except Refused as refusal:
                status, violations = 409, form.refuse(refusal.violations)
            except Invalid as refusal:
                form.add_error(None, str(refusal))
            else:
                say(request, _("Version %(n)s is signed by your pod and waits for the other.") % {"n": made.number})
                return back_to(request, reverse("overflow_agreement", args=[pod.slug, made.agreement_id]))
    context = {"pod": pod, "form": form, "violations": violations, "agreement_id": agreement_id, "side": side}
    return render(request, EDITOR, context, status=status)


def _done(request: HttpRequest, side: Side, words: Text, *, undo: str = "") -> HttpResponse:
    say(request, words, undo=undo)
    return back_to(request, reverse("overflow_agreement", args=[side.pod.slug, side.agreement.pk]))


def _act(request: HttpRequest, side: Side, act: Callable[..., Any], words: Text) -> HttpResponse:
    act(by=side.user, pod=side.pod, agreement_id=side.agreement.pk)
    return _done(request, side, words)


@verb
@guarded(permissions.agreement_act)
def sign(request: HttpRequest, side: Side) -> HttpResponse:
    """Say yes for the pod to the version that was read."""
    form = SeenForm(request.POST)
    if not form.is_valid():
        raise Invalid({"seen_version": _("Open the agreement and sign from its page.")})
    seen = form.cleaned_data["seen_version"]
    version = agreements.sign(by=side.user, pod=side.pod, agreement_id=side.agreement.pk, seen_version=seen)
    undo = reverse("overflow_take_back", args=[side.pod.slug, side.agreement.pk])
    words = _("Signed for %(pod)s; version %(n)s is in force.") % {"pod": side.pod.name, "n": version.number}
    return _done(request, side, words, undo=undo)


@verb
@guarded(permissions.agreement_act)
def take_back(request: HttpRequest, side: Side) -> HttpResponse:
    """Take back the own signature of the last ten minutes."""
    return _act(request, side, agreements.take_back, _("The signature is taken back; the version waits again."))


@verb
@guarded(permissions.agreement_act)
def withdraw(request: HttpRequest, side: Side) -> HttpResponse:
    """Take the waiting version back, or decline it."""
    return _act(request, side, agreements.withdraw, _("The waiting version is withdrawn."))


@verb
@guarded(permissions.agreement_act)
def pause(request: HttpRequest, side: Side) -> HttpResponse:
    """Pause at once."""
    return _act(request, side, agreements.pause, _("Paused. Contacts in work finish, offers went home."))


@verb
@guarded(permissions.agreement_act)
def resume(request: HttpRequest, side: Side) -> HttpResponse:
    """Let it run again."""
    return _act(request, side, agreements.resume, _("It runs again."))


@verb
@guarded(permissions.agreement_act)
def finish(request: HttpRequest, side: Side) -> HttpResponse:
    """End it for good."""
    return _act(request, side, agreements.finish, _("The agreement has ended."))
