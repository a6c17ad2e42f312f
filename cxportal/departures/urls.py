"""Addresses of departures; they belong to the page of a person."""

from __future__ import annotations

from django.urls import path

from cxportal.departures import views

PERSON = "settings/people/<int:pk>/"

urlpatterns = [
    path(f"{PERSON}leaving/", views.leaving, name="settings_person_leaving"),
    path(f"{PERSON}leaving/stay/", views.stay, name="settings_person_stay"),
    path(f"{PERSON}leaving/stay/<int:row>/", views.stay_in_pod, name="settings_membership_stay"),
    path(f"{PERSON}deactivate/", views.deactivate, name="settings_person_deactivate"),
    path(f"{PERSON}reactivate/", views.reactivate, name="settings_person_reactivate"),
]
