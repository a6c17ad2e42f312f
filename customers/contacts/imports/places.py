"""What an import may make on an empty installation: company, areas, pods, regions, reasons, people.

Only what the mapping's ``[create]`` names is made, through the same services as by hand; pods made
here are classic: they work the old way, and their history stands before any change.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import models

from customers.causes.models import Reason, ReasonGroup
from customers.directory.imports.load import free_code
from customers.directory.models import OwnershipRule, Region, Segment
from cxportal.core import periods
from cxportal.core.mapping import FileMapping
from teams.people import services as people
from teams.people.models import User
from teams.pods import memberships, versions
from teams.pods import services as pods
from teams.pods.models import Area, Company, Pod, PodStage

if TYPE_CHECKING:
    from psycopg import Cursor

# Rows that are good and not in the portal yet: only they may bring something new.
_NEW = "FROM import_checked WHERE reason IS NULL AND contact_id IS NULL"


def make(cursor: Cursor[Any], mapping: FileMapping) -> dict[str, int]:
    """Make everything that the mapping may make and the file needs; how many of each, by name."""
    made: dict[str, int] = {}
    create = mapping.create
    first = cursor.execute(f"SELECT min(arrived_at) {_NEW}").fetchone()
    if first is None or first[0] is None:
        return made
    zone = ZoneInfo(mapping.clock.zone)
    since = periods.local_date(first[0], zone)
    if "company" in create and not Company.objects.exists():
        name = _one(cursor, "create_company") or mapping.title or mapping.source
        pods.set_company(by=None, name=name[:120], zone=mapping.clock.zone)
    if create.get("pods"):
        made["pods"] = _pods(cursor, mapping, since)
    if create.get("regions"):
        made["regions"] = _named(Region, _texts(cursor, "region"))
    if create.get("segments"):
        made["segments"] = _named(Segment, _texts(cursor, "segment"))
    if create.get("reasons"):
        made["reasons"] = _reasons(cursor)
    if create.get("people"):
        made["people"] = _people(cursor, mapping.source)
    _default_rule(cursor, mapping)
    return made


def _one(cursor: Cursor[Any], column: str) -> str:
    row = cursor.execute(f"SELECT min({column}) {_NEW}").fetchone()
    return str(row[0] or "") if row else ""


def _texts(cursor: Cursor[Any], column: str) -> list[str]:
    rows = cursor.execute(f"SELECT DISTINCT {column} {_NEW} AND {column} IS NOT NULL ORDER BY 1")
    return [row[0] for row in rows]


def _pods(cursor: Cursor[Any], mapping: FileMapping, since: dt.date) -> int:
    """Pods of the names that the portal lacks, in their areas, open from the day of the first contact."""
    has_area = "area" in mapping.create
    area = "create_area" if has_area else "NULL"
    default = ""
    if "default_pod" in mapping.create:
        default = f"UNION ALL SELECT create_default_pod, CASE WHEN home_pod IS NULL THEN {area} END {_NEW}"
    rows = cursor.execute(
        f"""SELECT name, min(area) FROM (
                SELECT home_pod AS name, {area} AS area {_NEW}
                UNION ALL SELECT serving_pod, {area} {_NEW}
                UNION ALL SELECT person_pod, NULL {_NEW}
                {default}) AS n
            WHERE name IS NOT NULL GROUP BY name ORDER BY name"""  # noqa: S608
    ).fetchall()
    known = {name.lower() for name in Pod.objects.values_list("name", flat=True)}
    known |= set(Pod.objects.values_list("slug", flat=True))
    opens = periods.day_period(since, ZoneInfo(mapping.clock.zone)).start
    made = 0
    for name, area_name in rows:
        if name.lower() in known:
            continue
        place = Area.objects.filter(name=area_name or mapping.source).first()
        place = place or pods.add_area(by=None, name=area_name or mapping.source)
        pod = pods.add_pod(by=None, name=name, area=place, zone=mapping.clock.zone)
        pods.set_stage(by=None, pod=pod, stage=PodStage.Stage.CLASSIC, starts_on=since)
        versions.start_agreement(by=None, pod=pod, at=opens)
        Pod.objects.filter(pk=pod.pk).update(opens_at=opens)
        made += 1
    return made


def _named(model: type[Region] | type[Segment], names: list[str]) -> int:
    taken = set(model.objects.values_list("code", flat=True))
    known = set(model.objects.values_list("name", flat=True))
    new = [model(name=name, code=free_code(name, taken, 40)) for name in names if name not in known]
    manager: Any = model.objects
    manager.bulk_create(new)
    return len(new)


def _reasons(cursor: Cursor[Any]) -> int:
    pairs = cursor.execute(
        f"SELECT DISTINCT coalesce(reason_group, cause), cause {_NEW} AND cause IS NOT NULL ORDER BY 1, 2"
    ).fetchall()
    groups = {group.name: group for group in ReasonGroup.objects.all()}
    taken = {group.code for group in groups.values()}
    for name in dict.fromkeys(pair[0] for pair in pairs):
        if name not in groups:
            groups[name] = ReasonGroup.objects.create(name=name, code=free_code(name, taken, 60))
    held: dict[int, set[str]] = {}
    known: set[tuple[int, str]] = set()
    for group_id, name, code in Reason.objects.values_list("group_id", "name", "code"):
        held.setdefault(group_id, set()).add(code)
        known.add((group_id, name))
    new = [
        Reason(group=groups[group], name=name, code=free_code(name, held.setdefault(groups[group].pk, set()), 80))
        for group, name in pairs
        if (groups[group].pk, name) not in known
    ]
    Reason.objects.bulk_create(new)
    return len(new)


def _people(cursor: Cursor[Any], source: str) -> int:
    """Persons whom the portal does not know; they cannot sign in until invited."""
    made = 0
    for name in _texts(cursor, "person"):
        number = f"{source}:{name}"
        if not User.objects.filter(models.Q(external_id__in=[name, number]) | models.Q(email=name.lower())).exists():
            people.add_person(by=None, name=name, external_id=number)
            made += 1
    return made


def _default_rule(cursor: Cursor[Any], mapping: FileMapping) -> None:
    """The mapping's default pod owns everybody else, unless a rule says so already."""
    if "default_pod" not in mapping.create:
        return
    decided = OwnershipRule.objects.filter(precedence=OwnershipRule.Precedence.DEFAULT, state="active")
    pod = Pod.objects.filter(name__iexact=_one(cursor, "create_default_pod")).first()
    if pod is not None and not decided.exists():
        OwnershipRule.objects.create(
            precedence=OwnershipRule.Precedence.DEFAULT,
            pod=pod,
            period=(None, None),
            state="active",
            note=mapping.title,
        )


