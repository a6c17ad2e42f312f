"""What this floor adds to the settings, the set-up of a pod and the history; called once at start-up."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from customers.administration.imports import register_lists
from customers.causes.models import Reason, ReasonGroup
from customers.directory import findings, rulebook
from customers.directory.models import Customer, OwnershipRule, Region, Segment
from teams.administration.sections import Section, add_section
from teams.audit.kinds import Kind, register
from teams.pods import setup
from teams.pods.consequences import Consequence, foretell
from teams.pods.models import Pod


def _count(count: int) -> str:
    return number_format(count, force_grouping=True) if count else _("none yet")


def _regions() -> Section:
    return Section(
        55, "map-pin", _("Regions"), gettext_lazy("The market by place"), reverse("settings_regions"),
        _count(Region.objects.count()),
    )  # fmt: skip


def _segments() -> Section:
    return Section(
        56, "shapes", _("Segments"), gettext_lazy("The market by kind"), reverse("settings_segments"),
        _count(Segment.objects.count()),
    )  # fmt: skip


def _reasons() -> Section:
    return Section(
        60, "list-tree", _("Reasons"), gettext_lazy("Why customers contact us, in two levels"),
        reverse("settings_reasons"), _count(Reason.objects.filter(retired_at=None).count()),
    )  # fmt: skip


def _ownership() -> Section:
    active = OwnershipRule.objects.filter(state=OwnershipRule.State.ACTIVE)
    default = active.filter(precedence=OwnershipRule.Precedence.DEFAULT).exists()
    return Section(
        70, "land-plot", _("Ownership rules"), gettext_lazy("Which pod owns which customers, from when on"),
        reverse("settings_ownership"), _count(active.count()) if default else _("no rule for everybody else"),
        not default,
    )  # fmt: skip


def _customers() -> Section:
    return Section(
        72, "contact-round", _("Customers from a file"), gettext_lazy("Tried out first, with a line for every row"),
        reverse("settings_import", kwargs={"kind": "customers"}), "",
    )  # fmt: skip


def _contacts() -> Section:
    return Section(
        74, "file-clock", _("Past contacts from a file"), gettext_lazy("Large files come by import_contacts"),
        reverse("settings_import", kwargs={"kind": "contacts"}), "",
    )  # fmt: skip


def ownership_state(pod: Pod) -> setup.State:
    """A pod that opens has a rule, active or drafted, that gives it customers."""
    rules = OwnershipRule.objects.filter(pod=pod).count()
    if rules:
        return setup.State(done=True, words=_("%(n)s in the rules") % {"n": rules})
    return setup.State(done=False, words=_("Add a rule that names the pod; it takes effect at the opening."))


def moving(pod: Pod) -> Iterator[Consequence]:
    """How many customers an opening moves, and from where."""
    sources = findings.arrivals(pod)
    total = sum(count for _pod, count in sources)
    if not total:
        yield Consequence(_("No customer moves: the rules that name the pod bring it nobody yet."), watch=True)
        return
    words = ngettext(
        "%(n)s customer moves to %(pod)s (%(from)s); new contacts come to it, open ones stay with their people.",
        "%(n)s customers move to %(pod)s (%(from)s); new contacts come to it, open ones stay with their people.",
        total,
    )
    told = [
        _("%(n)s from %(pod)s") % {"n": number_format(count, force_grouping=True), "pod": source}
        for source, count in sources
    ]
    yield Consequence(
        words % {"n": number_format(total, force_grouping=True), "pod": pod, "from": ", ".join(told)},
    )


def register_everything() -> None:
    """Sections of the settings, the pod's set-up step, lists from files, and what the history shows."""
    for section in (_regions, _segments, _reasons, _ownership, _customers, _contacts):
        add_section(section)
    setup.register(
        setup.Step(
            key="ownership",
            order=50,
            label=gettext_lazy("Customers"),
            missing=gettext_lazy("No ownership rule names the pod yet."),
            check=ownership_state,
            address=lambda pod: f"{reverse('settings_new_rule')}?pod={pod.slug}",
            act=gettext_lazy("Add an ownership rule"),
        )
    )
    setup.on_opening(rulebook.open_pod)
    foretell(10, moving)
    register_lists()
    _register_history()


def _register_history() -> None:
    hidden = frozenset({"created_at"})
    register(
        Kind("region", Region, gettext_lazy("Region"), ("name",)),
        Kind("segment", Segment, gettext_lazy("Segment"), ("name",)),
        Kind("reason_group", ReasonGroup, gettext_lazy("Group of reasons"), ("name",)),
        Kind("reason", Reason, gettext_lazy("Reason"), ("name",)),
        Kind(
            "ownership_rule", OwnershipRule, gettext_lazy("Ownership rule"), ("precedence", "pod"), {"pod": "pod"},
            hidden=hidden,
        ),
        Kind("customer", Customer, gettext_lazy("Customer"), ("name",), settings=False, inside=True, hidden=hidden),
    )  # fmt: skip
