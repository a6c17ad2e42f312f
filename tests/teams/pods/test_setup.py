"""Setting up a pod: what is missing, who may open it, and what the opening instant does."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from cxportal.core import periods
from cxportal.core.violations import Refused
from teams.pods import opening, setup, versions
from teams.pods.models import Pod
from teams.pods.services import add_pod
from tests.cast import Cast
from tests.factories import people, scheduling

type Browser = Callable[..., Client]


@pytest.fixture
def own_steps_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this room's steps: those of the rooms above have tests of their own."""
    kept = {key: step for key, step in setup._steps.items() if key in {"people", "agreement", "hours"}}
    monkeypatch.setattr(setup, "_steps", kept)
    monkeypatch.setattr(setup, "_openings", [])


@pytest.fixture
def weser(cast: Cast, own_steps_only: None) -> Pod:
    return add_pod(by=cast.administrator, name="Weser", area=cast.north)


@pytest.fixture
def ready(cast: Cast, weser: Pod) -> Pod:
    people.member(weser, "Wilma")
    versions.start_agreement(by=cast.administrator, pod=weser)
    opening.set_hours(by=cast.administrator, pod=weser, channel="phone", week={0: [(480, 1080)]})
    return weser


def test_every_missing_step_is_a_violation(cast: Cast, weser: Pod) -> None:
    with pytest.raises(Refused) as refused:
        setup.plan_opening(by=cast.administrator, pod=weser, opens_at=periods.now())
    assert refused.value.codes == {"missing_people", "missing_agreement", "missing_hours"}


def test_version_1_comes_from_the_companys_template_once(cast: Cast, weser: Pod) -> None:
    versions.set_template(by=cast.administrator, values={"rest_minutes": 720})
    first = versions.start_agreement(by=cast.administrator, pod=weser)
    assert (first.number, first.values["rest_minutes"]) == (1, 720)
    assert versions.start_agreement(by=cast.administrator, pod=weser) == first


def test_a_template_outside_the_countrys_limits_is_refused(cast: Cast, weser: Pod) -> None:
    versions.set_outer_limit(by=cast.administrator, key="rest_minutes", country="DE", minimum=780, maximum=None)  # type: ignore[arg-type]
    with pytest.raises(Refused) as refused:
        versions.start_agreement(by=cast.administrator, pod=weser)
    assert refused.value.codes == {"outer_limit"}
    assert "at least 13 h" in str(refused.value)


def test_the_opening_can_be_moved_and_withdrawn_until_it_comes(cast: Cast, ready: Pod) -> None:
    soon = periods.now() + dt.timedelta(days=3)
    setup.plan_opening(by=cast.administrator, pod=ready, opens_at=soon)
    setup.plan_opening(by=cast.administrator, pod=ready, opens_at=soon + dt.timedelta(days=1))
    setup.withdraw_opening(by=cast.administrator, pod=ready)
    setup.plan_opening(by=cast.administrator, pod=ready, opens_at=soon)
    with time_machine.travel(soon + dt.timedelta(seconds=1)):
        for act in (
            lambda: setup.withdraw_opening(by=cast.administrator, pod=ready),
            lambda: setup.plan_opening(by=cast.administrator, pod=ready, opens_at=periods.now()),
        ):
            with pytest.raises(Refused) as refused:
                act()
            assert refused.value.codes == {"already_open"}


def test_an_opening_in_the_past_is_refused(cast: Cast, ready: Pod) -> None:
    with pytest.raises(Refused) as refused:
        setup.plan_opening(by=cast.administrator, pod=ready, opens_at=periods.now() - dt.timedelta(hours=1))
    assert refused.value.codes == {"past"}


def test_what_follows_from_the_opening_runs_in_its_transaction(cast: Cast, ready: Pod) -> None:
    seen: list[tuple[Pod, dt.datetime | None]] = []

    def follow(pod: Pod, instant: dt.datetime | None, by: object) -> None:
        seen.append((pod, instant))
        raise RuntimeError("ownership could not change")

    setup.on_opening(follow)
    with pytest.raises(RuntimeError):
        setup.plan_opening(by=cast.administrator, pod=ready, opens_at=periods.now())
    ready.refresh_from_db()
    assert ready.opens_at is None
    assert len(seen) == 1


def test_the_page_leads_through_the_steps(cast: Cast, weser: Pod, browser: Browser) -> None:
    desk = browser(cast.administrator)
    page = desk.get("/p/weser/setup/").content.decode()
    assert "0 of 3" in page
    assert "/settings/pods/weser/hours/" in page
    desk.post("/p/weser/setup/agreement/")
    assert "1 of 3" in desk.get("/p/weser/setup/").content.decode()
    answer = desk.post("/p/weser/setup/open-now/")
    assert answer.status_code == 409
    assert "Nobody is at home in the pod yet." in answer.content.decode()


