"""Small parts of the screen that stand in rows by the hundred: icons, people, pods, key caps.

They are tags and not included templates because a week of 150 people draws thousands of them.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

from django import forms, template
from django.utils import formats
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide

from cxportal.core.fields import MomentField

register = template.Library()

SIZES = {12: " s12", 14: " s14", 16: "", 20: " s20"}
TONE_ICONS = {
    "good": "circle-check",
    "watch": "triangle-alert",
    "gap": "octagon-minus",
    "info": "info",
    "accent": "sparkles",
    "plain": "clock",
}


@functools.cache
def _icon(name: str, size: int, extra: str) -> SafeString:
    try:
        drawn = lucide(name, size=size, aria_hidden="true", **{"class": f"i{SIZES.get(size, '')} {extra}".strip()})
    except IconDoesNotExist:
        raise template.TemplateSyntaxError(f"There is no icon named {name!r}.") from None
    return mark_safe(drawn)  # noqa: S308 - drawn by the icons' package from our own names


@register.simple_tag
def icon(name: str, size: int = 16, extra: str = "") -> SafeString:
    """A decorative icon, hidden from screen readers: ``{% icon "phone" 14 %}``. Words stand beside it."""
    return _icon(str(name), size, str(extra))


@register.simple_tag
def tone_icon(tone: str, size: int = 12) -> SafeString:
    """The icon that always travels with a meaning: tick, triangle, octagon, i."""
    return _icon(TONE_ICONS.get(tone, "clock"), size, "")


@register.simple_tag
def avatar(person: Any, size: int = 26, on: str = "", todo: bool = False) -> SafeString:
    """The mark of a person, two letters on the person's colour.

    ``on`` is ``on``, ``busy`` or ``off``. The name must stand beside the mark in words; the mark
    itself is hidden from screen readers.
    """
    return format_html(
        '<span class="av{}{}" data-cat="{}"{} aria-hidden="true">{}</span>',
        "" if size == 26 else f" s{size}",
        " todo" if todo else "",
        getattr(person, "category", 1) or 1,
        format_html(' data-on="{}"', on) if on else "",
        getattr(person, "letters", "") or str(person)[:2],
    )


@register.simple_tag
def emblem(pod: Any, size: str = "") -> SafeString:
    """The emblem of a pod, two letters on its colour; ``size`` is empty, ``big`` or ``huge``."""
    return format_html(
        '<span class="emblem{}" data-cat="{}" aria-hidden="true">{}</span>',
        f" {size}" if size else "",
        pod.category,
        pod.letters,
    )


@register.simple_tag
def keys(names: str) -> SafeString:
    """Key caps for sighted keyboard users: ``{% keys "Ctrl K" %}``."""
    caps = format_html_join("", "<kbd>{}</kbd>", ((name,) for name in names.split()))
    return format_html('<span class="keys" aria-hidden="true">{}</span>', caps)


@register.simple_tag
def meter(share: float | None, tone: str = "", extra: str = "") -> SafeString:
    """A bar for a share of 0 to 100; always beside its number, so hidden from screen readers."""
    width = max(0, min(100, round(share or 0)))
    return format_html(
        '<span class="meter {} v-{}"{} aria-hidden="true"><i></i></span>',
        extra,
        width,
        format_html(' data-tone="{}"', tone) if tone else "",
    )


@register.filter
def step(value: float, most: int = 100) -> int:
    """A number as a step of a class (``v-57``, ``a-28``): whole, from 0 to ``most``."""
    return max(0, min(int(most), round(value)))


@register.filter
def marked(text: str, query: str) -> SafeString:
    """The text with the first place of the query in ``<mark>``, for search results."""
    at = text.lower().find(query.lower()) if query else -1
    if at < 0:
        return escape(text)
    end = at + len(query)
    return format_html("{}<mark>{}</mark>{}", text[:at], text[at:end], text[end:])


@register.filter
def mark(field: forms.BoundField) -> str:
    """What stands quietly behind a label: the rarer of “optional” and “required”, so that few labels carry a word.

    A list to choose from says itself what an empty choice means.
    """
    chosen = (forms.BooleanField, forms.ChoiceField)
    if isinstance(field.field, chosen):
        return ""
    rest = (one for one in field.form.fields.values() if not isinstance(one, chosen))
    asked = [one.required for one in rest if not one.widget.is_hidden]
    if asked.count(True) >= asked.count(False):
        return "" if field.field.required else _("optional")
    return _("required") if field.field.required else ""


@register.filter
def said_day(field: forms.BoundField) -> str | None:
    """``Mon 2 August 2027``: the day in a day field, which a browser shows in its own order of day and month.

    Empty without a day, None for a field of something else. ``days.js`` says it anew when another is chosen.
    """
    if not isinstance(field.field, forms.DateField | MomentField):
        return None
    value = field.value()
    value = value[0] if isinstance(value, list | tuple) and value else value
    try:
        day = dt.date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return ""
    return formats.date_format(day, "D j F Y") if isinstance(day, dt.date) else ""
