"""What an administrator looks at first: pods that are not open yet, and what they lack."""

from __future__ import annotations

from dataclasses import dataclass

from cxportal.core import periods
from cxportal.core.violations import Text
from cxportal.shell import address
from teams.pods.models import Pod
from teams.pods.setup import progress

MOST = 8


@dataclass(frozen=True)
class SetUp:
    """A pod under set-up: how many steps are done, and the first that is missing."""

    pod: Pod
    done: int
    steps: int
    missing: Text
    url: str

    @property
    def share(self) -> int:
        return round(100 * self.done / self.steps) if self.steps else 100


def gaps() -> list[SetUp]:
    """Pods without an opening behind them, at most ``MOST``, by name; their steps are asked one by one."""
    waiting = (
        Pod.objects.filter(closed_at__isnull=True)
        .exclude(opens_at__lte=periods.now())
        .select_related("area")
        .order_by("name")[:MOST]
    )
    return [set_up(pod) for pod in waiting]


def set_up(pod: Pod) -> SetUp:
    """How far a pod is on the way to its opening."""
    steps = progress(pod)
    missing = [step for step in steps if not step.state.done]
    return SetUp(
        pod=pod,
        done=len(steps) - len(missing),
        steps=len(steps),
        missing=missing[0].step.missing if missing else "",
        url=address("pod_setup", slug=pod.slug),
    )
