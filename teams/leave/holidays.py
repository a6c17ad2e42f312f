"""Public holidays of a contract's region, by the `holidays` package. Pure."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping

import holidays
from django.utils.translation import get_language


def of_region(region: str, year: int) -> Mapping[dt.date, str]:
    """Public holidays of ``DE-BY`` or ``DE`` in a year with their names, in the reader's language where it is known.

    A region that the package does not know, and an empty one, has none.
    """
    return _of_region(region, year, (get_language() or "en").partition("-")[0])


def holiday(region: str, day: dt.date) -> str:
    """The name of the public holiday, or nothing."""
    return of_region(region, day.year).get(day, "")


def is_known(region: str) -> bool:
    """Whether the package knows the region."""
    country, _dash, part = region.partition("-")
    known = holidays.list_supported_countries()
    return country in known and (not part or part in known[country])


@functools.lru_cache(maxsize=512)
def _of_region(region: str, year: int, language: str) -> Mapping[dt.date, str]:
    if not is_known(region):
        return {}
    country, _dash, part = region.partition("-")
    spoken = getattr(holidays, country).supported_languages
    chosen = next((each for each in spoken if each.partition("_")[0] == language), None)
    found = holidays.country_holidays(country, subdiv=part or None, years=year, language=chosen)
    return dict(found)
