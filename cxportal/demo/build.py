"""The company itself, built through the services: pods, people, hours, promises, skills, reasons, rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.contrib.auth.hashers import make_password
from django.db import transaction

from customers.causes import services as causes
from customers.causes.models import Reason, ReasonGroup
from customers.directory import rulebook
from customers.directory.models import Region, Segment
from customers.routing import agreements
from customers.routing.terms import Terms
from cxportal.core.periods import to_instant
from cxportal.demo import names
from cxportal.demo.company import LAUNCH_WEEKS, Plan, PodPlan
from cxportal.demo.roster import weekly_hours
from cxportal.demo.world import ZONE, first_monday, partners
from teams.audit.tracking import acting
from teams.notifications.models import Notice
from teams.people import services as people
from teams.people.models import User
from teams.pods import memberships, opening, services, versions
from teams.pods.channels import HUMAN, Channel
from teams.pods.models import Pod, RoleGrant
from teams.skills import services as skills
from teams.skills.models import Skill
from teams.staffing.services import standard_activities

PASSWORD = "fennlink-demo"  # noqa: S105 - of the demo's accounts only; the demo refuses to load in production
DOMAIN = "fennlink.example"
WEEKDAY, SATURDAY = (8 * 60, 20 * 60), (9 * 60, 17 * 60)
PROMISES = {
    Channel.PHONE: 180,
    Channel.CHAT: 120,
    Channel.EMAIL: 4 * 3600,
    Channel.SOCIAL: 3600,
    Channel.WEB_FORM: 6 * 3600,
    Channel.LETTER: 24 * 3600,
}
FLOOR = [
    {"activity": "phone", "weekdays": [1, 2, 3, 4, 5], "start": "08:00", "end": "20:00", "people": 1},
    {"activity": "phone", "weekdays": [6], "start": "09:00", "end": "17:00", "people": 1},
]
SKILLS = ("German", "English", "Turkish", "Billing", "Fixed line", "Business customers")
SEGMENTS = (("consumer", "Consumer"), ("business", "Business"))
ROLES = (
    ("Member of Pod Isar", "Amara Okafor"),
    ("Coach of the area South", "Maren Vogel"),
    ("Operations lead of the area South", "Ruth Lindqvist"),
    ("Product owner of billing", "Paul Novák"),
    ("Executive", "Eva Sørensen"),
    ("Administrator", "Ada Wolf"),
)


@dataclass(frozen=True)
class Built:
    """The company's rows as the other steps need them: by the plan's order."""

    plan: Plan
    administrator: User
    pods: list[Pod]
    people: list[list[User]]
    reasons: list[list[Reason]]


def email_of(name: str) -> str:
    """``amara.okafor@…``: the address of a demo account."""
    plain = name.lower().translate(
        str.maketrans("ãáàäâąçčćéèêëęğíìîïłñńňóòôöõøőřśšşțúùûüýÿźżžı", "aaaaaaccceeeeegiiiilnnnooooooorssstuuuuyyzzzi")
    )
    return ".".join("".join(letter for letter in part if letter.isascii()) for part in plain.split()) + f"@{DOMAIN}"


def logins() -> list[tuple[str, str]]:
    """Role and address of the accounts that can sign in with ``PASSWORD``."""
    return [(role, email_of(name)) for role, name in ROLES]


def build(plan: Plan, *, today: dt.date, seed: int) -> Built:
    """Create the company, in one transaction. Pods are open since before the history begins."""
    first = first_monday(today)
    with transaction.atomic(), acting(by=None, service="demo"):
        services.set_company(by=None, name=plan.company, zone=str(ZONE), country="DE", is_demo=True)
        administrator = people.add_person(by=None, name=ROLES[5][1], email=email_of(ROLES[5][1]))
        since = first - dt.timedelta(days=365)
        memberships.grant_role(by=None, user=administrator, role=RoleGrant.Role.ADMINISTRATOR, first=since)
        standard_activities()
        versions.set_template(by=administrator, values={"coverage_floor": FLOOR})
        pods = _pods(plan, first, administrator)
        everybody = _people(plan, pods, since, seed, administrator)
        _officers(plan, pods, since, administrator)
        _reasons(administrator)
        _ownership(plan, pods, administrator)
        _overflow(plan, pods, everybody, first)
        User.objects.filter(email__in=[email for _role, email in logins()]).update(password=make_password(PASSWORD))
    return find(plan)


def find(plan: Plan) -> Built:
    """The company that was built before. A handful of queries."""
    pods = {pod.slug: pod for pod in Pod.objects.select_related("area")}
    members = {user.external_id: user for user in User.objects.filter(external_id__startswith="demo-")}
    groups = {group.name: group for group in ReasonGroup.objects.prefetch_related("reasons")}
    return Built(
        plan,
        User.objects.get(email=email_of(ROLES[5][1])),
        [pods[pod.slug] for pod in plan.pods],
        [[members[f"demo-{pod.slug}-{n}"] for n in range(pod.members)] for pod in plan.pods],
        [
            [next(r for r in groups[group].reasons.all() if r.name == name) for name in inner]
            for group, _owner, inner in names.REASONS
        ],
    )


def _pods(plan: Plan, first: dt.date, by: User) -> list[Pod]:
    opened = to_instant(first - dt.timedelta(days=7), dt.time(), ZONE)
    areas = {name: services.add_area(by=by, name=name) for name in plan.areas}
    partner = services.add_partner(by=by, name="Polaris Contact")
    week = {day: [WEEKDAY] for day in range(5)} | {5: [SATURDAY]}
    found = []
    for item in plan.pods:
        helper: dict[str, Any] = {"partner": partner, "zone": "Europe/Warsaw"} if item.name == "Oder" else {}
        pod = services.add_pod(
            by=by,
            name=item.name,
            slug=item.slug,
            letters=item.name[:2],
            area=areas[item.area],
            purpose=f"customers in {item.region}",
            **helper,
        )
        Pod.objects.filter(pk=pod.pk).update(opens_at=opened)
        for channel in sorted(HUMAN):
            opening.set_hours(by=by, pod=pod, channel=channel, week=week)
            opening.set_promise(by=by, pod=pod, channel=channel, seconds=PROMISES[Channel(channel)])
        versions.start_agreement(by=by, pod=pod, at=opened)
        _stages(item, pod, first, by)
        pod.refresh_from_db()
        found.append(pod)
    return found


def _stages(item: PodPlan, pod: Pod, first: dt.date, by: User) -> None:
    """Classic from the beginning; the first wave is a pilot until the second launches."""
    services.set_stage(by=by, pod=pod, stage="classic", starts_on=first - dt.timedelta(days=7))
    if item.launch_week is None:
        return
    launch = first + dt.timedelta(weeks=item.launch_week)
    if item.wave == 0:
        services.set_stage(by=by, pod=pod, stage="pilot", starts_on=launch)
        launch = first + dt.timedelta(weeks=LAUNCH_WEEKS[1])
    services.set_stage(by=by, pod=pod, stage="changed", starts_on=launch)


def _names(seed: int, used: set[str]) -> Iterator[str]:
    rng = np.random.default_rng([seed, 3])
    while True:
        name = f"{rng.choice(names.FIRST)} {rng.choice(names.LAST)}"
        if email_of(name) not in used:
            used.add(email_of(name))
            yield name


def _people(plan: Plan, pods: list[Pod], since: dt.date, seed: int, by: User) -> list[list[User]]:
    rng = np.random.default_rng([seed, 4])
    fresh = _names(seed, {email_of(name) for _role, name in ROLES})
    known = [skills.add_skill(by=by, name=name) for name in SKILLS]
    found = []
    for item, pod in zip(plan.pods, pods, strict=True):
        team = []
        for number in range(item.members):
            name = ROLES[0][1] if pod == pods[0] and not number else next(fresh)
            hours = weekly_hours(number)
            user = people.add_person(
                by=by,
                name=name,
                email=email_of(name),
                external_id=f"demo-{item.slug}-{number}",
                category=number % 8 + 1,
                zone=pod.zone,
            )
            daily = [hours * 12] * 5 + [0, 0]
            people.add_contract(by=by, member=user, first=since, weekday_minutes=daily, zone=pod.zone, region="DE-BY")
            memberships.join_pod(by=by, member=user, pod=pod, first=since, is_lead=number == 1)
            _skills(user, known, rng, by)
            team.append(user)
        found.append(team)
    _guest(pods, found, by)
    return found


def _skills(user: User, known: list[Skill], rng: np.random.Generator, by: User) -> None:
    skills.set_level(by=by, member=user, skill=known[0], level=3 + int(rng.integers(2)))
    for skill in (known[index] for index in range(1, len(known)) if rng.random() < 0.4):
        skills.set_level(by=by, member=user, skill=skill, level=1 + int(rng.integers(4)))


def _guest(pods: list[Pod], teams: list[list[User]], by: User) -> None:
    """Somebody of the second pod, if there is one, visits the first."""
    if len(pods) < 2:
        return
    monday = dt.date.today() - dt.timedelta(weeks=6)  # noqa: DTZ011 - a day of the past, whatever the zone
    memberships.join_pod(by=by, member=teams[1][2], pod=pods[0], first=monday, kind="guest")


def _officers(plan: Plan, pods: list[Pod], since: dt.date, by: User) -> None:
    """Coach, leads, product owners and the executive."""
    fresh = _names(11, {email_of(name) for _role, name in ROLES} | {str(user.email) for user in User.objects.all()})
    for number, area in enumerate(plan.areas):
        here = [pod for pod in pods if pod.area.name == area]
        coach, lead = (ROLES[1][1], ROLES[2][1]) if not number else (next(fresh), next(fresh))
        user = people.add_person(by=by, name=coach, email=email_of(coach))
        for pod in here:
            memberships.join_pod(by=by, member=user, pod=pod, first=since, kind="coach")
        user = people.add_person(by=by, name=lead, email=email_of(lead))
        role = RoleGrant.Role.OPERATIONS_LEAD
        memberships.grant_role(by=by, user=user, role=role, first=since, area=here[0].area)
    for name, role in ((ROLES[3][1], RoleGrant.Role.PRODUCT_OWNER), (ROLES[4][1], RoleGrant.Role.EXECUTIVE)):
        user = people.add_person(by=by, name=name, email=email_of(name))
        memberships.grant_role(by=by, user=user, role=role, first=since)


def _reasons(by: User) -> None:
    """Reasons in two levels; billing belongs to the product owner who can sign in."""
    owner = User.objects.get(email=email_of(ROLES[3][1]))
    for name, cause, inner in names.REASONS:
        group = causes.add_group(by=by, name=name, owner=owner if cause == "Billing" else None)
        for text in inner:
            causes.add_reason(by=by, group=group, name=text)


def _ownership(plan: Plan, pods: list[Pod], by: User) -> None:
    """Each region belongs to its pod; whoever fits no rule belongs to the first."""
    for code, name in SEGMENTS:
        Segment.objects.create(name=name, code=code)
    rules = [rulebook.add_rule(by=by, pod=pods[0], note="Everybody else")]
    for item, pod in zip(plan.pods, pods, strict=True):
        code = item.region.lower().replace(" ", "-")
        region = Region.objects.create(name=item.region, code=code)
        rules.append(rulebook.add_rule(by=by, pod=pod, region=region))
    for rule in rules:
        rulebook.activate_rule(by=by, rule=rule, at=pods[0].opens_at)


def _overflow(plan: Plan, pods: list[Pod], teams: list[list[User]], first: dt.date) -> None:
    """Changed pods of an area help one another in a ring: asked, signed by both, in force since both changed."""
    for home, partner in partners(plan).items():
        terms = _terms(plan.pods[home], plan.pods[partner])
        launches = [plan.pods[home].launch_week or 0, plan.pods[partner].launch_week or 0]
        at = to_instant(first + dt.timedelta(weeks=max(launches)), dt.time(9), ZONE)
        version = agreements.propose(by=teams[home][1], pod=pods[home], partner_id=pods[partner].pk, terms=terms, at=at)
        agreements.sign(
            by=teams[partner][1],
            pod=pods[partner],
            agreement_id=version.agreement_id,
            seen_version=version.number,
            at=at + dt.timedelta(hours=3),
        )
    # These days are long past, and so is what was told on them.
    Notice.objects.update(created_at=pods[0].opens_at, read_at=pods[0].opens_at)


def _terms(home: PodPlan, partner: PodPlan) -> Terms:
    """What two pods agreed: who is stretched asks sooner, and who is not gives more."""
    phone = 60 if home.strain > 1 else 90
    day = 6 if partner.strain > 1 else 12
    thresholds: dict[str, int] = {Channel.PHONE: phone, Channel.CHAT: phone - 30}
    return Terms(thresholds=thresholds, reserve=1, cap_once=2, cap_hour=day // 3, cap_day=day)
