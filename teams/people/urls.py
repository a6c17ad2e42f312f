"""Addresses of people: their own account and the administrators' pages."""

from __future__ import annotations

from allauth.account import views as allauth_views
from django.urls import path

from cxportal.core.http import public
from teams.people.views import account, preferences, sign_in

# Of the sign-in package only these pages exist: nobody signs up, and mail addresses belong to administrators.
urlpatterns = [
    path("account/login/", sign_in.sign_in, name="account_login"),
    path("account/logout/", public(allauth_views.logout), name="account_logout"),
    path("account/inactive/", public(allauth_views.account_inactive), name="account_inactive"),
    path("account/password/forgot/", sign_in.forgot, name="account_reset_password"),
    path("account/password/sent/", public(allauth_views.password_reset_done), name="account_reset_password_done"),
    path("account/password/", account.change_password, name="account_change_password"),
    path("account/invitation/<str:secret>/", sign_in.invitation, name="invitation"),
    path("account/link/<str:secret>/", sign_in.one_time_link, name="one_time_link"),
    path("account/devices/", account.sessions, name="sessions"),
    path("account/devices/end-others/", account.end_other_sessions, name="end_other_sessions"),
    path("account/devices/<int:pk>/end/", account.end_session, name="end_session"),
    path("account/tokens/", account.own_tokens, name="tokens"),
    path("account/tokens/<int:pk>/revoke/", account.revoke_token, name="revoke_token"),
    path("account/preferences/", preferences.preferences, name="preferences"),
    path("account/theme/", preferences.theme, name="theme"),
]
