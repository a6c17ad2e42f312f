"""The decision in plain sentences: each test of a trace becomes a line that a person reads.

A trace holds ids and numbers; names come from `Names`, read in one go for all of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from teams.pods.channels import Channel

type Numbers = Mapping[str, Any]

# What a step of these names says of a colleague's state and load is told inside the home pod alone.
OF_PEOPLE = frozenset({"usual", "usual_soon", "person"})


def outside(trace: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """A trace for readers who are not of the home pod: without what single people of it were doing."""
    return [step for step in trace if step["name"] not in OF_PEOPLE]


@dataclass(frozen=True)
class Names:
    """Who and what the ids of a trace mean, and in which zone instants are told."""

    people: Mapping[int, str] = field(default_factory=dict)
    pods: Mapping[int, str] = field(default_factory=dict)
    skills: Mapping[int, str] = field(default_factory=dict)
    zone: dt.tzinfo = dt.UTC

    def person(self, ident: Any) -> str:
        """A person's name; somebody who was erased has none."""
        return self.people.get(int(ident or 0), _("somebody"))

    def pod(self, ident: Any) -> str:
        return self.pods.get(int(ident or 0), _("a pod"))

    def skill(self, ident: Any) -> str:
        return self.skills.get(int(ident or 0), _("a skill"))

    def moment(self, text: Any, clock: dt.datetime) -> str:
        """A stored instant in the pod's zone: the time, with the day when it is another one."""
        at = dt.datetime.fromisoformat(str(text)).astimezone(self.zone)
        same = at.date() == clock.astimezone(self.zone).date()
        return at.strftime("%H:%M") if same else date_format(at, "D j M, H:i")


