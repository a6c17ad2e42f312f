"""A worker of the pages reads addresses and templates before its first answer, and keeps the collector off them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Template
from django.template.loader import get_template
from django.test import override_settings

from cxportal.serve.warm import warm


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_every_template_is_read_before_the_first_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    warm()
    monkeypatch.setattr(Template, "compile_nodelist", lambda _template: pytest.fail("a template is read again"))
    for name in ("teams/scheduling/week.html", "teams/scheduling/shift.html", "today/today.html", "409.html"):
        get_template(name)


def test_the_collector_leaves_alone_what_a_worker_has_imported() -> None:
    before = gc.get_freeze_count()
    warm()
    assert gc.get_freeze_count() > before + 10_000
    assert sum(gc.get_count()) < 5000


def test_a_template_that_can_not_be_read_does_not_keep_the_portal_from_starting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "torn.html").write_text("{% if %}")
    with override_settings(TEMPLATES=[{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]):
        warm()
    assert [record.message for record in caplog.records if "template" in record.message] == [
        "a template could not be read"
    ]
