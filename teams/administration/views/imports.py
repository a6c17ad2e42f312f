"""Lists from files: choose a file, see what would become of each row, take it, take it back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cxportal.core import imports, lists, tabular
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import found_or_404, guarded, verb
from cxportal.core.models import ImportRun
from cxportal.core.violations import Invalid
from teams import permissions
from teams.people.models import User

SHOWN = 200
RECENT = 10
ORDER = {"rejected": 0, "new": 1, "changed": 2, "same": 3}


class UploadForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy("UTF-8, separated by comma, semicolon or tab; at most 5,000 rows and 2 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )


def _spec(kind: str) -> lists.ListFile:
    return found_or_404(lists.lists().get(kind))


def _run(pk: int) -> ImportRun:
    run = found_or_404(ImportRun.objects.filter(pk=pk, kind__startswith="list:").first())
    _spec(run.kind.removeprefix("list:"))
    return run


@guarded(permissions.administrator)
def choose(request: HttpRequest, by: User, kind: str) -> HttpResponse:
    """Choose a file; a POST tries it out and shows what would happen."""
    spec = _spec(kind)
    form = UploadForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                run = imports.try_out(by=by, kind=kind, name=upload.name, content=upload.read(imports.MOST_BYTES + 1))
            except Invalid as error:
                form.add_error("file", [word for words in error.fields.values() for word in words])
            else:
                return back_to(request, reverse("settings_import_run", kwargs={"run": run.pk}))
    recent = ImportRun.objects.filter(kind=f"list:{kind}").exclude(state="tried").order_by("-started_at")[:RECENT]
    context = {"spec": spec, "form": form, "recent": recent, "back": reverse(spec.page)}
    return render(request, "teams/administration/import.html", context, status=status)


@guarded(permissions.administrator)
def shown(request: HttpRequest, _by: User, run: int) -> HttpResponse:
    """What became of each row, or what would; rejected rows first."""
    found = _run(run)
    lines = sorted(found.report, key=lambda line: (ORDER.get(line["action"], 9), line["number"]))
    counts: dict[str, int] = dict.fromkeys(ORDER, 0)
    for line in lines:
        counts[line["action"]] += 1
    context: dict[str, Any] = {
        "run": found,
        "spec": _spec(found.kind.removeprefix("list:")),
        "lines": lines[:SHOWN],
        "more": max(0, len(lines) - SHOWN),
        "counts": counts,
        "good": counts["new"] + counts["changed"],
    }
    return render(request, "teams/administration/import_run.html", context)


@verb
@guarded(permissions.administrator)
def take(request: HttpRequest, by: User, run: int) -> HttpResponse:
    """Take what was tried out."""
    done = imports.take(by=by, run=_run(run))
    words = ngettext("%(n)s row is taken.", "%(n)s rows are taken.", done.imported) % {"n": done.imported}
    say(request, words, undo=reverse("settings_import_undo", kwargs={"run": run}))
    return back_to(request, reverse("settings_import_run", kwargs={"run": run}))


@verb
@guarded(permissions.administrator)
def take_back(request: HttpRequest, by: User, run: int) -> HttpResponse:
    """Undo a whole list."""
    imports.take_back(by=by, run=_run(run))
    say(request, _("The list is taken back; everything is as before it."))
    return back_to(request, reverse("settings_import_run", kwargs={"run": run}))


@guarded(permissions.administrator)
def report(_request: HttpRequest, _by: User, run: int) -> HttpResponseBase:
    """Every line of the report as CSV."""
    found = _run(run)
    if not found.report:
        raise Http404
    head = ["line", "result", "row", "words"]
    rows = [head, *([line["number"], line["action"], line.get("thing", ""), line["words"]] for line in found.report)]
    response = StreamingHttpResponse(tabular.csv_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{run}.csv"'
    return response
