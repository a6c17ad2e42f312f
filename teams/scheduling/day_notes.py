"""Why a day is special: public holidays of the pod's country, and its own exceptions of opening."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence

import holidays
from django.utils.translation import get_language

from teams.pods.models import Pod
from teams.scheduling.picture import PodPicture


@functools.lru_cache(maxsize=64)
def public_holidays(country: str, year: int, language: str) -> dict[dt.date, str]:
    """Names of a country's public holidays by day, in the language where the calendar knows it."""
    try:
        calendar = holidays.country_holidays(country, years=year)
    except NotImplementedError:
        return {}
    wanted = {"en": "en_US"}.get(language, language.replace("-", "_"))
    if wanted in calendar.supported_languages:
        calendar = holidays.country_holidays(country, years=year, language=wanted)
    return dict(calendar.items())


def day_notes(pod: Pod, picture: PodPicture, days: Sequence[dt.date]) -> dict[dt.date, tuple[str, bool]]:
    """Why a day is special (its exception of opening, or a public holiday), and whether it is free for most."""
    language = get_language() or "en"
    found = {}
    for day in days:
        holiday = public_holidays(pod.country, day.year, language).get(day, "")
        exception = picture.exceptions.get(day)
        note = exception[2] if exception and exception[2] else holiday
        found[day] = (note, bool(holiday) or day.weekday() >= 5)
    return found
