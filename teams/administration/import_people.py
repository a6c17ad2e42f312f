"""People as an import: who they are, their home pod and their skills in one row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core import periods
from cxportal.core.imports import Brought, Column, ListImport
from cxportal.core.violations import Invalid, Refused, Violation
from teams.people import services
from teams.people.models import User
from teams.pods import memberships
from teams.pods.models import Membership, Pod
from teams.skills import services as skills
from teams.skills.models import MemberSkill, Skill

YES = {"yes", "y", "true", "1", "x"}


def bring_person(by: User, row: Mapping[str, str]) -> Brought:
    """Add a person or change one; a home pod moves them there from today on.

    The person is found by external id, else by email; without both a row is always new.
    """
    found = _found(row)
    pod = _pod(row["pod"])
    wanted = _skills(row["skills"])
    undo: dict[str, Any] = {}
    if found is None:
        person = services.add_person(
            by=by, name=row["name"], email=_email(row["email"]), external_id=row["external_id"] or None
        )
        undo["added"] = person.pk
    else:
        person = found
        undo |= {"changed": person.pk, "before": _change(by, person, row)}
    undo["moved"] = _place(by, person, pod, row["leads"].strip().lower() in YES)
    undo["skills"] = _hold(by, person, wanted)
    if found is not None and not undo["before"] and not undo["moved"] and not undo["skills"]:
        return Brought("same", str(person))
    return Brought("new" if found is None else "changed", str(person), undo)


def _found(row: Mapping[str, str]) -> User | None:
    by_id = User.objects.filter(external_id=row["external_id"]).first() if row["external_id"] else None
    by_email = User.objects.filter(email=row["email"].lower()).first() if row["email"] else None
    if by_id is not None and by_email is not None and by_id.pk != by_email.pk:
        raise Refused(Violation("two_people", _("External id and email belong to two different people.")))
    return by_id or by_email


def _email(text: str) -> str | None:
    if text:
        validate_email(text)
    return text or None


def _pod(slug: str) -> Pod | None:
    if not slug:
        return None
    pod = Pod.objects.filter(slug=slug.lower(), closed_at=None).first()
    if pod is None:
        raise Invalid({"pod": _("There is no pod “%(slug)s”.") % {"slug": slug}})
    return pod


def _skills(text: str) -> list[tuple[Skill, int]]:
    """``German:3; Polish`` as skills with levels; 2 where none stands."""
    found = []
    for part in filter(None, (piece.strip() for piece in re.split(r"[;|]", text))):
        name, _colon, level = part.partition(":")
        skill = Skill.objects.filter(name__iexact=name.strip()).first()
        if skill is None:
            raise Invalid({"skills": _("There is no skill “%(name)s”.") % {"name": name.strip()}})
        if level.strip() and level.strip() not in {"1", "2", "3", "4"}:
            raise Invalid({"skills": _("A level is 1 to 4.")})
        found.append((skill, int(level or 2)))
    return found


def _change(by: User, person: User, row: Mapping[str, str]) -> dict[str, Any]:
    """Change what the row fills and differs; returns the old values."""
    wanted: dict[str, Any] = {"name": row["name"]}
    if row["email"]:
        wanted["email"] = (_email(row["email"]) or "").lower()
    if row["external_id"]:
        wanted["external_id"] = row["external_id"]
    different = {name: value for name, value in wanted.items() if getattr(person, name) != value}
    before = {name: getattr(person, name) for name in different}
    if different:
        services.change_person(by=by, person=person, **different)
    return before


def _place(by: User, person: User, pod: Pod | None, leads: bool) -> dict[str, Any]:
    """Move the person home to the pod from today on; returns what an undo needs."""
    if pod is None:
        return {}
    today = periods.now().date()
    current = Membership.objects.filter(member=person, kind="home", period__contains=today).first()
    if current is not None and current.pod_id == pod.pk:
        if current.is_lead == leads:
            return {}
        memberships.change_membership(by=by, membership=current, is_lead=leads, sub_team=current.sub_team)
        return {"lead": current.pk, "was": not leads}
    made = memberships.move_to_pod(by=by, member=person, pod=pod, first=today, is_lead=leads)
    return {"made": made.pk, "from": current.pod_id if current else None}


def _hold(by: User, person: User, wanted: list[tuple[Skill, int]]) -> list[list[Any]]:
    """Give the skills; returns the old levels of those that changed (None where there was none)."""
    held = {each.skill_id: each.level for each in MemberSkill.objects.filter(member=person)}
    before = []
    for skill, level in wanted:
        if held.get(skill.pk) != level:
            skills.set_level(by=by, member=person, skill=skill, level=level)
            before.append([skill.pk, held.get(skill.pk)])
    return before


def take_back_person(by: User, undo: dict[str, Any]) -> None:
    """Take back what the row brought; a new person who has worked already stays."""
    person = User.objects.filter(pk=undo.get("added") or undo["changed"]).first()
    if person is None:
        return
    if "added" in undo:
        services.remove_person(by=by, person=person)
        return
    for skill, level in undo["skills"]:
        held = MemberSkill.objects.filter(member=person, skill=skill).first()
        if held is not None and level is None:
            skills.drop_skill(by=by, held=held)
        elif held is not None:
            skills.set_level(by=by, member=person, skill=held.skill, level=level)
    _place_back(by, person, undo["moved"])
    if undo["before"]:
        services.change_person(by=by, person=person, **undo["before"])


def _place_back(by: User, person: User, moved: dict[str, Any]) -> None:
    if "lead" in moved:
        row = Membership.objects.filter(pk=moved["lead"]).first()
        if row is not None:
            memberships.change_membership(by=by, membership=row, is_lead=moved["was"], sub_team=row.sub_team)
    elif "made" in moved:
        memberships.undo_move(by=by, membership=Membership.objects.filter(pk=moved["made"]).first())


PEOPLE = ListImport(
    "people",
    gettext_lazy("People"),
    (
        Column("name", required=True),
        Column("email", hint=gettext_lazy("They sign in with it once they are invited.")),
        Column("external_id", hint=gettext_lazy("Their number in other systems.")),
        Column("pod", hint=gettext_lazy("Short name of the home pod, from today on.")),
        Column("leads", hint=gettext_lazy("yes, when the person leads the pod.")),
        Column("skills", hint=gettext_lazy("Like German:3; Polish.")),
    ),
    bring_person,
    take_back_person,
)
