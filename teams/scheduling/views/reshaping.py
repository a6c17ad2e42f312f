"""A shift in another shape: split at a time, or with other activities inside."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from cxportal.core.htmx import render, say
from cxportal.core.http import guarded, verb
from cxportal.core.violations import Refused
from teams import permissions
from teams.people.models import User
from teams.scheduling import services, words
from teams.scheduling.activity_forms import PartsForm, SplitForm
from teams.scheduling.models import Shift
from teams.scheduling.views.answers import after_act
from teams.scheduling.views.shifts import changed, show
from teams.staffing.services import standard_activities


@verb
@guarded(permissions.member_shift)
def split(request: HttpRequest, found: Shift) -> HttpResponseBase:
    """Cut a shift in two at a time of day."""
    assert isinstance(request.user, User)
    form = SplitForm(request.POST)
    if not form.is_valid():
        return show(request, found, status=422, cut=form)
    try:
        first, second = services.split_shift(by=request.user, shift=found.pk, instant=form.instant(found))
    except Refused as refused:
        return show(request, found, status=409, refused=refused, cut=form)
    zone = found.pod.tzinfo
    halves = {"first": words.span(first.span, zone), "second": words.span(second.span, zone)}
    say(
        request,
        _("Split into %(first)s and %(second)s. Who sits on it is told.") % halves,
        undo=changed(request, found),
    )
    return after_act(request, found.pod, found.day)


@guarded(permissions.member_shift)
def activities(request: HttpRequest, found: Shift) -> HttpResponseBase:
    """What is done inside a shift, by the half hour."""
    assert isinstance(request.user, User)
    standard_activities()
    form = PartsForm(request.POST or None, shift=found)
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            services.change_parts(by=request.user, shift=found.pk, parts=form.parts())
        except Refused as error:
            refused = error
        else:
            say(request, _("Changed. Who sits on it is told."), undo=changed(request, found))
            return after_act(request, found.pod, found.day)
    return _page(request, found, form, refused)


def _page(request: HttpRequest, found: Shift, form: PartsForm, refused: Refused | None) -> HttpResponseBase:
    parts = form.cleaned_data.get("parts", ()) if form.is_bound else form.stored
    context = {
        "form": form,
        "pod": found.pod,
        "shift": found,
        "title": words.day_span(found.span, found.pod.tzinfo),
        "bar": form.bar(form.first.time(), parts),
        "length": -(-form.wall_minutes // 15),
        "palette": form.palette(),
        "refused": refused.violations if refused else (),
        "names": sorted(found.assignments.values_list("member__name", flat=True)),
    }
    status = 409 if refused else 422 if form.errors else 200
    return render(request, "teams/scheduling/shift_activities.html", context, status=status)
