"""People for tests: a user, a contract, a place in a pod, a role over the company."""

from __future__ import annotations

import datetime as dt
from itertools import count

from django.db.backends.postgresql.psycopg_any import DateRange

from teams.people.models import Contract, User
from teams.pods.models import Area, Membership, Pod, RoleGrant
from teams.skills.models import MemberSkill, Skill

SINCE = dt.date(2024, 1, 1)
PASSWORD = "correct horse battery"
_numbers = count(1)


def user(name: str = "", *, email: str | None = None, password: str | None = None, **fields: object) -> User:
    """A person who can sign in with ``PASSWORD`` when ``password`` is given (hashing costs time)."""
    name = name or f"Person {next(_numbers)}"
    return User.objects.create_user(
        email or f"{name.lower().replace(' ', '.')}@example.org", password, **{"name": name, **fields}
    )


def contract(member: User, *, hours: int = 40, since: dt.date = SINCE, until: dt.date | None = None) -> Contract:
    """Working conditions, Monday to Friday, in Bavaria."""
    return Contract.objects.create(
        member=member,
        period=DateRange(since, until),
        weekly_minutes=hours * 60,
        weekday_minutes=[hours * 12] * 5 + [0, 0],
        zone="Europe/Berlin",
        region="DE-BY",
    )


def join(
    member: User,
    pod: Pod,
    kind: str = "home",
    *,
    lead: bool = False,
    since: dt.date = SINCE,
    until: dt.date | None = None,
) -> Membership:
    """A place in a pod from a date on."""
    return Membership.objects.create(member=member, pod=pod, kind=kind, is_lead=lead, period=DateRange(since, until))


def grant(
    holder: User, role: str, area: Area | None = None, *, since: dt.date = SINCE, until: dt.date | None = None
) -> RoleGrant:
    """A role over the company, or over one area."""
    return RoleGrant.objects.create(user=holder, role=role, area=area, period=DateRange(since, until))


def skill(name: str, *holders: User, level: int = 2) -> Skill:
    """A skill (made once per name) and the people who hold it."""
    found, _ = Skill.objects.get_or_create(name=name, defaults={"slug": name.lower().replace(" ", "-")})
    for holder in holders:
        MemberSkill.objects.update_or_create(member=holder, skill=found, defaults={"level": level})
    return found


def member(pod: Pod, name: str = "", *, hours: int = 40, skills: tuple[str, ...] = ()) -> User:
    """A person with a contract whose home pod it is."""
    person = user(name)
    contract(person, hours=hours)
    join(person, pod)
    for each in skills:
        skill(each, person)
    return person
