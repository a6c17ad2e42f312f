"""Areas, partner companies and skills: lists of names, each added, renamed and removed alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from cxportal.core.htmx import back_to, say
from cxportal.core.http import found_or_404, guarded, verb
from cxportal.core.violations import Text
from teams import permissions
from teams.administration.forms import NameForm
from teams.administration.views.forms import form_page
from teams.people.models import User
from teams.pods import services as pods
from teams.pods.models import Area, PartnerCompany
from teams.skills import services as skills
from teams.skills.models import Skill


@dataclass(frozen=True)
class Named:
    """One kind of named thing: its words, its rows with ``used``, and its services."""

    key: str
    one: str
    title: Text
    about: Text
    add_words: Text
    used_words: Any
    rows: Callable[[], QuerySet[Any]]
    add: Callable[..., Any]
    rename: Callable[..., Any]
    remove: Callable[..., Any]

    @property
    def url(self) -> str:
        return reverse(f"settings_{self.key}")


NAMED = {
    "areas": Named(
        "areas",
        "area",
        gettext_lazy("Areas"),
        gettext_lazy("Several pods under one operations lead."),
        gettext_lazy("Add area"),
        ngettext_lazy("%(n)s pod", "%(n)s pods", "n"),
        lambda: Area.objects.annotate(used=Count("pods")),
        pods.add_area,
        pods.rename_area,
        pods.remove_area,
    ),
    "partners": Named(
        "partners",
        "partner",
        gettext_lazy("Partner companies"),
        gettext_lazy("Other companies whose pods help. Their people see only their own pods' data."),
        gettext_lazy("Add partner company"),
        ngettext_lazy("%(n)s pod", "%(n)s pods", "n"),
        lambda: PartnerCompany.objects.annotate(used=Count("pods")),
        pods.add_partner,
        pods.rename_partner,
        pods.remove_partner,
    ),
    "skills": Named(
        "skills",
        "skill",
        gettext_lazy("Skills"),
        gettext_lazy("What a contact or a seat may need: a language, a product, a channel."),
        gettext_lazy("Add skill"),
        ngettext_lazy("%(n)s person", "%(n)s people", "n"),
        lambda: Skill.objects.annotate(used=Count("holders")),
        skills.add_skill,
        skills.rename_skill,
        skills.remove_skill,
    ),
}


def _row(kind: Named, pk: int) -> Model:
    found: Model = found_or_404(kind.rows().filter(pk=pk).first())
    return found


@guarded(permissions.administrator)
def named_list(request: HttpRequest, by: User, kind: str) -> HttpResponse:
    """The list, with a form for one more at its foot."""
    named = NAMED[kind]

    def add(values: dict[str, Any]) -> Text:
        added = named.add(by=by, name=values["name"])
        return _("%(name)s is added.") % {"name": added}

    rows = [(row, named.used_words % {"n": row.used}) for row in named.rows()]
    return form_page(
        request,
        NameForm(request.POST or None),
        add,
        back=named.url,
        title=named.title,
        submit=named.add_words,
        context={"named": named, "rows": rows},
        template="teams/administration/named.html",
    )


@guarded(permissions.administrator)
def named_one(request: HttpRequest, by: User, kind: str, pk: int) -> HttpResponse:
    """Rename one of them."""
    named = NAMED[kind]
    row = _row(named, pk)

    def rename(values: dict[str, Any]) -> Text:
        named.rename(by=by, **{named.one: row}, name=values["name"])
        return _("The name is saved.")

    form = NameForm(request.POST or None, initial={"name": str(row)})
    return form_page(request, form, rename, back=named.url, title=str(row), submit=_("Save"))


@verb
@guarded(permissions.administrator)
def named_remove(request: HttpRequest, by: User, kind: str, pk: int) -> HttpResponse:
    """Remove one that nothing uses; the toast adds it again."""
    named = NAMED[kind]
    row = named.rows().filter(pk=pk).first()
    if row is not None:
        undo = reverse("settings_named_back", kwargs={"kind": kind, "name": str(row)})
        named.remove(by=by, **{named.one: row})
        say(request, _("%(name)s is removed.") % {"name": row}, undo=undo)
    return back_to(request, named.url)


@verb
@guarded(permissions.administrator)
def named_back(request: HttpRequest, by: User, kind: str, name: str) -> HttpResponse:
    """Undo of a removal: the name again."""
    named = found_or_404(NAMED.get(kind))
    if not named.rows().filter(name=name).exists():
        named.add(by=by, name=name)
    say(request, _("%(name)s is back.") % {"name": name})
    return back_to(request, named.url)
