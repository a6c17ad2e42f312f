"""Addresses of the week: a page is a noun under its pod, an act is a verb under its thing."""

from __future__ import annotations

from django.urls import path

from teams.scheduling.opening import quiet_views as quiet
from teams.scheduling.opening import views as opening
from teams.scheduling.swaps import views as swaps
from teams.scheduling.views import absences, board, copies, patterns, requirement, reshaping, shifts, waivers, week

urlpatterns = [
    path("p/<slug:slug>/week/", week.week_now, name="week_now"),
    path("p/<slug:slug>/week/<str:week>/", week.week, name="week"),
    path("p/<slug:slug>/week/<str:week>/make", week.make, name="make_week"),
    path("p/<slug:slug>/week/<str:week>/open", week.open_, name="open_week"),
    path("p/<slug:slug>/week/<str:week>/open/undo", week.undo_open, name="undo_opening"),
    path("p/<slug:slug>/week/<str:week>/copy", copies.copy, name="copy_week"),
    path("p/<slug:slug>/week/<str:week>/add", shifts.add, name="add_shift"),
    path("p/<slug:slug>/week/<str:week>/requirement/", requirement.requirement, name="requirement"),
    path("p/<slug:slug>/week/<str:week>/requirement/import", requirement.import_, name="import_requirement"),
    path("p/<slug:slug>/series/", opening.series, name="claim_series"),
    path("p/<slug:slug>/shifts/<int:shift>/", shifts.shift, name="shift"),
    path("p/<slug:slug>/shifts/<int:shift>/claim", shifts.claim, name="claim"),
    path("p/<slug:slug>/shifts/<int:shift>/quiet", quiet.offer, name="offer_quietly"),
    path("my/quiet-offers/", quiet.offers, name="quiet_offers"),
    path("p/<slug:slug>/shifts/<int:shift>/quiet/withdraw", quiet.withdraw, name="withdraw_quiet"),
    path("p/<slug:slug>/shifts/<int:shift>/ask/", waivers.ask, name="ask_exception"),
    path("p/<slug:slug>/override/", waivers.override, name="override"),
    path("p/<slug:slug>/override/<int:waiver>/end", waivers.end_override, name="end_override"),
    path("p/<slug:slug>/shifts/<int:shift>/move", shifts.move, name="move_shift"),
    path("p/<slug:slug>/shifts/<int:shift>/split", reshaping.split, name="split_shift"),
    path("p/<slug:slug>/shifts/<int:shift>/activities/", reshaping.activities, name="shift_activities"),
    path("p/<slug:slug>/shifts/<int:shift>/cancel", shifts.cancel, name="cancel_shift"),
    path("p/<slug:slug>/assignments/<int:assignment>/release", shifts.release, name="release"),
    path("p/<slug:slug>/assignments/<int:assignment>/offer", shifts.offer, name="offer"),
    path("p/<slug:slug>/offers/<int:give_away>/take", shifts.take, name="take"),
    path("p/<slug:slug>/offers/<int:give_away>/withdraw", shifts.withdraw, name="withdraw"),
    path("p/<slug:slug>/acts/<int:act>/undo", shifts.undo, name="undo_act"),
    path("p/<slug:slug>/shifts/<int:shift>/swap/", swaps.offer_of_shift, name="swap_shift"),
    path("p/<slug:slug>/assignments/<int:assignment>/swap/", swaps.offer, name="swap"),
    path("p/<slug:slug>/assignments/<int:assignment>/swap/ask", swaps.ask, name="ask_swap"),
    path("p/<slug:slug>/wishes/<int:wish>/withdraw", swaps.withdraw_wish, name="withdraw_wish"),
    path("p/<slug:slug>/exchanges/", swaps.exchanges, name="exchanges"),
    path("p/<slug:slug>/exchanges/<int:exchange>/", swaps.exchange, name="exchange"),
    path("p/<slug:slug>/exchanges/<int:exchange>/accept", swaps.accept, name="accept_exchange"),
    path("p/<slug:slug>/exchanges/<int:exchange>/decline", swaps.decline, name="decline_exchange"),
    path("p/<slug:slug>/exchanges/<int:exchange>/withdraw", swaps.take_back, name="withdraw_exchange"),
    path("p/<slug:slug>/exchanges/<int:exchange>/remind", swaps.remind, name="remind_exchange"),
    path("p/<slug:slug>/exchanges/<int:exchange>/undo", swaps.undo, name="undo_exchange"),
    path("p/<slug:slug>/absence/", absences.absence, name="absence"),
    path("p/<slug:slug>/absence/<int:absence>/end", absences.end, name="end_absence"),
    path("p/<slug:slug>/board/", board.board, name="board"),
    path("p/<slug:slug>/board/ask", board.ask, name="ask_for_gap"),
    path("p/<slug:slug>/patterns/", patterns.patterns, name="patterns"),
    path("p/<slug:slug>/patterns/new/", patterns.new, name="new_pattern"),
    path("p/<slug:slug>/patterns/<int:pattern>/", patterns.edit, name="pattern"),
    path("p/<slug:slug>/patterns/<int:pattern>/retire", patterns.retire, name="retire_pattern"),
]
