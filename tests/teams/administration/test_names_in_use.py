"""Names with a stroke in them, names that are too long, and names that something still needs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from cxportal.core.violations import Invalid, Refused
from teams.pods import services as pods
from teams.pods.models import Area, RoleGrant
from teams.scheduling.models import ShiftPattern
from teams.skills import services as skills
from teams.skills.models import Skill
from tests.cast import Cast
from tests.factories import customers, people, scheduling

type Browser = Callable[..., Client]


def test_a_name_with_a_stroke_is_removed_and_comes_back(cast: Cast, browser: Browser) -> None:
    desk = browser(cast.administrator)
    skill = skills.add_skill(by=cast.administrator, name="iOS/Android")
    assert desk.post(f"/settings/skills/{skill.pk}/remove/").status_code == 303
    assert not Skill.objects.filter(name="iOS/Android").exists()
    assert desk.post("/settings/skills/back/iOS/Android/").status_code == 303
    assert Skill.objects.filter(name="iOS/Android").exists()


def test_nothing_comes_back_to_a_list_that_does_not_exist(cast: Cast, browser: Browser) -> None:
    assert browser(cast.administrator).post("/settings/rivers/back/Isar/").status_code == 404


def test_a_name_that_is_too_long_is_refused_before_the_database(cast: Cast) -> None:
    for add in (pods.add_area, pods.add_partner, skills.add_skill):
        with pytest.raises(Invalid, match="80 characters"):
            add(by=cast.administrator, name="x" * 81)


def test_a_skill_that_a_pattern_needs_is_not_removed(cast: Cast) -> None:
    skill = people.skill("Polish")
    ShiftPattern.objects.filter(pk=scheduling.pattern(cast.isar).pk).update(skill=skill)
    with pytest.raises(Refused) as refused:
        skills.remove_skill(by=cast.administrator, skill=skill)
    assert refused.value.codes == {"in_use"}


def test_an_area_of_which_contacts_tell_is_not_removed(cast: Cast) -> None:
    customers.contact(cast.isar, customers.customer(cast.isar))
    for pod in (cast.isar, cast.elbe):
        pods.change_pod(by=cast.administrator, pod=pod, area=cast.north)
    with pytest.raises(Refused) as refused:
        pods.remove_area(by=cast.administrator, area=cast.south)
    assert refused.value.codes == {"in_use"}


def test_an_area_goes_with_the_roles_over_it_alone(cast: Cast) -> None:
    area = pods.add_area(by=cast.administrator, name="West")
    RoleGrant.objects.create(user=cast.stranger, role="operations_lead", area=area, period=("2026-01-01", None))
    pods.remove_area(by=cast.administrator, area=area)
    assert not Area.objects.filter(pk=area.pk).exists()
