"""JSON in: bounded and strict; instants that every database can keep."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import IO, Any, ClassVar, Never

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

from cxportal.core.rest.problems import TooLarge


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


class StrictJSONParser(BaseParser):
    """Reads at most ``DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes of UTF-8 JSON; the top must be an object."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 2**31
        request = (parser_context or {})["request"]
        if _length(request.META.get("CONTENT_LENGTH")) > limit:
            raise TooLarge()
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge()
        try:
            found = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is not JSON in UTF-8.")) from error
        if not isinstance(found, dict):
            raise ParseError(_("The body must be a JSON object."))
        return found


def _length(header: object) -> int:
    try:
        return int(str(header or 0))
    except ValueError:
        return 0


class Instant(serializers.DateTimeField):
    """An instant with its offset, between 1990 and 2200: what every database and calendar can hold."""

    default_error_messages: ClassVar[dict[str, Any]] = {"range": gettext_lazy("Send an instant between 1990 and 2200.")}

    def to_internal_value(self, value: Any) -> dt.datetime:
        found = super().to_internal_value(value)
        if not 1990 <= found.year < 2200:
            self.fail("range")
        return found
