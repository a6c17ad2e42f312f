"""What would work instead of a claim that does not fit: a part of the shift, or other shifts. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cxportal.core.violations import Violation
from teams.scheduling import words
from teams.scheduling.effects import TIME_WORDS, Effect, parts_that_fit, what_fits
from teams.scheduling.open_shifts import week_line
from teams.scheduling.picture import Person, PodPicture, SeatView, ShiftView


@dataclass(frozen=True)
class Way:
    """Something that would work: what to press and what it would do."""

    shift: int
    title: str
    text: str
    action: str
    start: str = ""
    end: str = ""


@dataclass(frozen=True)
class RestDrawing:
    """A rest that is too short, drawn to scale against the agreed one; x runs from 0 to 400."""

    left: str
    right: str
    have: str
    agreed: str
    have_x: int
    agreed_x: int

    @property
    def have_end(self) -> int:
        return 88 + self.have_x

    @property
    def have_mid(self) -> int:
        return 88 + self.have_x // 2

    @property
    def right_x(self) -> int:
        return 92 + self.have_x

    @property
    def right_mid(self) -> int:
        return 134 + self.have_x

    @property
    def agreed_end(self) -> int:
        return 88 + self.agreed_x

    @property
    def agreed_mid(self) -> int:
        return 88 + self.agreed_x // 2


def ways_out(picture: PodPicture, me: Person, shift: ShiftView, seat: SeatView, effect: Effect) -> list[Way]:
    """At most four things that would work instead, parts of this shift first."""
    zone = picture.zone
    found = []
    if effect.violations and {v.code for v in effect.violations} <= TIME_WORDS:
        for part in parts_that_fit(picture, me.state, shift, seat, effect.period):
            found.append(
                Way(
                    shift.pk,
                    _("Take %(span)s only") % {"span": words.span(part.period, zone)},
                    _text(part),
                    _("Claim %(hours)s") % {"hours": words.hours(part.minutes)},
                    part.period.start.isoformat(),
                    part.period.end.isoformat(),
                )
            )
    for other in what_fits(picture, me.state, instead_of=shift.pk)[:3]:
        found.append(
            Way(
                other.shift,
                _("Take %(span)s instead") % {"span": words.day_span(other.period, zone)},
                _text(other),
                _("Claim %(hours)s") % {"hours": words.hours(other.minutes)},
                other.period.start.isoformat(),
                other.period.end.isoformat(),
            )
        )
    return found[:4]


def _text(effect: Effect) -> str:
    closes = f"{words.closes(effect.closes, effect.short_before)}." if effect.closes else ""
    return f"{closes} {week_line(effect)}".strip()


def rest_drawing(violations: Iterable[Violation], picture: PodPicture) -> RestDrawing | None:
    """The drawing for the first rest that is too short, or None."""
    hit = next((v for v in violations if v.code in {"rest_before", "rest_after"} and v.numbers["minutes"] >= 0), None)
    if hit is None:
        return None
    have, agreed = int(hit.numbers["minutes"]), int(hit.numbers["agreed"])
    scale = 260 / max(have, agreed)
    zone = picture.zone
    return RestDrawing(
        left=_("until %(time)s") % {"time": words.clock(dt.datetime.fromisoformat(hit.numbers["from"]), zone)},
        right=words.day_clock(dt.datetime.fromisoformat(hit.numbers["to"]), zone),
        have=_("%(hours)s rest") % {"hours": words.hours(have)},
        agreed=_("%(hours)s agreed") % {"hours": words.hours(agreed)},
        have_x=round(have * scale),
        agreed_x=round(agreed * scale),
    )
