"""What a viewset is made of here: operations with a scope and a predicate, input and pages.

An operation fetches and authorises in one step by the same predicate as its page; the scope
says what a token was made for. A browser that is signed in has every scope.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from cxportal.core.http import Mark
from cxportal.core.rest import paging
from cxportal.core.violations import Denied

type Method = Callable[..., Response]


@dataclass(frozen=True)
class Operation:
    """The scope that a token needs, and the predicate that fetches what the address names."""

    scope: str
    fetch: Callable[..., Any] | None = None

    @property
    def mark(self) -> Mark:
        return Mark("guarded", self.fetch) if self.fetch else Mark("signed_in")


def operation(*, scope: str, fetch: Callable[..., Any] | None = None) -> Callable[[Method], Method]:
    """Mark a viewset's method. ``fetch(user, **its_url_kwargs)`` is a predicate of permissions.py;
    the method receives what it found in place of the URL parameters that it names.
    """
    names = list(inspect.signature(fetch).parameters)[1:] if fetch else []

    def decorate(method: Method) -> Method:
        @functools.wraps(method)
        def guarded(self: Any, request: Request, **kwargs: Any) -> Response:
            require_scope(request, scope)
            if fetch is None:
                return method(self, request, **kwargs)
            found = fetch(request.user, **{name: kwargs.pop(name) for name in names if name in kwargs})
            return method(self, request, found, **kwargs)

        guarded.operation = Operation(scope, fetch)  # type: ignore[attr-defined]
        return guarded

    return decorate


def require_scope(request: Request, scope: str) -> None:
    """Raises ``Denied`` when the request came by a token that was not made for this."""
    granted = getattr(request.auth, "scopes", None)
    if granted is not None and scope not in granted:
        raise Denied(_("This token lacks the scope %(scope)s.") % {"scope": scope})


def _validated(form: type[serializers.Serializer[Any]], sent: Any) -> dict[str, Any]:
    return dict(_form(form).run_validation(sent))


@functools.cache
def _form(form: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """One instance for all requests: DRF copies every field for each, which cost more than validating.

    ``run_validation`` and ``to_representation`` keep nothing on it, so threads may share it; what depends on a
    request (its context, its instance) does not belong into a form of this API.
    """
    return form()


class PageInput(serializers.Serializer[Any]):
    """What every list takes."""

    cursor = serializers.CharField(
        required=False, default="", max_length=500, help_text="`next` of the page before; leave out for the first page."
    )
    limit = serializers.IntegerField(
        required=False, default=paging.DEFAULT, min_value=1, max_value=paging.MOST, help_text="Items a page."
    )


class Operations(ViewSet):
    """A room's part of the API. Views parse and answer; rules decide and services act."""

    permission_classes = [IsAuthenticated]

    def person(self, request: Request) -> Any:
        """The signed-in person; ``permission_classes`` let nobody else in."""
        return request.user

    def read(self, request: Request, form: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The body, validated. Raises DRF's ValidationError (422)."""
        return _validated(form, request.data)

    def query(self, request: Request, form: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The query parameters, validated. Raises DRF's ValidationError (422)."""
        return _validated(form, request.query_params)

    def answer(self, form: type[serializers.Serializer[Any]], told: Any) -> Response:
        """One object as its form tells it."""
        return Response(_form(form).to_representation(told))

    def page[M: Model](
        self,
        rows: QuerySet[M],
        asked: dict[str, Any],
        *,
        order: Sequence[str],
        item: type[serializers.Serializer[Any]],
    ) -> Response:
        """One page: ``{"items": […], "next": cursor or null}``. One query besides what the rows load."""
        found = paging.by_key(rows, order=order, cursor=asked["cursor"], limit=asked["limit"])
        return Response({"items": item(found.rows, many=True).data, "next": found.next})

    @classmethod
    def as_view(cls, actions: Any = None, **initkwargs: Any) -> Any:
        """The view, carrying the permission mark of each of its methods."""
        view: Any = super().as_view(actions, **initkwargs)
        marks = {method: getattr(cls, name).operation.mark for method, name in (actions or {}).items()}
        view.marks = marks
        view.mark = next(iter(marks.values()), Mark("signed_in"))
        return view
