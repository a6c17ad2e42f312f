"""What happens to skills: they are named, and held at a level."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cxportal.core.database import LockClass, lock, translate_errors
from cxportal.core.violations import Invalid, Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.people.traces import has_traces
from teams.pods.names import full_name, short_name
from teams.skills.models import MemberSkill, Skill

_TAKEN = Violation("name_taken", _("There is already a skill with this name."), way_out=_("Choose another name."))
_CONSTRAINTS = {"teams_skill_name_key": _TAKEN, "teams_skill_slug_key": _TAKEN}
LEVELS = {1: _("with help"), 2: _("alone"), 3: _("helps others"), 4: _("teaches it")}


@recorded
def add_skill(*, by: User | None, name: str, slug: str = "") -> Skill:
    """Name a skill; raises ``Refused`` (``name_taken``)."""
    name = full_name(name)
    with translate_errors(_CONSTRAINTS), transaction.atomic():
        return Skill.objects.create(name=name, slug=short_name(slug or name))


@recorded
def rename_skill(*, by: User, skill: Skill, name: str) -> Skill:
    """Give a skill another name; its short name stays."""
    skill.name = full_name(name)
    with translate_errors(_CONSTRAINTS), transaction.atomic():
        skill.save(update_fields=["name"])
    return skill


@recorded
def remove_skill(*, by: User, skill: Skill) -> None:
    """Remove a skill that nobody holds and nothing needs; raises ``Refused`` (``in_use``)."""
    holders = skill.holders.count()
    if holders:
        raise Refused(
            Violation(
                "in_use",
                ngettext("%(n)s person holds %(skill)s.", "%(n)s people hold %(skill)s.", holders)
                % {"n": holders, "skill": skill},
                {"holders": holders},
                _("Take it from them first, on their pages."),
            )
        )
    if has_traces(skill, ()):
        words = _("A pattern, a shift or a contact needs %(skill)s.") % {"skill": skill}
        raise Refused(Violation("in_use", words))
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
