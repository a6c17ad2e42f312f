"""What changes leave: every state change of this room, by name."""

from teams.leave.services.ledger import (
    book_opening,
    carry_over,
    correct,
    correct_time,
    expire,
    grant_year,
    tell_of_expiry,
    unbook_opening,
)
from teams.leave.services.peaks import draw_lottery, enter_lottery, open_peak, remove_peak
from teams.leave.services.requests import give_back, request_leave, settle_waiting, withdraw
from teams.leave.services.turns import advance_turns, pass_turn, take_share

__all__ = [
    "advance_turns",
    "book_opening",
    "carry_over",
    "correct",
    "correct_time",
    "draw_lottery",
    "enter_lottery",
    "expire",
    "give_back",
    "grant_year",
    "open_peak",
    "pass_turn",
    "remove_peak",
    "request_leave",
    "settle_waiting",
    "take_share",
    "tell_of_expiry",
    "unbook_opening",
    "withdraw",
]
