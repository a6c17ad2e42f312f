"""The first steps of setting up a pod: people, agreement, opening hours. Others register theirs."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from teams.pods import consequences, setup


def register_steps() -> None:
    """Make the steps and consequences of this room known; called once at start-up."""
    consequences.foretell(20, consequences.alone)
    consequences.foretell(30, consequences.unpromised)
    setup.register(
        setup.Step(
            key="people",
            order=10,
            label=_("People"),
            missing=_("Nobody is at home in the pod yet."),
            check=setup.people_state,
            address=lambda pod: reverse("settings_pod_people", kwargs={"slug": pod.slug}),
            act=_("Add people"),
        )
    )
    setup.register(
        setup.Step(
            key="agreement",
            order=20,
            label=_("Working agreement"),
            missing=_("The pod has no agreement yet."),
            check=setup.agreement_state,
            address=lambda pod: reverse("agreement", kwargs={"slug": pod.slug}),
            act=_("Read the agreement"),
            read=True,
        )
    )
    setup.register(
        setup.Step(
            key="hours",
            order=30,
            label=_("Opening hours"),
            missing=_("No channel has opening hours yet."),
            check=setup.hours_state,
            address=lambda pod: reverse("settings_pod_hours", kwargs={"slug": pod.slug}),
            act=_("Set opening hours"),
        )
    )
