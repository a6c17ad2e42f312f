"""The demo in a database: built, recovered by the scorecards, brought to today, removed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from io import StringIO

import numpy as np
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count

from customers.contacts.models import Contact
from customers.directory.models import Customer
from customers.feedback.models import Response
from customers.routing.models import OverflowAgreement
from customers.routing.queries.board import board
from cxportal.core.models import ImportRun
from cxportal.core.periods import Period, week_period
from cxportal.demo import build, company, leave, loading, mails, removing, swaps, traffic, votes, world
from rituals.permissions import Sight
from rituals.scorecards.forms import Filters
from rituals.scorecards.queries import scorecard
from teams.consent.models import Proposal
from teams.feeds.models import CalendarFeed
from teams.feeds.queries import feeds_of
from teams.leave.models import LeaveDay, PeakTurn
from teams.notifications.models import MailRhythm, Notice
from teams.people.models import User
from teams.pods.models import Company, Pod
from teams.presence import services as presence
from teams.presence.models import Presence
from teams.scheduling.models import Assignment, Week, as_range
from teams.scheduling.reading import read_people, read_pod
from teams.scheduling.roster import judge_roster
from teams.scheduling.swaps.models import Exchange, SwapWish
from teams.staffing.models import Requirement

TODAY = dt.date.today()  # noqa: DTZ011
# The last Wednesday, 14:00 in Berlin under winter time: people are on shift.
NOW = dt.datetime.combine(TODAY - dt.timedelta(days=(TODAY.weekday() - 2) % 7 or 7), dt.time(13), dt.UTC)

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker) -> Iterator[build.Built]:
    """The small demo, loaded once; everything of it is removed afterwards."""
    with django_db_blocker.unblock(), time_machine.travel(NOW):
        built = loading.load("small", seed=1, say=lambda _line: None)
        try:
            yield built
        finally:
            removing.remove()
            connection.close()


def first_day(built: build.Built) -> dt.date:
    return world.first_monday(NOW.date())


def test_it_is_as_large_as_stated(demo: build.Built) -> None:
    assert Pod.objects.count() == len(demo.plan.pods)
    assert Customer.objects.count() == sum(pod.customers for pod in demo.plan.pods)
    assert Contact.objects.count() == pytest.approx(demo.plan.contacts, rel=0.1)
    assert Company.objects.get().is_demo
    assert Contact.objects.filter(source="demo services", state="resolved").count() > 10
    assert Contact.objects.filter(state__in=Contact.OPEN).exists()
    assert OverflowAgreement.objects.filter(state="active").exists()


def test_a_pod_shows_how_it_decides(demo: build.Built) -> None:
    isar = demo.pods[0]
    states = list(Proposal.objects.filter(pod=isar).order_by("number").values_list("state", flat=True))
    assert states == ["adopted", "objected", "adopted", "adopted", "open"]
    assert isar.agreement_versions.count() == 4
    vote = Proposal.objects.get(pod=isar, state="open")
    answered = vote.electors.filter(ballots__latest=True)
    assert 0 < answered.count() < vote.electors.count()
    assert not answered.filter(member=demo.people[0][0]).exists()
    assert vote.effect
    assert votes.keep_open(demo, NOW) == 0
    with time_machine.travel(vote.closes_at + dt.timedelta(minutes=1)):
        assert votes.keep_open(demo, vote.closes_at + dt.timedelta(minutes=1)) == 1


def test_the_scorecards_recover_the_true_effects(demo: build.Built) -> None:
    sight = Sight(user=demo.administrator, own=frozenset(), areas=None)
    first = first_day(demo)
    for pod in demo.plan.pods:
        launch = pod.launch_week
        phases = [(0, 26)] if launch is None else [(0, launch), (launch + company.DIP_WEEKS, 26)]
        for start, end in phases:
            span = Filters(first + dt.timedelta(weeks=start), first + dt.timedelta(weeks=end))
            (score,) = [score for score in scorecard(sight, span).pods if score.pod.slug == pod.slug]
            interval = score.judgement.interval
            assert score.share.n >= 30
            assert interval is not None
            assert interval.low <= pod.share_in(start) <= interval.high


def test_the_rollups_are_clean(demo: build.Built) -> None:
    call_command("check_rollups", stdout=StringIO())


def test_rosters_run_from_four_weeks_back_to_four_ahead(demo: build.Built) -> None:
    monday = NOW.date() - dt.timedelta(days=NOW.weekday())
    for pod in demo.pods:
        weeks = sorted(Week.objects.filter(pod=pod).values_list("monday", flat=True))
        assert weeks == [monday + dt.timedelta(weeks=number) for number in range(-4, 5)]
    assert Assignment.objects.filter(shift__day__gt=NOW.date()).exists()


def test_nothing_that_is_planned_breaks_a_bound(demo: build.Built) -> None:
    for pod in demo.pods:
        monday = NOW.date() - dt.timedelta(days=NOW.weekday())
        ahead = week_period(monday, pod.tzinfo)
        window = Period(ahead.start, ahead.end + dt.timedelta(weeks=4))
        picture = read_pod(pod, window, NOW)
        assert picture.bounds.days_in_row == 6
        assert picture.by_member
        broken = judge_roster(picture, read_people(picture.by_member, window, pod.tzinfo))
        assert [(item.period, [v.message for v in item.violations]) for item in broken] == []


def test_every_planned_week_needs_as_many_people_as_the_first(demo: build.Built) -> None:
    monday = NOW.date() - dt.timedelta(days=NOW.weekday())
    for pod in demo.pods:
        shapes = []
        for ahead in range(5):
            span = week_period(monday + dt.timedelta(weeks=ahead), pod.tzinfo)
            rows = Requirement.objects.filter(pod=pod, period__contained_by=as_range(span))
            shapes.append(
                {
                    (row.activity_id, f"{row.period.lower.astimezone(pod.tzinfo):%a %H:%M}"): (
                        row.people,
                        row.period.upper - row.period.lower,
                    )
                    for row in rows
                }
            )
        assert len(shapes[0]) == 18
        assert all(shape == shapes[0] for shape in shapes)


def test_each_role_signs_in_with_the_password_that_is_told(demo: build.Built) -> None:
    assert len(build.logins()) == 6
    for _role, email in build.logins():
        assert User.objects.get(email=email).check_password(build.PASSWORD)
    others = User.objects.exclude(email__in=[email for _role, email in build.logins()])
    assert not any(user.has_usable_password() for user in others)


def test_a_second_start_changes_nothing_at_once_and_brings_everything_after_days(demo: build.Built) -> None:
    run = loading.state()
    assert run is not None

    def counts() -> tuple[int, ...]:
        return (Contact.objects.count(), Response.objects.count(), Assignment.objects.count(), Week.objects.count())

    before = counts()
    loading.refresh(run, say=lambda _line: None)
    assert counts()[0] == before[0]
    assert counts()[3] == before[3]
    with time_machine.travel(NOW + dt.timedelta(days=5)):
        loading.refresh(run, say=lambda _line: None)
        latest = Contact.objects.filter(source="demo").order_by("-arrived_at").first()
        assert latest is not None
        assert latest.arrived_at > NOW + dt.timedelta(days=4)
        assert counts()[0] > before[0]
        assert Week.objects.filter(pod=demo.pods[0]).count() == 10
        call_command("check_rollups", stdout=StringIO())


def test_a_second_start_signs_nobody_off_duty_who_said_that_they_are_here(demo: build.Built) -> None:
    run = loading.state()
    assert run is not None
    amara = User.objects.get(email=build.email_of("Amara Okafor"))
    assert not Presence.objects.filter(pk=amara.pk).exists(), "nobody is here who did not say so"
    with time_machine.travel(NOW + dt.timedelta(days=6)):
        presence.set_state(by=amara, state="available")
        loading.refresh(run, say=lambda _line: None)
        colleagues = Presence.objects.filter(state="available").exclude(pk=amara.pk)
        assert Presence.objects.get(pk=amara.pk).state == "available"
        assert colleagues.exists()


def test_traffic_plays_colleagues_whom_customers_know_and_nobody_who_can_sign_in(demo: build.Built) -> None:
    player = traffic.Traffic(demo, np.random.default_rng(1))
    amara = demo.people[0][0]
    assert amara.pk not in player.played
    with time_machine.travel(NOW, tick=False) as clock:
        for _tick in range(90):
            player.tick()
            clock.shift(20)
        boards = [board(pod, demo.administrator, works=False) for pod in demo.pods]
    played = Contact.objects.filter(source=traffic.SOURCE)
    assert played.exists()
    assert not played.filter(person=amara).exists()
    # Half of the customers call while the person whom they know is there, and meet that person unless busy.
    shown = [tile for each in boards for tile in each.tiles if tile.label == "With the usual person" and tile.unit]
    counted = [(int(tile.value), int(tile.detail.split()[1])) for tile in shown]
    known = sum(n for _percent, n in counted)
    assert known >= 20
    assert 35 <= sum(percent * n for percent, n in counted) / known <= 95


def test_an_agreement_signed_long_ago_is_not_told_as_new(demo: build.Built) -> None:
    told = Notice.objects.filter(kind="overflow_to_sign")
    assert told.exists()
    assert not told.filter(read_at=None).exists()


def test_leave_is_planned_and_the_one_who_can_sign_in_is_asked_for_christmas(demo: build.Built) -> None:
    turn = PeakTurn.objects.select_related("member", "peak").get(state="now")
    assert turn.member.email == build.email_of("Amara Okafor")
    assert turn.ends_at is not None
    assert turn.ends_at > NOW
    granted = LeaveDay.objects.filter(state="granted", cost__gt=0)
    assert granted.count() > 60
    pod = demo.pods[0]
    days = granted.filter(pod=pod).values_list("day").annotate(n=Count("pk"))
    assert max(n for _day, n in days) <= 3
    assert leave.write(demo, now=NOW, seed=1) == 0


def test_members_wish_to_swap_and_somebody_is_asked(demo: build.Built) -> None:
    wishing = SwapWish.objects.filter(outcome="open").order_by().values_list("pod", flat=True).distinct()
    asked = Exchange.objects.filter(outcome="open").order_by().values_list("pod", flat=True).distinct()
    assert len(wishing) == len(demo.pods)
    assert len(asked) >= len(demo.pods) / 2
    assert swaps.offer_some(demo, now=NOW, seed=1) == 0


def test_the_command_tells_the_accounts_and_leaves_a_company_of_somebodys_own_alone(demo: build.Built) -> None:
    out = StringIO()
    call_command("demo", stdout=out)
    assert build.PASSWORD in out.getvalue()
    run = ImportRun.objects.filter(kind=loading.KIND)
    kinds = list(run.values_list("pk", flat=True))
    run.update(kind="something else")
    try:
        out = StringIO()
        call_command("demo", stdout=out)
        assert "stays away" in out.getvalue()
    finally:
        ImportRun.objects.filter(pk__in=kinds).update(kind=loading.KIND)


def test_it_does_not_load_in_production_without_the_flag(demo: build.Built, settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="in-production"):
        call_command("demo", stdout=StringIO())


def test_removing_leaves_nothing(demo: build.Built) -> None:
    removing.remove()
    with connection.cursor() as cursor:
        for table in removing.tables():
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            assert cursor.fetchone() == (0,), table
    assert loading.state() is None
    assert not loading.is_foreign()


def test_people_chose_their_emails_and_some_calendars_read_the_roster(demo: build.Built) -> None:
    amara = User.objects.get(email="amara.okafor@fennlink.example")
    assert MailRhythm.objects.filter(person=amara).exists()
    (line,) = feeds_of(amara, NOW)
    assert line.read_at is not None
    for pod, team in zip(demo.pods, demo.people, strict=True):
        living = CalendarFeed.objects.filter(pod=pod, revoked_at=None, member__in=team)
        assert living.count() == 4
        assert living.filter(read_at=None).count() == 1
        assert MailRhythm.objects.filter(person__in=team).count() == 4
    before = MailRhythm.objects.count(), CalendarFeed.objects.count()
    mails.choose_some(demo, now=NOW)
    assert (MailRhythm.objects.count(), CalendarFeed.objects.count()) == before
