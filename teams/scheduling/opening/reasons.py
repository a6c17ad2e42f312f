"""Why a claim did not fit, kept as a code with its numbers and said when it is read, in the reader's language.

A job judges a quiet offer in its own language and at night; who reads the reason later has another one. The sentences
are those of the rules of a claim, word for word: a test holds each of them beside what its rule says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from cxportal.core.periods import DAY, Period, local_date
from cxportal.core.violations import Violation
from teams.scheduling import words
from teams.scheduling.day_limits import LONG_DAY, SHORT_DAY
from teams.scheduling.rounds import moment

type Kept = Mapping[str, Any]

LEFT_POD, HAS_PART, UNDONE = "left_pod", "has_part", "undone"


def kept(found: Violation, zone: ZoneInfo) -> dict[str, Any]:
    """A reason as it is stored: code, numbers, the zone whose wall times it tells, and its words of now.

    The words are said only where a code has no sentence here any more.
    """
    return {"code": found.code, "zone": zone.key, "words": str(found.message), **dict(found.numbers)}


def said(reason: Kept) -> str:
    """The sentence of a reason, in the language of who reads it; empty for none."""
    if not reason:
        return ""
    sentence = _SENTENCES.get(reason["code"])
    return sentence(reason) if sentence else str(reason.get("words", ""))


def _zone(of: Kept) -> ZoneInfo:
    return ZoneInfo(of["zone"])


def _instant(of: Kept, key: str) -> dt.datetime:
    return dt.datetime.fromisoformat(of[key])


def _date(of: Kept, key: str) -> dt.date:
    return dt.date.fromisoformat(of[key])


def _span(of: Kept, first: str = "from", last: str = "to") -> str:
    return words.day_span(Period(_instant(of, first), _instant(of, last)), _zone(of))


def _hours(of: Kept) -> dict[str, str]:
    return {"hours": words.hours(of["minutes"]), "agreed": words.hours(of["agreed"])}


def _week_draft(of: Kept) -> str:
    if not of["opens_at"]:
        return _("The week is a draft; claims are not open yet.")
    opens, zone = _instant(of, "opens_at"), _zone(of)
    said = _("The week is a draft. Claims open on %(day)s at %(time)s for everybody.")
    return said % {"day": words.long_day(local_date(opens, zone)), "time": words.clock(opens, zone)}


def _not_a_member(of: Kept) -> str:
    if not of["until"]:
        return _("You do not work in this pod then.")
    return _("You work in this pod until %(day)s.") % {"day": words.long_day(_date(of, "until") - DAY)}


def _rest(of: Kept) -> str:
    return _("Rest before %(start)s would be %(rest)s, the pod agreed %(agreed)s.") % {
        "start": words.day_clock(_instant(of, "to"), _zone(of)),
        "rest": words.hours(of["minutes"]),
        "agreed": words.hours(of["agreed"]),
    }


def _day_span(of: Kept) -> str:
    whole = words.span(Period(_instant(of, "from"), _instant(of, "to")), _zone(of))
    said = _("Your day would stretch over %(span)s (%(hours)s), the pod agreed %(agreed)s.")
    return said % {"span": whole, **_hours(of)}


def _break(of: Kept) -> str:
    return _(
        "Your %(day)s would have %(free)s min of break in %(hours)s of work; the pod agreed %(agreed)s above %(above)s."
    ) % {
        "day": words.day(_date(of, "day")),
        "free": of["minutes"],
        "hours": words.hours(of["work"]),
        "agreed": _("%(n)s min") % {"n": of["agreed"]},
        "above": words.hours(SHORT_DAY if of["code"] == "break" else LONG_DAY),
    }


def _break_late(of: Kept) -> str:
    said = _("On %(day)s you would work %(hours)s without a break; after %(most)s at the latest there is one.")
    return said % {
        "day": words.day(_date(of, "day")),
        "hours": words.hours(of["minutes"]),
        "most": words.hours(of["agreed"]),
    }


def _weekly_rest(of: Kept) -> str:
    return _(
        "In your week %(week)s no free time of %(agreed)s would begin, as the pod agreed;"
        " the longest would have %(hours)s."
    ) % {"week": _date(of, "week").isocalendar().week, **_hours(of)}


def _week_minutes(of: Kept) -> str:
    said = _("Your week %(week)s would have %(hours)s, the pod agreed at most %(agreed)s.")
    return said % {"week": _date(of, "week").isocalendar().week, **_hours(of)}


def _average(of: Kept) -> str:
    return _(
        "From %(first)s to %(last)s your weeks would have %(hours)s on average, the pod agreed at most %(agreed)s."
    ) % {**_far(of), **_hours(of)}


def _far(of: Kept) -> dict[str, str]:
    return {"first": words.long_day(_date(of, "from")), "last": words.long_day(_date(of, "to"))}


def _near(of: Kept) -> dict[str, str]:
    return {"first": words.day(_date(of, "from")), "last": words.day(_date(of, "to"))}


def _days_in_row(of: Kept) -> str:
    said = _("You would work %(days)s days in a row, %(first)s to %(last)s; the pod agreed at most %(agreed)s.")
    return said % {**of, **_near(of)}


def _weekends(of: Kept) -> str:
    said = _("You would work on %(number)s of 4 weekends, %(first)s to %(last)s; the pod agreed at most %(agreed)s.")
    return said % {"number": of["weekends"], "agreed": of["agreed"], **_far(of)}


def _nights_in_row(of: Kept) -> str:
    said = _("You would work %(nights)s nights in a row, %(first)s to %(last)s; the pod agreed at most %(agreed)s.")
    return said % {**of, **_near(of)}


def _nights_in_four_weeks(of: Kept) -> str:
    said = _(
        "You would work %(nights)s nights in four weeks, %(first)s to %(last)s; the pod agreed at most %(agreed)s."
    )
    return said % {**of, **_far(of)}


def _night_minutes(of: Kept) -> str:
    said = _("Your night of %(day)s would have %(hours)s, the pod agreed at most %(agreed)s a night.")
    return said % {"day": words.day(_date(of, "day")), **_hours(of)}


def _day_minutes(of: Kept) -> str:
    said = _("Your %(day)s would have %(hours)s, the pod agreed at most %(agreed)s a day.")
    return said % {"day": words.day(_date(of, "day")), **_hours(of)}


def _late(of: Kept) -> str:
    said = _("%(span)s began %(late)s ago, the pod agreed on up to %(agreed)s.")
    return said % {"span": _span(of), "late": words.hours(of["minutes"]), "agreed": words.hours(of["agreed"])}


def _absent(of: Kept) -> str:
    edges = {edge: words.day_clock(_instant(of, edge), _zone(of)) for edge in ("start", "end")}
    return _("You are away from %(start)s to %(end)s.") % edges


def _overlap(of: Kept) -> str:
    said = _("You already work %(span)s then; nobody works twice at once.")
    return said % {"span": _span(of, "start", "end")}


def _round_full(of: Kept) -> str:
    numbers = {
        "has": of["claimed"], "most": of["agreed"], "number": of["round"], "of": of["rounds"],
        "when": moment(_instant(of, "until"), _zone(of)),
    }  # fmt: skip
    if of["round"] < of["rounds"]:
        said = _(
            "You have %(has)s of %(most)s shifts of this week in round %(number)s of %(of)s; the next begins %(when)s."
        )
        return said % numbers
    return _("You have %(has)s of %(most)s shifts of this week in the last round; free from %(when)s.") % numbers


def _skill(of: Kept) -> str:
    return _("The seat needs the skill %(skill)s, which is not among yours.") % {"skill": of["name"]}


_SENTENCES: dict[str, Callable[[Kept], str]] = {
    "shift_over": lambda of: _("%(span)s is over.") % {"span": _span(of)},
    "week_draft": _week_draft,
    "started_too_late": _late,
    "skill": _skill,
    "not_a_member": _not_a_member,
    "absent": _absent,
    "overlap": _overlap,
    "rest_before": _rest,
    "rest_after": _rest,
    "span": _day_span,
    "day_minutes": _day_minutes,
    "break": _break,
    "long_break": _break,
    "break_late": _break_late,
    "week_minutes": _week_minutes,
    "weekly_rest": _weekly_rest,
    "average_minutes": _average,
    "days_in_row": _days_in_row,
    "weekends": _weekends,
    "nights_in_row": _nights_in_row,
    "nights_in_four_weeks": _nights_in_four_weeks,
    "night_minutes": _night_minutes,
    "round_full": _round_full,
    LEFT_POD: lambda of: _("You do not work in %(pod)s any more.") % of,
    HAS_PART: lambda _of: _("You have a part of it already."),
    UNDONE: lambda _of: _("You took the claim back, and with it this offer."),
}
