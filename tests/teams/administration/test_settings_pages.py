"""The administrators' pages: what they show, what they change, how they refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from teams.people.models import User
from teams.pods.models import Area, Company, Membership, OpeningHours, Pod, PodStage, Promise, RoleGrant
from teams.skills.models import MemberSkill, Skill
from tests.cast import Cast

type Browser = Callable[..., Client]


@pytest.fixture
def desk(cast: Cast, browser: Browser) -> Client:
    """The administrator's browser."""
    return browser(cast.administrator)


PAGES = (
    "",
    "company/",
    "areas/",
    "partners/",
    "skills/",
    "pods/",
    "pods/new/",
    "pods/isar/",
    "pods/isar/people/",
    "pods/isar/stage/",
    "pods/isar/sub-team/",
    "pods/isar/hours/",
    "pods/isar/hours/phone/",
    "pods/isar/promise/phone/",
    "pods/isar/days/",
    "people/",
    "people/new/",
    "limits/",
    "limits/template/",
    "limits/rest_minutes/",
    "tokens/",
)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_for_an_administrator_and_for_nobody_else(cast: Cast, browser: Browser, page: str) -> None:
    assert browser(cast.administrator).get(f"/settings/{page}").status_code == 200
    for role in ("member", "lead", "coach", "operations_lead", "executive", "stranger"):
        assert browser(cast[role]).get(f"/settings/{page}").status_code == 403, role
    assert browser().get(f"/settings/{page}").status_code == 302


@pytest.mark.parametrize("page", ["", "pods/", "move/", "contract/", "role/", "skill/"])
def test_every_page_of_a_person_opens(cast: Cast, desk: Client, page: str) -> None:
    assert desk.get(f"/settings/people/{cast.member.pk}/{page}").status_code == 200


def test_the_company_is_named(cast: Cast, desk: Client) -> None:
    desk.post("/settings/company/", {"name": "Südwind", "zone": "Europe/Vienna", "country": "at", "currency": "eur"})
    company = Company.objects.get()
    assert (company.name, company.zone, company.country, company.currency) == ("Südwind", "Europe/Vienna", "AT", "EUR")


