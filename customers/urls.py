"""Addresses of the customers floor, room by room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("customers.administration.urls")),
    path("", include("customers.feedback.urls")),
    path("", include("customers.profile.urls")),
    path("", include("customers.routing.urls")),
]
