"""Names that people give to things, and the short names that stand for them in addresses. Pure."""

from __future__ import annotations

import re

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from cxportal.core.violations import Invalid

LONGEST = 80
LONGEST_SHORT = 40
# Words that stand in addresses beside short names.
_RESERVED = frozenset({"new", "setup", "all"})


def full_name(text: str) -> str:
    """The name with single spaces; raises ``Invalid`` (``name``) for an empty one or one longer than 80 characters."""
    name = re.sub(r"\s+", " ", text).strip()
    if not name:
        raise Invalid({"name": _("Write a name.")})
    if len(name) > LONGEST:
        raise Invalid({"name": _("Write at most %(n)s characters.") % {"n": LONGEST}})
    return name


def short_name(text: str) -> str:
    """The short name made of a text, the same each time; raises ``Invalid`` (``slug``) when nothing is left of it."""
    slug = slugify(text)[:LONGEST_SHORT].strip("-")
    if not slug or slug in _RESERVED:
        raise Invalid({"slug": _("Write a short name of Latin letters and digits for the address.")})
    return slug