def test_a_wrong_zone_is_told_under_its_field_and_the_values_stay(desk: Client) -> None:
    answer = desk.post(
        "/settings/company/", {"name": "Südwind", "zone": "Mars/Base", "country": "AT", "currency": "EUR"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Mars/Base” is no time zone" in page
    assert 'value="Südwind"' in page


def test_an_area_is_added_renamed_removed_and_brought_back(desk: Client) -> None:
    desk.post("/settings/areas/", {"name": "West"})
    west = Area.objects.get(name="West")
    desk.post(f"/settings/areas/{west.pk}/", {"name": "Far West"})
    assert Area.objects.get(pk=west.pk).name == "Far West"
    page = desk.post(f"/settings/areas/{west.pk}/remove/", follow=True).content.decode()
    assert not Area.objects.filter(pk=west.pk).exists()
    assert "/settings/areas/back/Far%20West/" in page
    desk.post("/settings/areas/back/Far West/")
    assert Area.objects.filter(name="Far West").exists()


def test_an_area_with_pods_is_not_removed(cast: Cast, desk: Client) -> None:
    answer = desk.post(f"/settings/areas/{cast.south.pk}/remove/")
    assert answer.status_code == 409
    assert "Elbe, Isar" in answer.content.decode()


def test_a_name_that_is_taken_is_refused_in_the_form(desk: Client) -> None:
    answer = desk.post("/settings/areas/", {"name": "South"})
    assert answer.status_code == 409
    assert "already one with this name" in answer.content.decode()
    assert 'value="South"' in answer.content.decode()


def test_a_new_pod_leads_to_its_set_up(cast: Cast, desk: Client) -> None:
    wanted = {"name": "Weser", "area": cast.north.pk, "zone": "Europe/Berlin", "country": "de"}
    answer = desk.post("/settings/pods/new/", wanted)
    assert answer["Location"] == "/p/weser/setup/"
    pod = Pod.objects.get(slug="weser")
    assert pod.letters == "We"
    assert pod.country == "DE"
    assert pod.category not in {cast.isar.category, cast.elbe.category}


def test_a_pod_moves_to_another_area(cast: Cast, desk: Client) -> None:
    values = {"name": "Isar", "area": cast.north.pk, "zone": "Europe/Berlin", "country": "DE", "purpose": "Bavaria"}
    assert desk.post("/settings/pods/isar/", values).status_code == 303
    cast.isar.refresh_from_db()
    assert cast.isar.area == cast.north
    assert cast.isar.purpose == "Bavaria"


def test_opening_hours_are_written_once_for_several_channels(cast: Cast, desk: Client) -> None:
    days = {f"day_{n}": "08:00-12:00, 13–18" for n in range(5)}
    desk.post("/settings/pods/isar/hours/phone/", days | {"also": ["chat"]})
    rows = OpeningHours.objects.filter(pod=cast.isar, channel__in=["phone", "chat"])
    assert rows.count() == 20
    assert set(rows.values_list("opens", "closes")) == {(480, 720), (780, 1080)}
    assert "Mon–Fri 08:00–12:00, 13:00–18:00" in desk.get("/settings/pods/isar/hours/").content.decode()


@pytest.mark.parametrize("text", ["8-7", "25:00-26:00", "noon", "08:00-12:00, 11:00-13:00", "08:70-09:00"])
def test_hours_that_cannot_be_are_told_under_the_day(cast: Cast, desk: Client, text: str) -> None:
    before = OpeningHours.objects.filter(pod=cast.isar).count()
    answer = desk.post("/settings/pods/isar/hours/phone/", {"day_0": text})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert OpeningHours.objects.filter(pod=cast.isar).count() == before


def test_a_promise_is_kept_in_seconds_and_taken_back(cast: Cast, desk: Client) -> None:
    desk.post("/settings/pods/isar/promise/email/", {"amount": "4", "unit": "3600", "in_opening_time": "on"})
    promise = Promise.objects.get(pod=cast.isar, channel="email")
    assert (promise.seconds, promise.in_opening_time) == (14400, True)
    desk.post("/settings/pods/isar/promise/email/", {"amount": "", "unit": "3600"})
    assert not Promise.objects.filter(pod=cast.isar, channel="email").exists()


def test_a_channel_that_no_person_answers_has_no_hours_page(desk: Client) -> None:
    assert desk.get("/settings/pods/isar/hours/billing/").status_code == 404


def test_a_day_that_differs_is_added_and_removed(cast: Cast, desk: Client) -> None:
    desk.post("/settings/pods/isar/days/", {"day": "2027-12-24", "hours": "08:00-12:00", "label": "Christmas Eve"})
    day = cast.isar.opening_exceptions.get()
    assert (day.opens, day.closes, day.channel) == (480, 720, "")
    desk.post(f"/settings/pods/isar/days/{day.pk}/remove/")
    assert not cast.isar.opening_exceptions.exists()


def test_stages_do_not_run_backwards(cast: Cast, desk: Client) -> None:
    answer = desk.post("/settings/pods/isar/stage/", {"stage": "classic", "starts_on": "2025-01-01"})
    assert answer.status_code == 409
    desk.post("/settings/pods/isar/stage/", {"stage": "classic", "starts_on": "2023-01-01"})
    assert PodStage.objects.filter(pod=cast.isar, stage="classic").exists()


def test_a_new_person_gets_a_pod_and_a_link_shown_once(cast: Cast, desk: Client) -> None:
    wanted = {"name": "Nora Neu", "email": "Nora@Example.org", "category": "4", "pod": cast.isar.pk, "invite": "on"}
    answer = desk.post("/settings/people/new/", wanted)
    nora = User.objects.get(name="Nora Neu")
    assert nora.email == "nora@example.org"
    assert Membership.objects.get(member=nora).pod == cast.isar
    page = desk.get(answer["Location"]).content.decode()
    assert "http://testserver/account/invitation/" in page
    assert "/account/invitation/" not in desk.get(answer["Location"]).content.decode()


def test_an_email_that_somebody_has_is_refused_with_the_values_kept(cast: Cast, desk: Client) -> None:
    answer = desk.post("/settings/people/new/", {"name": "Nora", "email": cast.member.email, "category": "1"})
    assert answer.status_code == 409
    assert "Somebody else has this email" in answer.content.decode()
    assert not User.objects.filter(name="Nora").exists()


def test_people_are_found_by_words_access_and_pod(cast: Cast, desk: Client) -> None:
    page = desk.get("/settings/people/?q=mara+jung").content.decode()
    assert "Mara Jung" in page
    assert "Bela Roth" not in page
    page = desk.get("/settings/people/?pod=elbe").content.decode()
    assert "Otis Frank" in page
    assert "Mara Jung" not in page
    assert "Nobody fits" in desk.get("/settings/people/?q=zzz").content.decode()


def test_somebody_moves_to_another_pod_on_a_day(cast: Cast, desk: Client) -> None:
    desk.post(f"/settings/people/{cast.member.pk}/move/", {"pod": cast.elbe.pk, "first": "2027-01-01"})
    homes = Membership.objects.filter(member=cast.member).order_by("period")
    assert [(m.pod.slug, str(m.period.lower), str(m.period.upper)) for m in homes] == [
        ("isar", "2024-01-01", "2027-01-01"),
        ("elbe", "2027-01-01", "None"),
    ]


def test_a_second_home_pod_is_refused_in_the_form(cast: Cast, desk: Client) -> None:
    values = {"pod": cast.elbe.pk, "kind": "home", "first": "2026-01-01"}
    answer = desk.post(f"/settings/people/{cast.member.pk}/pods/", values)
    assert answer.status_code == 409
    assert "one home pod at a time" in answer.content.decode()


def test_a_membership_gets_a_lead_and_an_end(cast: Cast, desk: Client) -> None:
    row = Membership.objects.get(member=cast.member)
    desk.post(f"/settings/people/{cast.member.pk}/pods/{row.pk}/", {"is_lead": "on", "last": "2027-03-31"})
    row.refresh_from_db()
    assert row.is_lead
    assert str(row.period.upper) == "2027-04-01"


def test_a_membership_of_somebody_else_is_not_found(cast: Cast, desk: Client) -> None:
    row = Membership.objects.get(member=cast.member)
    assert desk.get(f"/settings/people/{cast.other_member.pk}/pods/{row.pk}/").status_code == 404


def test_a_contract_ends_the_open_one_the_day_before(cast: Cast, desk: Client) -> None:
    days = {f"day_{n}": "7.5" if n < 4 else "0" for n in range(7)}
    values = {"first": "2027-01-01", "zone": "Europe/Berlin", "region": "DE-BY", "pay": "21.50"} | days
    assert desk.post(f"/settings/people/{cast.member.pk}/contract/", values).status_code == 303
    old, new = cast.member.contracts.order_by("period")
    assert str(old.period.upper) == "2027-01-01"
    assert (new.weekly_minutes, new.pay_cents) == (1800, 2150)


def test_two_contracts_on_one_day_are_refused(cast: Cast, desk: Client) -> None:
    days = {f"day_{n}": "8" for n in range(7)}
    values = {"first": "2023-06-01", "last": "2025-01-01", "zone": "Europe/Berlin"} | days
    answer = desk.post(f"/settings/people/{cast.member.pk}/contract/", values)
    assert answer.status_code == 409
    assert "only one holds on a day" in answer.content.decode()


def test_a_role_is_given_for_an_area_and_ended(cast: Cast, desk: Client) -> None:
    values = {"role": "operations_lead", "area": cast.north.pk, "first": "2026-01-01"}
    desk.post(f"/settings/people/{cast.stranger.pk}/role/", values)
    role = RoleGrant.objects.get(user=cast.stranger)
    assert role.area == cast.north
    desk.post(f"/settings/people/{cast.stranger.pk}/role/{role.pk}/end/")
    role.refresh_from_db()
    assert role.period.upper is not None


def test_the_last_administrator_stays(cast: Cast, desk: Client) -> None:
    role = RoleGrant.objects.get(user=cast.administrator)
    answer = desk.post(f"/settings/people/{cast.administrator.pk}/role/{role.pk}/end/")
    assert answer.status_code == 409
    assert "last administrator" in answer.content.decode()


def test_a_skill_is_held_at_a_level_and_dropped(cast: Cast, desk: Client) -> None:
    desk.post("/settings/skills/", {"name": "Polish"})
    polish = Skill.objects.get()
    desk.post(f"/settings/people/{cast.member.pk}/skill/", {"skill": polish.pk, "level": "3"})
    held = MemberSkill.objects.get(member=cast.member)
    assert held.level == 3
    assert desk.post(f"/settings/skills/{polish.pk}/remove/").status_code == 409
    desk.post(f"/settings/people/{cast.member.pk}/skill/{held.pk}/drop/")
    assert not MemberSkill.objects.exists()


def test_lists_export_with_formulas_disarmed(cast: Cast, desk: Client) -> None:
    desk.post("/settings/areas/", {"name": "=HYPERLINK(1)"})
    answer = desk.get("/settings/areas.csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "'=HYPERLINK(1)" in text
    assert "South,south" in text
    assert desk.get("/settings/passwords.csv").status_code == 404


def test_outer_limits_are_set_in_hours_per_country_and_fall_again(cast: Cast, desk: Client) -> None:
    desk.post("/settings/limits/rest_minutes/", {"country": "de", "minimum": "11", "maximum": "14"})
    page = desk.get("/settings/limits/").content.decode()
    assert "11 h to 14 h" in page
    from teams.pods.models import OuterLimit

    limit = OuterLimit.objects.get()
    assert limit.country == "DE"
    assert limit.minimum == 660
    desk.post(f"/settings/limits/{limit.pk}/remove/")
    assert not OuterLimit.objects.exists()


def test_the_template_must_lie_inside_the_limits(cast: Cast, desk: Client) -> None:
    desk.post("/settings/limits/rest_minutes/", {"minimum": "12"})
    answer = desk.post("/settings/limits/template/", {"rest_minutes": "11"})
    assert answer.status_code == 422
    assert "at least 12 h" in answer.content.decode() or "This field is required" in answer.content.decode()


@pytest.mark.parametrize("value", ["1e400", "99999999999"])
def test_a_number_that_no_bound_can_hold_is_told_under_its_field(desk: Client, value: str) -> None:
    form = desk.get("/settings/limits/template/").context["form"]
    sent = {name: field.initial for name, field in form.fields.items() if field.initial not in (None, False)}
    answer = desk.post("/settings/limits/template/", sent | {"rest_minutes": value})
    assert answer.status_code == 422
    assert "rest_minutes" in answer.context["form"].errors


def test_a_membership_that_cannot_end_then_keeps_its_lead(cast: Cast, desk: Client) -> None:
    row = Membership.objects.get(member=cast.member, kind="home")
    address = f"/settings/people/{cast.member.pk}/pods/{row.pk}/"
    assert desk.post(address, {"is_lead": "on", "last": "2001-01-01"}).status_code == 422
    row.refresh_from_db()
    assert not row.is_lead
