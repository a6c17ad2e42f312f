"""What administrators keep of leave: kinds, half holidays, files; and of a person: what is due, lines, leave."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import found_or_404, guarded, verb
from cxportal.core.lists import of_kinds
from cxportal.core.periods import each_day
from cxportal.core.violations import Text
from teams import permissions
from teams.administration.forms_leave import (
    CorrectionForm,
    EntitlementForm,
    HalfHolidayForm,
    KindForm,
    TimeForm,
    WriteLeaveForm,
)
from teams.administration.views.forms import form_page
from teams.leave import accounts, queries, services
from teams.leave.hours import time_account
from teams.leave.models import Entitlement, HalfHoliday, LeaveKind, SchoolHoliday
from teams.leave.reading import calendar_of
from teams.leave.rules import Asked
from teams.leave.services import settings
from teams.people.models import User

LIST = "teams/administration/leave.html"


@guarded(permissions.administrator)
def leave(request: HttpRequest, _by: User) -> HttpResponse:
    """Kinds of leave, half holidays, and the lists that come as files."""
    context = {
        "kinds": LeaveKind.objects.all(),
        "halves": HalfHoliday.objects.all(),
        "schools": SchoolHoliday.objects.count(),
        "files": of_kinds("school_holidays", "opening_balances"),
    }
    return render(request, LIST, context)


@verb
@guarded(permissions.administrator)
def usual(request: HttpRequest, _by: User) -> HttpResponse:
    """Begin with the usual kinds."""
    settings.standard_kinds()
    say(request, _("The usual kinds are there. Change what differs in your company."))
    return back_to(request, reverse("settings_leave"))


@guarded(permissions.administrator)
def new_kind(request: HttpRequest, by: User) -> HttpResponse:
    """One more kind of leave."""

    def keep(values: dict[str, Any]) -> Text:
        return _("%(kind)s is added.") % {"kind": settings.add_kind(by=by, **values)}

    form = KindForm(request.POST or None)
    return form_page(request, form, keep, back=reverse("settings_leave"), title=_("New kind of leave"), submit=_("Add"))


@guarded(permissions.administrator)
def kind(request: HttpRequest, by: User, pk: int) -> HttpResponse:
    """Change a kind of leave."""
    found = found_or_404(LeaveKind.objects.filter(pk=pk).first())
    title = str(found)

    def keep(values: dict[str, Any]) -> Text:
        settings.change_kind(by=by, kind=found, **values)
        return _("The kind is kept. What was granted stays.")

    form = KindForm(request.POST or None, instance=LeaveKind.objects.get(pk=pk))
    return form_page(request, form, keep, back=reverse("settings_leave"), title=title, submit=_("Keep"))


@verb
@guarded(permissions.administrator)
def retire_kind(request: HttpRequest, by: User, pk: int) -> HttpResponse:
    """Offer a kind no more; with ``back`` again."""
    found = found_or_404(LeaveKind.objects.filter(pk=pk).first())
    back = found.retired_at is not None
    settings.retire_kind(by=by, kind=found, back=back)
    said = _("%(kind)s is offered again.") if back else _("%(kind)s is not offered any more.")
    say(request, said % {"kind": found}, undo=reverse("settings_retire_kind", kwargs={"pk": pk}))
    return back_to(request, reverse("settings_leave"))


@guarded(permissions.administrator)
def half_holiday(request: HttpRequest, by: User) -> HttpResponse:
    """One more half holiday."""

    def keep(values: dict[str, Any]) -> Text:
        return _("%(day)s is half a holiday.") % {"day": settings.set_half_holiday(by=by, **values)}

    form = HalfHolidayForm(request.POST or None)
    return form_page(request, form, keep, back=reverse("settings_leave"), title=_("Half a holiday"), submit=_("Add"))


@verb
@guarded(permissions.administrator)
def remove_half_holiday(request: HttpRequest, by: User, pk: int) -> HttpResponse:
    """Make half a holiday a working day again."""
    gone = settings.remove_half_holiday(by=by, pk=pk)
    if gone is not None:
        say(request, _("%(day)s is a whole working day again.") % {"day": gone})
    return back_to(request, reverse("settings_leave"))


@guarded(permissions.any_person)
def person(request: HttpRequest, found: permissions.Found) -> HttpResponse:
    """A person's accounts, leave and what they are due."""
    today = periods.now().date()
    usual_day = calendar_of(found.person).usual_day(today)
    kinds = LeaveKind.objects.filter(from_balance=True)
    shown = [
        accounts.account(found.person, each, year, usual_day) for each in kinds for year in (today.year, today.year + 1)
    ]
    context = {
        "subject": found.person,
        "accounts": [each for each in shown if each.lines],
        "runs": [
            (run, accounts.span_words(run.first, run.last))
            for year in (today.year, today.year + 1)
            for run in queries.own_leave(found.person, year, today)
        ],
        "entitlements": Entitlement.objects.filter(member=found.person).select_related("kind"),
        "time": time_account(found.person, today),
    }
    return render(request, "teams/administration/person_leave.html", context)


