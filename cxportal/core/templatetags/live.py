"""``{% live_url %}``: the address of a page's stream, as seen from the browser."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from cxportal.core.realtime import bare_host
from cxportal.core.requests import started_at

register = template.Library()


@register.simple_tag(takes_context=True)
def live_url(context: template.Context, name: str, **kwargs: Any) -> str:
    """The address of the stream ``name``, with the instant from which the page knows the world.

    Without a proxy the streams have a port of their own on the host that the browser used,
    since the session's cookie belongs to that name.
    """
    address = reverse(f"stream-{name}", kwargs=kwargs) + f"?since={started_at():.3f}"
    request: HttpRequest = context["request"]
    if settings.STREAMS_SAME_ORIGIN:
        return address
    return f"{request.scheme}://{bare_host(request.get_host())}:{settings.STREAMS_PORT}{address}"
