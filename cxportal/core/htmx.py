"""One page, one view, one template: whole for the browser, one partial for htmx.

The id of an element is the name of its ``{% partialdef %}`` and of its ``hx-target``. Elements
of which there are many carry a suffix: ``row--12`` is the partial ``row``, and the view finds
``12`` in ``target_key(request)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.cache import patch_vary_headers

from cxportal.core.violations import Text


def wants_fragment(request: HttpRequest) -> bool:
    """True when htmx asks for a part; a history restore wants the whole page."""
    return (
        request.headers.get("HX-Request") == "true"
        and request.headers.get("HX-History-Restore-Request") != "true"
        and request.headers.get("HX-Boosted") != "true"
    )


def asked_from(request: HttpRequest) -> str:
    """The path of the page on which htmx asks, or an empty string."""
    return urlsplit(request.headers.get("HX-Current-URL", "")).path


def target_name(request: HttpRequest) -> str:
    """The partial that htmx asks for, without the suffix of the element's id."""
    return request.headers.get("HX-Target", "").partition("--")[0]


def target_key(request: HttpRequest) -> str:
    """The suffix of the element's id (``12`` of ``row--12``), or an empty string."""
    return request.headers.get("HX-Target", "").partition("--")[2]


def render(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    status: int = 200,
    oob: Sequence[str] = (),
    partial: str | None = None,
) -> HttpResponse:
    """The whole page, or the partial that htmx asks for and the out-of-band partials ``oob``.

    ``partial`` overrides the name from the request. Partials rendered out of band see ``oob``
    in their context and write ``hx-swap-oob="true"`` on their element. Messages travel with a
    fragment as toasts. A target without a partial of its name gets the whole page.
    """
    context = context or {}
    name = partial or target_name(request)
    body = None
    if wants_fragment(request) and name:
        try:
            body = get_template(f"{template}#{name}").render(context, request)
        except TemplateDoesNotExist:
            body = None
    if body is None:
        body = get_template(template).render(context, request)
    else:
        for other in oob:
            body += get_template(f"{template}#{other}").render(context | {"oob": True}, request)
        body += _toasts(request)
    response = HttpResponse(body, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _toasts(request: HttpRequest) -> str:
    waiting = list(messages.get_messages(request))
    if not waiting:
        return ""
    return get_template("components/_toasts.html").render({"messages": waiting, "oob": True}, request)


def say(request: HttpRequest, text: Text, *, undo: str = "", tone: int = messages.SUCCESS) -> None:
    """Tell the result of an act as a toast, with the address that undoes it."""
    messages.add_message(request, tone, str(text), extra_tags=undo)


def back_to(request: HttpRequest, url: str) -> HttpResponse:
    """After an act: 303 to the page without htmx, ``HX-Redirect`` with it."""
    if wants_fragment(request):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    response = redirect(url)
    response.status_code = 303
    return response
