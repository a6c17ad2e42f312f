"""Addresses of the teams floor, room by room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("teams.notifications.urls")),
    path("", include("teams.people.urls")),
    path("", include("teams.scheduling.urls")),
    path("", include("teams.scheduling.availability.urls")),
    path("", include("teams.feeds.urls")),
    path("", include("teams.mine.urls")),
    path("", include("teams.fairness.urls")),
    path("", include("teams.leave.urls")),
    path("", include("teams.presence.urls")),
    path("", include("teams.pods.urls")),
    path("", include("teams.consent.urls")),
    path("", include("teams.audit.urls")),
    path("", include("teams.administration.urls")),
]
