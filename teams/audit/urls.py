"""Addresses of the history."""

from __future__ import annotations

from django.urls import path

from teams.audit import views

urlpatterns = [
    path("history/", views.history, name="history"),
    path("history/person/<int:pk>/", views.history_of_person, name="history_of_person"),
    path("p/<slug:slug>/history/", views.history_of_pod, name="pod_history"),
]
