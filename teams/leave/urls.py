"""Addresses of leave: the planner under its pod, one's own accounts."""

from __future__ import annotations

from django.urls import path

from teams.leave.views import peaks, planner

urlpatterns = [
    path("leave/", planner.own, name="own_leave"),
    path("p/<slug:slug>/leave/", planner.now, name="leave_now"),
    path("p/<slug:slug>/leave/<int:year>/", planner.year, name="leave_year"),
    path("p/<slug:slug>/leave/<int:year>/table/", planner.table, name="leave_table"),
    path("p/<slug:slug>/leave/<int:year>/ask", planner.ask, name="ask_leave"),
    path("p/<slug:slug>/leave/days/<str:day>/", planner.day, name="leave_day"),
    path("p/<slug:slug>/leave/requests/<int:asked>/withdraw", planner.withdraw, name="withdraw_leave"),
    path("p/<slug:slug>/leave/peaks/new/", peaks.new, name="new_peak"),
    path("p/<slug:slug>/leave/peaks/<int:peak>/shares/<int:share>/take", peaks.take, name="take_share"),
    path("p/<slug:slug>/leave/peaks/<int:peak>/pass", peaks.pass_, name="pass_turn"),
    path("p/<slug:slug>/leave/peaks/<int:peak>/enter", peaks.enter, name="enter_lottery"),
    path("p/<slug:slug>/leave/peaks/<int:peak>/remove", peaks.remove, name="remove_peak"),
    path("p/<slug:slug>/leave/peaks/<int:peak>/lot/", peaks.lot, name="peak_lot"),
]
