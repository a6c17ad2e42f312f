"""What keeps values from being proposed: they change nothing, cannot be read, or somebody else proposes for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from cxportal.core.violations import Invalid, Refused, Violation
from teams.consent.models import ProposedValue
from teams.pods import agreement
from teams.pods.agreement import Values
from teams.pods.bounds_shown import changes
from teams.pods.models import Pod
from teams.pods.versions import check_values


def changed_values(pod: Pod, agreed: Values, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that differ from those in force, readable and inside the outer limits. One query.

    Raises ``Invalid`` (by bound) and ``Refused`` (``outer_limit``, ``nothing_changed``).
    """
    known = {bound.key: bound for bound in agreement.definitions()}
    if unknown := sorted(set(values) - set(known)):
        raise Invalid({f"values.{key}": _("There is no such bound.") for key in unknown})
    troubles = {key: words for key, value in values.items() if (words := agreement.trouble(known[key], value))}
    if troubles:
        raise Invalid({f"values.{key}": words for key, words in troubles.items()})
    wanted = {key: _stored(known[key], value) for key, value in values.items() if value != agreed[key]}
    if not wanted:
        raise Refused(Violation("nothing_changed", _("These values are in force already.")))
    if violations := check_values(wanted, pod.country):
        raise Refused(violations)
    return wanted


def _stored(bound: agreement.BoundDefinition, value: Any) -> Any:
    return int(value) if isinstance(value, float) and bound.unit != "share" and value.is_integer() else value


def titled(agreed: Values, wanted: Mapping[str, Any]) -> str:
    """The changes in words, as a title for who wrote none."""
    before = {key: agreed[key] for key in wanted}
    return "; ".join(changes(before, wanted))


def must_be_free(pod: Pod, keys: Iterable[str]) -> None:
    """Nobody votes on another value of these bounds; raises ``Refused`` (``under_vote``) that names the proposal.

    Only under the lock of the pod's agreement.
    """
    open_values = ProposedValue.objects.select_related("proposal").filter(pod=pod, key__in=list(keys), open=True)
    taken = [
        Violation(
            "under_vote",
            _("%(bound)s is under vote in proposal %(number)s.")
            % {"bound": agreement.definition(value.key).label, "number": value.proposal.number},
            {"key": value.key, "number": value.proposal.number},
            _("Answer that one first."),
        )
        for value in open_values
    ]
    if taken:
        raise Refused(taken)
