"""Lists as files."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse

from cxportal.core import periods
from cxportal.core.http import guarded
from teams import permissions
from teams.administration.exports import LISTS, csv_lines
from teams.people.models import User


@guarded(permissions.administrator)
def export(_request: HttpRequest, _by: User, kind: str) -> HttpResponseBase:
    """A list as CSV, in the columns that its import reads."""
    if kind not in LISTS:
        raise Http404
    response = StreamingHttpResponse(csv_lines(list(LISTS[kind]())), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind}-{periods.now():%Y-%m-%d}.csv"'
    return response
