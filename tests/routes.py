"""Every address of the portal with its permission mark, as the URL configuration says: pages, API and streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from cxportal.core.http import Mark


@dataclass(frozen=True)
class Route:
    """One address: its name, its parameters, the view and its mark."""

    name: str
    route: str
    parameters: tuple[str, ...]
    defaults: tuple[str, ...]
    view: Callable[..., Any]

    @property
    def mark(self) -> Mark | None:
        return getattr(self.view, "mark", None)

    @property
    def marks(self) -> dict[str, Mark]:
        """Mark by HTTP method in lower case; pages have one for all."""
        return getattr(self.view, "marks", None) or ({"any": self.mark} if self.mark else {})

    def __str__(self) -> str:
        return f"{self.name or self.view.__name__} ({self.route})"


def routes() -> list[Route]:
    """Every route, in the order of the configuration."""
    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns: list[Any], prefix: str, above: tuple[str, ...]) -> Iterator[Route]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        parameters = above + tuple(_parameters(pattern))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route, parameters)
        elif isinstance(pattern, URLPattern):
            yield Route(pattern.name or "", route, parameters, tuple(pattern.default_args), pattern.callback)


def _parameters(pattern: URLPattern | URLResolver) -> list[str]:
    converters = getattr(pattern.pattern, "converters", None)
    return list(converters or getattr(pattern.pattern, "regex", None).groupindex)  # type: ignore[union-attr]


def marks_on(view: Callable[..., Any]) -> list[Mark]:
    """The marks that decorators put on a view, from outside to inside; copies by ``wraps`` count once."""
    found: list[Mark] = []
    step: Any = view
    while step is not None:
        mark = getattr(step, "mark", None)
        if mark is not None and all(mark is not other for other in found):
            found.append(mark)
        step = getattr(step, "__wrapped__", None)
    return found
