"""The command line of an import: reads the mapping, runs it, prints progress and, last, the counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pghistory
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cxportal.core import mapping, staging, tabular
from cxportal.core.mapping import Grammar


class ImportCommand(BaseCommand):
    """A command with ``grammar`` and ``loader``; subclasses say what is imported."""

    grammar: ClassVar[Grammar]

    def loader(self) -> staging.Loader:
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file to read")
        parser.add_argument("--mapping", type=Path, required=True, help="which column is what (docs/mappings)")
        parser.add_argument("--report", type=Path, help="where the rejected lines go (default: in the data folder)")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        report: Path = options["report"] or self._report(path)
        with pghistory.context(service=self.grammar.kind, file=path.name):
            outcome = self._run(path, self._mapping(options["mapping"]), report)
        for name, number in outcome.numbers.items():
            self.stdout.write(f"{name} {number}")
        if not outcome.ends_cleanly:
            self.stdout.write("the last line has no line end: the file may be cut")
        self.stdout.write(f"report {outcome.report}")
        self.stdout.write(f"imported {outcome.imported}")
        self.stdout.write(f"rejected {outcome.rejected}")

    def _mapping(self, path: Path) -> mapping.FileMapping:
        try:
            return mapping.parse(path.read_text(encoding="utf-8"), self.grammar)
        except OSError as error:
            raise CommandError(f"The mapping {path} cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise CommandError(f"The mapping {path} is not UTF-8.") from None
        except mapping.WrongMapping as error:
            raise CommandError("\n".join([f"The mapping {path} cannot be used:", *error.mistakes])) from None

    def _run(self, path: Path, found: mapping.FileMapping, report: Path) -> staging.Outcome:
        try:
            return staging.run(path, found, self.grammar, self.loader(), report=report, say=self.stdout.write)
        except OSError as error:
            raise CommandError(f"The file {path} cannot be read: {error.strerror}. Nothing was imported.") from None
        except tabular.Unreadable as error:
            raise CommandError(f"{error} Nothing was imported.") from None
        except mapping.WrongMapping as error:
            raise CommandError("\n".join([*error.mistakes, "Nothing was imported."])) from None

    def _report(self, path: Path) -> Path:
        return Path(settings.DATA) / "imports" / f"{path.name}.{self.grammar.kind}-rejected.csv"
