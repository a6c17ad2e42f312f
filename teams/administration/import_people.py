"""People as an import: who they are, their home pod and their skills in one row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core import periods
from cxportal.core.lists import Brought, Column, ListFile, stands_as_left
from cxportal.core.violations import Invalid, Text
from teams.administration import reading
from teams.people import services
from teams.people.models import User
from teams.pods import memberships
from teams.pods.models import Membership, Pod
from teams.skills import services as skills
from teams.skills.models import MemberSkill, Skill


def bring_person(by: User, row: Mapping[str, str]) -> Brought:
    """Add a person or change one; a home pod moves them there from today on.

    The person is found by external id, else by email; without both a row is always new.
    """
    found = reading.known_person(row)
    pod = _pod(row["pod"])
    wanted = _skills(row["skills"])
    undo: dict[str, Any] = {}
    if found is None:
        person = services.add_person(
            by=by, name=row["name"], email=_email(row["email"]), external_id=row["external_id"] or None
        )
        undo |= {"added": person.pk, "now": {name: getattr(person, name) for name in ("name", "email", "external_id")}}
    else:
        person = found
        undo |= {"changed": person.pk, "before": _change(by, person, row)}
        undo["now"] = {name: getattr(person, name) for name in undo["before"]}
    undo["moved"] = _place(by, person, pod, row["leads"])
    undo["skills"] = _hold(by, person, wanted)
    if found is not None and not undo["before"] and not undo["moved"] and not undo["skills"]:
        return Brought("same", str(person))
    return Brought("new" if found is None else "changed", str(person), undo)


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
    found: list[tuple[Skill, int]] = []
    wrong: list[Text] = []
    for part in filter(None, (piece.strip() for piece in re.split(r"[;|]", text))):
        name, _colon, level = part.partition(":")
        skill = Skill.objects.filter(name__iexact=name.strip()).first()
        if skill is None:
            wrong.append(_("There is no skill “%(name)s”.") % {"name": name.strip()})
        elif level.strip() and level.strip() not in {"1", "2", "3", "4"}:
            wrong.append(_("A level is 1 to 4."))
        else:
            found.append((skill, int(level or 2)))
    if wrong:
        raise Invalid({"skills": wrong})
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
        person.refresh_from_db()
    return before


def _place(by: User, person: User, pod: Pod | None, told: str) -> dict[str, Any]:
    """Move the person home to the pod from today on; returns what an undo needs.

    ``told`` says whether they lead it; where it is empty, who leads the pod already goes on.
    """
    if pod is None:
        return {}
    today = periods.now().date()
    current = Membership.objects.filter(member=person, kind="home", period__contains=today).first()
    leads = reading.yes_or_no(told, "leads", False)
    if current is not None and current.pod_id == pod.pk:
        leads = reading.yes_or_no(told, "leads", current.is_lead)
        if current.is_lead == leads:
            return {}
        memberships.change_membership(by=by, membership=current, is_lead=leads, sub_team=current.sub_team)
        return {"lead": current.pk, "was": not leads}
    made = memberships.move_to_pod(by=by, member=person, pod=pod, first=today, is_lead=leads)
    return {"made": made.pk, "from": current.pod_id if current else None}


def _hold(by: User, person: User, wanted: list[tuple[Skill, int]]) -> list[list[Any]]:
    """Give the skills; returns skill, old level (None where there was none) and new level of those that changed."""
    held = {each.skill_id: each.level for each in MemberSkill.objects.filter(member=person)}
    before = []
    for skill, level in wanted:
        if held.get(skill.pk) != level:
            skills.set_level(by=by, member=person, skill=skill, level=level)
            before.append([skill.pk, held.get(skill.pk), level])
    return before


def take_back_person(by: User, undo: dict[str, Any]) -> None:
    """Take back what the row brought; raises ``Refused`` where somebody changed it since.

    A new person goes with everything that the row gave them, but not with what others gave them since.
    """
    person = User.objects.filter(pk=undo.get("added") or undo["changed"]).first()
    if person is None:
        return
    stands_as_left(person, {name: getattr(person, name) for name in undo["now"]}, undo["now"])
    _check_place(person, undo["moved"])
    if "added" in undo:
        _check_nothing_more(person, undo)
        services.remove_person(by=by, person=person)
        return
    for skill, before, now in undo["skills"]:
        _skill_back(by, person, skill, before, now)
    _place_back(by, person, undo["moved"])
    if undo["before"]:
        services.change_person(by=by, person=person, **undo["before"])


def _check_place(person: User, moved: dict[str, Any]) -> None:
    """The membership that the row made or changed is as the row left it."""
    if not moved:
        return
    row = Membership.objects.filter(pk=moved.get("made") or moved["lead"]).first()
    stands = row and (row.period.upper is None if "made" in moved else row.is_lead != moved["was"])
    stands_as_left(person, stands, True)


def _check_nothing_more(person: User, undo: dict[str, Any]) -> None:
    """A new person has only the memberships and skills of the row, and no contract or role."""
    mine = {undo["moved"]["made"]} if undo["moved"] else set()
    held = {(each.skill_id, each.level) for each in MemberSkill.objects.filter(member=person)}
    stands_as_left(person, held, {(skill, now) for skill, _before, now in undo["skills"]})
    others = Membership.objects.filter(member=person).exclude(pk__in=mine)
    more = [rows.exists() for rows in (others, person.contracts, person.role_grants)]
    stands_as_left(person, any(more), False)


def _skill_back(by: User, person: User, skill: int, before: int | None, now: int) -> None:
    held = MemberSkill.objects.select_related("skill").filter(member=person, skill=skill).first()
    stands_as_left(person, held and held.level, now)
    if held is None:
        return
    if before is None:
        skills.drop_skill(by=by, held=held)
    else:
        skills.set_level(by=by, member=person, skill=held.skill, level=before)


def _place_back(by: User, person: User, moved: dict[str, Any]) -> None:
    if "lead" in moved:
        row = Membership.objects.get(pk=moved["lead"])
        memberships.change_membership(by=by, membership=row, is_lead=moved["was"], sub_team=row.sub_team)
    elif "made" in moved:
        memberships.undo_move(by=by, membership=Membership.objects.get(pk=moved["made"]))


def _rows() -> Iterator[list[Any]]:
    """Active people with their home pod of today and their skills."""
    today = periods.now().date()
    homes = {
        m.member_id: m for m in Membership.objects.filter(kind="home", period__contains=today).select_related("pod")
    }
    held: dict[int, list[str]] = {}
    for each in MemberSkill.objects.select_related("skill").order_by("skill__name"):
        held.setdefault(each.member_id, []).append(f"{each.skill.name}:{each.level}")
    for person in User.objects.filter(is_active=True).order_by("name", "pk"):
        home = homes.get(person.pk)
        place = [home.pod.slug, "yes" if home.is_lead else "no"] if home else ["", ""]
        yield [person.name, person.email, person.external_id, *place, "; ".join(held.get(person.pk, []))]


PEOPLE = ListFile(
    "people",
    gettext_lazy("People"),
    (
        Column("name", required=True),
        Column(
            "email",
            hint=gettext_lazy("They sign in with it once they are invited."),
            check=lambda row: _email(row["email"]),
        ),
        Column("external_id", hint=gettext_lazy("Their number in other systems."), check=reading.known_person),
        Column(
            "pod",
            hint=gettext_lazy("Short name of the home pod, from today on."),
            check=lambda row: _pod(row["pod"]),
        ),
        Column(
            "leads",
            hint=gettext_lazy("yes or no: whether they lead the pod. Empty: as it is, no in a new pod."),
            check=lambda row: reading.yes_or_no(row["leads"], "leads", False),
        ),
        Column("skills", hint=gettext_lazy("Like German:3; Polish."), check=lambda row: _skills(row["skills"])),
    ),
    bring_person,
    take_back_person,
    _rows,
    page="settings_people",
)
