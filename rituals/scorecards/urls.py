"""Addresses of the scorecards."""

from django.urls import path

from rituals.scorecards import views

urlpatterns = [
    path("scorecards/", views.scorecards, name="scorecards"),
    path("scorecards/export.csv", views.scorecards_csv, name="scorecards_csv"),
]
