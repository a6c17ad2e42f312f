"""Read models of the administrators' pages."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core import periods
from teams.leave.models import LeaveKind
from teams.people.models import ApiToken, Contract, Invitation, User
from teams.pods import spans
from teams.pods.agreement import limitable
from teams.pods.channels import Channel
from teams.pods.models import (
    Area,
    Membership,
    OpeningHours,
    OuterLimit,
    PartnerCompany,
    Pod,
    PodStage,
    Promise,
    RoleGrant,
)
from teams.skills.models import Skill

PER_PAGE = 50
NO_PASSWORD = Q(("password__startswith", UNUSABLE_PASSWORD_PREFIX))
ACCESS = {
    "all": lambda: Q(),
    "in": lambda: Q(is_active=True) & ~NO_PASSWORD,
    "invited": lambda: Q(is_active=True) & NO_PASSWORD & Q(invited=True),
    "out": lambda: Q(is_active=True) & NO_PASSWORD & Q(invited=False),
    "deactivated": lambda: Q(is_active=False),
}


@dataclass(frozen=True)
class Counts:
    """How much there is of everything, for the first page of the settings."""

    areas: int
    pods: int
    unopened: int
    people: int
    waiting: int
    skills: int
    partners: int
    limits: int
    tokens: int
    leave_kinds: int


def counts() -> Counts:
    """One query a table."""
    now = periods.now()
    people = User.objects.filter(is_active=True).aggregate(all=Count("pk"), waiting=Count("pk", filter=NO_PASSWORD))
    pods = Pod.objects.filter(closed_at=None).aggregate(all=Count("pk"), unopened=Count("pk", filter=Q(opens_at=None)))
    return Counts(
        areas=Area.objects.count(),
        pods=pods["all"],
        unopened=pods["unopened"],
        people=people["all"],
        waiting=people["waiting"],
        skills=Skill.objects.filter(retired_at=None).count(),
        partners=PartnerCompany.objects.filter(ended_at=None).count(),
        limits=OuterLimit.objects.count(),
        tokens=ApiToken.objects.filter(revoked_at=None, expires_at__gt=now).count(),
        leave_kinds=LeaveKind.objects.filter(retired_at=None).count(),
    )


def people(query: str = "", access: str = "all", pod: str = "", day: dt.date | None = None) -> QuerySet[User]:
    """People by name with ``home`` (the pod's name) and ``invited``; filtered by words, access and pod."""
    now = periods.now()
    day = day or now.date()
    home = Membership.objects.filter(member=OuterRef("pk"), kind="home", period__contains=day)
    invitation = Invitation.objects.filter(user=OuterRef("pk"), accepted_at=None, revoked_at=None, expires_at__gt=now)
    found = User.objects.annotate(home=Subquery(home.values("pod__name")[:1]), invited=Exists(invitation))
    for word in query.split():
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word) | Q(external_id__iexact=word))
    found = found.filter(ACCESS.get(access, ACCESS["all"])())
    if pod:
        found = found.filter(Exists(home.filter(pod__slug=pod)))
    return found.order_by("name", "pk")


@dataclass(frozen=True)
class Access:
    """How somebody gets in: the state in a tone and words, and what can be done about it."""

    state: str
    tone: str
    words: str
    invitation: Invitation | None = None


def access_of(person: User, at: dt.datetime | None = None) -> Access:
    """One query when the person cannot sign in yet."""
    at = at or periods.now()
    if not person.is_active:
        return Access("deactivated", "plain", _("Deactivated"))
    if person.has_usable_password():
        return Access("in", "good", _("Can sign in"))
    latest = Invitation.objects.filter(user=person, accepted_at=None).order_by("-created_at").first()
    if latest is not None and latest.revoked_at is None:
        if latest.expires_at > at:
            return Access("invited", "info", _("Invited"), latest)
        return Access("out", "watch", _("Invitation expired"), latest)
    return Access("out", "plain", _("Not invited yet") if person.email else _("No email, cannot sign in"))


@dataclass(frozen=True)
class Dated:
    """A row that holds between two days."""

    row: Any
    first: dt.date
    last: dt.date | None
    now: bool


