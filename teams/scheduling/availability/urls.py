"""Addresses of one's own wishes."""

from __future__ import annotations

from django.urls import path

from teams.scheduling.availability import views

urlpatterns = [
    path("availability/", views.availability, name="availability"),
    path("availability/day", views.availability_day, name="availability_day"),
]
