"""What happens to skills: they are named, held at a level, and retired."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from cxportal.core import periods
from cxportal.core.database import LockClass, lock, translate_errors
from cxportal.core.violations import Invalid, Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.skills.models import MemberSkill, Skill

_TAKEN = Violation("name_taken", _("There is already a skill with this name."), way_out=_("Choose another name."))
_CONSTRAINTS = {"teams_skill_name_key": _TAKEN, "teams_skill_slug_key": _TAKEN}
LEVELS = {1: _("with help"), 2: _("alone"), 3: _("helps others"), 4: _("teaches it")}


@recorded
def add_skill(*, by: User | None, name: str, slug: str = "") -> Skill:
    """Name a skill; raises ``Refused`` (``name_taken``)."""
    name = _named(name)
    with translate_errors(_CONSTRAINTS), transaction.atomic():
        return Skill.objects.create(name=name, slug=_slug(slug or name))


@recorded
def rename_skill(*, by: User, skill: Skill, name: str) -> Skill:
    """Give a skill another name; its short name stays."""
    skill.name = _named(name)
    with translate_errors(_CONSTRAINTS), transaction.atomic():
        skill.save(update_fields=["name"])
    return skill


@recorded
def retire_skill(*, by: User, skill: Skill) -> Skill:
    """Offer a skill no longer; who holds it keeps it. Repeating changes nothing."""
    if skill.retired_at is None:
        skill.retired_at = periods.now()
        skill.save(update_fields=["retired_at"])
    return skill


@recorded
def restore_skill(*, by: User, skill: Skill) -> Skill:
    """Offer a retired skill again."""
    skill.retired_at = None
    skill.save(update_fields=["retired_at"])
    return skill


@recorded
def remove_skill(*, by: User, skill: Skill) -> None:
    """Remove a skill that nobody holds; raises ``Refused`` (``in_use``)."""
    holders = skill.holders.count()
    if holders:
        raise Refused(
            Violation(
                "in_use",
                _("%(n)s people hold %(skill)s.") % {"n": holders, "skill": skill},
                {"holders": holders},
                _("Retire it: it is then offered no longer."),
            )
        )
    skill.delete()


@recorded
def set_level(*, by: User | None, member: User, skill: Skill, level: int) -> MemberSkill:
    """Say at which level (1 to 4) somebody holds a skill. Locks the person."""
    if level not in LEVELS:
        raise Invalid({"level": _("A level is 1 to 4.")})
    lock(LockClass.PERSON, [member.pk])
    found, _created = MemberSkill.objects.update_or_create(member=member, skill=skill, defaults={"level": level})
    return found


@recorded
def drop_skill(*, by: User, held: MemberSkill) -> None:
    """Say that somebody doesn't hold a skill."""
    held.delete()


def _named(name: str) -> str:
    name = re.sub(r"\s+", " ", name).strip()
    if not name:
        raise Invalid({"name": _("Write a name.")})
    return name


def _slug(text: str) -> str:
    slug = slugify(text)[:40].strip("-")
    if not slug:
        raise Invalid({"slug": _("Write a short name of Latin letters and digits.")})
    return slug
