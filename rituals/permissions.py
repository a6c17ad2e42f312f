"""Who may see which scorecards: fetch and authorise in one step.

Members see their own pod's, coaches those of the pods they coach, operations leads those of
their areas, executives all. Nobody sees a number about a person here.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cxportal.core.violations import Denied
from teams.people.models import User
from teams.pods.models import Area, Pod
from teams.pods.queries import Role, standing


@dataclass(frozen=True)
class Sight:
    """Whose scorecards a person sees: pods of their own and whole areas; ``areas`` None means all."""

    user: User
    own: frozenset[int]
    areas: frozenset[int] | None

    @property
    def everything(self) -> bool:
        return self.areas is None

    @property
    def several(self) -> bool:
        """Sees more than the pods they belong to, so that comparing makes sense."""
        return self.areas is None or bool(self.areas)

    def pods(self) -> QuerySet[Pod]:
        """The pods whose scorecards may be seen."""
        if self.areas is None:
            return Pod.objects.all()
        return Pod.objects.filter(Q(pk__in=self.own) | Q(area_id__in=self.areas))

    def areas_seen(self) -> QuerySet[Area]:
        """The areas that may be asked for as a whole."""
        return Area.objects.all() if self.areas is None else Area.objects.filter(pk__in=self.areas)


def scorecards(user: User) -> Sight:
    """What the person may see of the scorecards; raises ``Denied`` for people without any."""
    stand = standing(user)
    areas: frozenset[int] | None = frozenset()
    for role in (Role.OPERATIONS_LEAD, Role.EXECUTIVE):
        if role in stand.roles:
            of_role = stand.roles[role]
            areas = None if of_role is None or areas is None else areas | of_role
    sight = Sight(user=user, own=stand.pods, areas=areas)
    if not sight.own and not sight.several:
        raise Denied(
            _(
                "Scorecards are open to members and coaches for their pods, to operations leads for their areas "
                "and to executives. An administrator can give you one of these roles."
            )
        )
    return sight
