"""Pods for tests: a company, areas, and a pod that is open and has agreed on the template."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import count
from typing import Any

from teams.pods.channels import HUMAN
from teams.pods.models import AgreementVersion, Area, Company, OpeningHours, Pod, PodStage, Promise

LONG_AGO = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
_categories = count(0)

PROMISES = {
    "phone": 20,
    "chat": 60,
    "email": 8 * 3600,
    "social": 4 * 3600,
    "web_form": 8 * 3600,
    "letter": 40 * 3600,
}


def company(name: str = "Nordlicht", **fields: object) -> Company:
    """The one company (made once)."""
    found, _ = Company.objects.get_or_create(pk=1, defaults={"name": name, **fields})
    return found


def area(name: str = "South") -> Area:
    """An area (made once per name)."""
    found, _ = Area.objects.get_or_create(name=name, defaults={"slug": name.lower()})
    return found


def pod(name: str = "Isar", *, in_area: Area | None = None, zone: str = "Europe/Berlin", **fields: Any) -> Pod:
    """A pod under set-up: no hours, no agreement, no opening instant."""
    category = next(_categories) % 8 + 1
    return Pod.objects.create(
        **{
            "name": name,
            "slug": name.lower().replace(" ", "-"),
            "letters": name[:2].capitalize(),
            "category": category,
            "area": in_area or area(),
            "zone": zone,
            **fields,
        }
    )


def open_pod(
    name: str = "Isar",
    *,
    in_area: Area | None = None,
    opens: int = 7 * 60,
    closes: int = 20 * 60,
    since: dt.datetime = LONG_AGO,
    zone: str = "Europe/Berlin",
    **fields: Any,
) -> Pod:
    """A pod that has been open since ``since``, every day on every human channel."""
    made = pod(name, in_area=in_area, zone=zone, opens_at=since, **fields)
    hours(made, opens=opens, closes=closes)
    Promise.objects.bulk_create(Promise(pod=made, channel=c, seconds=s) for c, s in PROMISES.items())
    PodStage.objects.create(pod=made, stage=PodStage.Stage.CHANGED, starts_on=since.date())
    agreement(made, since=since)
    return made


def hours(
    of: Pod,
    *,
    opens: int = 7 * 60,
    closes: int = 20 * 60,
    weekdays: Iterable[int] = range(7),
    channels: Iterable[str] = HUMAN,
) -> None:
    """Opening hours in minutes after local midnight."""
    days = list(weekdays)
    OpeningHours.objects.bulk_create(
        OpeningHours(pod=of, channel=channel, weekday=day, opens=opens, closes=closes)
        for channel in channels
        for day in days
    )


def agreement(of: Pod, *, since: dt.datetime = LONG_AGO, **values: Any) -> AgreementVersion:
    """The next version of the pod's agreement; bounds that are not named keep their defaults.

    But no breaks are agreed: most tests have shifts of one piece.
    """
    agreed = {"break_minutes": 0, "long_break_minutes": 0} | values
    return AgreementVersion.objects.create(
        pod=of, number=of.agreement_versions.count() + 1, effective_from=since, values=agreed
    )