def duration(seconds: Any) -> str:
    """1:42 under an hour, 3 h 05 above, 2 d 4 h above two days."""
    total = max(0, int(seconds or 0))
    if total < 3600:
        return f"{total // 60}:{total % 60:02d}"
    if total < 48 * 3600:
        return _("%(h)s h %(m)s") % {"h": total // 3600, "m": f"{total % 3600 // 60:02d}"}
    return _("%(d)s d %(h)s h") % {"d": total // 86400, "h": total % 86400 // 3600}


def with_unit(seconds: int) -> str:
    """An agreed length of time with its unit: 45 s, 1:36 min, 48 min, 4 h, 2 h 30."""
    minutes, rest = divmod(seconds, 60)
    if seconds < 60:
        return _("%(n)s s") % {"n": seconds}
    if seconds < 3600:
        return _("%(n)s min") % {"n": f"{minutes}:{rest:02d}" if rest else minutes}
    hours, minutes = divmod(minutes, 60)
    return _("%(h)s h %(m)s") % {"h": hours, "m": f"{minutes:02d}"} if minutes else _("%(n)s h") % {"n": hours}


def channel(value: Any) -> str:
    """A channel inside a sentence: in small letters."""
    return str(Channel(value).label).lower() if value in Channel.values else str(value)


def obstacle(why: str, n: Numbers, names: Names, clock: dt.datetime) -> str:
    """Why a person could not get a contact, after the name: “on a break”."""
    words: dict[str, Callable[[], str]] = {
        "off_shift": lambda: _("not on shift"),
        "break": lambda: _("on a break"),
        "away": lambda: _("away"),
        "offline": lambda: _("not signed on"),
        "no_heartbeat": lambda: _("no sign of life from the page"),
        "other_activity": lambda: _("planned for another activity"),
        "skill": lambda: _("does not hold %(skill)s") % {"skill": names.skill(n.get("skill"))},
        "barred": lambda: _("said no a moment ago, until %(at)s") % {"at": names.moment(n.get("until"), clock)},
        "after_work": lambda: _("writing up the last call"),
        "full": lambda: (
            ngettext("busy with %(n)s contact", "busy with %(n)s contacts", int(n.get("in_hand", 0)))
            % {"n": n.get("in_hand", 0)}
        ),
    }
    return words.get(why, lambda: why)()


def sentence(step: Mapping[str, Any], names: Names, clock: dt.datetime) -> str:
    """One test of a trace as a sentence."""
    n: Numbers = step.get("numbers", {})
    passed = bool(step.get("passed"))
    maker = SENTENCES.get(str(step.get("name")))
    return maker(passed, n, names, clock) if maker else str(step.get("name"))


def _home(_passed: bool, n: Numbers, names: Names, _clock: dt.datetime) -> str:
    return _("Home is %(pod)s; waited %(time)s of opening time.") % {
        "pod": names.pod(n["pod"]),
        "time": duration(n.get("waited")),
    }


def _usual(passed: bool, n: Numbers, names: Names, clock: dt.datetime) -> str:
    who = {"name": names.person(n["person"])}
    if passed:
        return _("%(name)s knows the customer and is free.") % who
    return _("%(name)s knows the customer, but is %(why)s.") % {
        **who,
        "why": obstacle(str(n.get("why")), n, names, clock),
    }


def _usual_soon(_passed: bool, n: Numbers, names: Names, clock: dt.datetime) -> str:
    return _("%(name)s knows the customer and is expected free soon: kept until %(at)s.") % {
        "name": names.person(n["person"]),
        "at": names.moment(n["until"], clock),
    }


def _person(_passed: bool, n: Numbers, names: Names, clock: dt.datetime) -> str:
    return _("%(name)s: %(why)s.") % {
        "name": names.person(n["person"]),
        "why": obstacle(str(n.get("why")), n, names, clock),
    }


def _home_free(passed: bool, n: Numbers, names: Names, _clock: dt.datetime) -> str:
    if not passed:
        return _nobody_free(n, names)
    free = int(n.get("free", 1))
    return ngettext("%(name)s was free in %(pod)s.", "%(name)s came first of %(n)s free people in %(pod)s.", free) % {
        "name": names.person(n.get("person")),
        "pod": names.pod(n["pod"]),
        "n": free,
    }


def _nobody_free(n: Numbers, names: Names) -> str:
    """Why nobody was free. Decisions that were stored without a channel tell no counts."""
    told = {"pod": names.pod(n["pod"]), "channel": channel(n["channel"]) if n.get("channel") else ""}
    kinds = {
        "elsewhere": _("%(n)s on shift, but not for %(channel)s"),
        "full": _("%(n)s without a free place"),
        "absent": _("%(n)s on shift, but not present"),
        "unskilled": _("%(n)s without the skill"),
        "said_no": _("%(n)s who said no a moment ago"),
    }
    parts = [words % {**told, "n": n[kind]} for kind, words in kinds.items() if n.get(kind)]
    if parts:
        return _("Nobody in %(pod)s was free: %(parts)s.") % {**told, "parts": ", ".join(parts)}
    return (_("Nobody in %(pod)s was on shift.") if n.get("channel") else _("Nobody in %(pod)s was free.")) % told


def _turn(_passed: bool, n: Numbers, _names: Names, _clock: dt.datetime) -> str:
    ahead = int(n.get("ahead", 0))
    return ngettext("%(n)s older contact is served first.", "%(n)s older contacts are served first.", ahead) % {
        "n": ahead
    }


def _wished(passed: bool, n: Numbers, _names: Names, _clock: dt.datetime) -> str:
    if passed:
        return _("Every wished skill is met.")
    return _("%(met)s of %(of)s wished skills are met; the last in the order were let go.") % dict(n)


def _skill_held(_passed: bool, n: Numbers, names: Names, _clock: dt.datetime) -> str:
    return _("Nobody in the company holds %(skill)s. It is not relaxed; pod and operations were told.") % {
        "skill": names.skill(n["skill"])
    }


def _active(passed: bool, n: Numbers, names: Names, _clock: dt.datetime) -> str:
    pod = {"pod": names.pod(n["partner"])}
    if passed:
        return _("The agreement with %(pod)s is in force.") % pod
    words = {"paused": _("is paused"), "ended": _("has ended"), "out_of_dates": _("is outside its dates")}
    return _("The agreement with %(pod)s %(state)s.") % {
        **pod,
        "state": words.get(str(n.get("state")), _("is not in force")),
    }


def _condition(passed: bool, n: Numbers, names: Names, _clock: dt.datetime) -> str:
    about = {
        "waited": duration(n.get("waited")),
        "limit": duration(n.get("threshold")),
        "pod": names.pod(n["partner"]),
        "expected": duration(n.get("expected")),
        "second": duration(n.get("expected_limit")),
    }
    if not passed:
        if n.get("threshold") is None:
            return _("%(pod)s: no wait is agreed for this channel.") % about
        return _("%(pod)s may help after %(limit)s; waited %(waited)s.") % about
    words = {
        "closed": _("%(pod)s may help: home is closed."),
        "nobody": _("%(pod)s may help: nobody with the skill is there at home."),
        "waited": _("%(pod)s may help: waited %(waited)s, agreed are %(limit)s."),
        "expected": _("%(pod)s may help: the expected wait of %(expected)s is above %(second)s."),
    }
    return words[str(n.get("by"))] % about


def _of_partner(good: str, bad: str) -> Callable[[bool, Numbers, Names, dt.datetime], str]:
    """A sentence with the partner's name and the test's own numbers."""

    def told(passed: bool, n: Numbers, names: Names, _clock: dt.datetime) -> str:
        about = {**n, "pod": names.pod(n["partner"]), "skill": names.skill(n.get("skill"))}
        return _(good if passed else bad) % about

    return told


def _once(_passed: bool, _n: Numbers, _names: Names, _clock: dt.datetime) -> str:
    return _("A partner helped with it once already; it does not go out again.")


def _asked_already(_passed: bool, _n: Numbers, _names: Names, _clock: dt.datetime) -> str:
    return _("A partner is being asked just now.")


def _stay(_passed: bool, n: Numbers, names: Names, clock: dt.datetime) -> str:
    if n.get("why") == "busy":
        return _("It waits at home for the next free person.")
    if n.get("why") == "nobody":
        return _("It waits at home until somebody is there for it.")
    if n.get("opens_at"):
        return _("It waits at home, which opens %(at)s.") % {"at": names.moment(n["opens_at"], clock)}
    return _("It waits at home, which is closed.")


SENTENCES: dict[str, Callable[[bool, Numbers, Names, dt.datetime], str]] = {
    "home": _home,
    "usual": _usual,
    "usual_soon": _usual_soon,
    "person": _person,
    "home_free": _home_free,
    "turn": _turn,
    "wished": _wished,
    "skill_held": _skill_held,
    "active": _active,
    "condition": _condition,
    "once": _once,
    "asked_already": _asked_already,
    "stay": _stay,
    "channel": _of_partner(
        gettext_noop("%(pod)s helps on this channel."), gettext_noop("%(pod)s does not help on this channel.")
    ),
    "agreed_skill": _of_partner(
        gettext_noop("The skill is covered by the agreement."), gettext_noop("%(skill)s is not agreed with %(pod)s.")
    ),
    "partner_open": _of_partner(gettext_noop("%(pod)s is open."), gettext_noop("%(pod)s is closed.")),
    "hours": _of_partner(
        gettext_noop("It is inside the agreed hours."), gettext_noop("It is outside the hours agreed with %(pod)s.")
    ),
    "guard": _of_partner(
        gettext_noop("%(pod)s has %(waiting)s of its own waiting, allowed are %(guard)s."),
        gettext_noop("%(pod)s has %(waiting)s of its own waiting, more than %(guard)s."),
    ),
    "reserve": _of_partner(
        gettext_noop("%(pod)s has %(idle)s idle and keeps %(reserve)s free."),
        gettext_noop("%(pod)s has %(idle)s idle and keeps %(reserve)s free: none to lend."),
    ),
    "cap_once": _of_partner(
        gettext_noop("%(used)s of %(cap)s at once are used."), gettext_noop("All %(cap)s at once are used.")
    ),
    "cap_hour": _of_partner(
        gettext_noop("%(used)s of %(cap)s in an hour are used."), gettext_noop("All %(cap)s in an hour are used.")
    ),
    "cap_day": _of_partner(
        gettext_noop("%(used)s of %(cap)s today are used."), gettext_noop("All %(cap)s today are used.")
    ),
}


def ids_in(traces: Iterable[Iterable[Mapping[str, Any]]]) -> tuple[set[int], set[int], set[int]]:
    """People, pods and skills that traces speak of, to look their names up at once."""
    people: set[int] = set()
    pods: set[int] = set()
    skills: set[int] = set()
    for trace in traces:
        for step in trace:
            n = step.get("numbers", {})
            people |= {int(n["person"])} if n.get("person") else set()
            pods |= {int(n[key]) for key in ("pod", "partner") if n.get(key)}
            skills |= {int(n["skill"])} if n.get("skill") else set()
    return people, pods, skills
