"""Whether something has left traces, so that removing it would take other things along."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from pghistory.models import Event


def has_traces(row: models.Model, besides: Collection[str]) -> bool:
    """True when another row names this one, but for rows of the models in ``besides`` and the history.

    ``besides`` holds model names in lower case. One query for each model that could name it.
    """
    for relation in row._meta.get_fields(include_hidden=True):  # those without a name back name it too
        model = relation.related_model
        if not isinstance(relation, models.ForeignObjectRel) or not isinstance(model, type):
            continue
        if issubclass(model, Event) or model._meta.model_name in besides:
            continue
        if model._default_manager.filter(**{relation.field.name: row.pk}).exists():
            return True
    return False
