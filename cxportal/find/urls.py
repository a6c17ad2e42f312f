"""The address of find or do."""

from __future__ import annotations

from django.urls import path

from cxportal.find import views

urlpatterns = [path("find/", views.find, name="find")]
