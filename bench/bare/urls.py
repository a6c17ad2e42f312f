"""Bare views over the bare tables."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import Context, Template
from django.urls import path
from rest_framework import exceptions, generics, serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from bench.bare.models import Contact, Row, Token
from bench.bare.work import claim

GRID = Template(
    "<table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"
)


def row(request: HttpRequest, pk: int) -> HttpResponse:
    """One indexed row."""
    found = Row._default_manager.get(pk=pk)
    return JsonResponse({"id": found.pk, "text": found.text})


def take(request: HttpRequest, shift: int, member: int) -> HttpResponse:
    """A claim behind a row lock."""
    return JsonResponse({"taken": claim(shift, member)})


def grid(request: HttpRequest, cells: int, size: int) -> HttpResponse:
    """A template loop over finished strings: ``cells`` cells of ``size`` bytes."""
    Row._default_manager.get(pk=1)
    text = "x" * size
    rows = [[text] * 8 for _row in range(cells // 8)]
    return HttpResponse(GRID.render(Context({"rows": rows})))


class TokenCheck(BaseAuthentication):
    """Prefix looked up, digest compared."""

    def authenticate(self, request: Request) -> tuple[Any, Any]:
        prefix, _, secret = request.headers.get("Authorization", "").removeprefix("Bearer ").partition(".")
        token = Token._default_manager.filter(prefix=prefix).first()
        digest = hashlib.sha256(secret.encode()).digest()
        if token is None or not hmac.compare_digest(bytes(token.digest), digest):
            raise exceptions.AuthenticationFailed()
        return token, None


class ContactForm(serializers.ModelSerializer[Contact]):
    """The bare contact."""

    class Meta:
        model = Contact
        fields = ["id", "channel", "customer", "subject", "arrived_at"]


class Create(generics.CreateAPIView[Contact]):
    """A bare DRF create with a token check."""

    queryset = Contact._default_manager.all()
    serializer_class = ContactForm
    authentication_classes = [TokenCheck]


urlpatterns = [
    path("row/<int:pk>/", row),
    path("claim/<int:shift>/<int:member>/", take),
    path("grid/<int:cells>/<int:size>/", grid),
    path("contacts/", Create.as_view()),
]
