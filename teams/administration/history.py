"""Which changes of people, pods and skills the history shows, and in which words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from teams.audit.kinds import Kind, register
from teams.feeds.models import CalendarFeed
from teams.leave import models as leave
from teams.people import models as people
from teams.pods import models as pods
from teams.pods.agreement import definitions, in_words
from teams.pods.spans import clock
from teams.skills import models as skills

PERSON = {"person": "member"}
POD = {"pod": "pod"}
ITSELF = "pgh_obj"
SECRET = frozenset({"digest", "expires_at", "created_at"})


def _bounds(values: dict[str, Any]) -> str:
    known = {bound.key: bound for bound in definitions()}
    return "; ".join(
        f"{known[key].label}: {in_words(known[key], value)}" for key, value in values.items() if key in known
    )


def register_kinds() -> None:
    """Called once at start-up."""
    register(
        Kind("person", people.User, _("Person"), ("name",), {"person": ITSELF}, hidden=frozenset({"date_joined"})),
        Kind("contract", people.Contract, _("Contract"), ("member",), PERSON),
        Kind("invitation", people.Invitation, _("Invitation"), ("user",), {"person": "user"}, hidden=SECRET),
        Kind("link", people.OneTimeLink, _("One-time link"), ("user",), {"person": "user"}, hidden=SECRET),
        Kind("token", people.ApiToken, _("API token"), ("user", "name"), {"person": "user"}, hidden=SECRET),
        Kind("feed", CalendarFeed, _("Calendar feed"), ("member", "pod"), PERSON, hidden=SECRET | {"made_at"}),
        Kind("role", pods.RoleGrant, _("Role"), ("user", "role"), {"person": "user"}),
        Kind("membership", pods.Membership, _("Membership"), ("member", "pod"), PERSON | POD),
        Kind("company", pods.Company, _("Company"), ("name",)),
        Kind("partner", pods.PartnerCompany, _("Partner company"), ("name",)),
        Kind("area", pods.Area, _("Area"), ("name",)),
        Kind("pod", pods.Pod, _("Pod"), ("name",), {"pod": ITSELF}, hidden=frozenset({"created_at"})),
        Kind("stage", pods.PodStage, _("Stage"), ("pod", "stage"), POD),
        Kind("sub_team", pods.SubTeam, _("Sub-team"), ("pod", "name"), POD),
        Kind(
            "hours",
            pods.OpeningHours,
            _("Opening hours"),
            ("pod", "channel", "weekday"),
            POD,
            shown={"opens": clock, "closes": clock, "weekday": _weekday},
        ),
        Kind(
            "day",
            pods.OpeningException,
            _("Day that differs"),
            ("pod", "day"),
            POD,
            shown={"opens": clock, "closes": clock},
        ),
        Kind("promise", pods.Promise, _("Promise"), ("pod", "channel"), POD),
        Kind(
            "agreement",
            pods.AgreementVersion,
            _("Agreement"),
            ("pod", "number"),
            POD,
            hidden=frozenset({"created_at", "created_by"}),
            shown={"values": _bounds},
        ),
        Kind("limit", pods.OuterLimit, _("Outer limit"), ("key", "country")),
        Kind("leave_kind", leave.LeaveKind, _("Kind of leave"), ("name",)),
        Kind("half_holiday", leave.HalfHoliday, _("Half a holiday"), ("name",)),
        Kind("due", leave.Entitlement, _("Leave that is due"), ("member", "year"), PERSON),
        Kind(
            "leave_day",
            leave.LeaveDay,
            _("Day of leave"),
            ("member", "day"),
            PERSON,
            hidden=frozenset({"request", "absence", "asked_at", "settled_at"}),
            shown={"begins": clock, "ends": clock},
        ),
        Kind("skill", skills.Skill, _("Skill"), ("name",)),
        Kind("member_skill", skills.MemberSkill, _("Skill of a person"), ("member", "skill"), PERSON),
    )


def _weekday(number: int) -> Any:
    from teams.administration.forms import WEEKDAYS

    return WEEKDAYS[number]
