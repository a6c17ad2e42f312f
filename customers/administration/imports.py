"""This floor's lists as files: regions, segments, reasons, ownership rules, customers, past contacts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.administration.import_contacts import CONTACTS, customer_of, pod_of
from customers.administration.queries import scope_words
from customers.causes import services as causes
from customers.causes.models import Reason, ReasonGroup
from customers.directory import divisions, rulebook, services
from customers.directory.models import Customer, OwnershipRule, Region, Segment
from cxportal.core import instants, lists, periods
from cxportal.core.database import LockClass, lock_key
from cxportal.core.lists import Brought, Column, Kept, ListFile, Names, Row, of_names, stands_as_left
from cxportal.core.violations import Invalid
from teams.people.models import User


def named[T](model: Any, words: str, column: str) -> T | None:
    """The row of this name or short name; None for no words. Raises ``Invalid`` when there is none."""
    if not words:
        return None
    by_name = model._default_manager.filter(name__iexact=words).first()
    found: T | None = by_name or model._default_manager.filter(code=words).first()
    if found is None:
        raise Invalid({column: _("“%(words)s” is not known.") % {"words": words}})
    return found


def _part(model: Any, column: str) -> Column:
    """A column that names a region or a segment."""
    return Column(column, check=lambda row: named(model, row[column], column))


def _division(kind: str, title: Any, model: type[Region] | type[Segment]) -> ListFile:
    manager: Any = model._default_manager

    how = Names(
        find=lambda **by: manager.filter(**by).first(),
        add=lambda by, name, code: divisions.add(by=by, kind=model, name=name, code=code),  # type: ignore[type-var]
        rename=lambda by, thing, name: divisions.rename(by=by, thing=thing, name=name),
        remove=lambda by, thing: divisions.remove(by=by, thing=thing),
        code="code",
        short=lambda code, name: code or slugify(name)[:35],
    )

    def rows() -> Iterator[tuple[str, str]]:
        yield from manager.order_by("name").values_list("name", "code").iterator()

    return of_names(kind, title, how, rows)


def _owner(row: Row) -> User | None:
    owner = User.objects.filter(email=row["owner"].lower()).first() if row["owner"] else None
    if row["owner"] and owner is None:
        raise ValueError(_("Nobody has the email “%(words)s”.") % {"words": row["owner"]})
    return owner


def _bring_reason(by: User, row: Row) -> Brought:
    """A reason in its group; a row without a reason is the group itself. The group is made where it is missing."""
    owner = _owner(row)
    group = ReasonGroup.objects.filter(name__iexact=row["group"]).first()
    made_group = group is None
    group = group or causes.add_group(by=by, name=row["group"], owner=owner)
    if not row["reason"]:
        return Brought("new", str(group), {"group": group.pk}) if made_group else _owned(by, group, owner)
    found = group.reasons.filter(name__iexact=row["reason"]).first()
    if found is None:
        made = causes.add_reason(by=by, group=group, name=row["reason"], owner=owner)
        return Brought("new", str(made), {"pk": made.pk} | ({"group": group.pk} if made_group else {}))
    return _owned(by, found, owner)


def _owned(by: User, found: Reason | ReasonGroup, owner: User | None) -> Brought:
    """One that is there gets the owner that the row names."""
    if owner is None or found.owner_id == owner.pk:
        return Brought("same", str(found))
    before, level = found.owner_id, "pk" if isinstance(found, Reason) else "group"
    causes.change(by=by, thing=found, name=found.name, owner=owner)  # type: ignore[type-var]
    return Brought("changed", str(found), {level: found.pk, "owner": before, "now": owner.pk})


def _take_reason_back(by: User, undo: dict[str, Any]) -> None:
    reason = Reason.objects.filter(pk=undo.get("pk", 0)).first()
    group = ReasonGroup.objects.filter(pk=undo.get("group", 0)).first()
    if "now" in undo:
        found: Any = reason or group
        stands_as_left(found or _("The reason"), found and found.owner_id, undo["now"])
        causes.change(by=by, thing=found, name=found.name, owner=User.objects.filter(pk=undo["owner"]).first())
        return
    if reason is not None:
        causes.remove(by=by, thing=reason)
    if group is not None and not group.reasons.exists():
        causes.remove(by=by, thing=group)


def _reason_rows() -> Iterator[list[Any]]:
    """Groups and reasons that are offered, each group before its reasons."""
    inner = Prefetch("reasons", Reason.objects.filter(retired_at=None).select_related("owner"))
    groups = ReasonGroup.objects.filter(retired_at=None).select_related("owner")
    for group in groups.prefetch_related(inner).iterator(chunk_size=500):
        yield [group.name, "", group.owner.email if group.owner else ""]
        for reason in group.reasons.all():
            yield [group.name, reason.name, reason.owner.email if reason.owner else ""]


def _bring_rule(by: User, row: Row) -> Brought:
    """A row is a rule that decides at once, or from the pod's opening on; one that stands already is the same."""
    region: Region | None = named(Region, row["region"], "region")
    segment: Segment | None = named(Segment, row["segment"], "segment")
    customer = customer_of(row)
    pod = pod_of(row)
    stands = _standing_rules().filter(pod=pod, customer=customer, region=region, segment=segment).first()
    if stands is not None:
        return Brought("same", f"{scope_words(stands)}: {pod}")
    made = rulebook.add_rule(by=by, pod=pod, customer=customer, region=region, segment=segment, note=row["note"])
    if pod.opens_at is not None:
        rulebook.activate_rule(by=by, rule=made)
    return Brought("new", f"{scope_words(made)}: {pod}", {"pk": made.pk})


