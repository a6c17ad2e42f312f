"""What a mapping may say about customers."""

from __future__ import annotations

from customers.directory.models import Customer
from cxportal.core.mapping import Grammar, Target

#: The id of a row is the customer's number; ``home_pod`` names a pod.
TARGETS = (
    Target("name"),
    Target("email"),
    Target("phone"),
    Target("place"),
    Target("language"),
    Target("region"),
    Target("segment"),
    Target("life_stage", "choice", choices=tuple(Customer.LifeStage.values)),
    Target("since", "date"),
    Target("home_pod"),
)

#: ``home = "row"`` gives each customer to the row's pod by name, before every other rule; otherwise the rules decide.
GRAMMAR = Grammar(
    kind="customers",
    targets=TARGETS,
    creates=("regions", "segments"),
    options={"home": ("rules", "row")},
)