def homeless() -> list[int]:
    """People without any home pod: whom ``place_people`` may give one."""
    return list(User.objects.exclude(memberships__kind="home").values_list("pk", flat=True))


def place_people(cursor: Cursor[Any], pod: str) -> int:
    """Give people without a home pod the pod that stands most with them (ties: the older pod); how many.

    ``pod`` is the column of ``import_placed`` that counts.
    """
    rows = cursor.execute(
        f"""SELECT person_id, (array_agg(pod_id ORDER BY n DESC, pod_id))[1], min(first)
            FROM (SELECT person_id, {pod} AS pod_id, count(*) AS n, min(arrived_at) AS first FROM import_placed
                  WHERE is_new AND person_id IS NOT NULL AND {pod} IS NOT NULL GROUP BY 1, 2) AS counted
            WHERE NOT EXISTS (SELECT 1 FROM teams_membership m
                              WHERE m.member_id = person_id AND m.kind = 'home')
            GROUP BY person_id ORDER BY person_id"""  # noqa: S608
    ).fetchall()
    members = User.objects.in_bulk([row[0] for row in rows])
    homes = Pod.objects.in_bulk([row[1] for row in rows])
    for person_id, pod_id, first in rows:
        home = homes[pod_id]
        joined = periods.local_date(first, home.tzinfo)
        memberships.join_pod(by=None, member=members[person_id], pod=home, first=joined)
    return len(rows)