def test_the_opening_is_a_wall_time_of_the_pod(cast: Cast, ready: Pod, browser: Browser) -> None:
    browser(cast.administrator).post("/p/weser/setup/open/", {"day": "2027-07-01", "time": "06:00"})
    ready.refresh_from_db()
    assert ready.opens_at == dt.datetime(2027, 7, 1, 4, tzinfo=dt.UTC)
    page = browser(cast.administrator).get("/p/weser/setup/").content.decode()
    assert "Thursday, 1 July 2027, 06:00" in page


def test_who_leads_the_pod_opens_it_and_others_only_read(cast: Cast, ready: Pod, browser: Browser) -> None:
    lead = people.user("Wim Lead")
    people.join(lead, ready, lead=True)
    assert browser(cast.stranger).get("/p/weser/setup/").status_code == 404
    member = people.member(ready)
    assert browser(member).get("/p/weser/setup/").status_code == 200
    assert browser(member).post("/p/weser/setup/open-now/").status_code == 403
    assert browser(lead).post("/p/weser/setup/open-now/").status_code == 303
    ready.refresh_from_db()
    assert ready.opens_at is not None


def test_members_see_who_does_what_they_may_not_and_no_way_that_ends_in_a_no(
    cast: Cast, weser: Pod, browser: Browser
) -> None:
    member = people.member(weser)
    page = browser(member).get("/p/weser/setup/").content.decode()
    assert "/settings/" not in page.partition("<main")[2]
    assert "No channel has opening hours yet. An administrator does this." in page
    assert "An administrator or who leads the pod does this." in page
    for way in re.findall(r'href="(/p/weser/[^"#]+)"', page.partition("<main")[2]):
        assert browser(member).get(way, follow=True).status_code == 200


def test_opening_at_once_is_asked_first_and_told_what_it_brings(cast: Cast, ready: Pod, browser: Browser) -> None:
    office = browser(cast.administrator)
    assert 'formaction="/p/weser/setup/open-now/"' not in office.get("/p/weser/setup/").text
    for headers in ({}, {"HX-Request": "true", "HX-Target": "dialogs"}):
        question = office.get("/p/weser/setup/open-now/", headers=headers).text
        assert "Open Weser now?" in question
        assert "One person alone is at home" in question
        assert "Nothing is promised yet on: Phone." in question
        assert "No shift is claimed" in question
        assert "It cannot be undone" in question
        assert ("<dialog data-open" in question) is bool(headers)
    ready.refresh_from_db()
    assert ready.opens_at is None
    opening.set_promise(by=cast.administrator, pod=ready, channel="phone", seconds=20)
    people.member(ready, "Wolf")
    shift = scheduling.shift(ready, 1, "07:00", "15:00")
    scheduling.seated(people.member(ready, "Wanda"), shift)
    with time_machine.travel(shift.span.start - dt.timedelta(hours=1)):
        question = browser(cast.administrator).get("/p/weser/setup/open-now/").text
    assert "The first claimed shift begins on" in question
    for gone in ("alone", "Nothing is promised", "No shift is claimed"):
        assert gone not in question


def test_the_question_offers_no_opening_while_a_step_is_missing(cast: Cast, weser: Pod, browser: Browser) -> None:
    question = browser(cast.administrator).get("/p/weser/setup/open-now/").text
    assert "No channel has opening hours yet." in question
    assert 'action="/p/weser/setup/open-now/"' not in question


def test_a_half_written_instant_is_told_under_its_field(cast: Cast, ready: Pod, browser: Browser) -> None:
    answer = browser(cast.administrator).post("/p/weser/setup/open/", {"day": "2027-02-30", "time": "06:00"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()


def test_the_agreement_tells_its_days_in_the_pods_zone(cast: Cast, weser: Pod, browser: Browser) -> None:
    with time_machine.travel(dt.datetime(2026, 5, 17, 22, 0, tzinfo=dt.UTC)):
        versions.start_agreement(by=cast.administrator, pod=weser)
    page = browser(cast.administrator).get("/p/weser/agreement/").text
    assert "in force since 18 May 2026" in page
    assert "18 May 2026, Version 1" in page
    assert page.count("days in Europe/Berlin") == 1
    assert "It may move anywhere in the outlined range by consent of its members." in page
    settings = browser(cast.administrator).get("/settings/").text
    assert "the product’s own hold" in settings
    assert "the company allows" not in page
