"""This floor's lists as files: regions, segments, reasons, ownership rules, customers, past contacts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.administration.import_contacts import CONTACTS
from customers.administration.queries import scope_words
from customers.causes import services as causes
from customers.causes.models import Reason, ReasonGroup
from customers.directory import divisions, queries, rulebook, services
from customers.directory.models import Customer, OwnershipRule, Region, Segment
from cxportal.core import imports, instants
from cxportal.core.imports import Brought, Column, ListImport
from cxportal.core.violations import Refused, Violation
from teams.people.models import User
from teams.pods.models import Pod

type Row = Mapping[str, str]
NAME = Column("name", required=True)


def changed_since() -> Refused:
    """Somebody changed the row after the import: taking back would undo their work."""
    return Refused(Violation("changed_since", _("It was changed after the import.")))


def named[T](model: Any, words: str, what: str) -> T | None:
    """The row of this name or short name; None for no words. Raises ``ValueError`` when there is none."""
    if not words:
        return None
    by_name = model._default_manager.filter(name__iexact=words).first()
    found: T | None = by_name or model._default_manager.filter(code=words).first()
    if found is None:
        raise ValueError(_("%(what)s “%(words)s” is not known.") % {"what": what, "words": words})
    return found


def pod_named(words: str) -> Pod:
    """The pod of this name or short name; raises ``ValueError`` when there is none."""
    found = Pod.objects.filter(slug=words).first() or Pod.objects.filter(name__iexact=words).first()
    if found is None:
        raise ValueError(_("Pod “%(words)s” is not known.") % {"words": words})
    return found


def _division(kind: str, title: Any, model: type[Region] | type[Segment]) -> ListImport:
    manager: Any = model._default_manager

    def bring(by: User, row: Row) -> Brought:
        code = row["code"] or slugify(row["name"])[:35]
        found = manager.filter(code=code).first()
        if found is None:
            made: Any = divisions.add(by=by, kind=model, name=row["name"], code=code)  # type: ignore[type-var]
            return Brought("new", made.name, {"pk": made.pk})
        if found.name == row["name"]:
            return Brought("same", found.name)
        before = found.name
        divisions.rename(by=by, thing=found, name=row["name"])
        return Brought("changed", f"{before} → {row['name']}", {"pk": found.pk, "before": before, "now": row["name"]})

    def take_back(by: User, undo: dict[str, Any]) -> None:
        found = manager.filter(pk=undo["pk"]).first()
        if found is None:
            return
        if "before" not in undo:
            divisions.remove(by=by, thing=found)
        elif found.name != undo["now"]:
            raise changed_since()
        else:
            divisions.rename(by=by, thing=found, name=undo["before"])

    return ListImport(kind, title, (NAME, Column("code")), bring, take_back)


def _bring_reason(by: User, row: Row) -> Brought:
    owner = User.objects.filter(email=row["owner"].lower()).first() if row["owner"] else None
    if row["owner"] and owner is None:
        raise ValueError(_("Nobody has the email “%(words)s”.") % {"words": row["owner"]})
    group = ReasonGroup.objects.filter(name__iexact=row["group"]).first()
    made_group = group is None
    group = group or causes.add_group(by=by, name=row["group"], owner=owner)
    found = group.reasons.filter(name__iexact=row["reason"]).first()
    if found is None:
        made = causes.add_reason(by=by, group=group, name=row["reason"], owner=owner)
        return Brought("new", str(made), {"pk": made.pk} | ({"group": group.pk} if made_group else {}))
    if owner is None or found.owner_id == owner.pk:
        return Brought("same", str(found))
    before = found.owner_id
    causes.change(by=by, thing=found, name=found.name, owner=owner)
    return Brought("changed", str(found), {"pk": found.pk, "owner": before, "now": owner.pk})


def _take_reason_back(by: User, undo: dict[str, Any]) -> None:
    found = Reason.objects.filter(pk=undo["pk"]).first()
    if found is None:
        return
    if "now" in undo:
        if found.owner_id != undo["now"]:
            raise changed_since()
        causes.change(by=by, thing=found, name=found.name, owner=User.objects.filter(pk=undo["owner"]).first())
        return
    causes.remove(by=by, thing=found)
    group = ReasonGroup.objects.filter(pk=undo.get("group", 0)).first()
    if group is not None and not group.reasons.exists():
        causes.remove(by=by, thing=group)


def _bring_rule(by: User, row: Row) -> Brought:
    """A row is a rule that decides at once; one that stands already is the same."""
    region: Region | None = named(Region, row["region"], _("Region"))
    segment: Segment | None = named(Segment, row["segment"], _("Segment"))
    customer = queries.by_number(row["customer"]) if row["customer"] else None
    if row["customer"] and customer is None:
        raise ValueError(_("No customer, or more than one, has the number “%(words)s”.") % {"words": row["customer"]})
    pod = pod_named(row["pod"])
    stands = queries.active_rules().filter(customer=customer, region=region, segment=segment).first()
    if stands is not None and stands.pod_id == pod.pk:
        return Brought("same", f"{scope_words(stands)}: {pod}")
    made = rulebook.add_rule(by=by, pod=pod, customer=customer, region=region, segment=segment, note=row["note"])
    if pod.opens_at is not None:
        rulebook.activate_rule(by=by, rule=made)
    return Brought("new", f"{scope_words(made)}: {pod}", {"pk": made.pk})


def _take_rule_back(by: User, undo: dict[str, Any]) -> None:
    found = OwnershipRule.objects.filter(pk=undo["pk"]).first()
    if found is None:
        return
    if found.state == OwnershipRule.State.DRAFT:
        rulebook.drop_draft(by=by, rule=found)
    else:
        rulebook.end_rule(by=by, rule=found)


DETAILS = ("name", "email", "phone", "place", "language")


def _bring_customer(by: User, row: Row) -> Brought:
    """Found again by number; only columns that the file fills are changed."""
    given: dict[str, Any] = {name: row[name] for name in DETAILS if row[name]}
    for name, model in (("region", Region), ("segment", Segment)):
        if row[name]:
            given[name] = named(model, row[name], name)
    if row["since"]:
        given["since"] = instants.read_date(row["since"])
    found = Customer.objects.filter(source="", external_id=row["number"]).first()
    if found is None:
        made = services.create_customer(by=by, external_id=row["number"], **given)
        return Brought("new", str(made), {"pk": made.pk})
    before = {name: getattr(found, name) for name in given if getattr(found, name) != given[name]}
    if not before:
        return Brought("same", str(found))
    services.change_customer(by=by, customer=found, **{name: given[name] for name in before})
    told = {name: _told(value) for name, value in before.items()}
    return Brought("changed", str(found), {"pk": found.pk, "before": told})


def _told(value: Any) -> Any:
    """A value as JSON: rows by id, days as text."""
    return getattr(value, "pk", value.isoformat() if hasattr(value, "isoformat") else value)


def _take_customer_back(by: User, undo: dict[str, Any]) -> None:
    found = Customer.objects.filter(pk=undo["pk"]).first()
    if found is None:
        return
    if "before" not in undo:
        services.remove_customer(by=by, customer=found)
        return
    before = dict(undo["before"])
    for name, model in (("region", Region), ("segment", Segment)):
        if before.get(name) is not None:
            manager: Any = model._default_manager
            before[name] = manager.get(pk=before[name])
    if before.get("since"):
        before["since"] = instants.read_date(before["since"])
    services.change_customer(by=by, customer=found, **before)


def _list(
    kind: str, title: Any, columns: str, bring: Callable[[Any, Row], Brought], back: Callable[[Any, Any], None]
) -> ListImport:
    """``columns`` names them; a star marks what is required."""
    made = tuple(Column(name.rstrip("*"), required=name.endswith("*")) for name in columns.split())
    return ListImport(kind, title, made, bring, back)


def register_lists() -> None:
    """Make the lists known; called once at start-up."""
    imports.register(_division("regions", gettext_lazy("Regions"), Region))
    imports.register(_division("segments", gettext_lazy("Segments"), Segment))
    imports.register(
        _list("reasons", gettext_lazy("Reasons"), "group* reason* owner", _bring_reason, _take_reason_back)
    )
    rules = "pod* customer region segment note"
    imports.register(_list("ownership", gettext_lazy("Ownership rules"), rules, _bring_rule, _take_rule_back))
    customers = f"number* {' '.join(DETAILS)} region segment since"
    imports.register(_list("customers", gettext_lazy("Customers"), customers, _bring_customer, _take_customer_back))
    imports.register(CONTACTS)
