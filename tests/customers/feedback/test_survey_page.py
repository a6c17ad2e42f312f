"""The customer's page: one answer per link, reading changes nothing, every end says why."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.contacts.models import Contact
from customers.feedback import limits, services
from customers.feedback.models import Response, Survey
from customers.feedback.queries import of_contact
from customers.feedback.services import Answer, SurveyLink
from cxportal.core import periods
from cxportal.core.violations import Gone, Invalid, Refused
from tests.cast import Cast
from tests.factories import customers as make

type Browser = Callable[..., Client]


@pytest.fixture(autouse=True)
def nobody_has_tried_yet(db: None) -> None:
    cache.clear()


@pytest.fixture
def contact(cast: Cast) -> Contact:
    an_hour_ago = periods.now() - dt.timedelta(hours=1)
    return make.closed(cast.isar, make.customer(cast.isar), at=an_hour_ago, person=cast.member)


@pytest.fixture
def link(cast: Cast, contact: Contact) -> SurveyLink:
    made = services.invite(by=cast.member, contact=contact)
    assert made is not None
    return made


FULL = {"recommend": "9", "satisfied": "5", "comment": "She rang back.", "may_contact": "on"}


def test_the_page_asks_two_questions_about_this_contact(browser: Browser, cast: Cast, link: SurveyLink) -> None:
    page = browser().get(link.path)
    text = page.content.decode()
    assert page.status_code == 200
    assert "How was your call on" in text
    assert f"You spoke with {cast.member.first_name}" in text
    assert text.count('name="recommend"') == 11
    assert text.count('name="satisfied"') == 5
    assert " style=" not in text
    assert "<script" not in text


def test_reading_the_page_changes_nothing(browser: Browser, link: SurveyLink) -> None:
    with CaptureQueriesContext(connection) as queries:
        browser().get(link.path)
        browser().head(link.path)
    assert [q["sql"] for q in queries if re.match(r"(?i)\s*(insert|update|delete)", q["sql"])] == []
    link.survey.refresh_from_db()
    assert link.survey.answered_at is None


def test_an_answer_is_kept_with_its_contact_s_pod_and_day(browser: Browser, cast: Cast, link: SurveyLink) -> None:
    page = browser().post(link.path, FULL)
    assert page.status_code == 200
    assert "Thank you" in page.content.decode()
    kept = Response.objects.get()
    assert (kept.nps, kept.csat, kept.comment, kept.may_contact) == (9, 5, "She rang back.", True)
    assert kept.home_pod == cast.isar
    assert kept.area == cast.south
    assert kept.day == link.survey.contact.business_day
    assert of_contact(link.survey.contact).response == kept


@pytest.mark.parametrize("part", [{"recommend": "0"}, {"satisfied": "1"}, {"comment": "Nothing worked."}])
def test_any_one_part_is_an_answer(browser: Browser, link: SurveyLink, part: dict[str, str]) -> None:
    assert browser().post(link.path, part).status_code == 200
    assert Response.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"comment": "   "},
        {"recommend": "11"},
        {"satisfied": "0"},
        {"satisfied": "5.0"},
        {"recommend": "ten"},
        {"satisfied": "5", "comment": "x" * 1001},
        {"may_contact": "on"},
    ],
)
def test_a_wrong_answer_is_told_and_not_kept(browser: Browser, link: SurveyLink, wrong: dict[str, str]) -> None:
    page = browser().post(link.path, wrong)
    assert page.status_code == 422
    assert "Nothing was sent yet" in page.content.decode()
    assert not Response.objects.exists()
    assert browser().post(link.path, {"satisfied": "4"}).status_code == 200


def test_what_was_chosen_stays_after_an_error(browser: Browser, link: SurveyLink) -> None:
    text = browser().post(link.path, {"recommend": "7", "satisfied": "9"}).content.decode()
    assert 'name="recommend" value="7" checked' in text


def test_a_used_link_says_so_and_takes_nothing_more(browser: Browser, link: SurveyLink) -> None:
    browser().post(link.path, FULL)
    Survey.objects.update(answered_at=periods.now() - dt.timedelta(hours=2))
    for answer in (browser().get(link.path), browser().post(link.path, FULL), browser().post(link.path, {"csat": 1})):
        assert answer.status_code in {410, 422}
    page = browser().get(link.path)
    assert page.status_code == 410
    assert "You have answered already" in page.content.decode()
    assert Response.objects.count() == 1


def test_a_used_link_tells_the_time_in_the_pods_zone(browser: Browser, link: SurveyLink) -> None:
    browser().post(link.path, FULL)
    with time_machine.travel(dt.datetime(2027, 7, 1, 23, 4, tzinfo=dt.UTC)):
        Survey.objects.update(answered_at=periods.now())
    assert "used on Fri 2 Jul at 01:04 (Europe/Berlin)" in browser().get(link.path).text


def test_send_pressed_twice_gives_thanks_twice_and_one_answer(browser: Browser, link: SurveyLink) -> None:
    first, second = browser().post(link.path, FULL), browser().post(link.path, FULL)
    assert (first.status_code, second.status_code) == (200, 200)
    assert Response.objects.count() == 1


def test_another_answer_right_after_is_not_taken(browser: Browser, link: SurveyLink) -> None:
    browser().post(link.path, FULL)
    assert browser().post(link.path, {"satisfied": "1"}).status_code == 410
    assert Response.objects.get().csat == 5


def test_an_expired_link_says_until_when_it_was_good(browser: Browser, link: SurveyLink) -> None:
    Survey.objects.update(invited_at=periods.now() - dt.timedelta(days=20), expires_at=periods.now())
    for answer in (browser().get(link.path), browser().post(link.path, FULL)):
        assert answer.status_code == 410
        assert "This link has expired" in answer.content.decode()
    assert not Response.objects.exists()


@pytest.mark.parametrize("token", ["x", "A" * 43, "a" * 200, "ünï-code"])
def test_a_forged_link_is_not_found(browser: Browser, link: SurveyLink, token: str) -> None:
    for method in (browser().get, browser().post):
        page = method(f"/s/{token}/")
        assert page.status_code == 404
        assert "not one of ours" in page.content.decode()


def test_a_link_with_a_nul_in_it_is_not_found(browser: Browser, link: SurveyLink) -> None:
    for method in (browser().get, browser().post):
        assert method(f"/s/%00{link.token[1:]}/").status_code == 404


def test_a_cut_link_and_one_of_another_case_are_not_found(browser: Browser, link: SurveyLink) -> None:
    for token in (link.token[:-1], link.token.swapcase()):
        assert browser().get(f"/s/{token}/").status_code == 404


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_not_allowed(browser: Browser, link: SurveyLink, method: str) -> None:
    assert getattr(browser(), method)(link.path).status_code == 405


def test_a_post_without_the_form_s_token_is_refused(browser: Browser, link: SurveyLink) -> None:
    assert browser(enforce_csrf_checks=True).post(link.path, FULL).status_code == 403
    client = browser(enforce_csrf_checks=True)
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', client.get(link.path).content.decode())
    assert token is not None
    assert client.post(link.path, FULL | {"csrfmiddlewaretoken": token[1]}).status_code == 200


def test_guessing_is_stopped_and_the_answer_says_when_to_come_back(browser: Browser, link: SurveyLink) -> None:
    for _ in range(limits.FORGED.most):
        assert browser().get(f"/s/{'A' * 43}/").status_code == 404
    stopped = browser().get(f"/s/{'A' * 43}/")
    assert stopped.status_code == 429
    assert 0 < int(stopped["Retry-After"]) <= limits.FORGED.seconds
    assert "Too many tries" in stopped.content.decode()


def test_the_database_holds_a_digest_and_nothing_that_opens_the_link(link: SurveyLink) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(s)::text FROM customers_survey s")
        (row,) = cursor.fetchone()
        cursor.execute("SELECT to_jsonb(s)::text FROM customers_surveyevent s")
        (event,) = cursor.fetchone()
    assert link.token not in row + event
    assert link.token.encode().hex() not in row + event
    assert "digest" not in event


def test_words_of_customers_are_escaped(browser: Browser, link: SurveyLink) -> None:
    text = browser().post(link.path, {"comment": "<img src=x onerror=alert(1)>"}).content.decode()
    assert "<img" not in text


def test_services_refuse_what_the_page_refuses(link: SurveyLink) -> None:
    with pytest.raises(Invalid):
        services.answer(by=None, token=link.token, given=Answer())
    with pytest.raises(Http404):
        services.answer(by=None, token="A" * 43, given=Answer(csat=5))
    services.answer(by=None, token=link.token, given=Answer(csat=5))
    with pytest.raises(Gone):
        services.answer(by=None, token=link.token, given=Answer(csat=4))


class TestWhoIsAsked:
    """``invite`` asks a customer once in a while and only about what a person did."""

    def ask(self, cast: Cast, contact: Contact) -> SurveyLink | None:
        return services.invite(by=cast.member, contact=contact)

    def test_once_per_contact(self, cast: Cast, contact: Contact) -> None:
        assert self.ask(cast, contact) is not None
        assert self.ask(cast, contact) is None

    def test_once_in_thirty_days_per_customer(self, cast: Cast, contact: Contact) -> None:
        self.ask(cast, contact)
        again = make.closed(cast.isar, contact.customer, at=periods.now() - dt.timedelta(minutes=30))
        assert self.ask(cast, again) is None
        Survey.objects.update(invited_at=periods.now() - dt.timedelta(days=30))
        assert self.ask(cast, again) is not None

    @pytest.mark.parametrize("fields", [{"automated": True}, {"channel": "billing"}, {"state": "abandoned"}])
    def test_not_about_what_no_person_solved(self, cast: Cast, fields: dict[str, object]) -> None:
        contact = make.closed(cast.isar, make.customer(cast.isar), at=periods.now() - dt.timedelta(hours=1), **fields)  # type: ignore[arg-type]
        assert self.ask(cast, contact) is None

    def test_not_somebody_we_do_not_know(self, cast: Cast) -> None:
        contact = make.closed(cast.isar, None, at=periods.now() - dt.timedelta(hours=1))
        assert self.ask(cast, contact) is None

    def test_a_new_link_replaces_the_old(self, cast: Cast, contact: Contact, browser: Browser) -> None:
        old = self.ask(cast, contact)
        new = services.new_link(by=cast.member, contact=contact)
        assert old is not None
        assert browser().get(old.path).status_code == 404
        assert browser().post(new.path, FULL).status_code == 200
        assert Survey.objects.count() == 1

    def test_a_new_link_after_the_answer_is_refused(self, cast: Cast, contact: Contact) -> None:
        link = self.ask(cast, contact)
        assert link is not None
        services.answer(by=None, token=link.token, given=Answer(csat=3))
        with pytest.raises(Refused) as refusal:
            services.new_link(by=cast.member, contact=contact)
        assert refusal.value.codes == {"answered"}

    def test_a_refused_first_link_says_all_reasons(self, cast: Cast) -> None:
        contact = make.contact(cast.isar, None, automated=True)
        with pytest.raises(Refused) as refusal:
            services.new_link(by=cast.member, contact=contact)
        assert refusal.value.codes == {"not_resolved", "no_person", "customer_unknown"}


def test_the_log_does_not_hold_what_opens_the_link(
    browser: Browser, link: SurveyLink, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="cxportal.requests"):
        browser().get(link.path)
    paths = [record.path for record in caplog.records if hasattr(record, "path")]
    assert paths == ["/s/…/"]
