"""The acts on a roster. Each takes its locks, asks the rules again, writes and tells."""

from teams.scheduling.services.absences import record_absence
from teams.scheduling.services.asking import ask_to_cover
from teams.scheduling.services.claims import Claimed, Released, claim, release
from teams.scheduling.services.clocks import Followed, follow_zone_rules
from teams.scheduling.services.coming_back import Back, end_absence
from teams.scheduling.services.give_aways import offer, take, withdraw
from teams.scheduling.services.patterns import Use, retire_pattern, save_pattern, use_of
from teams.scheduling.services.quiet import carry_out, offer_quietly, withdraw_quiet
from teams.scheduling.services.reshaping import change_parts, split_shift
from teams.scheduling.services.series import Claims, claim_series
from teams.scheduling.services.shifts import add_shift, cancel_shift, move_shift
from teams.scheduling.services.undoing import undo
from teams.scheduling.services.waivers import ask, override, take_back
from teams.scheduling.services.weeks import copy_week, make_week, open_week, undo_opening

__all__ = [
    "Back",
    "Claimed",
    "Claims",
    "Followed",
    "Released",
    "Use",
    "add_shift",
    "ask",
    "ask_to_cover",
    "cancel_shift",
    "carry_out",
    "change_parts",
    "claim",
    "claim_series",
    "copy_week",
    "end_absence",
    "follow_zone_rules",
    "make_week",
    "move_shift",
    "offer",
    "offer_quietly",
    "open_week",
    "override",
    "record_absence",
    "release",
    "retire_pattern",
    "save_pattern",
    "split_shift",
    "take",
    "take_back",
    "undo",
    "undo_opening",
    "use_of",
    "withdraw",
    "withdraw_quiet",
]
