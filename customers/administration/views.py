"""Administrators' pages: regions, segments, reasons in two levels, ownership rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Count, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from customers.administration.forms import CauseForm, HandOverForm, NameForm, RuleForm
from customers.administration.queries import rulebook_page, scope_words
from customers.causes import services as causes
from customers.causes.models import Reason, ReasonGroup
from customers.directory import divisions, rulebook
from customers.directory.findings import preview
from customers.directory.models import OwnershipRule, Region, Segment
from cxportal.core.attempts import attempt
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import found_or_404, guarded, verb
from cxportal.core.violations import Text
from teams import permissions
from teams.people.models import User
from teams.pods.models import Pod


@dataclass(frozen=True)
class Division:
    """Regions or segments: their words and their rows."""

    key: str
    model: type[Region] | type[Segment]
    title: Text
    about: Text
    add_words: Text


DIVISIONS = {
    "regions": Division(
        "regions",
        Region,
        gettext_lazy("Regions"),
        gettext_lazy("Parts of the market by place. Ownership rules name them."),
        gettext_lazy("Add region"),
    ),
    "segments": Division(
        "segments",
        Segment,
        gettext_lazy("Segments"),
        gettext_lazy("Parts of the market by kind: consumers, businesses. Ownership rules name them."),
        gettext_lazy("Add segment"),
    ),
}


def _form(
    request: HttpRequest, form: forms.Form, act: Callable[[dict[str, Any]], Text], context: dict[str, Any]
) -> HttpResponse:
    """Show a form; on a POST do it, say so and go back."""
    status = 200
    if request.method == "POST":
        said, status = attempt(form, act)
        if said is not None:
            say(request, said)
            return back_to(request, context["back"])
    return render(request, context["template"], context | {"form": form}, status=status)


FORM = "customers/administration/form.html"


@guarded(permissions.administrator)
def division_list(request: HttpRequest, by: User, kind: str) -> HttpResponse:
    """Regions or segments, with a form for one more at the foot."""
    division = DIVISIONS[kind]

    def add(values: dict[str, Any]) -> Text:
        made: Any = divisions.add(by=by, kind=division.model, name=values["name"])  # type: ignore[type-var]
        return _("%(name)s is added.") % {"name": made}

    manager: Any = division.model._default_manager
    context = {
        "division": division,
        "rows": manager.annotate(used=Count("customer")),
        "back": reverse(f"settings_{kind}"),
        "template": "customers/administration/divisions.html",
    }
    return _form(request, NameForm(request.POST or None), add, context)


@guarded(permissions.administrator)
def division_one(request: HttpRequest, by: User, kind: str, pk: int) -> HttpResponse:
    """Rename one."""
    division = DIVISIONS[kind]
    manager: Any = division.model._default_manager
    thing = found_or_404(manager.filter(pk=pk).first())

    def rename(values: dict[str, Any]) -> Text:
        divisions.rename(by=by, thing=thing, name=values["name"])
        return _("The name is saved.")

    context = {"title": str(thing), "submit": _("Save"), "back": reverse(f"settings_{kind}"), "template": FORM}
    return _form(request, NameForm(request.POST or None, initial={"name": thing.name}), rename, context)


@verb
@guarded(permissions.administrator)
def division_remove(request: HttpRequest, by: User, kind: str, pk: int) -> HttpResponse:
    """Remove one that nothing names."""
    manager: Any = DIVISIONS[kind].model._default_manager
    thing = manager.filter(pk=pk).first()
    if thing is not None:
        divisions.remove(by=by, thing=thing)
        say(request, _("%(name)s is removed.") % {"name": thing})
    return back_to(request, reverse(f"settings_{kind}"))


@guarded(permissions.administrator)
def reasons(request: HttpRequest, by: User) -> HttpResponse:
    """Reasons in two levels, with a form for one more."""

    def add(values: dict[str, Any]) -> Text:
        if values["group"] is None:
            made: Any = causes.add_group(by=by, name=values["name"], owner=values["owner"])
        else:
            made = causes.add_reason(by=by, group=values["group"], name=values["name"], owner=values["owner"])
        return _("%(name)s is added.") % {"name": made}

    inner = Prefetch("reasons", Reason.objects.select_related("owner"))
    context = {
        "groups": ReasonGroup.objects.select_related("owner").prefetch_related(inner),
        "back": reverse("settings_reasons"),
        "template": "customers/administration/reasons.html",
    }
    return _form(request, CauseForm(request.POST or None), add, context)


def _cause(level: str, pk: int) -> Any:
    model: Any = {"group": ReasonGroup, "reason": Reason}.get(level)
    if model is None:
        raise Http404
    return found_or_404(model.objects.filter(pk=pk).first())


@guarded(permissions.administrator)
def cause(request: HttpRequest, by: User, level: str, pk: int) -> HttpResponse:
    """Rename a group or a reason, and say whose product causes it."""
    thing = _cause(level, pk)

    def change(values: dict[str, Any]) -> Text:
        causes.change(by=by, thing=thing, name=values["name"], owner=values["owner"])
        return _("It is saved.")

    form = CauseForm(request.POST or None, initial={"name": thing.name, "owner": thing.owner_id}, known=True)
    context = {"title": thing.name, "submit": _("Save"), "back": reverse("settings_reasons"), "template": FORM}
    return _form(request, form, change, context)


@verb
@guarded(permissions.administrator)
def cause_retire(request: HttpRequest, by: User, level: str, pk: int) -> HttpResponse:
    """Offer it no longer, or again; the toast takes it back."""
    thing = _cause(level, pk)
    back = thing.retired_at is not None
    causes.retire(by=by, thing=thing, back=back)
    words = _("%(name)s is offered again.") if back else _("%(name)s is retired; it stays on its contacts.")
    say(request, words % {"name": thing.name}, undo=request.path)
    return back_to(request, reverse("settings_reasons"))


@verb
@guarded(permissions.administrator)
def cause_remove(request: HttpRequest, by: User, level: str, pk: int) -> HttpResponse:
    """Delete one that was never used."""
    thing = _cause(level, pk)
    causes.remove(by=by, thing=thing)
    say(request, _("%(name)s is removed.") % {"name": thing.name})
    return back_to(request, reverse("settings_reasons"))


@guarded(permissions.administrator)
def ownership(request: HttpRequest, _by: User) -> HttpResponse:
    """The rules by precedence, what is found wrong with them, and how many customers each owns."""
    return render(request, "customers/administration/ownership.html", {"book": rulebook_page()})


@guarded(permissions.administrator)
def new_rule(request: HttpRequest, by: User) -> HttpResponse:
    """A draft of a rule; the next page shows who would move."""
    for_pod = Pod.objects.filter(slug=request.GET.get("pod", ""), closed_at=None).first()
    form = RuleForm(request.POST or None, initial={"pod": for_pod})
    status = 200
    if request.method == "POST":
        made, status = attempt(form, lambda _values: rulebook.add_rule(by=by, **form.values()))
        if made is not None:
            return back_to(request, reverse("settings_rule", kwargs={"pk": made.pk}))
    back = reverse("settings_ownership")
    intro = _("Say whose customers they are: everybody in a region, in a segment, in both, or one by number.")
    context = {"form": form, "title": _("New rule"), "submit": _("Look at the effect"), "back": back, "intro": intro}
    return render(request, FORM, context, status=status)


def _rule(pk: int) -> OwnershipRule:
    rows = OwnershipRule.objects.select_related("pod", "region", "segment", "customer")
    return found_or_404(rows.filter(pk=pk).first())


@guarded(permissions.administrator)
def rule(request: HttpRequest, _by: User, pk: int) -> HttpResponse:
    """A draft with its effect before it is activated; an active rule with what can be done."""
    found = _rule(pk)
    context: dict[str, Any] = {"rule": found, "words": scope_words(found)}
    if found.state == OwnershipRule.State.DRAFT:
        context["preview"] = preview(found)
        context["drafted"] = True
        # Its opening lets the draft decide; before that nobody can.
        context["waits"] = found.pod.opens_at is None
    else:
        context["form"] = HandOverForm()
    return render(request, "customers/administration/rule.html", context)


@verb
@guarded(permissions.administrator)
def activate_rule(request: HttpRequest, by: User, pk: int) -> HttpResponse:
    """Let a draft decide."""
    moved = rulebook.activate_rule(by=by, rule=_rule(pk))
    words = ngettext("The rule decides. %(n)s customer moves.", "The rule decides. %(n)s customers move.", moved)
    say(request, words % {"n": moved})
    return back_to(request, reverse("settings_ownership"))


@verb
@guarded(permissions.administrator)
def drop_rule(request: HttpRequest, by: User, pk: int) -> HttpResponse:
    """Delete a draft."""
    rulebook.drop_draft(by=by, rule=_rule(pk))
    say(request, _("The draft is gone; nothing had changed."))
    return back_to(request, reverse("settings_ownership"))


@verb
@guarded(permissions.administrator)
def end_rule(request: HttpRequest, by: User, pk: int) -> HttpResponse:
    """End an active rule now; its customers go by the next that fits."""
    moved = rulebook.end_rule(by=by, rule=_rule(pk))
    words = ngettext("The rule has ended. %(n)s customer moves.", "The rule has ended. %(n)s customers move.", moved)
    say(request, words % {"n": moved})
    return back_to(request, reverse("settings_ownership"))


@verb
@guarded(permissions.administrator)
def hand_over_rule(request: HttpRequest, by: User, pk: int) -> HttpResponse:
    """Give a rule's customers to another pod from an instant on."""
    found = _rule(pk)
    form = HandOverForm(request.POST)
    heir, status = attempt(
        form,
        lambda values: rulebook.replace_rule(by=by, rule=found, pod=values["pod"], at=form.instant()),
    )
    if heir is None:
        context = {"rule": found, "words": scope_words(found), "form": form}
        return render(request, "customers/administration/rule.html", context, status=status)
    say(request, _("%(pod)s owns them from then on.") % {"pod": heir.pod})
    return back_to(request, reverse("settings_ownership"))
