"""Every act on a contact, from arrival to closing. Pages, the API, the router and the demo call these."""

from customers.routing.services.closing import Closed, abandon, end, reopen, resolve
from customers.routing.services.intake import Arrival, Arrived, arrive
from customers.routing.services.offering import accept, decline, lapse, offer, recall, take, take_next
from customers.routing.services.passing_on import add_note, hand_over, take_back

__all__ = [
    "Arrival",
    "Arrived",
    "Closed",
    "abandon",
    "accept",
    "add_note",
    "arrive",
    "decline",
    "end",
    "hand_over",
    "lapse",
    "offer",
    "recall",
    "reopen",
    "resolve",
    "take",
    "take_back",
    "take_next",
]
