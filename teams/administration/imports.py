"""The administrators' lists as files: one row through the same services as the pages.

A row is found again by its short name (areas, partners, skills, pods) or by external id, email
or name (people); a found row is changed only in the columns that the file fills.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core import lists
from cxportal.core.lists import Brought, Column, Kept, ListFile, Names, Row, of_names
from cxportal.core.violations import Invalid
from teams.administration.import_contracts import CONTRACTS
from teams.administration.import_hours import OF_PODS
from teams.administration.import_leave import OPENING_BALANCES, SCHOOL_HOLIDAYS
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

    how = Names(
        find=lambda **by: model._default_manager.filter(**by).first(),
        add=lambda by, name, slug: add(by=by, name=name, slug=slug),
        rename=lambda by, thing, name: rename(by=by, **{argument: thing}, name=name),
        remove=lambda by, thing: remove(by=by, **{argument: thing}),
        code="slug",
        short=lambda slug, name: short_name(slug or name),
    )

    def rows() -> Iterator[tuple[str, str]]:
        yield from present().values_list("name", "slug").iterator()

    return of_names(kind, title, how, rows, hint=SLUG.hint)


POD_COLUMNS = ("letters", "zone", "country", "purpose")
CHECKED = {"zone", "country"}


def _area(row: Row) -> Area:
    found = Area.objects.filter(name__iexact=row["area"]).first() or Area.objects.filter(slug=row["area"]).first()
    if found is None:
        raise Invalid({"area": _("There is no area “%(name)s”.") % {"name": row["area"]}})
    return found


def _partner(row: Row) -> PartnerCompany:
    found = PartnerCompany.objects.filter(name__iexact=row["partner"]).first()
    if found is None:
        raise Invalid({"partner": _("There is no partner company “%(name)s”.") % {"name": row["partner"]}})
    return found


def _valid(name: str, row: Row) -> None:
    """The pod's own field takes the cell; raises ``Invalid``."""
    column: Any = Pod._meta.get_field(name)
    try:
        column.run_validators(row[name])
    except ValidationError as error:
        raise Invalid({name: " ".join(error.messages)}) from None


def bring_pod(by: User, row: Row) -> Brought:
    """Add a pod under set-up, or change what the row fills. The area must exist."""
    area = _area(row)
    fields: dict[str, Any] = {name: row[name] for name in POD_COLUMNS if row[name]}
    if row["partner"]:
        fields["partner"] = _partner(row)
    for name in fields.keys() & CHECKED:
        _valid(name, row)
    slug = short_name(row["slug"] or row["name"])
    found = Pod.objects.filter(slug=slug).first()
    if found is None:
        made = pods.add_pod(by=by, name=row["name"], slug=slug, area=area, **fields)
        return Brought("new", str(made), {"pk": made.pk})
    wanted = _stored(fields | {"name": row["name"], "area": area})
    if KEPT_POD.told(found, wanted) == wanted:
        return Brought("same", str(found))
    undo = KEPT_POD.change(by, found, found.pk, wanted)
    return Brought("changed", str(found), undo)


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.pk if isinstance(value, Model) else value for name, value in values.items()}


def _change_pod(by: User, pod: Pod, values: dict[str, Any]) -> None:
    """Write stored values: areas and partners come by their ids."""
    found = dict(values)
    if "area" in found:
        found["area"] = Area.objects.get(pk=found["area"])
    if found.get("partner"):
        found["partner"] = PartnerCompany.objects.get(pk=found["partner"])
    pods.change_pod(by=by, pod=pod, **found)


# A pod that nobody uses yet is removed; a changed one gets its old values.
KEPT_POD = Kept[Pod](
    find=lambda pk: Pod.objects.filter(pk=pk).first(),
    told=lambda pod, names: _stored({name: getattr(pod, name) for name in names}),
    write=_change_pod,
    remove=lambda by, pod: pods.remove_pod(by=by, pod=pod),
)


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
        Column("area", required=True, hint=gettext_lazy("Name of an area that exists."), check=_area),
        Column("letters"),
        Column("zone", hint=gettext_lazy("Like Europe/Berlin; empty: the company's."), check=partial(_valid, "zone")),
        Column("country", hint=gettext_lazy("Two letters, like DE."), check=partial(_valid, "country")),
        Column("purpose"),
        Column("partner", hint=gettext_lazy("Name of a partner company."), check=_partner),
    ),
    bring_pod,
    KEPT_POD.take_back,
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
    for made in (PODS, *OF_PODS, PEOPLE, CONTRACTS, LIMITS, SCHOOL_HOLIDAYS, OPENING_BALANCES):
        lists.register(made)
