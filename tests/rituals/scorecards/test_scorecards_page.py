"""The scorecards' page: exact numbers, honest words, filters in the address, a safe file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.contacts.models import Contact
from cxportal.core.statistics import Share
from rituals.permissions import scorecards as sight_of
from rituals.scorecards.forms import Filters
from rituals.scorecards.metrics import Word
from rituals.scorecards.queries import Scorecard, scorecard
from teams.pods.models import PodStage
from tests.cast import Cast
from tests.factories import customers as make
from tests.factories import pods
from tests.rituals.scorecards.worlds import serve, today

type Browser = Callable[..., Client]


def card(cast: Cast, role: str = "executive", days: int = 30, **more: object) -> Scorecard:
    end = today() + dt.timedelta(days=1)
    return scorecard(sight_of(cast[role]), Filters(end - dt.timedelta(days=days), end, **more))  # type: ignore[arg-type]


def results(page: object) -> str:
    text: str = page.content.decode()  # type: ignore[attr-defined]
    return text[text.index('id="results"') :]


@pytest.fixture
def served(cast: Cast) -> None:
    serve(cast.isar, 120, happy=90, unhappy=10)
    serve(cast.elbe, 110, happy=60, unhappy=40)


def test_a_pod_stands_with_customers_answers_interval_and_word(cast: Cast, served: None) -> None:
    elbe, isar = card(cast).pods
    assert (isar.served, isar.closed, isar.share) == (120, 120, Share(90, 100))
    assert isar.judgement.word is Word.ABOVE
    assert elbe.judgement.word is Word.BELOW
    assert isar.nps is not None
    assert isar.nps.score == 80


def test_customers_of_the_area_and_the_company_are_counted_once(cast: Cast, served: None) -> None:
    shared = Contact.objects.filter(home_pod=cast.isar).first()
    assert shared is not None
    make.closed(cast.elbe, shared.customer, at=shared.arrived_at)
    from customers.contacts import rollups

    rollups.customers_changed([shared.customer_id])
    found = card(cast)
    assert sum(s.served for s in found.pods) == 231
    assert found.totals.served == 230
    assert card(cast, area=cast.south).totals.served == 230
    assert card(cast, "operations_lead").totals.served == 230
    assert card(cast, "member").totals.served == 120


def test_a_contact_of_nobody_known_is_closed_and_no_customer(cast: Cast) -> None:
    make.closed(cast.isar, None, at=dt.datetime.combine(today(), dt.time(1), dt.UTC))
    (isar, _elbe) = sorted(card(cast).pods, key=lambda s: -s.closed)
    assert (isar.closed, isar.served) == (1, 0)


def test_the_period_is_half_open_and_the_one_before_is_as_long(cast: Cast) -> None:
    serve(cast.isar, 40, happy=40, on=today() - dt.timedelta(days=7))
    serve(cast.isar, 35, happy=20, unhappy=15, on=today() - dt.timedelta(days=14))
    now = next(s for s in card(cast, days=8).pods if s.pod == cast.isar)
    assert (now.served, now.share.n, now.before.n) == (40, 40, 35)
    assert now.change is not None
    assert now.change.clear
    shorter = next(s for s in card(cast, days=7).pods if s.pod == cast.isar)
    assert shorter.served == 0


def test_a_segment_is_counted_anew(cast: Cast, served: None) -> None:
    consumers = make.segment("Consumers")
    serve(cast.isar, 33, happy=31, segment=consumers)
    found = card(cast, segment=consumers)
    isar = next(s for s in found.pods if s.pod == cast.isar)
    assert (isar.served, isar.closed, isar.share.n, found.totals.served) == (33, 33, 31, 33)


def test_the_number_of_queries_does_not_grow_with_pods(cast: Cast, served: None) -> None:
    sight = sight_of(cast.executive)
    end = today() + dt.timedelta(days=1)
    filters = Filters(end - dt.timedelta(days=91), end)
    with CaptureQueriesContext(connection) as few:
        scorecard(sight, filters)
    for name in ("Weser", "Aller", "Oker"):
        serve(pods.open_pod(name, in_area=cast.north), 40, happy=35)
    with CaptureQueriesContext(connection) as many:
        scorecard(sight, filters)
    assert len(few) == len(many) == 8


def test_the_page_asks_for_the_same_number_whatever_is_in_it(browser: Browser, cast: Cast, served: None) -> None:
    client = browser(cast.executive)
    client.get("/scorecards/")
    with CaptureQueriesContext(connection) as few:
        client.get("/scorecards/")
    for name in ("Weser", "Aller", "Oker"):
        serve(pods.open_pod(name, in_area=cast.south), 40, happy=35)
    with CaptureQueriesContext(connection) as many:
        client.get("/scorecards/")
    assert len(few) == len(many)


def test_the_page_shows_intervals_and_words_and_no_ranks(browser: Browser, cast: Cast, served: None) -> None:
    text = results(browser(cast.executive).get("/scorecards/"))
    assert "82.6 to 94.5" in text  # Wilson of 90 in 100
    assert "above the company" in text
    assert "There are no ranks" in text
    assert "±" not in text
    assert " style=" not in text
    assert not re.search(r"(?i)\brank(ed|ing)?\b(?!s\b)", text)
    assert "real rise" not in text.lower()


def test_too_few_answers_are_grey_words_and_never_an_arrow(browser: Browser, cast: Cast, served: None) -> None:
    weser = pods.open_pod("Weser", in_area=cast.south)
    serve(weser, 40, happy=0, unhappy=12)
    text = results(browser(cast.executive).get("/scorecards/"))
    assert "too few answers (12; needs 30)" in text
    row = text[text.index('<tr class="few">') :]
    row = row[: row.index("</tr>")]
    assert "Weser" in row
    assert "arrow" not in row


def test_sorted_by_satisfaction_pods_with_too_few_answers_stand_last_by_name(cast: Cast, served: None) -> None:
    for name in ("Weser", "Aller"):
        serve(pods.open_pod(name, in_area=cast.south), 40, happy=12)
    names = [s.pod.name for s in card(cast, sort="satisfaction").pods]
    assert names == ["Isar", "Elbe", "Aller", "Weser"]
    assert [s.pod.name for s in card(cast).pods] == sorted(names)
    assert [s.pod.name for s in card(cast, sort="served").pods][:2] == ["Isar", "Elbe"]


def test_served_without_answers_has_no_satisfaction(browser: Browser, cast: Cast) -> None:
    serve(cast.isar, 50)
    text = results(browser(cast.executive).get("/scorecards/"))
    assert "No answers in this period" in text
    assert "no answers" in text
    assert ">50<" in text
    assert "0.0" not in text[text.index("<tbody>") :]


def test_two_selected_pods_are_compared(browser: Browser, cast: Cast, served: None) -> None:
    query = {"pod": [cast.isar.pk, cast.elbe.pk]}
    text = results(browser(cast.executive).get("/scorecards/", query))
    assert "Elbe less Isar" in text
    assert "A difference beyond chance" in text
    serve(cast.elbe, 1000, happy=880, unhappy=20)
    alike = results(browser(cast.executive).get("/scorecards/", query))
    assert "The two can’t be told apart" in alike or "A difference beyond chance" in alike


def test_a_member_s_only_pod_stands_beside_all_pods_without_being_selected(
    browser: Browser, cast: Cast, served: None
) -> None:
    text = results(browser(cast.member).get("/scorecards/"))
    assert "Beside all pods and the period before" in text
    assert "worth a look" not in text
    assert "Take Isar out" not in text
    assert "By satisfaction" not in text


def test_two_pods_alike_can_not_be_told_apart(browser: Browser, cast: Cast) -> None:
    serve(cast.isar, 120, happy=90, unhappy=10)
    serve(cast.elbe, 110, happy=88, unhappy=12)
    query = {"pod": [cast.isar.pk, cast.elbe.pk]}
    text = results(browser(cast.executive).get("/scorecards/", query))
    assert "The two can’t be told apart" in text
    assert text.count("within chance") >= 2


@pytest.mark.parametrize("chart", ["scatter", "funnel"])
def test_each_point_is_a_link_with_its_whole_name(browser: Browser, cast: Cast, served: None, chart: str) -> None:
    text = results(browser(cast.executive).get("/scorecards/", {"chart": chart}))
    assert f'id="pt-{cast.isar.pk}"' in text
    assert "Pod Isar: satisfaction 90.0% (82.6 to 94.5), 100 answers, 120 customers served, above the company" in text
    assert ("limit outer" in text) == (chart == "funnel")


def test_htmx_gets_the_results_and_the_export_s_address(browser: Browser, cast: Cast, served: None) -> None:
    headers = {"HX-Request": "true", "HX-Target": "results"}
    page = browser(cast.executive).get("/scorecards/", {"period": "4w"}, headers=headers)
    text = page.content.decode()
    assert text.lstrip().startswith('<div id="results"')
    assert 'hx-swap-oob="true"' in text
    assert "export.csv?period=4w" in text


@pytest.mark.parametrize(
    "query",
    [
        {"period": "own"},
        {"period": "own", "start": "2026-02-30", "until": "2026-03-01"},
        {"period": "own", "start": "2026-03-02", "until": "2026-03-01"},
        {"period": "own", "start": "1900-01-01", "until": "2026-03-01"},
        {"period": "a year"},
        {"sort": "rank"},
        {"chart": "pie"},
    ],
)
def test_filters_that_do_not_fit_are_told(browser: Browser, cast: Cast, query: dict[str, str]) -> None:
    page = browser(cast.executive).get("/scorecards/", query)
    assert page.status_code == 422
    assert "These filters don’t fit together" in page.content.decode()


def test_before_the_first_contact_the_page_says_so(browser: Browser, cast: Cast) -> None:
    assert "No contact was closed yet" in results(browser(cast.executive).get("/scorecards/"))


def test_a_period_without_contacts_offers_the_one_that_has_them(browser: Browser, cast: Cast) -> None:
    serve(cast.isar, 3, on=dt.date(1999, 2, 5))
    client = browser(cast.executive)
    text = results(client.get("/scorecards/"))
    assert "Nothing was closed in" in text
    link = re.search(r'href="(\?[^"]*)">Show all of it', text)
    assert link is not None
    assert "Isar" in results(client.get("/scorecards/" + link[1].replace("&amp;", "&")))


def test_the_stage_and_the_launch_are_shown(browser: Browser, cast: Cast, served: None) -> None:
    PodStage.objects.filter(pod=cast.isar).delete()
    launch = today() - dt.timedelta(days=30)
    PodStage.objects.create(pod=cast.isar, stage="classic", starts_on=launch - dt.timedelta(days=400))
    PodStage.objects.create(pod=cast.isar, stage="pilot", starts_on=launch)
    isar = next(s for s in card(cast, days=91).pods if s.pod == cast.isar)
    assert (isar.stage, isar.launched_on) == ("pilot", launch)
    assert isar.launch_week is not None
    assert sum(isar.weeks) in {0, 120}
    text = results(browser(cast.executive).get("/scorecards/"))
    assert "Pilot" in text
    assert 'class="launch"' in text


def test_a_pod_under_set_up_is_not_compared(cast: Cast, served: None) -> None:
    pods.pod("Weser")
    assert [s.pod.name for s in card(cast).pods] == ["Elbe", "Isar"]


def test_the_file_has_the_page_s_numbers_unrounded(browser: Browser, cast: Cast, served: None) -> None:
    answer = browser(cast.executive).get("/scorecards/export.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="scorecards-[\d-]+\.csv"', answer["Content-Disposition"])
    rows = {row["pod"]: row for row in csv.DictReader(io.StringIO(answer.content.decode()))}
    isar = rows["Isar"]
    assert (isar["customers_served"], isar["answers"], isar["satisfied"], isar["satisfaction"]) == (
        "120",
        "100",
        "90",
        "0.9",
    )
    assert float(isar["satisfaction_low"]) == pytest.approx(0.825637, abs=1e-5)
    assert isar["against_all_pods"] == "above"


def test_what_has_no_value_is_empty_in_the_file(browser: Browser, cast: Cast) -> None:
    serve(cast.isar, 5)
    rows = list(csv.DictReader(io.StringIO(browser(cast.executive).get("/scorecards/export.csv").content.decode())))
    isar = next(row for row in rows if row["pod"] == "Isar")
    assert isar["satisfaction"] == isar["satisfaction_low"] == isar["nps"] == isar["p"] == ""
    assert isar["answers"] == "0"
    assert isar["against_all_pods"] == "none"


def test_a_name_that_is_a_formula_is_guarded_in_the_file(browser: Browser, cast: Cast, served: None) -> None:
    type(cast.isar).objects.filter(pk=cast.isar.pk).update(name='=HYPERLINK("http://x","y")')
    text = browser(cast.executive).get("/scorecards/export.csv").content.decode()
    assert "\"'=HYPERLINK" in text
