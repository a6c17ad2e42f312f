"""One shift, and everything that a member can do with one."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.htmx import asked_from, back_to, render, say, wants_fragment
from cxportal.core.http import guarded, verb
from cxportal.core.periods import Period, week_label
from cxportal.core.violations import Invalid, Refused
from teams import permissions
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import services, words
from teams.scheduling.activity_forms import SplitForm
from teams.scheduling.forms import AddShiftForm, PartForm, TimesForm
from teams.scheduling.models import Act, GiveAway, Shift
from teams.scheduling.opening.forms import QuietForm
from teams.scheduling.opening.quiet_queries import after_undoing
from teams.scheduling.shift_page import read_shift
from teams.scheduling.views.answers import after_act
from teams.scheduling.views.week import monday_or_404
from teams.staffing.services import standard_activities

TEMPLATE = "teams/scheduling/shift.html"


@guarded(permissions.week_shift)
def shift(request: HttpRequest, found: Shift) -> HttpResponseBase:
    """A shift: a dialog over the week, or a page of its own."""
    return show(request, found)


def show(
    request: HttpRequest,
    found: Shift,
    *,
    status: int = 200,
    refused: Refused | None = None,
    part: Period | None = None,
    times: TimesForm | None = None,
    cut: SplitForm | None = None,
    quiet: QuietForm | None = None,
) -> HttpResponseBase:
    """The shift with the reasons of a refusal on top, when there was one."""
    assert isinstance(request.user, User)
    page = read_shift(found, request.user, at=periods.now(), period=part)
    if page is None:
        raise Http404
    context = {
        "page": page,
        "pod": found.pod,
        "refused": refused.violations if refused else (),
        "times": times or TimesForm(initial={"start": page.start, "end": page.end}),
        "cut": cut or SplitForm(),
        "quiet": quiet
        or QuietForm(initial={"falls_at": page.quiet_from and page.quiet_from.astimezone(found.pod.tzinfo)}),
    }
    response = render(request, TEMPLATE, context, status=status, partial="dialog" if wants_fragment(request) else None)
    if wants_fragment(request):
        response["HX-Retarget"], response["HX-Reswap"] = "#dialogs", "innerHTML"
    return response


@verb
@guarded(permissions.member_shift)
def claim(request: HttpRequest, found: Shift) -> HttpResponseBase:
    """Claim a shift, or the part that the form names."""
    assert isinstance(request.user, User)
    form = PartForm(request.POST)
    if not form.is_valid():
        raise Invalid({"": _("The part of the shift could not be read.")})
    part = form.part()
    try:
        done = services.claim(by=request.user, shift=found.pk, period=part, seen_version=form.cleaned_data["seen"])
    except Refused as refused:
        return _refused_claim(request, found, refused, part)
    said = words.day_span(done.assignment.span, found.tzinfo)
    if done.repeat:
        say(request, _("You have %(span)s already.") % {"span": said})
    else:
        text = _claimed(done, said)
        say(request, text, undo=_undo(found.pod, done.act))
    return after_act(request, found.pod, found.day)


def _claimed(done: services.Claimed, span: str) -> str:
    text = _("You claimed %(span)s.") % {"span": span}
    effect = done.effect
    if effect and effect.short_before and not effect.short_after:
        text += " " + _("The day is covered.")
    if done.changed and effect:
        text += " " + _("The agreement changed meanwhile; version %(version)s judged it.") % {"version": effect.version}
    return text


def _refused_claim(request: HttpRequest, found: Shift, refused: Refused, part: Period | None) -> HttpResponseBase:
    """A lost race brings the fresh week and a toast; a broken bound the dialog with what would work."""
    if refused.codes == {"seat_taken"} and wants_fragment(request):
        return _slower(request, found.pod, found.day, refused)
    return show(request, found, status=409, refused=refused, part=part)


def _slower(request: HttpRequest, pod: Pod, day: dt.date, refused: Refused) -> HttpResponseBase:
    """The fresh week, and a toast that names who was faster."""
    (violation,) = refused.violations
    say(request, f"{violation.message} {violation.way_out}".strip(), tone=messages.INFO)
    return after_act(request, pod, day, status=409)


def _undo(pod: Pod, act: Act | None) -> str:
    return reverse("undo_act", kwargs={"slug": pod.slug, "act": act.pk}) if act else ""


def changed(request: HttpRequest, found: Shift) -> str:
    """The address that undoes the person's last change of a shift."""
    assert isinstance(request.user, User)
    return _undo(found.pod, Act.objects.filter(member=request.user, shift=found, undone_at=None).first())


def _shown(request: HttpRequest, pod: Pod, assignment: int) -> Shift | None:
    """The shift on which the page showed an assignment: named by the page, else the one where it stands."""
    shifts, named = Shift.objects.select_related("pod", "week").filter(pod=pod, cancelled_at=None), _named(request)
    return shifts.filter(pk=named).first() if named else shifts.filter(assignments=assignment).first()


