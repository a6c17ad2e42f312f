"""Re-exports the models of every capability of this floor, for Django's app registry."""

from teams.consent.models import *  # noqa: F403
from teams.fairness.models import *  # noqa: F403
from teams.feeds.models import *  # noqa: F403
from teams.leave.models import *  # noqa: F403
from teams.notifications.models import *  # noqa: F403
from teams.people.models import *  # noqa: F403
from teams.pods.models import *  # noqa: F403
from teams.presence.models import *  # noqa: F403
from teams.scheduling.availability.models import *  # noqa: F403
from teams.scheduling.models import *  # noqa: F403
from teams.scheduling.opening.models import *  # noqa: F403
from teams.scheduling.swaps.models import *  # noqa: F403
from teams.scheduling.waiver_models import *  # noqa: F403
from teams.skills.models import *  # noqa: F403
from teams.staffing.models import *  # noqa: F403
