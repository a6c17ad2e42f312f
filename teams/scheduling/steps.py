"""What scheduling adds to other rooms: the first week on the set-up page, the roster in the pod's history."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cxportal.core import periods
from cxportal.core.periods import week_label
from teams.audit.kinds import Kind, register
from teams.pods import consequences, setup
from teams.pods.consequences import Consequence
from teams.pods.models import Pod
from teams.scheduling import models, queries
from teams.scheduling.waiver_models import Waiver


def _week(pod: Pod) -> setup.State:
    first = queries.first_week(pod)
    if first is None or not queries.has_week(pod):
        return setup.State(False, _("No week has shifts yet; it is made from patterns or by hand."))
    return setup.State(True, _("From week %(week)s") % {"week": week_label(first)})


def _claimed(pod: Pod) -> Iterator[Consequence]:
    first = queries.first_claimed(pod)
    if first is None:
        words = _("No shift is claimed: nobody is there for the customers until somebody claims one.")
        yield Consequence(words, watch=True)
    elif first.start > periods.now():
        begins = date_format(first.start.astimezone(pod.tzinfo), "D j M, H:i")
        yield Consequence(gettext("The first claimed shift begins on %(day)s.") % {"day": begins}, watch=True)


def register_week() -> None:
    """Make the step, its consequence and the roster's history known; called once at start-up."""
    consequences.foretell(40, _claimed)
    setup.register(
        setup.Step(
            key="week",
            order=40,
            label=_("First week"),
            missing=_("No week has shifts yet."),
            check=_week,
            address=lambda pod: reverse("week_now", kwargs={"slug": pod.slug}),
            act=_("Plan the week"),
            inside=True,
        )
    )
    # A roster belongs to its pod: these stand only in its own history.
    register(
        Kind("week", models.Week, _("Week"), ("pod", "monday"), {"pod": "pod"}, settings=False, inside=True),
        Kind("shift", models.Shift, _("Shift"), ("pod", "period"), {"pod": "pod"}, settings=False, inside=True),
        Kind(
            "assignment",
            models.Assignment,
            _("Claim"),
            ("member", "period"),
            {"pod": "shift__pod"},
            settings=False,
            inside=True,
        ),
        Kind(
            "waiver",
            Waiver,
            _("Exception"),
            ("member", "shift"),
            {"pod": "shift__pod"},
            settings=False,
            inside=True,
            hidden=frozenset({"grants", "assignment", "rest_duty", "rest_minutes", "shift_version"}),
        ),
        Kind("pattern", models.ShiftPattern, _("Pattern"), ("name",), {"pod": "pod"}, settings=False, inside=True),
    )
