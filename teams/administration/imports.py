"""The administrators' lists as files: one row through the same services as the pages.

A row is found again by its short name (areas, partners, skills, pods) or by external id, email
or name (people); a found row is changed only in the columns that the file fills.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core import lists
from cxportal.core.lists import Brought, Column, ListFile, Row, changed_since
from cxportal.core.violations import Invalid
from teams.administration.import_contracts import CONTRACTS
from teams.administration.import_hours import OF_PODS
from teams.administration.import_limits import LIMITS
from teams.administration.import_people import PEOPLE
from teams.people.models import User
from teams.pods import services as pods
from teams.pods.models import Area, PartnerCompany, Pod
from teams.pods.names import short_name
from teams.skills import services as skills
from teams.skills.models import Skill

NAME = Column("name", required=True)
SLUG = Column("slug", hint=gettext_lazy("Short name of Latin letters and digits; empty: from the name."))


def _named(
    kind: str,
    title: Any,
    model: type[Model],
    add: Callable[..., Any],
    rename: Callable[..., Any],
    remove: Callable[..., None],
    argument: str,
    present: Callable[[], QuerySet[Any]],
) -> ListFile:
    """A list of names with short names."""

    def bring(by: User, row: Row) -> Brought:
        slug = short_name(row["slug"] or row["name"])
        found: Any = model._default_manager.filter(slug=slug).first()
        if found is None:
            made = add(by=by, name=row["name"], slug=slug)
            return Brought("new", str(made), {"pk": made.pk})
        if found.name == row["name"]:
            return Brought("same", str(found))
        before = found.name
        rename(by=by, **{argument: found}, name=row["name"])
        return Brought("changed", f"{before} → {row['name']}", {"pk": found.pk, "name": before, "now": row["name"]})

    def take_back(by: User, undo: dict[str, Any]) -> None:
        found: Any = model._default_manager.filter(pk=undo["pk"]).first()
        if found is None:
            return
        if "name" not in undo:
            remove(by=by, **{argument: found})
        elif found.name != undo["now"]:
            raise changed_since(found)
        else:
            rename(by=by, **{argument: found}, name=undo["name"])

    def rows() -> Iterator[tuple[str, str]]:
        yield from present().values_list("name", "slug").iterator()

    return ListFile(kind, title, (NAME, SLUG), bring, take_back, rows, page=f"settings_{kind}")


POD_COLUMNS = ("letters", "zone", "country", "purpose")


def bring_pod(by: User, row: Row) -> Brought:
    """Add a pod under set-up, or change what the row fills. The area must exist."""
    area = Area.objects.filter(name__iexact=row["area"]).first() or Area.objects.filter(slug=row["area"]).first()
    if area is None:
        raise Invalid({"area": _("There is no area “%(name)s”.") % {"name": row["area"]}})
    fields: dict[str, Any] = {name: row[name] for name in POD_COLUMNS if row[name]}
    if row["partner"]:
        fields["partner"] = PartnerCompany.objects.filter(name__iexact=row["partner"]).first()
        if fields["partner"] is None:
            raise Invalid({"partner": _("There is no partner company “%(name)s”.") % {"name": row["partner"]}})
    for name, check in (("zone", Pod._meta.get_field("zone")), ("country", Pod._meta.get_field("country"))):
        if name in fields:
            check.run_validators(fields[name])
    slug = short_name(row["slug"] or row["name"])
    found = Pod.objects.filter(slug=slug).first()
    if found is None:
        made = pods.add_pod(by=by, name=row["name"], slug=slug, area=area, **fields)
        return Brought("new", str(made), {"pk": made.pk})
    wanted = fields | {"name": row["name"], "area": area}
    before = {name: getattr(found, name) for name in wanted}
    if before == wanted:
        return Brought("same", str(found))
    pods.change_pod(by=by, pod=found, **wanted)
    return Brought("changed", str(found), {"pk": found.pk, "before": _stored(before), "now": _stored(wanted)})


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.pk if isinstance(value, Model) else value for name, value in values.items()}


def take_back_pod(by: User, undo: dict[str, Any]) -> None:
    """Remove a pod that nobody uses yet, or give a changed one its old values."""
    found = Pod.objects.filter(pk=undo["pk"]).first()
    if found is None:
        return
    if "before" not in undo:
        pods.remove_pod(by=by, pod=found)
        return
    if _stored({name: getattr(found, name) for name in undo["now"]}) != undo["now"]:
        raise changed_since(found)
    before: dict[str, Any] = dict(undo["before"])
    before["area"] = Area.objects.get(pk=before["area"])
    if before.get("partner"):
        before["partner"] = PartnerCompany.objects.get(pk=before["partner"])
    pods.change_pod(by=by, pod=found, **before)


def _pod_rows() -> Iterator[list[Any]]:
    for pod in Pod.objects.select_related("area", "partner").iterator():
        partner = pod.partner.name if pod.partner else ""
        yield [pod.name, pod.slug, pod.area.name, pod.letters, pod.zone, pod.country, pod.purpose, partner]


PODS = ListFile(
    "pods",
    gettext_lazy("Pods"),
    (
        NAME,
        SLUG,
        Column("area", required=True, hint=gettext_lazy("Name of an area that exists.")),
        Column("letters"),
        Column("zone", hint=gettext_lazy("Like Europe/Berlin; empty: the company's.")),
        Column("country", hint=gettext_lazy("Two letters, like DE.")),
        Column("purpose"),
        Column("partner", hint=gettext_lazy("Name of a partner company.")),
    ),
    bring_pod,
    take_back_pod,
    _pod_rows,
    page="settings_pods",
)


def register_lists() -> None:
    """Called once at start-up."""
    areas, partners = Area.objects.all, PartnerCompany.objects.all
    named = (
        ("areas", gettext_lazy("Areas"), Area, pods.add_area, pods.rename_area, pods.remove_area, "area", areas),
        (
            "partners",
            gettext_lazy("Partner companies"),
            PartnerCompany,
            pods.add_partner,
            pods.rename_partner,
            pods.remove_partner,
            "partner",
            partners,
        ),
        (
            "skills",
            gettext_lazy("Skills"),
            Skill,
            skills.add_skill,
            skills.rename_skill,
            skills.remove_skill,
            "skill",
            lambda: Skill.objects.filter(retired_at=None),
        ),
    )
    for each in named:
        lists.register(_named(*each))
    for made in (PODS, *OF_PODS, PEOPLE, CONTRACTS, LIMITS):
        lists.register(made)