def _standing_rules() -> QuerySet[OwnershipRule]:
    """Rules that decide now or later, and the drafts of pods that are not open yet."""
    lasting = Q(period__endswith=None) | Q(period__endswith__gt=periods.now())
    waiting = Q(state=OwnershipRule.State.DRAFT, pod__opens_at=None)
    return OwnershipRule.objects.filter(lasting, Q(state=OwnershipRule.State.ACTIVE) | waiting)


def _rule_rows() -> Iterator[list[Any]]:
    """Those rules in the order of their precedence; a customer without a number cannot be named in a file."""
    numbered = Q(customer=None) | Q(customer__external_id__isnull=False)
    rules = _standing_rules().filter(numbered).select_related("pod", "customer", "region", "segment")
    for rule in rules.order_by("precedence", "pk").iterator():
        number = rule.customer.external_id if rule.customer else ""
        region, segment = (part.name if part else "" for part in (rule.region, rule.segment))
        yield [rule.pod.slug, number, region, segment, rule.note]


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
    different = {name: _told(value) for name, value in given.items() if getattr(found, name) != value}
    if not different:
        return Brought("same", str(found))
    return Brought("changed", str(found), KEPT_CUSTOMER.change(by, found, found.pk, different))


def _known_customers(entries: Iterable[Mapping[str, Any]]) -> list[tuple[LockClass, Iterable[int]]]:
    """Every customer whom rows or their undo may change, before the rules are locked for the first."""
    numbers = [entry["number"] for entry in entries if "number" in entry]
    known = Customer.objects.filter(source="", external_id__in=numbers).values_list("pk", flat=True)
    keys = [*known, *(entry["pk"] for entry in entries if "pk" in entry)]
    return [(LockClass.CUSTOMER, [lock_key(pk) for pk in keys])]


def _now(customer: Customer, names: Iterable[str]) -> dict[str, Any]:
    customer.refresh_from_db()
    return {name: _told(getattr(customer, name)) for name in names}


def _told(value: Any) -> Any:
    """A value as JSON: rows by id, days as text."""
    return getattr(value, "pk", value.isoformat() if hasattr(value, "isoformat") else value)


def _change_customer(by: User, customer: Customer, values: dict[str, Any]) -> None:
    """Write values as ``_told`` made them: regions and segments come by their ids, days as text."""
    found = dict(values)
    for name, model in (("region", Region), ("segment", Segment)):
        if found.get(name) is not None:
            manager: Any = model._default_manager
            found[name] = manager.get(pk=found[name])
    if found.get("since"):
        found["since"] = instants.read_date(found["since"])
    services.change_customer(by=by, customer=customer, **found)


KEPT_CUSTOMER = Kept[Customer](
    find=lambda pk: Customer.objects.filter(pk=pk).first(),
    told=_now,
    write=_change_customer,
    remove=lambda by, customer: services.remove_customer(by=by, customer=customer),
)


REASONS = ListFile(
    "reasons",
    gettext_lazy("Reasons"),
    (
        Column("group", required=True),
        Column("reason", hint=gettext_lazy("Empty: the row is the group itself.")),
        Column("owner", hint=gettext_lazy("Email of the product owner; empty: as it is."), check=_owner),
    ),
    _bring_reason,
    _take_reason_back,
    _reason_rows,
    page="settings_reasons",
    names=("group", "reason"),
)
RULES = ListFile(
    "ownership",
    gettext_lazy("Ownership rules"),
    (
        Column("pod", required=True, check=pod_of),
        Column("customer", check=customer_of),
        _part(Region, "region"),
        _part(Segment, "segment"),
        Column("note"),
    ),
    _bring_rule,
    _take_rule_back,
    _rule_rows,
    page="settings_ownership",
    names=("pod", "customer", "region", "segment"),
)
# Administrators bring customers and never read them, so there is no export.
CUSTOMERS = ListFile(
    "customers",
    gettext_lazy("Customers"),
    (
        Column("number", required=True),
        *(Column(name) for name in DETAILS),
        _part(Region, "region"),
        _part(Segment, "segment"),
        Column("since", check=lambda row: instants.read_date(row["since"])),
    ),
    _bring_customer,
    KEPT_CUSTOMER.take_back,
    concerns=_known_customers,
    names=("number", "name"),
)


def register_lists() -> None:
    """Make the lists known; called once at start-up."""
    lists.register(_division("regions", gettext_lazy("Regions"), Region))
    lists.register(_division("segments", gettext_lazy("Segments"), Segment))
    for made in (REASONS, RULES, CUSTOMERS, CONTACTS):
        lists.register(made)
