"""Fields that stand on many forms: a time by 24 hours, a moment, a colour, the words beside labels and in lists."""

import datetime as dt
import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from django import forms
from django.db.models.fields import BLANK_CHOICE_LABEL
from django.forms.models import ModelChoiceField

import customers
import cxportal
import rituals
import teams
from cxportal.core.fields import ClockField, ColourField, DayField, MomentField


class Times(forms.Form):
    begins = ClockField(label="Begins")
    ends = ClockField(label="Ends", until=True, required=False)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("9", dt.time(9)),
        ("09", dt.time(9)),
        ("930", dt.time(9, 30)),
        ("0930", dt.time(9, 30)),
        ("9:30", dt.time(9, 30)),
        (" 09:30 ", dt.time(9, 30)),
        ("9.30", dt.time(9, 30)),
        ("9h", dt.time(9)),
        ("21:05:00", dt.time(21, 5)),
        ("0", dt.time(0)),
        ("2359", dt.time(23, 59)),
    ],
)
def test_a_time_is_read_as_people_type_it(typed: str, read: dt.time) -> None:
    form = Times({"begins": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["begins"] == read


@pytest.mark.parametrize("typed", ["25", "24:00", "9:60", "960", "9 pm", "12345", "-1", "9:3", "٩", "9\n30"])
def test_what_is_no_time_is_named_with_its_field(typed: str) -> None:
    form = Times({"begins": typed})
    assert form.errors == {"begins": [f"“Begins” takes a time like 09:30, not “{typed}”."]}


def test_an_end_may_be_the_midnight_of_its_day() -> None:
    form = Times({"begins": "18", "ends": "24:00"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["ends"] == dt.time(0)


def test_a_time_is_shown_by_24_hours_as_text() -> None:
    drawn = str(Times(initial={"begins": dt.time(17, 5)})["begins"])
    assert 'type="text"' in drawn
    assert 'value="17:05"' in drawn
    assert 'inputmode="numeric"' in drawn
    assert 'value="nonsense"' in str(Times({"begins": "nonsense"})["begins"])


class Away(forms.Form):
    since = MomentField(label="Since")


def test_a_moment_is_a_day_and_a_time_under_one_name() -> None:
    form = Away({"since_day": "2026-11-24", "since_time": "930"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["since"] == dt.datetime(2026, 11, 24, 9, 30)  # noqa: DTZ001 - a wall time
    drawn = Away(initial={"since": dt.datetime(2026, 11, 24, 17, 5)}).as_div()  # noqa: DTZ001
    assert 'value="2026-11-24"' in drawn
    assert 'value="17:05"' in drawn
    assert 'aria-label="Time"' in drawn
    assert "“Since” takes a time" in str(Away({"since_day": "2026-11-24", "since_time": "x"}).errors)
    assert not Away({"since_day": "2026-11-24", "since_time": ""}).is_valid()


class Wearing(forms.Form):
    category = ColourField(initial=3)


def test_a_colour_is_chosen_by_its_look_and_named_by_its_word() -> None:
    drawn = str(Wearing()["category"])
    assert drawn.count('type="radio"') == 8
    assert 'data-cat="3" title="Teal"' in drawn
    assert drawn.count("checked") == 1
    assert not Wearing({"category": "9"}).is_valid()


class MostlyRequired(forms.Form):
    one = forms.CharField()
    two = forms.CharField(required=False)
    sure = forms.BooleanField(required=False)
    which = forms.ChoiceField(required=False, choices=[("", "any")])
    other = forms.ChoiceField(required=False, choices=[("", "any")])


class MostlyOptional(MostlyRequired):
    three = forms.CharField(required=False)


class AllOptional(forms.Form):
    two = forms.CharField(required=False)


def test_the_rarer_of_optional_and_required_is_said() -> None:
    assert MostlyRequired().as_div().count("optional") == 1
    assert "required</span>" not in MostlyRequired().as_div()
    assert MostlyOptional().as_div().count("required</span>") == 1
    assert "optional" not in MostlyOptional().as_div()
    assert "optional" not in AllOptional().as_div()


def _form_classes() -> Iterator[type[forms.BaseForm]]:
    for package in (teams, customers, rituals, cxportal):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name.endswith(("forms", "fields")) or ".views" in found.name:
                importlib.import_module(found.name)
    waiting: list[type[forms.BaseForm]] = [forms.BaseForm]
    while waiting:
        made = waiting.pop()
        waiting += made.__subclasses__()
        ours = made.__module__.split(".")[0] in {"teams", "customers", "rituals", "cxportal"}
        if ours and hasattr(made, "base_fields"):  # else a part that forms share, which no page shows by itself
            yield made


def test_every_list_says_what_an_empty_choice_means_and_every_time_is_text() -> None:
    classes = list(_form_classes())
    assert len(classes) > 20
    for made in classes:
        for name, field in made.base_fields.items():  # type: ignore[attr-defined]
            if isinstance(field, ModelChoiceField) and not field.widget.is_hidden:
                assert field.empty_label != BLANK_CHOICE_LABEL, f"{made.__qualname__}.{name}"
            if isinstance(field, forms.TimeField):
                assert isinstance(field, ClockField), f"{made.__qualname__}.{name}"
            assert not isinstance(field, forms.DateTimeField) or name in {"start", "end"}, f"{made.__qualname__}.{name}"


class Days(forms.Form):
    first = DayField(label="First day")
    since = MomentField(label="Since")
    name = forms.CharField(label="Name", required=False)


def said(form: forms.Form, name: str) -> str:
    """What stands beside a day field; ``hidden`` while there is nothing to say."""
    found = re.search(r"data-day-said( hidden)?>(.*?)<", form[name].as_field_group())
    assert found
    return "hidden" if found[1] else found[2]


def test_a_day_is_said_in_words_beside_its_field_whatever_order_the_browser_shows() -> None:
    form = Days({"first": "2027-08-02", "since_day": "2027-03-04", "since_time": "9"})
    assert said(form, "first") == "Mon 2 August 2027"
    assert said(form, "since") == "Thu 4 March 2027"
    assert said(Days(initial={"first": dt.date(2027, 1, 1)}), "first") == "Fri 1 January 2027"
    assert said(Days(), "first") == "hidden"
    assert said(Days({"first": "08/02/2027"}), "first") == "hidden"
    assert "data-day-said" not in form["name"].as_field_group()
