"""Read models of routing: the board, one contact, agreements, and the few numbers that others show."""

from customers.routing.queries.agreements import AgreementPage, AgreementRow, agreement_page, agreement_rows
from customers.routing.queries.board import Board, Card, board
from customers.routing.queries.contact import ContactPage, contact_page, timeline
from customers.routing.queries.numbers import PodNow, pod_now, waiting_count

__all__ = [
    "AgreementPage",
    "AgreementRow",
    "Board",
    "Card",
    "ContactPage",
    "PodNow",
    "agreement_page",
    "agreement_rows",
    "board",
    "contact_page",
    "pod_now",
    "timeline",
    "waiting_count",
]
