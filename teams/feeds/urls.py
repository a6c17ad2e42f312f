"""Addresses of calendar feeds: the person's page, and the file itself."""

from __future__ import annotations

from django.urls import path

from teams.feeds import views

urlpatterns = [
    path("calendar/<str:secret>.ics", views.calendar_feed, name="calendar_feed"),
    path("account/calendar/", views.calendar_feeds, name="calendar_feeds"),
    path("account/calendar/<slug:slug>/make", views.make_calendar_feed, name="make_calendar_feed"),
    path("account/calendar/<slug:slug>/revoke", views.revoke_calendar_feed, name="revoke_calendar_feed"),
]
