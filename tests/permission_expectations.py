"""Who may open what, by the name of the permission mark: the table of the design in numbers.

For each mark two places: ``own`` (Isar's things) and ``other`` (Elbe's). Roles that are not named
get 404: for them the thing does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.cast import ROLES

EVERYBODY = frozenset(ROLES)
MEMBERS = {"member", "second_member", "lead", "guest"}
THEIRS = {"other_member", "guest"}
OVERSEERS = {"operations_lead", "executive"}
NOBODY: set[str] = set()


@dataclass(frozen=True)
class Gate:
    """Who gets in, who is told 403; all others get 404."""

    inside: frozenset[str]
    denied: frozenset[str]

    def expected(self, role: str) -> int:
        """200 stands for any answer of somebody who is in."""
        return 200 if role in self.inside else 403 if role in self.denied else 404


def gate(inside: set[str] | frozenset[str], denied: set[str] | frozenset[str] = frozenset()) -> Gate:
    return Gate(frozenset(inside), frozenset(denied) - frozenset(inside))


type Pair = tuple[Gate, Gate]


def both(one: Gate) -> Pair:
    return one, one


# Work in a pod: its members and guests. Who coaches or oversees it is told whose it is.
WORK: Pair = (gate(MEMBERS, {"coach", *OVERSEERS}), gate(THEIRS, OVERSEERS))
# Read a pod's week: its coaches too.
WEEK: Pair = (gate({*MEMBERS, "coach"}, OVERSEERS), gate(THEIRS, OVERSEERS))
# Know of a pod: everybody who stands in it, oversees it or administers.
KNOWN: Pair = (
    gate({*MEMBERS, "coach", *OVERSEERS, "administrator"}),
    gate({*THEIRS, *OVERSEERS, "administrator"}),
)
# Decide in a pod: who is at home there. Who knows of it otherwise is told whose it is.
HOME: Pair = (
    gate({"member", "second_member", "lead"}, {"guest", "coach", *OVERSEERS, "administrator"}),
    gate({"other_member", "guest"}, {*OVERSEERS, "administrator"}),
)
# Counts of a pod for who oversees it, contacts and customers for its members; coaches never.
COUNTS: Pair = (gate({*MEMBERS, *OVERSEERS}, {"coach"}), gate({*THEIRS, *OVERSEERS}))
ADMINISTRATOR: Pair = both(gate({"administrator"}, EVERYBODY))
ANYBODY: Pair = both(gate(EVERYBODY))

EXPECTED: dict[str, Pair] = {
    "signed_in": ANYBODY,
    "guarded:oneself": ANYBODY,
    "guarded:administrator": ADMINISTRATOR,
    "guarded:any_pod": ADMINISTRATOR,
    "guarded:any_person": ADMINISTRATOR,
    "guarded:operator": both(gate({"administrator", "operations_lead", "other_operations_lead"}, EVERYBODY)),
    "guarded:member_pod": WORK,
    "guarded:works_in": WORK,
    "guarded:member_shift": WORK,
    "guarded:member_pattern": WORK,
    "guarded:member_peak": WORK,
    # Weeks are shared out among who is at home; a guest asks for leave in the own home pod.
    "guarded:home_peak": (
        gate({"member", "second_member", "lead"}, {"guest", "coach", *OVERSEERS}),
        gate({"other_member", "guest"}, OVERSEERS),
    ),
    "guarded:door_of_own": WORK,
    # Whom it does not concern never hears of it, nor does who coaches or oversees the pod.
    "guarded:concerned_exchange": (gate(MEMBERS), gate(THEIRS)),
    "guarded:own_shift": WORK,
    # Nobody but its owner hears of a quiet offer by its number.
    "guarded:own_quiet": both(gate(NOBODY)),
    "guarded:ever_own_shift": WORK,
    "guarded:readable_pattern": WEEK,
    "guarded:own_pattern": WORK,
    "guarded:readable_week": WEEK,
    "guarded:own_week": WORK,
    # An act is its member's own: anybody may ask, and finds nothing of others.
    "guarded:own_act": both(gate(EVERYBODY)),
    "guarded:week_pod": WEEK,
    "guarded:week_shift": WEEK,
    "guarded:week_peak": WEEK,
    "guarded:board_pod": (gate({*MEMBERS, "coach", *OVERSEERS}), gate({*THEIRS, *OVERSEERS})),
    "guarded:readable_shift": WEEK,
    "guarded:known_pod": KNOWN,
    "guarded:readable_pod": KNOWN,
    "guarded:setup_pod": KNOWN,
    "guarded:opening_pod": (
        gate({"lead", "administrator"}, {*MEMBERS, "coach", *OVERSEERS}),
        gate({"administrator"}, {*THEIRS, *OVERSEERS}),
    ),
    # The agreement belongs to who is at home; who only visits, coaches, oversees or administers is told so.
    "guarded:home_pod": HOME,
    "guarded:own_proposal": HOME,
    "guarded:acting_proposal": HOME,
    "guarded:agreement_proposal": KNOWN,
    "guarded:readable_proposal": KNOWN,
    "guarded:leading_pod": (
        gate({"lead", "operations_lead"}, {*MEMBERS, "coach", "executive", "administrator"}),
        gate({"operations_lead"}, {*THEIRS, "executive", "administrator"}),
    ),
    "guarded:queue_of": COUNTS,
    "guarded:customers_of": COUNTS,
    "guarded:customer_read": (gate(MEMBERS, {"coach", *OVERSEERS}), gate(THEIRS, OVERSEERS)),
    "guarded:customer_change": (gate(MEMBERS, {"coach", *OVERSEERS}), gate(THEIRS, OVERSEERS)),
    # An executive opens a contact only by executive touch, so its address says nothing to one.
    "guarded:contact_read": (gate(MEMBERS, {"coach", "operations_lead"}), gate(THEIRS, {"operations_lead"})),
    "guarded:contact_work": (gate(MEMBERS, {"coach", "operations_lead"}), gate(THEIRS, {"operations_lead"})),
    "guarded:contact_handed": (gate(MEMBERS, {"coach", "operations_lead"}), gate(THEIRS, {"operations_lead"})),
    "guarded:contact_event": (
        gate({*MEMBERS, "administrator"}, {"coach", "operations_lead"}),
        gate({*THEIRS, "administrator"}, {"operations_lead"}),
    ),
    "guarded:reporter": both(gate({*MEMBERS, "other_member", "administrator"}, EVERYBODY)),
    "guarded:agreements_of": (gate({*MEMBERS, "coach", *OVERSEERS}), gate({*THEIRS, *OVERSEERS})),
    "guarded:agreement_of": (gate({*MEMBERS, "coach", *OVERSEERS}), gate({*THEIRS, *OVERSEERS})),
    "guarded:agreement_act": (gate(MEMBERS, {"coach", *OVERSEERS}), gate(THEIRS, OVERSEERS)),
    "guarded:agreement_side": (gate({*MEMBERS, "coach", *OVERSEERS}), gate({*THEIRS, *OVERSEERS})),
    "guarded:agreement_acting": (gate(MEMBERS, {"coach", *OVERSEERS}), gate(THEIRS, OVERSEERS)),
    "guarded:scorecards": both(
        gate({*MEMBERS, "other_member", "coach", *OVERSEERS, "other_operations_lead"}, EVERYBODY)
    ),
    "guarded:visible_pods": ANYBODY,
    "guarded:readable_people": ANYBODY,
    "guarded:readable_person": (
        gate({*MEMBERS, "coach", "administrator"}),
        gate({*THEIRS, "administrator"}),
    ),
}
