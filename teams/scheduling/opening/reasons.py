"""Why a quiet offer ended: a code with its numbers, and the words in which its owner reads it.

A job judges a quiet offer, and only its owner reads why it did not fit: the rules speak in the owner's language then.
What no rule of a claim says has its sentence here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from cxportal.core.violations import Violation

type Kept = Mapping[str, Any]

LEFT_POD, HAS_PART, UNDONE = "left_pod", "has_part", "undone"

_SENTENCES: dict[str, Callable[[Kept], str]] = {
    LEFT_POD: lambda of: _("You do not work in %(pod)s any more.") % of,
    HAS_PART: lambda _of: _("You have a part of it already."),
    UNDONE: lambda _of: _("You took the claim back, and with it this offer."),
}


def kept(found: Violation) -> dict[str, Any]:
    """A reason as it is stored: its code, its numbers, and its words in the language in which it was judged."""
    return {**found.numbers, "code": found.code, "words": str(found.message)}


def said(reason: Kept) -> str:
    """The sentence of a reason; empty for none."""
    if not reason:
        return ""
    sentence = _SENTENCES.get(reason["code"])
    return sentence(reason) if sentence else str(reason.get("words", ""))
