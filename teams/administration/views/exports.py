"""Lists as files."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse

from cxportal.core import lists, periods
from cxportal.core.http import guarded
from teams import permissions
from teams.people.models import User


@guarded(permissions.administrator)
def export(_request: HttpRequest, _by: User, kind: str) -> HttpResponseBase:
    """A list as CSV, in the columns that its import reads."""
    found = lists.lists().get(kind)
    if found is None or not found.exported:
        raise Http404
    response = StreamingHttpResponse(lists.export_lines(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind}-{periods.now():%Y-%m-%d}.csv"'
    return response
