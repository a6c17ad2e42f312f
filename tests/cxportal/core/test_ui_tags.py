"""Small parts of the screen: icons, marks, meters, steps of classes, marked words."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.template import Context, Template, TemplateSyntaxError

from cxportal.core.templatetags import ui


def drawn(text: str, **context: object) -> str:
    return Template("{% load ui %}" + text).render(Context(context))


def test_an_icon_is_hidden_from_screen_readers() -> None:
    assert 'aria-hidden="true"' in drawn('{% icon "phone" 14 %}')
    assert 'class="i s14"' in drawn('{% icon "phone" 14 %}')


def test_an_unknown_icon_is_a_mistake_of_the_template() -> None:
    with pytest.raises(TemplateSyntaxError, match="no icon named"):
        drawn('{% icon "no-such-icon" %}')


def test_a_mark_escapes_what_a_name_brings() -> None:
    person = SimpleNamespace(category=3, letters="<b")
    assert "&lt;b" in drawn("{% avatar person 32 'on' %}", person=person)
    assert 'data-on="on"' in drawn("{% avatar person 32 'on' %}", person=person)


def test_steps_stay_inside_their_classes() -> None:
    assert [ui.step(value) for value in (-4, 56.6, 140)] == [0, 57, 100]
    assert ui.step(120, 96) == 96


def test_a_meter_has_a_step_for_its_share() -> None:
    assert "v-57" in drawn('{% meter 57.2 "good" %}')
    assert "v-0" in drawn("{% meter nothing %}", nothing=None)


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("Rosa Lindqvist", "lind", "Rosa <mark>Lind</mark>qvist"),
        ("a<b", "a", "<mark>a</mark>&lt;b"),
        ("Rosa", "", "Rosa"),
        ("Rosa", "x", "Rosa"),
    ],
)
def test_the_place_of_the_query_is_marked_and_the_rest_escaped(text: str, query: str, marked: str) -> None:
    assert ui.marked(text, query) == marked
