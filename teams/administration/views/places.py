"""What belongs to a person: pods, contracts, roles, skills. One small form each."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.htmx import back_to, say
from cxportal.core.http import found_or_404, guarded, verb
from cxportal.core.violations import Text
from teams import permissions
from teams.administration import forms
from teams.administration.views.forms import form_page
from teams.people import services
from teams.people.models import Contract, User
from teams.permissions import Found
from teams.pods import memberships
from teams.pods.models import Company, Membership, RoleGrant
from teams.skills import services as skills
from teams.skills.models import MemberSkill


def _page(person: User) -> str:
    return reverse("settings_person", kwargs={"pk": person.pk})


@guarded(permissions.any_person)
def join(request: HttpRequest, found: Found) -> HttpResponse:
    """Place somebody in a pod."""

    def act(values: dict[str, Any]) -> Text:
        made = memberships.join_pod(by=found.by, member=found.person, **values)
        return _("%(name)s belongs to %(pod)s.") % {"name": found.person, "pod": made.pod}

    form = forms.MembershipForm(request.POST or None)
    words: dict[str, Any] = {"title": _("Add to a pod"), "submit": _("Add"), "context": {"sub": found.person}}
    return form_page(request, form, act, back=_page(found.person), **words)


@guarded(permissions.any_person)
def move(request: HttpRequest, found: Found) -> HttpResponse:
    """Another home pod from a day on."""

    def act(values: dict[str, Any]) -> Text:
        made = memberships.move_to_pod(by=found.by, member=found.person, **values)
        return _("%(name)s is at home in %(pod)s from %(day)s.") % {
            "name": found.person,
            "pod": made.pod,
            "day": date_format(values["first"], "j M Y"),
        }

    intro = _("The present membership ends the day before; shifts that were claimed there stay with the person.")
    words: dict[str, Any] = {
        "title": _("Move to another pod"),
        "submit": _("Move"),
        "context": {"sub": found.person, "intro": intro},
    }
    return form_page(request, forms.MoveForm(request.POST or None), act, back=_page(found.person), **words)


@guarded(permissions.any_person)
def membership(request: HttpRequest, found: Found, row: int) -> HttpResponse:
    """Change or end one membership."""
    held = found_or_404(Membership.objects.select_related("pod", "member").filter(member=found.person, pk=row).first())
    last = held.period.upper - periods.DAY if held.period.upper else None

    def act(values: dict[str, Any]) -> Text:
        until = values.pop("last")
        with transaction.atomic():  # refused as one
            memberships.change_membership(by=found.by, membership=held, **values)
            if until is not None and until != last:
                memberships.end_membership(by=found.by, membership=held, last=until)
        return _("The membership is saved.")

    initial = {"is_lead": held.is_lead, "sub_team": held.sub_team_id, "last": last}
    form = forms.EditMembershipForm(request.POST or None, initial=initial, membership=held)
    words: dict[str, Any] = {"title": str(held.pod), "submit": _("Save"), "context": {"sub": found.person}}
    return form_page(request, form, act, back=_page(found.person), **words)


@guarded(permissions.any_person)
def contract(request: HttpRequest, found: Found) -> HttpResponse:
    """A new contract; an open one ends the day before."""
    form = forms.ContractForm(request.POST or None, initial=_contract_defaults(found.person))

    def act(values: dict[str, Any]) -> Text:
        services.add_contract(
            by=found.by,
            member=found.person,
            first=values["first"],
            last=values["last"],
            weekday_minutes=form.weekday_minutes(),
            zone=values["zone"],
            region=values["region"],
            pay_cents=form.pay_cents(),
        )
        return _("The contract is added.")

    words: dict[str, Any] = {"title": _("New contract"), "submit": _("Add"), "context": {"sub": found.person}}
    template = "teams/administration/contract.html"
    return form_page(request, form, act, back=_page(found.person), template=template, **words)


def _contract_defaults(person: User) -> dict[str, Any]:
    """The last contract's conditions, else the company's zone."""
    last = Contract.objects.filter(member=person).order_by("-period").first()
    if last is None:
        company = Company.objects.filter(pk=1).first()
        return {"zone": company.zone if company else ""}
    hours = {f"day_{n}": minutes / 60 for n, minutes in enumerate(last.weekday_minutes)}
    pay = None if last.pay_cents is None else last.pay_cents / 100
    return {"zone": last.zone, "region": last.region, "pay": pay} | hours


@verb
@guarded(permissions.any_person)
def remove_contract(request: HttpRequest, found: Found, row: int) -> HttpResponse:
    """Remove a contract that was written by mistake."""
    held = Contract.objects.filter(member=found.person, pk=row).first()
    if held is not None:
        services.remove_contract(by=found.by, contract=held)
    say(request, _("The contract is removed; the history keeps it."))
    return back_to(request, _page(found.person))


@guarded(permissions.any_person)
def role(request: HttpRequest, found: Found) -> HttpResponse:
    """Give a role over the company or an area."""

    def act(values: dict[str, Any]) -> Text:
        made = memberships.grant_role(by=found.by, user=found.person, **values)
        return _("%(name)s is %(role)s.") % {"name": found.person, "role": made.get_role_display().lower()}

    form = forms.RoleForm(request.POST or None)
    words: dict[str, Any] = {"title": _("Give a role"), "submit": _("Give"), "context": {"sub": found.person}}
    return form_page(request, form, act, back=_page(found.person), **words)


@verb
@guarded(permissions.any_person)
def end_role(request: HttpRequest, found: Found, row: int) -> HttpResponse:
    """Take a role back from today on."""
    held = RoleGrant.objects.select_related("user").filter(user=found.person, pk=row).first()
    if held is not None:
        memberships.end_role(by=found.by, grant=held, last=periods.now().date() - periods.DAY)
    say(request, _("The role ended."))
    return back_to(request, _page(found.person))


@guarded(permissions.any_person)
def skill(request: HttpRequest, found: Found) -> HttpResponse:
    """Say at which level somebody holds a skill."""

    def act(values: dict[str, Any]) -> Text:
        skills.set_level(by=found.by, member=found.person, **values)
        return _("The skill is saved.")

    form = forms.SkillForm(request.POST or None)
    words: dict[str, Any] = {"title": _("Skill"), "submit": _("Save"), "context": {"sub": found.person}}
    return form_page(request, form, act, back=_page(found.person), **words)


@verb
@guarded(permissions.any_person)
def drop_skill(request: HttpRequest, found: Found, row: int) -> HttpResponse:
    """Somebody doesn't hold a skill."""
    held = MemberSkill.objects.filter(member=found.person, pk=row).first()
    if held is not None:
        skills.drop_skill(by=found.by, held=held)
    say(request, _("The skill is removed."))
    return back_to(request, _page(found.person))
