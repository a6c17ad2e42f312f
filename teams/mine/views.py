"""My week and My year: one's own hours over all pods. Nobody else opens them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse

from cxportal.core import periods
from cxportal.core.htmx import render
from cxportal.core.http import guarded
from cxportal.core.instants import YEARS
from cxportal.core.tabular import csv_lines
from teams import permissions
from teams.mine import queries
from teams.people.models import User


@guarded(permissions.oneself)
def my_week(request: HttpRequest, me: User) -> HttpResponseBase:
    """The next shift, a week's days and hours (the present one unless ``?week=`` names another), what waits."""
    try:
        chosen = periods.parse_week(request.GET["week"]) if "week" in request.GET else None
    except ValueError:
        raise Http404 from None
    return render(request, "teams/mine/my_week.html", {"page": queries.my_week(me, monday_shown=chosen)})


@guarded(permissions.oneself)
def my_year(request: HttpRequest, me: User, year: int = 0) -> HttpResponseBase:
    """The year by weeks against the contract."""
    return render(request, "teams/mine/my_year.html", {"page": queries.my_year(me, _meant(year))})


@guarded(permissions.oneself)
def my_year_csv(request: HttpRequest, me: User, year: int) -> HttpResponseBase:
    """The same as a file."""
    lines = csv_lines(queries.year_lines(queries.my_year(me, _meant(year))))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="my-year-{year}.csv"'
    return response


def _meant(year: int) -> int:
    """The year of the address, the present ISO year for none; 404 for one that nobody can mean."""
    year = year or periods.now().isocalendar().year
    if year not in YEARS:
        raise Http404
    return year
