"""People needed: typed in for a week, or imported from a CSV after a look at what it says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core import periods
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import guarded, verb
from cxportal.core.periods import DAY, Period
from cxportal.core.violations import Invalid
from teams import permissions
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.forms import RequirementFileForm, RequirementForm
from teams.scheduling.queries import picture_of_week
from teams.scheduling.strips import DayCoverage, axis_of, day_coverage
from teams.scheduling.views.week import monday_or_404
from teams.staffing.models import Activity, Requirement
from teams.staffing.services import Wanted, set_requirement, standard_activities
from teams.staffing.tables import Table, parse

TEMPLATE = "teams/scheduling/requirement.html"
LARGEST_FILE = 2_000_000


@dataclass(frozen=True)
class Need:
    """A row of the week's requirement."""

    day: str
    span: str
    activity: str
    category: int
    people: int


@guarded(permissions.member_pod)
def requirement(request: HttpRequest, pod: Pod, *, week: str) -> HttpResponseBase:
    """The week's requirement: what it is, and a form for more."""
    assert isinstance(request.user, User)
    monday = monday_or_404(week)
    standard_activities()
    form = RequirementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        rows = _wanted(form, pod, monday)
        if rows:
            set_requirement(by=request.user, pod=pod, wanted=rows)
            say(request, _("Written down."))
            return back_to(request, reverse("requirement", kwargs={"slug": pod.slug, "week": week}))
    return _page(request, pod, monday, form)


def _wanted(form: RequirementForm, pod: Pod, monday: dt.date) -> list[Wanted]:
    data = form.cleaned_data
    try:
        spans = [form.period(monday + (day - 1) * DAY, pod) for day in data["weekdays"]]
    except ValueError:
        form.add_error("end", _("The clocks change then and nothing would be left of the time."))
        return []
    return [Wanted(data["activity"].pk, span, data["people"]) for span in spans]


def _page(
    request: HttpRequest, pod: Pod, monday: dt.date, form: RequirementForm, table: Table | None = None, text: str = ""
) -> HttpResponseBase:
    file_form = RequirementFileForm(initial={"text": text}) if text else RequirementFileForm()
    context = {
        "pod": pod,
        "form": form,
        "file_form": file_form,
        "table": table,
        "week": periods.week_label(monday),
        "number": monday.isocalendar().week,
        "span_words": words.days_span(monday, monday + 6 * DAY),
        "needs": _needs(pod, monday),
        "days": _days(pod, monday),
    }
    return render(request, TEMPLATE, context, status=422 if form.errors else 200)


def _needs(pod: Pod, monday: dt.date) -> list[Need]:
    span = periods.week_period(monday, pod.tzinfo)
    rows = Requirement.objects.filter(pod=pod, period__overlap=(span.start, span.end)).select_related("activity")
    return [
        Need(
            words.day(row.period.lower.astimezone(pod.tzinfo).date()),
            words.span(Period(row.period.lower, row.period.upper), pod.tzinfo),
            row.activity.name,
            row.activity.category,
            row.people,
        )
        for row in rows.order_by("period", "activity__position")
    ]


def _days(pod: Pod, monday: dt.date) -> list[DayCoverage]:
    picture = picture_of_week(pod, monday)
    days = [monday + n * DAY for n in range(7)]
    axis = axis_of(picture, days)
    return [day_coverage(picture, day, axis) for day in days]


@verb
@guarded(permissions.member_pod)
def import_(request: HttpRequest, pod: Pod, *, week: str) -> HttpResponseBase:
    """First a look at what the file says, then, on the second press, the import of the lines that are right."""
    assert isinstance(request.user, User)
    monday = monday_or_404(week)
    content = _content(request)
    activities = _names(Activity.objects.filter(retired_at=None))
    table = parse(content, pod.tzinfo, activities)
    if "look" in request.POST or not table.rows:
        return _page(request, pod, monday, RequirementForm(), table, content.decode("utf-8", "replace"))
    written = set_requirement(
        by=request.user, pod=pod, wanted=[row.wanted for row in table.rows], source=Requirement.Source.IMPORTED
    )
    said = ngettext("%(number)s line imported.", "%(number)s lines imported.", written) % {"number": written}
    if table.wrong:
        said += " " + ngettext("%(number)s line was left out.", "%(number)s lines were left out.", len(table.wrong)) % {
            "number": len(table.wrong)
        }
    say(request, said)
    return back_to(request, reverse("requirement", kwargs={"slug": pod.slug, "week": week}))


def _content(request: HttpRequest) -> bytes:
    form = RequirementFileForm(request.POST, request.FILES)
    if not form.is_valid():
        raise Invalid({"file": _("The file could not be read.")})
    file = form.cleaned_data["file"]
    if file is not None and file.size > LARGEST_FILE:
        raise Invalid({"file": _("The file is larger than 2 MB.")})
    content = file.read() if file is not None else form.cleaned_data["text"].encode()
    if not content.strip():
        raise Invalid({"file": _("Choose a file with the columns day, from, to, activity, people.")})
    return bytes(content)


def _names(activities: Iterable[Activity]) -> dict[str, int]:
    """Ids by short name and by name in lower case."""
    found: dict[str, int] = {}
    for activity in activities:
        found |= {activity.name.lower(): activity.pk, activity.slug: activity.pk}
    return found
