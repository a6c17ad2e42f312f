"""Addresses of a pod's pages about itself."""

from __future__ import annotations

from django.urls import path

from teams.pods.views import setup

urlpatterns = [
    path("p/<slug:slug>/setup/", setup.pod_setup, name="pod_setup"),
    path("p/<slug:slug>/setup/agreement/", setup.start_agreement, name="pod_start_agreement"),
    path("p/<slug:slug>/setup/open/", setup.open_pod, name="pod_open"),
    path("p/<slug:slug>/setup/open-now/", setup.open_now, name="pod_open_now"),
    path("p/<slug:slug>/setup/withdraw/", setup.withdraw_opening, name="pod_withdraw_opening"),
]