def _of(found: permissions.Found) -> str:
    return reverse("settings_person_leave", kwargs={"pk": found.person.pk})


@guarded(permissions.any_person)
def entitlement(request: HttpRequest, found: permissions.Found) -> HttpResponse:
    """What a person is due, where it differs."""

    def keep(values: dict[str, Any]) -> Text:
        settings.set_entitlement(by=found.by, member=found.person, **values)
        services.grant_year(by=found.by, member=found.person, kind=values["kind"], year=values["year"])
        return _("What %(name)s is due is kept, and booked for the year.") % {"name": found.person}

    form = EntitlementForm(request.POST or None)
    title = _("What %(name)s is due") % {"name": found.person}
    return form_page(request, form, keep, back=_of(found), title=title, submit=_("Keep"))


@guarded(permissions.any_person)
def correction(request: HttpRequest, found: permissions.Found) -> HttpResponse:
    """A line on a person's leave, with its reason."""

    def keep(values: dict[str, Any]) -> Text:
        services.correct(by=found.by, member=found.person, **values)
        return _("The line is booked; %(name)s reads the reason.") % {"name": found.person}

    form = CorrectionForm(request.POST or None)
    title = _("Correct the leave of %(name)s") % {"name": found.person}
    return form_page(request, form, keep, back=_of(found), title=title, submit=_("Book it"))


@guarded(permissions.any_person)
def time(request: HttpRequest, found: permissions.Found) -> HttpResponse:
    """A line on a person's time account, with its reason."""

    def keep(values: dict[str, Any]) -> Text:
        services.correct_time(by=found.by, member=found.person, **values)
        return _("The line is booked; %(name)s reads the reason.") % {"name": found.person}

    form = TimeForm(request.POST or None)
    title = _("Correct the time account of %(name)s") % {"name": found.person}
    return form_page(request, form, keep, back=_of(found), title=title, submit=_("Book it"))


@guarded(permissions.any_person)
def write(request: HttpRequest, found: permissions.Found) -> HttpResponse:
    """Write leave for a person, like parental leave."""

    def keep(values: dict[str, Any]) -> Text:
        asked = [Asked(day) for day in each_day(values["first"], values["last"])]
        services.request_leave(by=found.by, member=found.person, kind=values["kind"], asked=asked)
        return _("The leave is written; %(name)s is away.") % {"name": found.person}

    form = WriteLeaveForm(request.POST or None)
    title = _("Write leave of %(name)s") % {"name": found.person}
    return form_page(request, form, keep, back=_of(found), title=title, submit=_("Write it"))


@verb
@guarded(permissions.any_person)
def withdraw(request: HttpRequest, found: permissions.Found, row: int) -> HttpResponse:
    """Take a request of the person back."""
    services.withdraw(by=found.by, request=row)
    say(request, _("The leave is taken back."))
    return back_to(request, _of(found))
