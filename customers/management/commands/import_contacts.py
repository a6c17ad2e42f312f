"""``manage.py import_contacts FILE --mapping M``: contacts from somebody else's file."""

from __future__ import annotations

from functools import partial
from typing import Any

from customers.contacts.imports.grammar import GRAMMAR
from customers.contacts.imports.load import load
from customers.feedback.imports import record_answers
from cxportal.core.import_command import ImportCommand


class Command(ImportCommand):
    help = "Import contacts from a file through a mapping; the last lines printed are the counts."
    grammar = GRAMMAR

    def loader(self) -> Any:
        return partial(load, followers=(record_answers,))
