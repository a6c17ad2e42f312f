"""Whom a vote tells what: notices once each, and the open pages of the pod."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cxportal.core.realtime import person_topic, publish
from teams.consent.cases import find
from teams.consent.models import Ballot, Elector, Proposal
from teams.notifications.kinds import register
from teams.notifications.models import Notice
from teams.notifications.services import mark_read, notify, settle
from teams.people.models import User

OPENED, REMINDER, LEFT = "proposal_opened", "proposal_reminder", "proposal_left"


def topic(pod_id: int) -> str:
    """What the agreement page of a pod listens to."""
    return f"agreement:{pod_id}"


def opened(row: Proposal, by: User) -> None:
    """Ask the electorate; whoever proposed it knows."""
    _notify(row, OPENED, list(row.electors.values_list("member", flat=True)), by=by)


def answered(row: Proposal, by: User) -> None:
    """Who has answered need not read the question any more; their badge counts anew."""
    asked = Notice.objects.filter(recipient=by, kind__in=[OPENED, REMINDER], source=_source(row), read_at=None)
    mark_read(by=by, notices=list(asked.values_list("pk", flat=True)))
    publish(person_topic(by.pk), "notices")


def reminded(row: Proposal) -> None:
    """Whoever has not answered yet, once."""
    answered_by = Ballot.objects.filter(elector__proposal=row).values("elector__member")
    _notify(row, REMINDER, list(Elector.objects.filter(proposal=row).exclude(member__in=answered_by).values_list(
        "member", flat=True
    )))  # fmt: skip


def ended(row: Proposal) -> None:
    """The questions are settled; the electorate, and whoever asked, reads what came of it."""
    for kind in (OPENED, REMINDER):
        settle(kind=kind, about=_source(row))
    if row.state != Proposal.State.WITHDRAWN:
        people = {*row.electors.values_list("member", flat=True), *([row.by_id] if row.by_id else [])}
        _notify(row, f"proposal_{row.state}", sorted(people))
    changed(row)


def left(row: Proposal, by: User) -> None:
    """Who proposed it has left, so it is withdrawn: the others read that."""
    _notify(row, LEFT, list(row.electors.values_list("member", flat=True)), by=by)


def changed(row: Proposal) -> None:
    """The open pages that show it read again."""
    publish([topic(row.pod_id)], "agreement", proposal=row.pk)


def _source(row: Proposal) -> str:
    return f"proposal:{row.pk}"


def _notify(row: Proposal, kind: str, people: list[int], by: User | None = None) -> None:
    data: dict[str, Any] = {
        "by": row.by.name if row.by else "",
        "title": row.title,
        "number": row.number,
        "closes": row.closes_at.isoformat(),
        "zone": row.pod.zone,
        "since": row.version.effective_from.isoformat() if row.version else "",
        "version": row.version.number if row.version else 0,
        "why": row.why,
    }
    url = reverse("proposal", kwargs={"slug": row.pod.slug, "number": row.number})
    if kind == "proposal_adopted" and row.kind == Proposal.Kind.EXCEPTION:
        # For whoever asked this is the way on; the others read what was decided.
        mine = [person for person in people if person == row.by_id]
        onward, data["case"] = find(row.subject["kind"]).url(row.pod, row.subject), row.subject["kind"]
        notify(to=mine, kind="exception_allowed", data=data, url=onward, source=_source(row))
        people = [person for person in people if person != row.by_id]
    notify(to=people, kind=kind, data=data, url=url, source=_source(row), by=by)


def _when(data: Mapping[str, Any], key: str) -> str:
    instant = parse_datetime(str(data[key]))
    return date_format(instant.astimezone(ZoneInfo(str(data["zone"]))), "D j M, H:i") if instant else ""


def _opened_words(data: Mapping[str, Any]) -> str:
    return _("%(by)s proposes: %(title)s. Answer until %(closes)s.") % {**data, "closes": _when(data, "closes")}


def _reminder_words(data: Mapping[str, Any]) -> str:
    return _("Your answer to “%(title)s” is missing; the vote ends %(closes)s.") % {
        **data,
        "closes": _when(data, "closes"),
    }


def _adopted_words(data: Mapping[str, Any]) -> str:
    if not data["version"]:
        return _("Adopted: %(title)s.") % data
    since = _when(data, "since")
    return _("Adopted: %(title)s. Version %(version)s is in force from %(since)s.") % {**data, "since": since}


def _objected_words(data: Mapping[str, Any]) -> str:
    return _("Somebody objects to “%(title)s”. Read the reason; the text can be amended.") % data


def _lapsed_words(data: Mapping[str, Any]) -> str:
    why = dict(Proposal.Why.choices).get(str(data["why"]), "")
    return _("“%(title)s” lapsed: %(why)s.") % {**data, "why": why}


def _left_words(data: Mapping[str, Any]) -> str:
    return _("%(by)s has left, so “%(title)s” is withdrawn.") % data


def _allowed_words(data: Mapping[str, Any]) -> str:
    told = _("The pod consents: %(title)s.") % data
    return f"{told} {find(data['case']).now}" if "case" in data else told


def register_notices() -> None:
    """Make the kinds known; called once when the teams floor starts."""
    register(OPENED, icon="scale", words=_opened_words, tone="info", group="agreement")
    register(REMINDER, icon="clock", words=_reminder_words, tone="watch", group="agreement")
    register("proposal_adopted", icon="scale", words=_adopted_words, tone="good", group="agreement")
    register("proposal_objected", icon="octagon-minus", words=_objected_words, tone="gap", group="agreement")
    register("proposal_lapsed", icon="clock", words=_lapsed_words, group="agreement")
    register(LEFT, icon="undo-2", words=_left_words, group="agreement")
    register("exception_allowed", icon="calendar-check", words=_allowed_words, tone="good", group="shifts")
