"""Can the partner of an agreement help now? Asked of the rules that the routing asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from customers.routing.models import OverflowAgreement, OverflowTerms
from customers.routing.overflow import partner_now
from customers.routing.sentences import Names, sentence
from customers.routing.world import world_from, world_statements
from cxportal.core.batch import fetch
from teams.pods.channels import Channel


@dataclass(frozen=True)
class Ready:
    """The answer for the channels that have it in common: yes with what is free, or no with every failed test."""

    channels: str
    can: bool
    words: str


def ready_now(agreement: OverflowAgreement, terms: OverflowTerms | None, now: dt.datetime) -> list[Ready]:
    """Whether the partner would be asked now, by channel. One trip to the database; empty when nothing is in force."""
    if terms is None:
        return []
    channels = [c for c in Channel if c in terms.thresholds]
    world = world_from(fetch(*world_statements([agreement.home_id], now)), now, channels=channels)
    known = next((a for a in world.agreements if a.id == agreement.pk), None)
    if known is None:
        return []
    names = Names(pods={agreement.partner_id: agreement.partner.name}, zone=agreement.home.tzinfo)
    found: dict[tuple[bool, str], list[str]] = {}
    for channel in channels:
        tests = partner_now(known, channel, world, now)
        failed = [test for test in tests if not test.passed]
        told = failed or [test for test in tests if test.name == "reserve"]
        words = " ".join(sentence(asdict(test), names, now) for test in told)
        found.setdefault((not failed, words), []).append(str(channel.label))
    return [Ready(", ".join(labels), can, words) for (can, words), labels in found.items()]
