"""Addresses of notices and mail."""

from __future__ import annotations

from django.urls import path

from teams.notifications import preferences, views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.read_all, name="notices_read"),
    path("notices/<int:pk>/open/", views.open_notice, name="notice_open"),
    path("account/email/", preferences.mail_preferences, name="mail_preferences"),
    path("email/stop/<str:token>/", preferences.mail_stop, name="mail_stop"),
    path("settings/mail/", views.outbox, name="outbox"),
    path("settings/mail/<int:pk>/", views.mail, name="mail"),
    path("settings/mail/<int:pk>/pass-on/", views.pass_on, name="mail_pass_on"),
    path("settings/mail/<int:pk>/again/", views.try_again, name="mail_again"),
]
