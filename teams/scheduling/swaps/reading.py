"""Reads what an exchange is judged by: the pod and its people over the weeks of all legs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from cxportal.core.periods import Period, local_date
from cxportal.core.violations import Violation
from teams.people.models import User
from teams.pods import agreement
from teams.pods.models import Pod
from teams.pods.queries import members_on
from teams.scheduling.picture import Person, PodPicture, reach
from teams.scheduling.reading import read_both
from teams.scheduling.swaps.agreed import swap_settings
from teams.scheduling.swaps.models import Exchange, ExchangeLeg, SwapWish
from teams.scheduling.swaps.rings import Wish
from teams.scheduling.swaps.rules import Leg, SwapSettings


@dataclass(frozen=True)
class Scene:
    """The pod over the weeks of some legs, the people around them, and what the pod agreed about exchanges."""

    picture: PodPicture
    people: dict[int, Person]
    settings: SwapSettings


def hull(periods: Iterable[Period]) -> Period:
    """The shortest period over several."""
    known = list(periods)
    return Period(min(p.start for p in known), max(p.end for p in known))


def scene(pod: Pod, around: Period, members: Iterable[int], now: dt.datetime) -> Scene:
    """Read the pod and the members around a period, in two statements.

    An exception that the pod allowed is for one claim: exchanges are judged without it.
    """
    picture, people = read_both(pod, reach(around, pod.tzinfo), now, members, around)
    people = {pk: replace(one, state=replace(one.state, waived=())) for pk, one in people.items()}
    return Scene(picture, people, swap_settings(agreement.values_at(pod, now).values))


def pod_scene(pod: Pod, around: Period, now: dt.datetime) -> Scene:
    """The same for everybody who works in the pod on the first of the days."""
    ids = [member.pk for member in members_on(pod, local_date(around.start, pod.tzinfo))]
    return scene(pod, around, ids, now)


def left_pod(pod: Pod, members: Iterable[int], now: dt.datetime) -> list[Violation]:
    """Who does not work in the pod (any more) among some people. One query, one more when somebody does not."""
    there = {member.pk for member in members_on(pod, local_date(now, pod.tzinfo))}
    gone = set(members) - there
    names = dict(User.objects.filter(pk__in=gone).values_list("pk", "name")) if gone else {}
    said = _("%(name)s does not work in %(pod)s any more.")
    return [Violation("left_pod", said % {"name": names.get(pk, _("Somebody")), "pod": pod}) for pk in sorted(gone)]


def leg_of(row: ExchangeLeg) -> Leg:
    """A stored leg as the rules take it; one whose assignment is gone names none."""
    return Leg(row.giver_id, row.taker_id, row.assignment_id or 0, row.shift_id, row.span, row.shift_version)


def legs_of(exchange: Exchange) -> list[Leg]:
    """The legs of an exchange in their order."""
    return [leg_of(row) for row in exchange.legs.order_by("place")]


def wish_of(row: SwapWish) -> Wish:
    """A stored wish as the ring search takes it; whom it goes to is open."""
    gives = Leg(row.owner_id, 0, row.assignment_id or 0, row.shift_id, row.span, row.shift_version)
    return Wish(
        row.pk,
        row.owner_id,
        row.assignment_id or 0,
        row.shift_id,
        row.shift_version,
        gives,
        row.first,
        row.last,
        row.rings,
    )


def open_wishes(pod: Pod, now: dt.datetime) -> Sequence[SwapWish]:
    """The open wishes of a pod that have not ended, by when their shift begins. One query."""
    return list(
        SwapWish.objects.filter(pod=pod, outcome="open", ends_at__gt=now, assignment__isnull=False)
        .select_related("owner", "shift__week")
        .order_by("period", "pk")
    )
