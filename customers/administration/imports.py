"""This floor's lists as files: regions, segments, reasons, ownership rules, customers, past contacts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.administration.import_contacts import CONTACTS
from customers.administration.queries import scope_words
from customers.causes import services as causes
from customers.causes.models import Reason, ReasonGroup
from customers.directory import divisions, queries, rulebook, services
from customers.directory.models import Customer, OwnershipRule, Region, Segment
from cxportal.core import instants, lists, periods
from cxportal.core.database import LockClass, lock_key
from cxportal.core.lists import Brought, Column, ListFile, Row, changed_since
from teams.people.models import User
from teams.pods.models import Pod

NAME = Column("name", required=True)


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


def _division(kind: str, title: Any, model: type[Region] | type[Segment]) -> ListFile:
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
            raise changed_since(found)
        else:
            divisions.rename(by=by, thing=found, name=undo["before"])

    def rows() -> Iterator[tuple[str, str]]:
        yield from manager.order_by("name").values_list("name", "code").iterator()

    return ListFile(kind, title, (NAME, Column("code")), bring, take_back, rows, page=f"settings_{kind}")


def _bring_reason(by: User, row: Row) -> Brought:
    """A reason in its group; a row without a reason is the group itself. The group is made where it is missing."""
    owner = User.objects.filter(email=row["owner"].lower()).first() if row["owner"] else None
    if row["owner"] and owner is None:
        raise ValueError(_("Nobody has the email “%(words)s”.") % {"words": row["owner"]})
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
        if found is None or found.owner_id != undo["now"]:
            raise changed_since(found or _("The reason"))
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
    region: Region | None = named(Region, row["region"], _("Region"))
    segment: Segment | None = named(Segment, row["segment"], _("Segment"))
    customer = queries.by_number(row["customer"]) if row["customer"] else None
    if row["customer"] and customer is None:
        raise ValueError(_("No customer, or more than one, has the number “%(words)s”.") % {"words": row["customer"]})
    pod = pod_named(row["pod"])
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
    before = {name: getattr(found, name) for name in given if getattr(found, name) != given[name]}
    if not before:
        return Brought("same", str(found))
    services.change_customer(by=by, customer=found, **{name: given[name] for name in before})
    told = {name: _told(value) for name, value in before.items()}
    return Brought("changed", str(found), {"pk": found.pk, "before": told, "now": _now(found, told)})


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


def _take_customer_back(by: User, undo: dict[str, Any]) -> None:
    found = Customer.objects.filter(pk=undo["pk"]).first()
    if found is None:
        return
    if "before" not in undo:
        services.remove_customer(by=by, customer=found)
        return
    before = dict(undo["before"])
    if _now(found, before) != undo["now"]:
        raise changed_since(found)
    for name, model in (("region", Region), ("segment", Segment)):
        if before.get(name) is not None:
            manager: Any = model._default_manager
            before[name] = manager.get(pk=before[name])
    if before.get("since"):
        before["since"] = instants.read_date(before["since"])
    services.change_customer(by=by, customer=found, **before)


def _columns(names: str) -> tuple[Column, ...]:
    """A star marks what is required."""
    return tuple(Column(name.rstrip("*"), required=name.endswith("*")) for name in names.split())


REASONS = ListFile(
    "reasons",
    gettext_lazy("Reasons"),
    (
        Column("group", required=True),
        Column("reason", hint=gettext_lazy("Empty: the row is the group itself.")),
        Column("owner", hint=gettext_lazy("Email of the product owner; empty: as it is.")),
    ),
    _bring_reason,
    _take_reason_back,
    _reason_rows,
    page="settings_reasons",
)
RULES = ListFile(
    "ownership",
    gettext_lazy("Ownership rules"),
    _columns("pod* customer region segment note"),
    _bring_rule,
    _take_rule_back,
    _rule_rows,
    page="settings_ownership",
)
# Administrators bring customers and never read them, so there is no export.
CUSTOMERS = ListFile(
    "customers",
    gettext_lazy("Customers"),
    _columns(f"number* {' '.join(DETAILS)} region segment since"),
    _bring_customer,
    _take_customer_back,
    concerns=_known_customers,
)


def register_lists() -> None:
    """Make the lists known; called once at start-up."""
    lists.register(_division("regions", gettext_lazy("Regions"), Region))
    lists.register(_division("segments", gettext_lazy("Segments"), Segment))
    for made in (REASONS, RULES, CUSTOMERS, CONTACTS):
        lists.register(made)
