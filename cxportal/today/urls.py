"""Addresses of the first page and what belongs to the frame around every page."""

from __future__ import annotations

from django.urls import path

from cxportal.today import views

urlpatterns = [
    path("", views.today, name="today"),
    path("more/", views.more, name="more"),
    path("badges/", views.badges, name="badges"),
]
