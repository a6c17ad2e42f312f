"""Addresses of fairness."""

from __future__ import annotations

from django.urls import path

from teams.fairness import views

urlpatterns = [
    path("p/<slug:slug>/fairness/", views.fairness, name="fairness"),
    path("p/<slug:slug>/fairness/ledger.csv", views.fairness_csv, name="fairness_csv"),
]
