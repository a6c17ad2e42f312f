"""The teams floor as a Django app."""

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "teams"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from teams.administration.history import register_kinds
        from teams.administration.imports import register_lists
        from teams.consent import agreed as deciding
        from teams.consent import kinds as votes_kept
        from teams.consent import news as votes
        from teams.fairness import agreed as fairness
        from teams.fairness.effects import tell_points
        from teams.feeds.services import end_feeds
        from teams.leave import agreed as leave_agreed
        from teams.leave import foresight as leave_foresight
        from teams.leave import notices as leave_notices
        from teams.leave.services import give_back
        from teams.notifications.services import send
        from teams.people.messages import carry
        from teams.people.services import on_deactivation
        from teams.pods.steps import register_steps
        from teams.presence.services import leave
        from teams.scheduling.agreed import register_bounds
        from teams.scheduling.foresight import register_foresight
        from teams.scheduling.lifted import register_cases
        from teams.scheduling.notices import register_notices
        from teams.scheduling.services.absences import on_sickness
        from teams.scheduling.steps import register_week
        from teams.scheduling.swaps.agreed import register_swaps
        from teams.scheduling.swaps.telling import register_notices as register_swap_notices

        register_bounds()
        deciding.register_bounds()
        fairness.register_bounds()
        tell_points()
        leave_agreed.register_bounds()
        register_notices()
        votes.register_notices()
        votes_kept.register_kinds()
        leave_notices.register_notices()
        register_swaps()
        register_swap_notices()
        register_steps()
        register_week()
        register_foresight()
        leave_foresight.register_foresight()
        register_cases()
        carry(send)
        on_deactivation(leave)
        on_deactivation(end_feeds)
        on_sickness(give_back)
        register_kinds()
        register_lists()
