"""Administrators keep regions, segments, reasons and ownership rules by the product's own pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from customers.administration.registering import moving, ownership_state
from customers.causes.models import Reason, ReasonGroup
from customers.directory import findings, queries, rulebook
from customers.directory.models import Ownership, OwnershipRule, Region, Segment
from cxportal.core import periods
from teams.pods import setup
from tests.cast import Cast
from tests.factories import customers, pods

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(cast: Cast, browser: Callable[..., Client]) -> Client:
    return browser(cast.administrator)


def test_regions_and_segments_are_added_renamed_and_removed(office: Client) -> None:
    office.post("/settings/regions/", {"name": "Bavaria"})
    made = Region.objects.get()
    assert office.post("/settings/regions/", {"name": "Bavaria"}).status_code == 409
    office.post(f"/settings/regions/{made.pk}/", {"name": "Bavaria South"})
    assert Region.objects.get().name == "Bavaria South"
    assert "Bavaria South" in office.get("/settings/regions/").content.decode()
    office.post(f"/settings/regions/{made.pk}/remove/")
    assert not Region.objects.exists()
    office.post("/settings/segments/", {"name": "Business"})
    assert Segment.objects.get().code == "business"


def test_a_region_in_use_stays_with_words(cast: Cast, office: Client) -> None:
    region = customers.region("Bavaria")
    customers.customer(cast.isar, region=region)
    answer = office.post(f"/settings/regions/{region.pk}/remove/")
    assert answer.status_code == 409
    assert "so it stays" in answer.content.decode()


def test_reasons_have_two_levels_an_owner_and_retire(cast: Cast, office: Client) -> None:
    office.post("/settings/reasons/", {"name": "Billing"})
    group = ReasonGroup.objects.get()
    office.post("/settings/reasons/", {"name": "Wrong sum", "group": group.pk, "owner": cast.product_owner.pk})
    reason = Reason.objects.get()
    assert reason.owner == cast.product_owner
    office.post(f"/settings/reasons/reason/{reason.pk}/", {"name": "Sum is wrong", "owner": ""})
    reason.refresh_from_db()
    assert (reason.name, reason.owner_id) == ("Sum is wrong", None)
    customers.closed(cast.isar, at=periods.now(), reason=reason)
    assert office.post(f"/settings/reasons/reason/{reason.pk}/remove/").status_code == 409
    office.post(f"/settings/reasons/reason/{reason.pk}/retire/")
    reason.refresh_from_db()
    assert reason.retired_at is not None
    assert "Retired" in office.get("/settings/reasons/").content.decode()
    office.post(f"/settings/reasons/reason/{reason.pk}/retire/")
    assert Reason.objects.get().retired_at is None
    assert office.get("/settings/reasons/pony/1/").status_code == 404


def test_a_rule_shows_its_effect_before_it_decides(cast: Cast, office: Client) -> None:
    customers.default_rule(cast.isar)
    region = customers.region("Bavaria")
    rosa = customers.customer(cast.isar, "Rosa", region=region)
    answer = office.post("/settings/ownership/new/", {"region": region.pk, "pod": cast.elbe.pk, "note": "asked"})
    address = answer.headers["Location"]
    page = office.get(address).content.decode()
    assert "1 customer would move to Elbe" in page
    assert "Rosa" in page
    assert "Draft" in office.get("/settings/ownership/").content.decode()
    assert office.post(f"{address}activate/").status_code == 303
    owner = queries.home_pod_at(rosa.pk)
    assert owner is not None
    assert owner.pod == cast.elbe
    page = office.get("/settings/ownership/").content.decode()
    assert "Bavaria" in page
    assert "Everybody else" in page


def test_a_rule_is_handed_over_and_ended(cast: Cast, office: Client) -> None:
    rule = customers.default_rule(cast.isar)
    assert office.post(f"/settings/ownership/{rule.pk}/end/").status_code == 409
    assert office.post(f"/settings/ownership/{rule.pk}/hand-over/", {"pod": ""}).status_code == 422
    assert office.post(f"/settings/ownership/{rule.pk}/hand-over/", {"pod": cast.elbe.pk}).status_code == 303
    assert OwnershipRule.objects.get(period__endswith=None).pod == cast.elbe


def test_a_double_is_named_and_refused(cast: Cast, office: Client) -> None:
    customers.default_rule(cast.isar)
    answer = office.post("/settings/ownership/new/", {"pod": cast.elbe.pk})
    address = answer.headers["Location"]
    assert "owns the same customers by another rule" in office.get(address).content.decode()
    assert office.post(f"{address}activate/").status_code == 409
    assert "Two rules" in office.get("/settings/ownership/").content.decode()
    office.post(f"{address}drop/")
    assert OwnershipRule.objects.count() == 1


def test_a_rule_for_a_customer_is_asked_by_number(cast: Cast, office: Client) -> None:
    customers.customer(cast.isar, "Rosa", external_id="7")
    assert office.post("/settings/ownership/new/", {"pod": cast.elbe.pk, "customer": "8"}).status_code == 422
    assert office.post("/settings/ownership/new/", {"pod": cast.elbe.pk, "customer": "7"}).status_code == 303
    assert OwnershipRule.objects.get().precedence == 1


def test_setting_up_a_pod_asks_for_a_rule(cast: Cast) -> None:
    new = pods.pod("New")
    assert not ownership_state(new).done
    OwnershipRule.objects.create(precedence=5, pod=new, period=(None, None))
    assert ownership_state(new).done


def test_a_rule_of_a_pod_under_set_up_waits_for_its_opening(cast: Cast, office: Client) -> None:
    weser = pods.pod("Weser")
    customers.default_rule(cast.isar)
    (step,) = [each for each in setup.progress(weser) if each.step.key == "ownership"]
    form = office.get(step.address).content.decode()
    assert f'<option value="{weser.pk}" selected>' in form
    address = office.post(step.address, {"pod": weser.pk})["Location"]
    page = office.get(address).content.decode()
    assert "the rule is kept and decides from its opening on" in page
    assert "Isar owns the same customers until Weser opens; its rule ends then." in page
    assert "Hand that rule over" not in page
    assert "/activate/" not in page
    assert 'href="/p/weser/setup/"' in page


def test_the_question_before_an_opening_counts_who_moves_and_each_once(cast: Cast, office: Client) -> None:
    weser = pods.pod("Weser")
    customers.default_rule(cast.isar)
    bavaria = customers.region("Bavaria")
    for number in range(3):
        customers.customer(cast.isar, f"Customer {number}", region=bavaria)
    customers.customer(cast.elbe, "At Elbe", region=bavaria)
    customers.customer(cast.isar, "Elsewhere")
    told = [each.words for each in moving(weser)]
    assert told == ["No customer moves: the rules that name the pod bring it nobody yet."]
    rulebook.add_rule(by=None, pod=weser, region=bavaria)
    rulebook.add_rule(by=None, pod=weser, region=bavaria, segment=customers.segment("Trade"))
    (told_now,) = moving(weser)
    assert "4 customers move to Weser (3 from Isar, 1 from Elbe)" in str(told_now.words)
    rulebook.open_pod(weser, periods.now(), None)
    assert Ownership.objects.filter(pod=weser, period__contains=periods.now()).count() == 4
    assert not findings.arrivals(weser)


def test_the_sections_stand_in_the_settings(office: Client) -> None:
    page = office.get("/settings/").content.decode()
    for name in ("regions", "segments", "reasons", "ownership", "customers/import", "contacts/import"):
        assert f"/settings/{name}/" in page
