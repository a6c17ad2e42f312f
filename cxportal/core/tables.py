"""Many tables and triggers in one migration step.

Django renders every model that is related to a changed one again after each operation. Nearly
all of ours are related to the person, so that a hundred tables with four triggers each took most
of a minute. One step for all of them renders once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pgtrigger.compiler
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.models import CreateModel

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState


class AddTriggers(Operation):
    """All triggers of one model."""

    def __init__(self, model_name: str, triggers: Sequence[pgtrigger.compiler.Trigger]) -> None:
        self.model_name = model_name
        self.triggers = list(triggers)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # No reload: triggers are options that no rendered model reads.
        state.models[app_label, self.model_name.lower()].options["triggers"] = list(self.triggers)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for trigger in self.triggers:
            # No parameters: the SQL holds percent signs of its own.
            schema_editor.execute(trigger.install_sql, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for trigger in self.triggers:
            schema_editor.execute(trigger.uninstall_sql, params=None)

    def describe(self) -> str:
        return f"Create triggers on {self.model_name}"


class CreateTables(Operation):
    """Creates tables and their triggers in order, with one rendering of the models for all."""

    serialization_expand_args = ["operations"]

    def __init__(self, operations: Sequence[CreateModel | AddTriggers]) -> None:
        self.operations = list(operations)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # Without rendered models, adding one to the state is a plain insertion.
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def references_model(self, name: str, app_label: str) -> bool:
        return any(operation.references_model(name, app_label) for operation in self.operations)

    def describe(self) -> str:
        return f"Create {sum(isinstance(o, CreateModel) for o in self.operations)} tables with their triggers"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__name__, [], {"operations": self.operations})


class RewriteTriggers(Operation):
    """Makes the triggers of one name on every table of the app anew, with a piece of their statement put otherwise.

    ``old`` is a regular expression, ``new`` what stands in its place. A trigger without that piece is left alone.
    Backwards nothing happens: the new statement does the same work.
    """

    reversible = True

    def __init__(self, name: str, old: str, new: str) -> None:
        self.name, self.old, self.new = name, old, new

    def _rewritten(self, trigger: pgtrigger.compiler.Trigger) -> pgtrigger.compiler.Trigger:
        parts = trigger.sql.kwargs
        func = re.sub(self.old, self.new, parts["func"])
        if trigger.name != self.name or func == parts["func"]:
            return trigger
        sql = pgtrigger.compiler.UpsertTriggerSql(**{**parts, "func": func})
        return pgtrigger.compiler.Trigger(name=trigger.name, sql=sql)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # No reload, as above.
        for (label, _name), model in state.models.items():
            if label == app_label and "triggers" in model.options:
                model.options["triggers"] = [self._rewritten(trigger) for trigger in model.options["triggers"]]

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for (label, name), model in to_state.models.items():
            if label != app_label:
                continue
            before = from_state.models[label, name].options.get("triggers", [])
            for old, new in zip(before, model.options.get("triggers", []), strict=True):
                if old != new:
                    schema_editor.execute(new.install_sql, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        pass

    def describe(self) -> str:
        return f"Rewrite the triggers {self.name}"
