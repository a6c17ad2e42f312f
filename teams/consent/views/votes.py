"""Proposing a change, reading a proposal, and answering it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.htmx import back_to, render, say, target_name, wants_fragment
from cxportal.core.http import guarded, verb
from cxportal.core.violations import Invalid, Refused
from teams import permissions
from teams.consent import queries, services
from teams.consent.forms import AnswerForm, ProposeForm
from teams.consent.models import Proposal
from teams.consent.trial import Trial, tried
from teams.consent.views import agreement as page
from teams.people.models import User
from teams.permissions import FoundProposal
from teams.pods.agreement import limits_of, values_at
from teams.pods.models import Pod

TEMPLATE, FORM = "teams/consent/proposal.html", "teams/consent/propose.html"
State, Choice = Proposal.State, queries.Choice


@guarded(permissions.home_pod)
def propose(request: HttpRequest, pod: Pod) -> HttpResponse:
    """Other values of the agreement: tried out as they are typed, then put to the vote."""
    assert isinstance(request.user, User)
    earlier = _amended(pod, request.POST.get("amends") or request.GET.get("amends", ""))
    form = _form(request, pod, earlier)
    trying = "try" in request.POST
    if request.method != "POST" or not form.is_valid():
        return _asked(request, pod, form, earlier, Trial(), status=422 if form.is_bound and not trying else 200)
    if trying:
        return _asked(request, pod, form, earlier, tried(pod, form.values(), periods.now()))
    data = form.cleaned_data
    try:
        row = services.propose(
            by=request.user, pod=pod, values=form.values(), title=data["title"], reason=data["reason"],
            effective_from=form.since(), amends=earlier.number if earlier else None,
        )  # fmt: skip
    except Refused as refused:
        return _asked(request, pod, form, earlier, Trial(violations=refused.violations), status=409)
    except Invalid as invalid:
        return _asked(request, pod, form, earlier, Trial(errors=invalid.fields), status=422)
    say(request, _opened(row))
    return back_to(request, reverse("agreement", kwargs={"slug": pod.slug}))


def _opened(row: Proposal) -> str:
    if row.state == State.ADOPTED:
        return _("Adopted: you are the only one at home, so everybody has answered.")
    return _("The vote is open. The others are told; your consent is counted.")


def _amended(pod: Pod, number: str) -> Proposal | None:
    rows = Proposal.objects.filter(pod=pod, kind=Proposal.Kind.CHANGE)
    readable = number.isdecimal() and len(number) < 10
    return rows.prefetch_related("values").filter(number=int(number)).first() if readable else None


def _form(request: HttpRequest, pod: Pod, earlier: Proposal | None) -> ProposeForm:
    wanted = {value.key: value.value for value in earlier.values.all()} if earlier else {}
    given = [request.POST] if request.method == "POST" else []
    form = ProposeForm(
        *given,
        pod=pod,
        agreed=values_at(pod, periods.now()),
        limits=limits_of(pod.country),
        wanted=wanted,
        alone=request.GET.get("bound", ""),
    )
    if earlier:
        form.initial.update(title=earlier.title, reason=earlier.reason)
    return form


def _asked(
    request: HttpRequest, pod: Pod, form: ProposeForm, earlier: Proposal | None, trial: Trial, *, status: int = 200
) -> HttpResponse:
    context = {"pod": pod, "form": form, "earlier": earlier, "trial": trial, "asked": form.is_bound}
    context |= {"opened": form.opened(), "refused": bool(trial.violations or trial.errors)}
    return render(request, FORM, context, status=status, oob=("opening",))


@guarded(permissions.agreement_proposal)
def proposal(request: HttpRequest, found: FoundProposal) -> HttpResponse:
    """One proposal: what it would change, who answered what, what came of it."""
    return show(request, found)


def show(request: HttpRequest, found: FoundProposal, *, status: int = 200, **more: Any) -> HttpResponse:
    """The proposal, decided first when its time has come; ``more`` are words to an answer that was not taken."""
    if services.is_due(found.pod, periods.now()):
        services.close_due(by=None, pod=found.pod)
    (card,) = queries.cards(found.pod, found.by, Proposal.objects.filter(pk=found.proposal.pk))
    context = {"pod": found.pod, "card": card, "at_home": permissions.is_home(found.by, found.pod), **more}
    return render(request, TEMPLATE, context, status=status)


@verb
@guarded(permissions.own_proposal)
def vote(request: HttpRequest, found: FoundProposal) -> HttpResponse:
    """Consent, stand aside, or object with a reason; another answer replaces it until the closing."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise Invalid({"": _("The answer could not be read.")})
    choice, reason = form.cleaned_data["choice"], form.cleaned_data["reason"]
    try:
        row = services.vote(by=found.by, proposal=found.proposal.pk, choice=choice, reason=reason)
    except Invalid as invalid:
        return _again(request, found, status=422, missing=invalid.fields.get("reason"))
    except Refused as refused:
        return _again(request, found, status=409, refused=refused.violations)
    say(request, _answered(row, choice))
    return _after(request, found)


def _answered(row: Proposal, choice: str) -> str:
    if row.state == State.ADOPTED:
        return _("Adopted: everybody has answered.") + " " + _since(row)
    if row.state == State.LAPSED:
        return _("Everybody has answered, and too few consented. Nothing changes.")
    if row.state == State.OBJECTED:
        return _("Your objection ends the vote. The text can be amended and opens anew.")
    return {
        Choice.CONSENT: _("You consented. You can change your answer until the vote ends."),
        Choice.ASIDE: _("You stand aside. You can change your answer until the vote ends."),
    }[Choice(choice)]


def _since(row: Proposal) -> str:
    return _("Version %(n)s is the next.") % {"n": row.version.number} if row.version else ""


@verb
@guarded(permissions.own_proposal)
def withdraw(request: HttpRequest, found: FoundProposal) -> HttpResponse:
    """Take an own proposal back."""
    services.withdraw(by=found.by, proposal=found.proposal.pk)
    say(request, _("The proposal is withdrawn; nothing changes."))
    return _after(request, found)


def _again(request: HttpRequest, found: FoundProposal, *, status: int, **more: Any) -> HttpResponse:
    """The same card with the words to an answer that was not taken."""
    if wants_fragment(request) and target_name(request) == "votes":
        return page.show(request, found.pod, found.by, status=status, number=found.proposal.number, **more)
    return show(request, found, status=status, number=found.proposal.number, **more)


def _after(request: HttpRequest, found: FoundProposal) -> HttpResponse:
    """The part of the page that asked, or the page of the proposal."""
    if not wants_fragment(request):
        return back_to(request, reverse("proposal", kwargs={"slug": found.pod.slug, "number": found.proposal.number}))
    return page.show(request, found.pod, found.by) if target_name(request) == "votes" else show(request, found)
