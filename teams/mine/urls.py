"""Addresses of one's own week and year."""

from __future__ import annotations

from django.urls import path

from teams.mine import views

urlpatterns = [
    path("my/week/", views.my_week, name="my_week"),
    path("my/year/", views.my_year, name="my_year"),
    path("my/year/<int:year>/", views.my_year, name="my_year_of"),
    path("my/year/<int:year>/file.csv", views.my_year_csv, name="my_year_csv"),
]
