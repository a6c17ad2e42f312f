"""The demo company as it is stated in docs/demo.md: pods, launches and their true effects.

Nothing here is drawn by chance except the hundred pods of the scale ``large``, whose effects follow
a rule. The tests read these numbers and compare them with what the scorecards show.
"""

from __future__ import annotations

from dataclasses import dataclass

from cxportal.demo.names import PLACES, RIVERS

WEEKS = 26
DIP_WEEKS = 3  # after a launch satisfaction falls before it rises
DIP = -0.04
# Who meets the same person again when that one is on shift, since and before a launch.
CONTINUITY, CONTINUITY_BEFORE = 0.65, 0.35
LAUNCH_WEEKS = (14, 17, 20)  # weeks of history before each wave's launch
SLUG_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class PodPlan:
    """One pod. ``before`` and ``after`` are true shares of satisfied answers (4 or 5 of 5).

    ``wave`` is the index of its launch in ``LAUNCH_WEEKS``, None for a pod that never changed;
    ``after`` holds from ``DIP_WEEKS`` after the launch on. ``strain`` is how stretched the pod is against the
    company's middle: waits, hang-ups, overflow and open seats grow with it.
    """

    name: str
    area: str
    region: str
    town: str
    postal: str
    members: int
    customers: int
    wave: int | None
    before: float
    after: float
    strain: float

    @property
    def slug(self) -> str:
        return self.name.lower().translate(SLUG_LETTERS)

    @property
    def launch_week(self) -> int | None:
        return None if self.wave is None else LAUNCH_WEEKS[self.wave]

    def share_in(self, week: int) -> float:
        """The true share of satisfied answers in a week of the history (0 is the first)."""
        launch = self.launch_week
        if launch is None or week < launch:
            return self.before
        return self.before + DIP if week < launch + DIP_WEEKS else self.after


@dataclass(frozen=True)
class Plan:
    """A company of one size: its pods, and how many contacts half a year brings."""

    scale: str
    company: str
    pods: tuple[PodPlan, ...]
    contacts: int
    by_service: int  # contacts a pod of the last 14 days that go through the services

    @property
    def areas(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(pod.area for pod in self.pods))


type Row = tuple[str, str, int, float, int | None, float, float, float]

# name, area, members, share of customers, wave, before, after, strain
_TWELVE: tuple[Row, ...] = (
    ("Isar", "South", 12, 1.10, 0, 0.80, 0.87, 0.8),
    ("Lech", "South", 11, 0.85, 0, 0.82, 0.88, 0.6),
    ("Inn", "South", 10, 0.95, 2, 0.78, 0.82, 1.1),
    ("Naab", "South", 10, 0.90, None, 0.79, 0.79, 1.3),
    ("Elbe", "North", 13, 1.20, 0, 0.79, 0.85, 0.9),
    ("Weser", "North", 10, 1.00, None, 0.77, 0.77, 1.2),
    ("Spree", "North", 12, 1.05, 1, 0.81, 0.81, 1.0),
    ("Oder", "North", 10, 1.15, None, 0.74, 0.74, 1.7),
    ("Ruhr", "West", 12, 1.10, 1, 0.78, 0.84, 0.7),
    ("Rhine", "West", 11, 0.95, None, 0.81, 0.81, 0.9),
    ("Neckar", "West", 10, 0.80, 1, 0.80, 0.85, 0.8),
    ("Main", "West", 11, 0.95, 2, 0.79, 0.84, 1.4),
)


def plan(scale: str = "company") -> Plan:
    """The stated company of a scale: ``small``, ``company`` or ``large``. Raises ``KeyError`` otherwise."""
    make = {"small": _small, "company": _company, "large": _large}[scale]
    return make()


def _pods(rows: tuple[Row, ...], each: int) -> tuple[PodPlan, ...]:
    found = []
    for number, (name, area, members, size, wave, before, after, strain) in enumerate(rows):
        region, town, postal = PLACES[RIVERS.index(name) % len(PLACES)]
        if number >= len(PLACES):
            region = f"{region} {number // len(PLACES) + 1}"
        customers = round(each * size)
        found.append(PodPlan(name, area, region, town, postal, members, customers, wave, before, after, strain))
    return tuple(found)


def _company() -> Plan:
    return Plan("company", "Fennlink Mobile", _pods(_TWELVE, 2000), contacts=72_000, by_service=14)


def _small() -> Plan:
    rows = tuple(row for row in _TWELVE if row[0] in ("Isar", "Lech", "Naab", "Elbe", "Weser", "Spree"))
    return Plan("small", "Fennlink Mobile", _pods(rows, 250), contacts=9_000, by_service=4)


def _large() -> Plan:
    """A hundred pods: three of ten never change; the effect runs from −2 to +8 points by a rule."""
    rows = []
    for number, name in enumerate(RIVERS[:100]):
        wave = None if number % 10 in (3, 5, 7) else number % 3
        before = 0.74 + (number * 7 % 13) / 100
        effect = 0.0 if wave is None else (number * 3 % 11 - 2) / 100
        rows.append(
            (
                name,
                f"Area {number // 10 + 1}",
                10 + number % 5,
                0.8 + number % 5 / 10,
                wave,
                before,
                round(before + effect, 2),
                0.6 + number * 5 % 11 / 10,
            )
        )
    return Plan("large", "Fennlink Group", _pods(tuple(rows), 2000), contacts=1_000_000, by_service=1)
