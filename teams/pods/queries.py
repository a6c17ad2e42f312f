"""Who stands where: the roles and pods of a person at an instant."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q, QuerySet

from cxportal.core import periods
from cxportal.core.batch import Prepared, fetch
from teams.people.models import User
from teams.pods.models import Company, Pod, RoleGrant

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

Role = RoleGrant.Role


@dataclass(frozen=True)
class Standing:
    """Everything that permissions ask of a person, on one day.

    ``areas`` maps a role to the ids of its areas; None stands for the whole company.
    """

    user_id: int
    home: int | None = None
    guest: frozenset[int] = field(default_factory=frozenset)
    coach: frozenset[int] = field(default_factory=frozenset)
    leads: frozenset[int] = field(default_factory=frozenset)
    roles: dict[str, frozenset[int] | None] = field(default_factory=dict)
    pod_areas: dict[int, int] = field(default_factory=dict)
    partners: frozenset[int] = field(default_factory=frozenset)

    @property
    def member_of(self) -> frozenset[int]:
        """Pods in which the person works: the home pod and those visited as a guest."""
        return self.guest | ({self.home} if self.home else frozenset())

    @property
    def pods(self) -> frozenset[int]:
        """Pods in which the person has any standing of their own."""
        return self.member_of | self.coach

    def has(self, role: str, area: int | None = None) -> bool:
        """True when the person holds the role, for the area when one is named."""
        if role not in self.roles:
            return False
        areas = self.roles[role]
        return area is None or areas is None or area in areas

    @property
    def is_administrator(self) -> bool:
        return Role.ADMINISTRATOR in self.roles


def standing(user: User | AnonymousUser, day: dt.date | None = None) -> Standing:
    """The standing of a person on a day (default: today, in UTC). One trip, kept on the user.

    Deactivated people stand nowhere.
    """
    if not isinstance(user, User) or not user.is_active:
        return Standing(user_id=user.pk or 0)
    day = day or periods.now().date()
    kept: dict[dt.date, Standing] = user.__dict__.setdefault("_standing", {})
    if day not in kept:
        kept[day] = _standing(user, day)
    return kept[day]


def forget_standing(user: User) -> None:
    """Ask again after a change of memberships or roles within one request."""
    user.__dict__.pop("_standing", None)


STANDING = Prepared(
    "standing",
    """
SELECT m.kind, m.pod_id, m.is_lead, p.area_id, p.partner_id
FROM teams_membership m JOIN teams_pod p ON p.id = m.pod_id
WHERE m.member_id = %(user)s AND m.period @> %(day)s
UNION ALL
SELECT 'role ' || g.role, NULL, NULL, g.area_id, NULL FROM teams_rolegrant g
WHERE g.user_id = %(user)s AND g.period @> %(day)s
""",
    user="bigint",
    day="date",
)


def _standing(user: User, day: dt.date) -> Standing:
    by_kind: dict[str, set[int]] = {}
    roles: dict[str, frozenset[int] | None] = {}
    areas, partners = {}, set()
    for kind, pod, leads, area, partner in fetch(STANDING(user=user.pk, day=day))[0]:
        if kind.startswith("role "):
            known = roles.get(role := kind.removeprefix("role "), frozenset())
            roles[role] = None if area is None or known is None else known | {area}
            continue
        areas[pod] = area
        by_kind.setdefault(kind, set()).add(pod)
        by_kind.setdefault("leads", set()).update({pod} if leads else ())
        partners |= {partner} if partner else set()
    return Standing(
        user_id=user.pk,
        home=next(iter(by_kind.get("home", ())), None),
        guest=frozenset(by_kind.get("guest", ())),
        coach=frozenset(by_kind.get("coach", ())),
        leads=frozenset(by_kind.get("leads", ())),
        roles=roles,
        pod_areas=areas,
        partners=frozenset(partners),
    )


def visible_pods(user: User) -> QuerySet[Pod]:
    """Pods that a person may open in some form, for the switcher and lists; own pods included."""
    stand = standing(user)
    own = Q(pk__in=stand.pods)
    for role in (Role.OPERATIONS_LEAD, Role.EXECUTIVE, Role.ADMINISTRATOR):
        if role in stand.roles:
            areas = stand.roles[role]
            own |= Q() if areas is None else Q(area_id__in=areas)
            if areas is None:
                return Pod.objects.filter(closed_at__isnull=True)
    return Pod.objects.filter(own, closed_at__isnull=True)


def members_on(pod: Pod | int, day: dt.date) -> QuerySet[User]:
    """People whose home pod it is on a day, and its guests; by name."""
    return User.objects.filter(
        memberships__pod=pod, memberships__kind__in=["home", "guest"], memberships__period__contains=day
    ).order_by("name", "pk")


def home_members_on(pod: Pod | int, day: dt.date) -> QuerySet[User]:
    """People whose home pod it is on a day: those who are meant by its number of members; by name."""
    return User.objects.filter(
        memberships__pod=pod, memberships__kind="home", memberships__period__contains=day
    ).order_by("name", "pk")


def reader_zone(user: User) -> str:
    """The zone in which a person reads times that belong to no pod: own, home pod's, else the company's."""
    if user.zone:
        return user.zone
    home = Pod.objects.filter(pk=standing(user).home or 0).only("zone").first()
    company = None if home else Company.objects.only("zone").first()
    return home.zone if home else company.zone if company else settings.TIME_ZONE
