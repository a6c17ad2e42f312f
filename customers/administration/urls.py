"""Addresses of the administrators' pages of this floor."""

from __future__ import annotations

from django.urls import URLPattern, path

from customers.administration import views

RULE = "settings/ownership/<int:pk>/"
CAUSE = "settings/reasons/<str:level>/<int:pk>/"


def _division(kind: str, one: str) -> list[URLPattern]:
    given = {"kind": kind}
    return [
        path(f"settings/{kind}/", views.division_list, given, name=f"settings_{kind}"),
        path(f"settings/{kind}/<int:pk>/", views.division_one, given, name=f"settings_{one}"),
        path(f"settings/{kind}/<int:pk>/remove/", views.division_remove, given, name=f"settings_{one}_remove"),
    ]


urlpatterns = [
    *_division("regions", "region"),
    *_division("segments", "segment"),
    path("settings/reasons/", views.reasons, name="settings_reasons"),
    path(CAUSE, views.cause, name="settings_cause"),
    path(f"{CAUSE}retire/", views.cause_retire, name="settings_cause_retire"),
    path(f"{CAUSE}remove/", views.cause_remove, name="settings_cause_remove"),
    path("settings/ownership/", views.ownership, name="settings_ownership"),
    path("settings/ownership/new/", views.new_rule, name="settings_new_rule"),
    path(RULE, views.rule, name="settings_rule"),
    path(f"{RULE}activate/", views.activate_rule, name="settings_rule_activate"),
    path(f"{RULE}drop/", views.drop_rule, name="settings_rule_drop"),
    path(f"{RULE}end/", views.end_rule, name="settings_rule_end"),
    path(f"{RULE}hand-over/", views.hand_over_rule, name="settings_rule_hand_over"),
]
