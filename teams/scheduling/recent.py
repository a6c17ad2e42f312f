"""What somebody did a moment ago and can still take back, in words, with the address that takes it back."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _

from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.models import Act
from teams.scheduling.queries import acts_to_undo


def recent_acts(member: int, pod: Pod, at: dt.datetime) -> list[dict[str, str]]:
    """Own claims, give-backs and changes of shifts of the last ten minutes that can be undone, newest first."""
    texts = {
        Act.Kind.CLAIM: _("Claimed %(span)s"),
        Act.Kind.SERIES: _("Claimed several shifts, %(span)s"),
        Act.Kind.RELEASE: _("Gave back %(span)s"),
        Act.Kind.TAKE: _("Took over %(span)s"),
        Act.Kind.MOVE: _("Moved %(span)s"),
        Act.Kind.SPLIT: _("Split %(span)s"),
        Act.Kind.PARTS: _("Changed activities of %(span)s"),
        Act.Kind.CANCEL: _("Cancelled %(span)s"),
    }
    found = []
    for act, kind, period in acts_to_undo(member, pod, at):
        url = reverse("undo_act", kwargs={"slug": pod.slug, "act": act})
        span = (words.moments if kind == Act.Kind.SERIES else words.day_span)(period, pod.tzinfo)
        found.append({"words": texts[Act.Kind(kind)] % {"span": span}, "url": url})
    return found
