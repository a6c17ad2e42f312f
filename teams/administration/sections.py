"""The sections of the settings; rooms and floors above add their own at start-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cxportal.core.violations import Text
from teams.administration.queries import Counts
from teams.pods.models import Company


@dataclass(frozen=True)
class Section:
    """A line on the first page of the settings: where it leads and how much is there."""

    order: int
    icon: str
    title: Text
    about: Text
    url: str
    state: Text
    missing: bool = False


_others: list[Callable[[], Section]] = []


def add_section(make: Callable[[], Section]) -> None:
    """Register a section from another room or floor; ``make`` runs when the page is opened."""
    if make not in _others:
        _others.append(make)


def _n(count: int) -> str:
    return str(count) if count else str(_("none yet"))


def sections(company: Company | None, counts: Counts) -> list[Section]:
    """Every section in order; ``missing`` marks what a new installation needs first."""
    people = str(counts.people)
    if counts.waiting:
        people += " · " + ngettext("%(n)s cannot sign in", "%(n)s cannot sign in", counts.waiting) % {
            "n": counts.waiting
        }
    pods = _n(counts.pods)
    if counts.unopened:
        pods += " · " + ngettext("%(n)s not open", "%(n)s not open", counts.unopened) % {"n": counts.unopened}
    own = [
        Section(
            10,
            "building-2",
            _("Company"),
            gettext_lazy("Name, zone, country, currency"),
            reverse("settings_company"),
            str(company) if company else _("not named yet"),
            company is None,
        ),
        Section(
            20,
            "map",
            _("Areas"),
            gettext_lazy("Several pods under one operations lead"),
            reverse("settings_areas"),
            _n(counts.areas),
            not counts.areas,
        ),
        Section(
            30,
            "hexagon",
            _("Pods"),
            gettext_lazy("People, opening hours, promises, stage, opening"),
            reverse("settings_pods"),
            pods,
            not counts.pods,
        ),
        Section(
            40,
            "users",
            _("People"),
            gettext_lazy("Invitations, pods, contracts, roles, skills"),
            reverse("settings_people"),
            people,
            counts.people < 2,
        ),
        Section(
            50,
            "graduation-cap",
            _("Skills"),
            gettext_lazy("What contacts and seats may need"),
            reverse("settings_skills"),
            _n(counts.skills),
        ),
        Section(
            45,
            "plane",
            _("Leave"),
            gettext_lazy("Kinds, what is due, half and school holidays, balances"),
            reverse("settings_leave"),
            _n(counts.leave_kinds),
        ),
        Section(
            80,
            "shield",
            _("Outer limits"),
            gettext_lazy("What pods may agree, per country; what new pods start with"),
            reverse("settings_limits"),
            _n(counts.limits) if counts.limits else str(_("the product’s own hold")),
        ),
        Section(
            90,
            "handshake",
            _("Partner companies"),
            gettext_lazy("Other companies whose pods help"),
            reverse("settings_partners"),
            _n(counts.partners),
        ),
        Section(
            100,
            "key-round",
            _("API tokens"),
            gettext_lazy("Programs that act for people"),
            reverse("settings_tokens"),
            _n(counts.tokens),
        ),
    ]
    return sorted([*own, *(make() for make in _others)], key=lambda section: section.order)
