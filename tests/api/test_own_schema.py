"""Whatever fits or misses the own description is answered, and never by a 5xx."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings

from tests.cast import Cast
from tests.factories import customers, routing, scheduling

SETTINGS = settings(
    max_examples=8,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def schema(cast: Cast) -> Any:
    """The description as a caller gets it."""
    raw = json.loads(Client().get("/api/v1/schema/", headers={"Accept": "application/json"}).content)
    return schemathesis.openapi.from_dict(raw)


def send(client: Client, case: Any) -> Any:
    """One generated case through the test client; what a header or a path can't carry is not sent."""
    try:
        path = case.formatted_path
        query = {key: value for key, value in (case.query or {}).items() if value is not None}
        sent = None if isinstance(case.body, schemathesis.core.NotSet) else json.dumps(case.body).encode()
        headers = {
            key: value
            for key, value in (case.headers or {}).items()
            if isinstance(value, str) and value.isascii() and value.isprintable() and key.lower() == "idempotency-key"
        }
    except (TypeError, ValueError):
        return None
    call = getattr(client, case.method.lower())
    if case.method == "GET":
        return call(path, query, headers=headers)
    return call(path, sent or b"", content_type="application/json", headers=headers)


@pytest.mark.slow
@pytest.mark.parametrize("who", ["member", "administrator"])
def test_no_generated_request_makes_a_5xx(cast: Cast, caller, schema, who: str) -> None:
    routing.on_shift(cast.member, cast.isar)
    customers.default_rule(cast.isar)
    contact, shift = customers.contact(cast.isar), scheduling.shift(cast.isar)
    agreement = routing.agreement(cast.isar, cast.elbe)
    known = {"contact": contact.pk, "shift": shift.pk, "agreement": agreement.pk, "slug": cast.isar.slug}
    known |= {"customer": customers.customer(cast.isar).pk, "person": cast.member.pk}
    client, seen = caller(cast[who]), []
    client.raise_request_exception = False

    def try_out(operation: Any) -> None:
        @SETTINGS
        @given(case=operation.as_strategy())
        def one(case: Any) -> None:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = known.get(name, case.path_parameters[name])
            if (case.query or {}).get("pod"):
                case.query["pod"] = cast.isar.slug
            answer = send(client, case)
            if answer is not None:
                assert answer.status_code < 500, (case.method, case.formatted_path, case.query, case.body)
                seen.append(answer.status_code)

        one()

    for result in schema.get_all_operations():
        try_out(result.ok())
    assert len(seen) > 100
    assert {200, 422} <= set(seen)
