"""The cast: the same named people and pods in every test.

Two open pods, Isar and Elbe, in the area South; the area North has no pod. Everybody who
works in a pod has a 40 h contract since 2024. Nobody has a password: sign in by
``client.force_login`` (the fixture ``browser`` does it), or give one with ``set_password``.
"""

from __future__ import annotations

from dataclasses import dataclass

from teams.people.models import User
from teams.pods.models import Area, Company, Pod
from tests.factories import people, pods

ROLES = (
    "member",
    "second_member",
    "other_member",
    "guest",
    "coach",
    "lead",
    "operations_lead",
    "other_operations_lead",
    "executive",
    "product_owner",
    "administrator",
    "stranger",
)


@dataclass(frozen=True)
class Cast:
    """Who is who. Seen from Isar, the own pod; Elbe is the other pod."""

    company: Company
    south: Area
    north: Area
    isar: Pod
    elbe: Pod
    member: User
    second_member: User
    other_member: User
    guest: User
    coach: User
    lead: User
    operations_lead: User
    other_operations_lead: User
    executive: User
    product_owner: User
    administrator: User
    stranger: User

    def __getitem__(self, role: str) -> User:
        """The person who plays a role of ``ROLES``."""
        found: User = getattr(self, role)
        return found

    @property
    def everybody(self) -> dict[str, User]:
        """Role to person, in the order of ``ROLES``."""
        return {role: self[role] for role in ROLES}


def make_cast() -> Cast:
    """Create the company, two pods and everybody in them: about 60 small statements."""
    company = pods.company()
    south, north = pods.area("South"), pods.area("North")
    isar = pods.open_pod("Isar", in_area=south, category=1)
    elbe = pods.open_pod("Elbe", in_area=south, category=3)
    # "operations_lead", "executive" and the others are plain users with one grant each.
    company_roles = {
        "operations_lead": people.user("Olga Berg", email="operations.lead@example.org"),
        "other_operations_lead": people.user("Norbert Kern", email="north.lead@example.org"),
        "executive": people.user("Eva Stein", email="executive@example.org"),
        "product_owner": people.user("Paul Ostrow", email="product.owner@example.org"),
        "administrator": people.user("Ada Wolf", email="administrator@example.org"),
    }
    people.grant(company_roles["operations_lead"], "operations_lead", south)
    people.grant(company_roles["other_operations_lead"], "operations_lead", north)
    for role in ("executive", "product_owner", "administrator"):
        people.grant(company_roles[role], role)
    guest = people.member(elbe, "Gesa Lind")
    people.join(guest, isar, "guest")
    coach = people.user("Cora Weiss")
    people.join(coach, isar, "coach")
    lead = people.user("Lena Vogt")
    people.contract(lead)
    people.join(lead, isar, lead=True)
    return Cast(
        company=company,
        south=south,
        north=north,
        isar=isar,
        elbe=elbe,
        member=people.member(isar, "Mara Jung"),
        second_member=people.member(isar, "Bela Roth"),
        other_member=people.member(elbe, "Otis Frank"),
        guest=guest,
        coach=coach,
        lead=lead,
        stranger=people.user("Stig Fremd"),
        **company_roles,
    )
