"""Lists as CSV, in the columns that the imports read."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from cxportal.core import periods
from cxportal.core.tabular import guarded_cell
from teams.people.models import User
from teams.pods.models import Area, Membership, PartnerCompany, Pod
from teams.skills.models import MemberSkill, Skill

type Rows = Iterable[Sequence[Any]]


def _areas() -> Rows:
    yield ["name", "slug"]
    yield from Area.objects.values_list("name", "slug")


def _partners() -> Rows:
    yield ["name", "slug"]
    yield from PartnerCompany.objects.values_list("name", "slug")


def _skills() -> Rows:
    yield ["name", "slug"]
    yield from Skill.objects.filter(retired_at=None).values_list("name", "slug")


def _pods() -> Rows:
    yield ["name", "slug", "area", "letters", "zone", "country", "purpose", "partner"]
    for pod in Pod.objects.select_related("area", "partner"):
        partner = pod.partner.name if pod.partner else ""
        yield [pod.name, pod.slug, pod.area.name, pod.letters, pod.zone, pod.country, pod.purpose, partner]


def _people() -> Rows:
    yield ["name", "email", "external_id", "pod", "leads", "skills"]
    today = periods.now().date()
    homes = {
        m.member_id: m for m in Membership.objects.filter(kind="home", period__contains=today).select_related("pod")
    }
    skills: dict[int, list[str]] = {}
    for held in MemberSkill.objects.select_related("skill").order_by("skill__name"):
        skills.setdefault(held.member_id, []).append(f"{held.skill.name}:{held.level}")
    for person in User.objects.filter(is_active=True).order_by("name", "pk"):
        home = homes.get(person.pk)
        yield [
            person.name,
            person.email or "",
            person.external_id or "",
            home.pod.slug if home else "",
            "yes" if home and home.is_lead else "",
            "; ".join(skills.get(person.pk, [])),
        ]


LISTS: dict[str, Callable[[], Rows]] = {
    "areas": _areas,
    "partners": _partners,
    "skills": _skills,
    "pods": _pods,
    "people": _people,
}


def csv_lines(rows: Rows) -> Iterator[str]:
    """Lines of CSV; cells that a spreadsheet would compute are escaped."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([guarded_cell("" if cell is None else str(cell)) for cell in row])
        yield line.getvalue()
