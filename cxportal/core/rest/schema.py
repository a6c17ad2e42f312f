"""The OpenAPI description: how to sign in, what each operation needs, how it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from rest_framework import serializers

from cxportal.core.rest.operations import Operation, PageInput

REFUSALS = {
    "400": "The body can't be read as JSON.",
    "401": "No sign-in, or a token that is unknown, expired or revoked.",
    "403": "The role or the token's scope is lacking; `detail` says which.",
    "404": "Unknown, or another pod's: both look the same.",
    "409": "A broken rule, a lost race or a stale version; `violations` says which, with numbers.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "Fields do not fit, or an idempotency key came with another body.",
    "429": "Too many requests; `Retry-After` says when to come back.",
    "503": "The database can't be reached; `Retry-After` says when to come back.",
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "violations"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "violations": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message"],
                "properties": {
                    "code": {"type": "string"},
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                    "way_out": {"type": "string"},
                },
                "additionalProperties": True,
            },
        },
    },
}


class Description(AutoSchema):
    """Adds the scope to each operation, and the page parameters to each list."""

    def _operation(self) -> Operation:
        view: Any = self.view
        found: Operation = getattr(view, view.action).operation
        return found

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        found: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if found is not None:
            scope = self._operation().scope
            found["x-scope"] = scope
            found["security"] = [{"token": [scope]}, {"session": []}]
        return found


def page_of(item: type[serializers.BaseSerializer[Any]], name: str) -> type[serializers.Serializer[Any]]:
    """The serializer of a page of items, for the description only."""
    return type(
        f"{name}Page",
        (serializers.Serializer,),
        {
            "items": item(many=True),
            "next": serializers.CharField(allow_null=True, help_text="Cursor of the next page, null at the end."),
        },
    )


class Listing(PageInput):
    """Parameters of a list without filters."""


def add_refusals(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing hook: every operation lists how it may refuse, in one schema."""
    components: dict[str, Any] = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for methods in result["paths"].values():
        for method, found in methods.items():
            if not isinstance(found, Mapping):
                continue
            for code, words in REFUSALS.items():
                if method == "get" and code in ("400", "413", "415"):
                    continue
                found["responses"].setdefault(code, {"description": words, "content": content})
    return result


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the description names the token."""

    target_class = "teams.people.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        found: dict[str, Any] = build_bearer_security_scheme_object("Authorization", "Bearer")
        return found | {"bearerFormat": "cxp_<prefix>_<secret>"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the description names a signed-in browser."""

    target_class = "teams.people.authentication.BrowserAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        from django.conf import settings

        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