def dated(rows: QuerySet[Any] | list[Any], day: dt.date | None = None) -> list[Dated]:
    """Rows with a ``period``, those that hold now first, then the newest."""
    day = day or periods.now().date()
    found = [
        Dated(
            row,
            row.period.lower,
            row.period.upper - periods.DAY if row.period.upper else None,
            row.period.lower <= day and (row.period.upper is None or day < row.period.upper),
        )
        for row in rows
    ]
    return sorted(found, key=lambda d: (not d.now, -d.first.toordinal()))


def hours_words(minutes: int) -> str:
    """``40 h`` or ``38 h 30``."""
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


def contracts_of(person: User) -> list[tuple[Dated, str]]:
    """Contracts with their weekly hours in words."""
    rows = dated(Contract.objects.filter(member=person))
    return [(each, hours_words(each.row.weekly_minutes)) for each in rows]


@dataclass(frozen=True)
class ChannelHours:
    """A channel of a pod: when it is open, and what is promised there."""

    channel: Channel
    lines: list[tuple[str, str]]
    promise: str


def channels_of(pod: Pod) -> list[ChannelHours]:
    """Every human channel with hours and promise in words. Two queries."""
    promises = {p.channel: p for p in Promise.objects.filter(pod=pod)}
    weeks = weeks_of(pod)
    return [
        ChannelHours(
            channel,
            spans.summary(weeks[channel]),
            promise_words(promises[channel]) if channel in promises else "",
        )
        for channel in Channel
        if channel.human
    ]


def weeks_of(pod: Pod) -> dict[str, dict[int, list[tuple[int, int]]]]:
    """Spans by channel and weekday. One query."""
    weeks: dict[str, dict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for row in OpeningHours.objects.filter(pod=pod):
        weeks[row.channel][row.weekday].append((row.opens, row.closes))
    return weeks


def promise_words(promise: Promise) -> str:
    """``20 s``, ``8 h of opening time``."""
    seconds = promise.seconds
    if seconds % 3600 == 0:
        amount = _("%(n)s h") % {"n": seconds // 3600}
    elif seconds % 60 == 0:
        amount = _("%(n)s min") % {"n": seconds // 60}
    else:
        amount = _("%(n)s s") % {"n": seconds}
    return _("%(time)s of opening time") % {"time": amount} if promise.in_opening_time else amount


@dataclass(frozen=True)
class PodRow:
    """A pod in the list: how many are at home today, which stage is in force, how far it is."""

    pod: Pod
    people: str
    stage: str
    state: tuple[str, str]


def pods() -> list[PodRow]:
    """Every pod by area and name. One query."""
    day = periods.now().date()
    home = Count("memberships", filter=Q(memberships__kind="home", memberships__period__contains=day))
    stage = PodStage.objects.filter(pod=OuterRef("pk"), starts_on__lte=day).order_by("-starts_on")
    rows = (
        Pod.objects.select_related("area", "partner")
        .annotate(size=home, present_stage=Subquery(stage.values("stage")[:1]))
        .order_by("area__name", "name")
    )
    labels = {stage.value: str(stage.label) for stage in PodStage.Stage}
    return [
        PodRow(row, people_words(row.size), labels.get(row.present_stage or "", ""), pod_state(row)) for row in rows
    ]


def pod_state(pod: Pod, at: dt.datetime | None = None) -> tuple[str, str]:
    """Tone and words of how far a pod is."""
    at = at or periods.now()
    if pod.closed_at is not None:
        return "plain", _("Closed")
    if pod.opens_at is None:
        return "watch", _("Being set up")
    if pod.opens_at > at:
        return "info", _("Opens %(when)s") % {"when": pod.opens_at.astimezone(pod.tzinfo).strftime("%d.%m.%Y %H:%M")}
    return "good", _("Open")


def people_words(count: int) -> str:
    return ngettext("%(n)s person", "%(n)s people", count) % {"n": count}


def limits() -> list[tuple[Any, list[OuterLimit]]]:
    """Every bound that can be limited, with the company's own limits. One query."""
    own = defaultdict(list)
    for limit in OuterLimit.objects.order_by("country"):
        own[limit.key].append(limit)
    return [(bound, own[bound.key]) for bound in limitable()]


def living_tokens() -> QuerySet[ApiToken]:
    """Tokens of everybody that open something now."""
    return (
        ApiToken.objects.select_related("user")
        .filter(revoked_at=None, expires_at__gt=periods.now(), user__is_active=True)
        .order_by("expires_at", "pk")
    )


def roles_of(person: User) -> list[Dated]:
    return dated(RoleGrant.objects.filter(user=person).select_related("area"))
