"""What a mapping may say about contacts."""

from __future__ import annotations

from cxportal.core.mapping import Grammar, Target
from teams.pods.channels import Channel

OPEN = ("waiting", "in_work")
CLOSED = ("resolved", "abandoned")

#: ``home_pod`` and ``serving_pod`` name pods, ``person`` a person, ``customer`` a customer's number. ``person_pod``
#: is where somebody new belongs; without it that is the pod served most.
TARGETS = (
    Target("channel", "choice", required=True, choices=tuple(Channel.values)),
    Target("direction", "choice", choices=("in", "out")),
    Target("customer"),
    Target("customer_name"),
    Target("region"),
    Target("segment"),
    Target("home_pod"),
    Target("serving_pod"),
    Target("person"),
    Target("person_pod"),
    Target("reason_group"),
    Target("reason"),
    Target("subject"),
    Target("resolution"),
    Target("state", "choice", required=True, choices=(*CLOSED, *OPEN)),
    Target("arrived_at", "instant", required=True),
    Target("first_response_at", "instant"),
    Target("closed_at", "instant"),
    Target("work_seconds", "number"),
    Target("after_work_seconds", "number"),
    Target("complaint", "flag"),
    Target("started_digitally", "flag"),
    Target("automated", "flag"),
    Target("disputed", "flag"),
    Target("csat", "number"),
    Target("nps", "number"),
    Target("comment"),
)

#: ``home`` says who owns a customer that the file brings: the pod of the first contact, the pod of
#: the region, or the rules that stand. ``serving`` says whose pod served: the row's, the home pod,
#: or the person's. ``customer = "one a row"`` takes every row as a customer of its own.
GRAMMAR = Grammar(
    kind="contacts",
    targets=TARGETS,
    creates=("company", "area", "pods", "people", "customers", "regions", "segments", "reasons", "default_pod"),
    options={
        "home": ("rules", "first contact", "region"),
        "serving": ("home", "row", "person"),
        "customer": ("known by number", "one a row"),
    },
)
