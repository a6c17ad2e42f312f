"""Exceptions for one case: a member asks the pod, who leads it lifts a bound in an emergency."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import guarded, verb
from cxportal.core.violations import Invalid, Refused, Violation
from teams import permissions
from teams.consent.forms import AskForm
from teams.people.models import User
from teams.permissions import FoundPod
from teams.scheduling import lifted, services, words
from teams.scheduling.forms import OverrideForm
from teams.scheduling.models import Shift
from teams.scheduling.services import waivers

ASK, OVERRIDE = "teams/scheduling/ask.html", "teams/scheduling/override.html"


@guarded(permissions.member_shift)
def ask(request: HttpRequest, found: Shift) -> HttpResponse:
    """What stands against a claim or a give-back, and the question to the pod whether it may be done this once."""
    assert isinstance(request.user, User)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.ask(by=request.user, shift=found.pk, reason=form.cleaned_data["reason"])
        except Refused as refused:
            return _ask_page(request, found, form, refused.violations, status=409)
        say(request, _("The pod is asked; you are told what comes of it.") + " " + _meanwhile(found, request.user))
        return back_to(request, reverse("proposal", kwargs={"slug": found.pod.slug, "number": row.number}))
    return _ask_page(request, found, form, (), status=422 if form.errors else 200)


def _meanwhile(found: Shift, user: User) -> str:
    if waivers.sits(found, user):
        return _("The shift stays yours meanwhile.")
    return _("The seat is not kept for you meanwhile.")


def _ask_page(
    request: HttpRequest, found: Shift, form: AskForm, refused: tuple[Violation, ...], *, status: int
) -> HttpResponse:
    assert isinstance(request.user, User)
    told: list[Violation] = []
    stands, grants = list(refused), waivers.Grants()
    try:
        grants, told = waivers.wanted(found, request.user, periods.now())
        waivers.must_be_worth_asking(found, request.user, grants)
        stands = stands or waivers.outside(found.pod, grants)
    except Refused as refusal:
        stands = stands or list(refusal.violations)
    context = {
        "shift": found,
        "pod": found.pod,
        "label": words.moments(found.span, found.pod.tzinfo),
        "own": waivers.sits(found, request.user),
        "form": form,
        "told": told,
        "stands": stands,
        "lines": lifted.grants_words(grants),
    }
    return render(request, ASK, context, status=status)


@guarded(permissions.leading_pod)
def override(request: HttpRequest, found: FoundPod) -> HttpResponse:
    """Lift what stands against one person's claim of one shift; everybody in the pod is told."""
    form = OverrideForm(request.POST or None, pod=found.pod, now=periods.now(), chosen=request.GET.get("shift", ""))
    refused: tuple[Violation, ...] = ()
    status = 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = services.override(by=found.by, shift=data["shift"].pk, member=data["member"], reason=data["reason"])
        except Refused as refusal:
            refused, status = refusal.violations, 409
        except Invalid as invalid:
            form.add_error("reason", invalid.fields.get("reason") or str(invalid))
        else:
            say(request, _("%(name)s can claim it now; everybody in the pod is told.") % {"name": made.member.name})
            return back_to(request, reverse("agreement", kwargs={"slug": found.pod.slug}))
    context = {"pod": found.pod, "form": form, "refused": refused}
    return render(request, OVERRIDE, context, status=422 if form.errors else status)


@verb
@guarded(permissions.leading_pod)
def end_override(request: HttpRequest, found: FoundPod, *, waiver: int) -> HttpResponse:
    """Take back an override that nobody has used."""
    services.take_back(by=found.by, waiver=waiver)
    say(request, _("The override is taken back; the agreement holds for that shift again."))
    return back_to(request, reverse("agreement", kwargs={"slug": found.pod.slug}))
