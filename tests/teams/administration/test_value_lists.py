"""Contracts, opening hours, days that differ, promises, stages and outer limits as files, there and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from cxportal.core import imports, lists
from cxportal.core.models import ImportRun
from cxportal.core.violations import Invalid, Refused
from teams.people.models import Contract, User
from teams.people.services import add_contract, end_contract
from teams.pods import opening, services, versions
from teams.pods.models import OpeningException, OpeningHours, OuterLimit, PodStage, Promise
from teams.skills.models import Skill
from tests.cast import Cast

WEEK = "monday,tuesday,wednesday,thursday,friday,saturday,sunday"
HOURS = f"pod,channel,{WEEK}\n"
CONTRACTS = f"email,from,until,{WEEK},zone,region,pay\n"
DAY = dt.date(2026, 12, 24)


@pytest.fixture
def desk(cast: Cast, browser: Callable[..., Client]) -> Client:
    return browser(cast.administrator)


@pytest.fixture
def no_hours(cast: Cast) -> None:
    OpeningHours.objects.all().delete()


def tried(cast: Cast, kind: str, text: str) -> ImportRun:
    return imports.try_out(by=cast.administrator, kind=kind, name=f"{kind}.csv", content=text.encode())


def take(cast: Cast, kind: str, text: str) -> ImportRun:
    return imports.take(by=cast.administrator, run=tried(cast, kind, text))


def back(cast: Cast, run: ImportRun) -> None:
    imports.take_back(by=cast.administrator, run=run)


def words(run: ImportRun) -> list[str]:
    return [f"{line['number']} {line['action']} {line['words']}" for line in run.report]


def export(kind: str) -> str:
    return "".join(lists.export_lines(lists.lists()[kind]))


def furnish(cast: Cast) -> None:
    """Something in every list, with the values that are hardest to write down."""
    Skill.objects.create(name="German", slug="german")
    by = cast.administrator
    services.add_partner(by=by, name="=Partner & Co")
    lunch = [(7 * 60, 12 * 60), (13 * 60, 24 * 60)]
    opening.set_hours(by=by, pod=cast.isar, channel="phone", week={0: lunch, 6: [(0, 90)]})
    opening.set_hours(by=by, pod=cast.elbe, channel="email", week={2: [(1, 1439)]})
    opening.add_exception(by=by, pod=cast.isar, day=DAY, label="-Christmas, eve")
    opening.add_exception(by=by, pod=cast.isar, day=DAY, channel="chat", span=(540, 600))
    opening.set_promise(by=by, pod=cast.isar, channel="phone", seconds=20)
    opening.set_promise(by=by, pod=cast.isar, channel="email", seconds=8 * 3600, in_opening_time=False)
    services.set_stage(by=by, pod=cast.isar, stage="pilot", starts_on=dt.date(2023, 3, 1))
    versions.set_outer_limit(by=by, key="rest_minutes", country="DE", minimum=Decimal(700), maximum=None)
    days = [440, 455, 1, 0, 480, 0, 0]
    add_contract(
        by=by,
        member=cast.member,
        first=dt.date(2027, 1, 1),
        weekday_minutes=days,
        weekly_minutes=2000,
        zone="Asia/Tokyo",
        region="DE-BY",
        pay_cents=2105,
    )
    add_contract(by=by, member=cast.stranger, first=DAY, last=DAY, weekday_minutes=[60] * 7, zone="UTC")
    User.objects.filter(pk=cast.stranger.pk).update(email=None, external_id=None)


EXPORTED = (
    "areas", "partners", "skills", "pods", "people", "contracts", "hours", "days", "promises", "stages", "limits",
)  # fmt: skip


@pytest.mark.parametrize("kind", EXPORTED)
def test_an_export_comes_back_without_a_change(cast: Cast, kind: str) -> None:
    furnish(cast)
    text = export(kind)
    # Somebody without email and external id is always a new person; only their contracts find them by name.
    text = "".join(line for line in text.splitlines(keepends=True) if kind != "people" or "Stig" not in line)
    run = take(cast, kind, text)
    assert run.rows > 0
    assert {line["action"] for line in run.report} == {"same"}, words(run)


@pytest.mark.parametrize("kind", ["contracts", "hours", "days", "promises", "stages", "limits"])
def test_an_export_brings_back_what_was_removed_and_goes_again(cast: Cast, kind: str) -> None:
    furnish(cast)
    tables = {
        "contracts": Contract,
        "hours": OpeningHours,
        "days": OpeningException,
        "promises": Promise,
        "stages": PodStage,
        "limits": OuterLimit,
    }
    rows = tables[kind]._default_manager
    text, count = export(kind), rows.count()
    rows.all().delete()
    run = take(cast, kind, text)
    assert run.rejected == 0, words(run)
    assert (export(kind), rows.count()) == (text, count)
    back(cast, run)
    assert not rows.exists()


@pytest.mark.usefixtures("no_hours")
def test_trying_out_opening_hours_changes_nothing_and_tells_both_weeks(cast: Cast) -> None:
    opening.set_hours(by=None, pod=cast.isar, channel="phone", week={0: [(480, 960)]})
    run = tried(cast, "hours", f"{HOURS}isar,phone,07:00-20:00,07:00-20:00,,,,,\nIsar,Chat,,,,,,,10-12\n")
    assert words(run) == [
        "2 changed Isar, Phone: Mon 08:00–16:00 → Mon–Tue 07:00–20:00",
        "3 new Isar, Chat: Sun 10:00–12:00",
    ]
    assert OpeningHours.objects.filter(pod=cast.isar, channel="phone").count() == 1


@pytest.mark.usefixtures("no_hours")
def test_taken_opening_hours_go_back_to_the_old_week(cast: Cast) -> None:
    opening.set_hours(by=None, pod=cast.isar, channel="phone", week={0: [(480, 960)]})
    before = export("hours")
    run = take(cast, "hours", f"{HOURS}isar,phone,,07:00-20:00,,,,,\nisar,chat,,,,,,,10-12\n")
    assert OpeningHours.objects.get(channel="phone").weekday == 1
    back(cast, run)
    assert export("hours") == before


@pytest.mark.usefixtures("no_hours")
def test_opening_hours_that_somebody_changed_since_are_not_taken_back(cast: Cast) -> None:
    run = take(cast, "hours", f"{HOURS}isar,phone,07:00-20:00,,,,,,\n")
    opening.set_hours(by=None, pod=cast.isar, channel="phone", week={0: [(480, 960)]})
    with pytest.raises(Refused, match="Isar, Phone was changed since the import"):
        back(cast, run)
    assert OpeningHours.objects.get().opens == 480


@pytest.mark.usefixtures("no_hours")
def test_a_row_with_all_days_empty_ends_a_channel(cast: Cast) -> None:
    opening.set_hours(by=None, pod=cast.isar, channel="phone", week={0: [(480, 960)]})
    run = take(cast, "hours", f"{HOURS}isar,phone,,,,,,,\nisar,chat,,,,,,,\n")
    assert [line["action"] for line in run.report] == ["changed", "same"]
    assert not OpeningHours.objects.exists()
    # A channel without hours is one that is not there, so hours for it are new.
    assert [line["action"] for line in take(cast, "hours", f"{HOURS}isar,phone,8-16,,,,,,\n").report] == ["new"]


def test_a_file_that_forgets_a_day_does_not_close_the_pod_on_it(cast: Cast) -> None:
    with pytest.raises(Invalid, match="no column sunday"):
        tried(cast, "hours", "pod,channel,monday,tuesday,wednesday,thursday,friday,saturday\nisar,phone,8-16,,,,,\n")


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("hours", f"{HOURS}lech,phone,8-16,,,,,,\n", "There is no pod “lech”"),
        ("hours", f"{HOURS}isar,billing,8-16,,,,,,\n", "“billing” is no channel of a pod"),
        ("hours", f"{HOURS}isar,phone,8-16,16-8,,,,,\n", "tuesday: “16-8” must begin before it ends"),
        ("days", "pod,day,channel,open\nisar,2026-02-30,,\n", 'day: "2026-02-30" does not exist'),
        ("days", "pod,day,channel,open\nisar,2036-02-03,,\n", "more than three years away"),
        ("days", 'pod,day,channel,open\nisar,2026-12-24,,"8-9,10-11"\n', "Write one span"),
        ("promises", "pod,channel,within\nisar,phone,soon\n", "Write it like 20 s, 5 min or 8 h"),
        ("promises", "pod,channel,within\nisar,phone,1 s\n", "between 5 seconds and 90 days"),
        ("promises", "pod,channel,within,opening_time_only\nisar,phone,9 s,maybe\n", "Write yes or no"),
        ("stages", "pod,stage,from\nisar,new,2026-01-01\n", "“new” is no stage"),
        ("limits", "bound,country,least,most\nrest,,1,\n", "There is no bound “rest”"),
        ("limits", "bound,country,least,most\nrest_minutes,,12,11\n", "The most lies below the least"),
        ("limits", "bound,country,least,most\nrest_minutes,,NaN,\n", "“NaN” is no number"),
        ("limits", "bound,country,least,most\nrest_minutes,,,\n", "Write the least, the most or both"),
        ("limits", "bound,country,least,most,unit\nrest_minutes,,660,,minutes\n", "is counted in hours"),
        ("limits", "bound,country,least,most\nrest_minutes,Bavaria,11,\n", "two letters"),
        ("contracts", f"{CONTRACTS}nobody@example.org,2026-01-01,,8,8,8,8,8,,,,,\n", "Nobody has the external id or"),
        ("contracts", f"{CONTRACTS},2026-01-01,,8,8,8,8,8,,,,,\n", "The row names nobody"),
        ("contracts", f"{CONTRACTS}MAIL,2026-01-01,,25,8,8,8,8,,,,,\n", "A day has 0 to 24 hours"),
        ("contracts", f"{CONTRACTS}MAIL,2026-01-01,9999-12-31,8,,,,,,,,,\n", "The year 9999 cannot be meant"),
        ("contracts", f"{CONTRACTS}MAIL,2026-01-01,2025-12-31,8,,,,,,,,,\n", "lies before the first"),
        ("contracts", f"{CONTRACTS}MAIL,2026-01-01,,8,,,,,,,Mars/Base,,\n", "Mars/Base"),
        ("contracts", f"{CONTRACTS}MAIL,2026-01-01,,8,,,,,,,,,a lot\n", "“a lot” is no number"),
        ("contracts", f"{CONTRACTS}MAIL,2023-06-01,2025-01-01,8,,,,,,,,,\n", "only one holds on a day"),
    ],
)
def test_a_row_that_cannot_be_is_rejected_with_the_reason(cast: Cast, kind: str, text: str, why: str) -> None:
    run = take(cast, kind, text.replace("MAIL", str(cast.member.email)))
    assert (run.imported, run.rejected) == (0, 1)
    assert why in words(run)[0]
    assert words(run)[0].startswith("2 rejected")


def test_a_contract_ends_the_open_one_before_it_and_gives_it_back(cast: Cast) -> None:
    mail = cast.member.email
    run = take(cast, "contracts", f'{CONTRACTS}{mail},2027-01-01,,7:30,7.5,"7,5",0,0,,,,DE-BY,21.50\n')
    old, new = cast.member.contracts.order_by("period")
    assert str(old.period.upper) == "2027-01-01"
    assert (new.weekday_minutes[:3], new.weekly_minutes, new.pay_cents) == ([450, 450, 450], 1350, 2150)
    back(cast, run)
    assert cast.member.contracts.get().period.upper is None


def test_a_row_changes_the_contract_of_its_day_and_keeps_what_it_does_not_say(cast: Cast) -> None:
    mail, held = cast.member.email, cast.member.contracts.get()
    Contract.objects.filter(pk=held.pk).update(pay_cents=1900, region="DE-BY")
    run = take(cast, "contracts", f"{CONTRACTS}{mail},{held.period.lower},2026-12-31,6,6,6,6,6,,,,,\n")
    changed = cast.member.contracts.get()
    assert (changed.weekly_minutes, changed.pay_cents, changed.region) == (1800, 1900, "DE-BY")
    assert "40 h a week → 30 h a week until 31 Dec 2026" in words(run)[0]
    assert "1900" not in words(run)[0]
    back(cast, run)
    again = cast.member.contracts.get()
    assert (again.weekly_minutes, again.pay_cents, again.period) == (2400, 1900, held.period)


def test_a_contract_that_somebody_ended_since_is_not_taken_back(cast: Cast) -> None:
    run = take(cast, "contracts", f"{CONTRACTS}{cast.member.email},2027-01-01,,8,8,8,8,8,,,,,\n")
    new = cast.member.contracts.order_by("period")[1]
    end_contract(by=cast.administrator, contract=new, last=dt.date(2027, 6, 30))
    with pytest.raises(Refused, match="was changed since the import"):
        back(cast, run)
    assert cast.member.contracts.count() == 2


def test_a_contract_whose_place_was_taken_since_does_not_go_on(cast: Cast) -> None:
    held = cast.member.contracts.get()
    end_contract(by=cast.administrator, contract=held, last=dt.date(2026, 6, 30))
    add_contract(
        by=cast.administrator, member=cast.member, first=dt.date(2026, 7, 1), weekday_minutes=[60] * 7, zone="UTC"
    )
    with pytest.raises(Refused, match="only one holds on a day"):
        end_contract(by=cast.administrator, contract=held, last=None)


def test_stages_keep_their_order_and_limits_their_unit(cast: Cast) -> None:
    text = "pod,stage,from\nelbe,classic,2023-01-01\nelbe,pilot,2023-03-01\nelbe,classic,2023-04-01\n"
    run = take(cast, "stages", text)
    assert [line["action"] for line in run.report] == ["new", "new", "rejected"]
    assert "stages don't run backwards" in words(run)[2]
    limits = take(cast, "limits", 'bound,country,least,most,unit\nrest_minutes,de,11,"13,5",hours\n')
    held = OuterLimit.objects.get()
    assert (held.country, held.minimum, held.maximum) == ("DE", Decimal(660), Decimal(810))
    back(cast, limits)
    back(cast, run)
    assert not OuterLimit.objects.exists()
    assert not PodStage.objects.filter(pod=cast.elbe, starts_on__year=2023).exists()


def test_people_whom_somebody_changed_since_are_not_taken_back(cast: Cast) -> None:
    new = take(cast, "people", "name,email\nNora Neu,nora@example.org\n")
    known = take(cast, "people", f"name,email\nMara Berg,{cast.member.email}\n")
    nora = User.objects.get(email="nora@example.org")
    add_contract(by=cast.administrator, member=nora, first=DAY, weekday_minutes=[60] * 7, zone="UTC")
    User.objects.filter(pk=cast.member.pk).update(name="Mara Busch")
    for run in (new, known):
        with pytest.raises(Refused, match="was changed since the import"):
            back(cast, run)
    assert User.objects.filter(name="Mara Busch").exists()
    assert nora.contracts.exists()


@pytest.mark.parametrize(
    ("page", "kinds"),
    [
        ("/settings/pods/", ("pods", "hours", "days", "promises", "stages")),
        ("/settings/pods/isar/hours/", ("hours", "days", "promises")),
        ("/settings/people/", ("people", "contracts")),
        ("/settings/limits/", ("limits",)),
    ],
)
def test_the_page_of_a_list_offers_its_files(cast: Cast, desk: Client, page: str, kinds: tuple[str, ...]) -> None:
    text = desk.get(page).content.decode()
    for kind in kinds:
        assert f'href="/settings/{kind}.csv"' in text
        assert f'href="/settings/{kind}/import/"' in text
        answer = desk.get(f"/settings/{kind}.csv")
        first = b"".join(answer.streaming_content).decode().splitlines()[0]  # type: ignore[attr-defined]
        assert first == ",".join(column.name for column in lists.lists()[kind].columns)
        form = desk.get(f"/settings/{kind}/import/").content.decode()
        assert f'href="{reversed_page(kind)}"' in form


def reversed_page(kind: str) -> str:
    return {"people": "/settings/people/", "contracts": "/settings/people/", "limits": "/settings/limits/"}.get(
        kind, "/settings/pods/"
    )


def test_only_administrators_take_lists_away(cast: Cast, client: Client) -> None:
    client.force_login(cast.lead)
    assert client.get("/settings/contracts.csv").status_code == 403


@pytest.mark.parametrize(
    ("kind", "text", "thing", "told"),
    [
        (
            "hours", f"{HOURS}lech,billing,8-99,,9-8,,,,\n", "lech, billing",
            ["pod: There is no pod", "channel: “billing” is no", "monday: “8-99” must", "wednesday: “9-8” must"],
        ),
        (
            "days", 'pod,day,channel,open\nisar,2026-02-30,fax,"8-9,10-11"\n', "isar, 2026-02-30, fax",
            ["day: ", "channel: “fax” is no", "open: Write one span"],
        ),
        (
            "promises", "pod,channel,within,opening_time_only\nlech,,soon,maybe\n", "lech",
            ["channel is empty.", "pod: There is no pod", "within: “soon” is no time", "opening_time_only: Write yes"],
        ),
        ("stages", "pod,stage,from\nlech,new,x\n", "lech, x", ["pod: There is no pod", "stage: “new” is no", "from: "]),
        (
            "limits", "bound,country,least,most,unit\nrest,DE,a,b,minutes\n", "rest, DE",
            ["bound: There is no bound “rest”", "least: “a” is no number", "most: “b” is no number"],
        ),
        (
            "contracts", f"{CONTRACTS}nobody@example.org,x,9999-12-31,a,a,,,,,,Mars/Base,,much\n", "nobody@example.org",
            ["email: Nobody has the external id", "from: ", "until: The year 9999", "monday: “a” is no number",
             "tuesday: “a” is no number", "zone: ", "pay: “much” is no number"],
        ),
        (
            "people", "name,email,pod,skills\nNora Neu,no mail,lech,Klingon; Elvish:9\n", "Nora Neu",
            ["email: Enter a valid email", "pod: There is no pod", "skills: There is no skill “Klingon”. There is no"],
        ),
        (
            "pods", "name,area,zone,country,partner\nDonau,East,Mars/Base,Germany,Acme\n", "Donau",
            ["area: There is no area", "zone: ", "country: ", "partner: There is no partner company"],
        ),
    ],
)  # fmt: skip
def test_a_rejected_row_says_what_it_is_about_and_every_mistake_once(
    cast: Cast, kind: str, text: str, thing: str, told: list[str]
) -> None:
    (line,) = tried(cast, kind, text).report
    assert (line["action"], line["thing"]) == ("rejected", thing)
    for words in told:
        assert line["words"].count(words) == 1, line["words"]


def test_the_report_names_the_thing_of_a_rejected_row(cast: Cast, desk: Client) -> None:
    run = tried(cast, "people", "name,pod\nNora Neu,lech\n")
    report = b"".join(desk.get(f"/settings/imports/{run.pk}/report.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert report.splitlines() == ["line,result,row,words", "2,rejected,Nora Neu,pod: There is no pod “lech”."]
    assert "<b>Nora Neu</b><span>pod: There is no pod" in desk.get(f"/settings/imports/{run.pk}/").content.decode()