def _named(request: HttpRequest) -> int:
    """The number of the shift in a form; 0 without one."""
    text = request.POST.get("shift", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@verb
@guarded(permissions.member_pod)
def release(request: HttpRequest, pod: Pod, *, assignment: int) -> HttpResponseBase:
    """Give a shift back."""
    assert isinstance(request.user, User)
    found = _shown(request, pod, assignment)
    try:
        done = services.release(by=request.user, assignment=assignment, shift=found.pk if found else None)
    except Refused as refused:
        # Read anew: it may stand elsewhere by now.
        found = _shown(request, pod, assignment)
        if found is None:
            raise
        return show(request, found, status=409, refused=refused)
    act = done.act
    if act is None or act.period is None:
        raise Http404
    span = Period(act.period.lower, act.period.upper)
    say(request, _("You gave back %(span)s.") % {"span": words.day_span(span, pod.tzinfo)}, undo=_undo(pod, act))
    return after_act(request, pod, span.start.astimezone(pod.tzinfo).date())


@verb
@guarded(permissions.member_pod)
def undo(request: HttpRequest, pod: Pod, *, act: int) -> HttpResponseBase:
    """Undo an own act of the last ten minutes."""
    assert isinstance(request.user, User)
    done = services.undo(by=request.user, act=act)
    say(request, " ".join(filter(None, (_("Undone."), after_undoing(done)))))
    day = done.period.lower.astimezone(pod.tzinfo).date()
    if done.kind == Act.Kind.SERIES:
        return back_to(
            request, asked_from(request) or reverse("week", kwargs={"slug": pod.slug, "week": week_label(day)})
        )
    return after_act(request, pod, day)


@verb
@guarded(permissions.member_pod)
def offer(request: HttpRequest, pod: Pod, *, assignment: int) -> HttpResponseBase:
    """Offer an own shift to the others."""
    assert isinstance(request.user, User)
    found = _shown(request, pod, assignment)
    made = services.offer(by=request.user, assignment=assignment, shift=found.pk if found else None)
    say(request, _("Offered. It stays yours until somebody takes it."))
    return after_act(request, pod, made.shift.day)


@verb
@guarded(permissions.member_pod)
def take(request: HttpRequest, pod: Pod, *, give_away: int) -> HttpResponseBase:
    """Take over a shift on offer."""
    assert isinstance(request.user, User)
    row = _offer_of(pod, give_away)
    try:
        done = services.take(by=request.user, give_away=give_away)
    except Refused as refused:
        if refused.codes != {"seat_taken"} or not wants_fragment(request):
            raise
        return _slower(request, pod, row.shift.day, refused)
    said = words.day_span(done.assignment.span, pod.tzinfo)
    say(request, _("%(span)s is yours.") % {"span": said}, undo=_undo(pod, done.act))
    return after_act(request, pod, done.assignment.span.start.astimezone(pod.tzinfo).date())


@verb
@guarded(permissions.member_pod)
def withdraw(request: HttpRequest, pod: Pod, *, give_away: int) -> HttpResponseBase:
    """Take an own offer back."""
    assert isinstance(request.user, User)
    row = services.withdraw(by=request.user, give_away=_offer_of(pod, give_away).pk)
    say(request, _("The offer is taken back."))
    return after_act(request, pod, row.shift.day)


def _offer_of(pod: Pod, give_away: int) -> GiveAway:
    row = GiveAway.objects.filter(pk=give_away, shift__pod=pod).first()
    if row is None:
        raise Http404
    return row


@verb
@guarded(permissions.member_shift)
def move(request: HttpRequest, found: Shift) -> HttpResponseBase:
    """Move a shift to other times of its day."""
    assert isinstance(request.user, User)
    form = TimesForm(request.POST)
    try:
        period = form.period(found.day, found.pod) if form.is_valid() else None
    except ValueError:
        form.add_error("end", _("The clocks change then and nothing would be left of the shift."))
        period = None
    if period is None:
        return show(request, found, status=422, times=form)
    try:
        services.move_shift(by=request.user, shift=found.pk, period=period)
    except Refused as refused:
        return show(request, found, status=409, refused=refused, times=form)
    say(request, _("Moved. Who sits on it is told."), undo=changed(request, found))
    return after_act(request, found.pod, found.day)


@verb
@guarded(permissions.member_shift)
def cancel(request: HttpRequest, found: Shift) -> HttpResponseBase:
    """Take a shift out of the week."""
    assert isinstance(request.user, User)
    try:
        services.cancel_shift(by=request.user, shift=found.pk)
    except Refused as refused:
        return show(request, found, status=409, refused=refused)
    say(request, _("Cancelled. Who sat on it is told."), undo=changed(request, found))
    return after_act(request, found.pod, found.day)


@guarded(permissions.member_pod)
def add(request: HttpRequest, pod: Pod, *, week: str) -> HttpResponseBase:
    """Add a shift by hand."""
    assert isinstance(request.user, User)
    monday = monday_or_404(week)
    standard_activities()
    form = AddShiftForm(request.POST or None, monday=monday, initial={"start": "09:00", "end": "17:00"})
    if request.method == "POST" and form.is_valid():
        period = _period(form, form.cleaned_data["day"], pod)
        if period:
            skill = form.cleaned_data["skill"]
            services.add_shift(
                by=request.user,
                pod=pod,
                period=period,
                parts=form.parts(period.minutes),
                seats=form.cleaned_data["seats"],
                skill=skill.pk if skill else None,
            )
            say(request, _("Added %(span)s.") % {"span": words.day_span(period, pod.tzinfo)})
            return after_act(request, pod, form.cleaned_data["day"])
    status = 422 if form.errors else 200
    return render(request, "teams/scheduling/add_shift.html", {"form": form, "pod": pod, "week": week}, status=status)


def _period(form: TimesForm, day: dt.date, pod: Pod) -> Period | None:
    try:
        return form.period(day, pod)
    except ValueError:
        form.add_error("end", _("The clocks change then and nothing would be left of the shift."))
        return None
