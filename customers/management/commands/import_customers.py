"""``manage.py import_customers FILE --mapping M``: customers from somebody else's file."""

from __future__ import annotations

from customers.directory.imports.grammar import GRAMMAR
from customers.directory.imports.load import load
from cxportal.core import staging
from cxportal.core.import_command import ImportCommand


class Command(ImportCommand):
    help = "Import customers from a file through a mapping; the last lines printed are the counts."
    grammar = GRAMMAR

    def loader(self) -> staging.Loader:
        return load
