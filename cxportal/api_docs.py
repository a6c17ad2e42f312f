"""The API's documentation page: our own, written from the schema, without scripts."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator

from cxportal.core.http import public
from teams.people.tokens import SCOPES

EXAMPLES = {"string": "text", "integer": 1, "number": 1.5, "boolean": True}


@dataclass(frozen=True)
class Field:
    """One parameter or member of a body: where it stands and what it holds."""

    name: str
    type: str
    required: bool
    words: str


@dataclass(frozen=True)
class Verb:
    """One operation as the page shows it."""

    anchor: str
    method: str
    path: str
    summary: str
    words: str
    scope: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    example: str
    answers: tuple[tuple[str, str], ...]
    result: tuple[Field, ...]


@public
def page(request: HttpRequest) -> HttpResponse:
    """All operations by room, with what they take, answer and refuse."""
    return render(request, "api/docs.html", {"rooms": rooms(), "scopes": SCOPES, "host": request.get_host()})


@functools.cache
def rooms() -> tuple[tuple[str, tuple[Verb, ...]], ...]:
    """Operations by the first word of their path, in the schema's order. Read once a process."""
    generator: Any = SchemaGenerator  # the package's types are half there
    schema = generator().get_schema(request=None, public=True)
    found: dict[str, list[Verb]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            room = path.removeprefix("/api/v1/").split("/")[0]
            found.setdefault(room, []).append(_verb(schema, path, method, operation))
    return tuple((room, tuple(verbs)) for room, verbs in sorted(found.items()))


def _verb(schema: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> Verb:
    body = _content(operation.get("requestBody", {}))
    success = [response for code, response in operation["responses"].items() if code.startswith("2")]
    return Verb(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        words=operation.get("description", ""),
        scope=operation.get("x-scope", ""),
        parameters=tuple(
            Field(item["name"], _type(schema, item["schema"]), item.get("required", False), item.get("description", ""))
            for item in operation.get("parameters", [])
        ),
        body=_fields(schema, body),
        example=json.dumps(_example(schema, body), indent=2) if body else "",
        answers=tuple((code, response.get("description", "")) for code, response in operation["responses"].items()),
        result=_fields(schema, _content(success[0])) if success else (),
    )


def _content(holder: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = holder.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _resolve(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema behind references and single unions."""
    while True:
        if "$ref" in node:
            node = schema["components"]["schemas"][node["$ref"].rsplit("/", 1)[1]]
        elif len(union := node.get("allOf") or node.get("oneOf") or []) >= 1 and "properties" not in node:
            node = union[0]
        else:
            return node


def _fields(schema: Mapping[str, Any], node: Mapping[str, Any]) -> tuple[Field, ...]:
    whole = _resolve(schema, node)
    if whole.get("type") == "array":
        whole = _resolve(schema, whole["items"])
    required = whole.get("required", [])
    return tuple(
        Field(name, _type(schema, inner), name in required, inner.get("description", ""))
        for name, inner in whole.get("properties", {}).items()
        if not (inner.get("readOnly") and inner.get("writeOnly"))
    )


def _type(schema: Mapping[str, Any], node: Mapping[str, Any]) -> str:
    whole = _resolve(schema, node)
    kind = str(whole.get("type", "any"))
    if kind == "array":
        return f"list of {_type(schema, whole['items'])}"
    if whole.get("enum"):
        return " | ".join(str(value) for value in whole["enum"] if value not in (None, ""))
    return {"date-time": "instant", "date": "date"}.get(str(whole.get("format", "")), kind) + (
        " or null" if node.get("nullable") else ""
    )


def _example(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Any:
    """An example body: required members, and those with a default."""
    whole = _resolve(schema, node)
    if "default" in whole:
        return whole["default"]
    if whole.get("type") == "object":
        required = whole.get("required", [])
        return {
            name: _example(schema, inner) for name, inner in whole.get("properties", {}).items() if name in required
        }
    if whole.get("type") == "array":
        return [_example(schema, whole["items"])]
    if whole.get("enum"):
        return whole["enum"][0]
    if whole.get("format") == "date-time":
        return "2026-12-21T09:30:00Z"
    return EXAMPLES.get(str(whole.get("type")))
