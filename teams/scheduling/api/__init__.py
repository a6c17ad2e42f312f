"""The roster over the API: shifts, patterns, weeks, coverage and gaps, own acts."""

from teams.scheduling.api.acts import ActOperations
from teams.scheduling.api.items import ShortPerson, own_shift, readable_shift
from teams.scheduling.api.patterns import PatternOperations
from teams.scheduling.api.shifts import ShiftOperations
from teams.scheduling.api.staffed import CoverageOperations, GapOperations
from teams.scheduling.api.weeks import WeekOperations

__all__ = [
    "ActOperations",
    "CoverageOperations",
    "GapOperations",
    "PatternOperations",
    "ShiftOperations",
    "ShortPerson",
    "WeekOperations",
    "own_shift",
    "readable_shift",
]
