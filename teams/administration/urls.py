"""Addresses of the administrators' pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from teams.administration.views import (
    exports,
    hours,
    imports,
    index,
    leave,
    limits,
    named,
    people,
    person,
    places,
    pods,
)

POD = "settings/pods/<slug:slug>/"
PERSON = "settings/people/<int:pk>/"


def _named(kind: str, one: str) -> list[URLPattern]:
    return [
        path(f"settings/{kind}/", named.named_list, {"kind": kind}, name=f"settings_{kind}"),
        path(f"settings/{kind}/<int:pk>/", named.named_one, {"kind": kind}, name=f"settings_{one}"),
        path(f"settings/{kind}/<int:pk>/remove/", named.named_remove, {"kind": kind}, name=f"settings_{one}_remove"),
    ]


urlpatterns = [
    path("settings/", index.index, name="settings"),
    path("settings/company/", index.company, name="settings_company"),
    *_named("areas", "area"),
    *_named("partners", "partner"),
    *_named("skills", "skill"),
    path("settings/<str:kind>/back/<path:name>/", named.named_back, name="settings_named_back"),
    path("settings/<str:kind>.csv", exports.export, name="settings_export"),
    path("settings/<slug:kind>/import/", imports.choose, name="settings_import"),
    path("settings/imports/<int:run>/", imports.shown, name="settings_import_run"),
    path("settings/imports/<int:run>/report.csv", imports.report, name="settings_import_report"),
    path("settings/imports/<int:run>/take/", imports.take, name="settings_import_take"),
    path("settings/imports/<int:run>/take-back/", imports.take_back, name="settings_import_undo"),
    path("settings/tokens/", index.all_tokens, name="settings_tokens"),
    path("settings/tokens/<int:pk>/revoke/", index.revoke, name="settings_revoke_token"),
    path("settings/limits/", limits.limits, name="settings_limits"),
    path("settings/limits/template/", limits.template, name="settings_template"),
    path("settings/limits/<int:pk>/remove/", limits.remove_limit, name="settings_remove_limit"),
    path("settings/limits/<slug:key>/", limits.limit, name="settings_limit"),
    path("settings/leave/", leave.leave, name="settings_leave"),
    path("settings/leave/usual/", leave.usual, name="settings_usual_kinds"),
    path("settings/leave/kinds/new/", leave.new_kind, name="settings_new_kind"),
    path("settings/leave/kinds/<int:pk>/", leave.kind, name="settings_kind"),
    path("settings/leave/kinds/<int:pk>/retire/", leave.retire_kind, name="settings_retire_kind"),
    path("settings/leave/half-holidays/new/", leave.half_holiday, name="settings_half_holiday"),
    path("settings/leave/half-holidays/<int:pk>/remove/", leave.remove_half_holiday, name="settings_remove_half"),
    path("settings/pods/", pods.pods, name="settings_pods"),
    path("settings/pods/new/", pods.new_pod, name="settings_new_pod"),
    path(POD, pods.pod, name="settings_pod"),
    path(f"{POD}people/", pods.pod_people, name="settings_pod_people"),
    path(f"{POD}stage/", pods.stage, name="settings_pod_stage"),
    path(f"{POD}stage/<int:row>/remove/", pods.remove_stage, name="settings_remove_stage"),
    path(f"{POD}sub-team/", pods.sub_team, name="settings_pod_sub_team"),
    path(f"{POD}sub-team/<int:row>/remove/", pods.remove_sub_team, name="settings_remove_sub_team"),
    path(f"{POD}hours/", hours.hours, name="settings_pod_hours"),
    path(f"{POD}hours/<str:channel>/", hours.hours_of, name="settings_pod_hours_of"),
    path(f"{POD}promise/<str:channel>/", hours.promise, name="settings_pod_promise"),
    path(f"{POD}days/", hours.exception, name="settings_pod_exception"),
    path(f"{POD}days/<int:row>/remove/", hours.remove_exception, name="settings_remove_exception"),
    path("settings/people/", people.people, name="settings_people"),
    path("settings/people/new/", people.new_person, name="settings_new_person"),
    path(PERSON, person.person, name="settings_person"),
    path(f"{PERSON}invite/", person.invite, name="settings_person_invite"),
    path(f"{PERSON}withdraw/", person.withdraw, name="settings_person_withdraw"),
    path(f"{PERSON}link/", person.one_time_link, name="settings_person_link"),
    path(f"{PERSON}sign-out/", person.sign_out, name="settings_person_sign_out"),
    path(f"{PERSON}pods/", places.join, name="settings_person_membership"),
    path(f"{PERSON}pods/<int:row>/", places.membership, name="settings_membership"),
    path(f"{PERSON}move/", places.move, name="settings_person_move"),
    path(f"{PERSON}contract/", places.contract, name="settings_person_contract"),
    path(f"{PERSON}contract/<int:row>/remove/", places.remove_contract, name="settings_remove_contract"),
    path(f"{PERSON}leave/", leave.person, name="settings_person_leave"),
    path(f"{PERSON}leave/due/", leave.entitlement, name="settings_person_due"),
    path(f"{PERSON}leave/correct/", leave.correction, name="settings_person_correction"),
    path(f"{PERSON}leave/time/", leave.time, name="settings_person_time"),
    path(f"{PERSON}leave/write/", leave.write, name="settings_person_write_leave"),
    path(f"{PERSON}leave/<int:row>/withdraw/", leave.withdraw, name="settings_person_withdraw_leave"),
    path(f"{PERSON}role/", places.role, name="settings_person_role"),
    path(f"{PERSON}role/<int:row>/end/", places.end_role, name="settings_end_role"),
    path(f"{PERSON}skill/", places.skill, name="settings_person_skill"),
    path(f"{PERSON}skill/<int:row>/drop/", places.drop_skill, name="settings_drop_skill"),
]
