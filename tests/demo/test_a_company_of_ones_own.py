"""A company that somebody made by hand is never emptied as if it were the demo."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from teams.pods.models import Company
from tests.cast import Cast


@pytest.mark.parametrize("as_owner", [True, False])
def test_removing_the_demo_leaves_it(cast: Cast, settings: Any, as_owner: bool) -> None:
    settings.AS_OWNER = as_owner
    said = StringIO()
    call_command("demo", "--remove", stdout=said)
    assert "There is no demo to remove." in said.getvalue()
    assert Company.objects.exists()
