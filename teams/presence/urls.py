"""Addresses of presence."""

from __future__ import annotations

from django.urls import path

from teams.presence import views

urlpatterns = [
    path("presence/", views.presence, name="presence"),
    path("presence/heartbeat/", views.heartbeat, name="heartbeat"),
]
