"""Somebody leaves a pod or the company: what they have there is given up on the day, in one act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers.contacts.models import Contact
from customers.routing import services as contacts
from cxportal.core.periods import DAY
from cxportal.core.violations import Refused
from cxportal.departures import queries, services, tasks
from teams.consent import services as votes
from teams.feeds.models import CalendarFeed
from teams.feeds.services import make_feed
from teams.leave import services as leaves
from teams.leave.models import LeaveDay
from teams.notifications.models import Notice
from teams.people.models import User
from teams.people.services import reactivate
from teams.pods.memberships import keep_membership, move_to_pod
from teams.pods.models import Membership
from teams.presence.models import Presence
from teams.scheduling import services as roster
from teams.scheduling.models import Assignment, GiveAway, Shift
from teams.scheduling.swaps import services as swaps
from teams.scheduling.swaps.models import Exchange
from teams.scheduling.swaps.services import Planned
from teams.scheduling.swaps.wishes import open_wish
from tests.cast import Cast
from tests.factories import customers, leave, people, routing, scheduling

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]
Clock = time_machine.Traveller
NOW = routing.NOW  # a Tuesday at 09:00 UTC, in the week of the shifts
LAST = NOW.date() + 2 * DAY  # Thursday of that week


@pytest.fixture(autouse=True)
def clock() -> Iterator[Clock]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def home_of(member: User) -> Membership:
    return Membership.objects.select_related("pod", "member").get(
        member=member, kind="home", period__contains=NOW.date()
    )


def leave_pod(cast: Cast, last: dt.date = LAST) -> list[queries.Line]:
    return services.leave_pod(by=cast.administrator, membership=home_of(cast.member), last=last)


def day_has_come(clock: Clock, last: dt.date = LAST) -> None:
    clock.move_to(dt.datetime.combine(last + DAY, dt.time(0, 5), dt.UTC))
    tasks.run_due(dt.datetime.combine(last + DAY, dt.time(0, 5), dt.UTC))


def days_of(member: User) -> list[dt.date]:
    return list(Assignment.objects.filter(member=member).order_by("period").values_list("shift__day", flat=True))


def told(kind: str) -> set[str]:
    return set(Notice.objects.filter(kind=kind).values_list("recipient__name", flat=True))


def shift_on(cast: Cast, day: dt.date, start: str = "07:00", end: str = "15:00") -> Shift:
    return scheduling.shift(cast.isar, day, start, end)


def test_work_after_the_last_day_opens_when_that_day_is_over(cast: Cast, clock: Clock) -> None:
    for day in (LAST, LAST + DAY, LAST + 4 * DAY):
        scheduling.seated(cast.member, shift_on(cast, day))
    assert leave_pod(cast) == []
    tasks.run_due(NOW)
    assert days_of(cast.member) == [LAST, LAST + DAY, LAST + 4 * DAY]
    day_has_come(clock)
    assert days_of(cast.member) == [LAST]
    soon, later = Shift.objects.filter(day__gt=LAST).order_by("day")
    assert (soon.urgent_since is not None, later.urgent_since is not None) == (True, False)
    assert told("member_left") == {cast.second_member.name, cast.lead.name, cast.guest.name}
    assert Notice.objects.filter(kind="member_left")[0].data["n"] == 2


def test_again_changes_and_tells_nothing_more(cast: Cast, clock: Clock) -> None:
    scheduling.seated(cast.member, shift_on(cast, LAST + DAY))
    leave_pod(cast)
    day_has_come(clock)
    before = Notice.objects.count()
    tasks.run_due(dt.datetime.combine(LAST + DAY, dt.time(0, 6), dt.UTC))
    assert Notice.objects.count() == before
    assert queries.left_pods(dt.datetime.combine(LAST + DAY, dt.time(0, 6), dt.UTC)) == []


def test_a_night_that_begins_on_the_last_day_stays(cast: Cast, clock: Clock) -> None:
    scheduling.seated(cast.member, shift_on(cast, LAST, "22:00", "06:00"))
    leave_pod(cast)
    day_has_come(clock)
    assert days_of(cast.member) == [LAST]


def test_a_day_that_is_over_opens_the_rest_of_what_runs(cast: Cast) -> None:
    held = scheduling.seated(cast.member, shift_on(cast, NOW.date(), "07:00", "15:00"))
    ended = leave_pod(cast, NOW.date() - DAY)
    assert [line.key for line in ended] == ["shifts"]
    held.refresh_from_db()
    assert held.span.end == NOW


def test_nothing_of_another_pod_is_touched(cast: Cast) -> None:
    """A guest of Isar goes home to Elbe."""
    here = scheduling.seated(cast.guest, shift_on(cast, LAST + DAY))
    there = scheduling.seated(cast.guest, scheduling.shift(cast.elbe, LAST + 2 * DAY))
    visit = Membership.objects.select_related("pod", "member").get(member=cast.guest, pod=cast.isar)
    services.leave_pod(by=cast.administrator, membership=visit, last=NOW.date() - DAY)
    assert not Assignment.objects.filter(pk=here.pk).exists()
    assert Assignment.objects.filter(pk=there.pk).exists()


def test_nobody_claims_a_shift_after_their_last_day(cast: Cast) -> None:
    leave_pod(cast)
    roster.claim(by=cast.member, shift=shift_on(cast, LAST).pk)
    with pytest.raises(Refused) as refusal:
        roster.claim(by=cast.member, shift=shift_on(cast, LAST + DAY).pk)
    (why,) = refusal.value.violations
    assert (why.code, why.numbers) == ("not_a_member", {"until": (LAST + DAY).isoformat()})


def test_offers_wishes_and_exchanges_end_and_the_others_are_told(cast: Cast) -> None:
    given = scheduling.seated(cast.member, shift_on(cast, LAST + DAY))
    wished = scheduling.seated(cast.member, shift_on(cast, LAST + 3 * DAY))
    theirs = scheduling.seated(cast.second_member, shift_on(cast, LAST + 4 * DAY))
    roster.offer(by=cast.member, assignment=given.pk)
    open_wish(by=cast.member, assignment=wished.pk)
    swaps.ask(by=cast.second_member, pod=cast.isar, planned=[Planned(theirs.pk, cast.member.pk)])
    ended = leave_pod(cast, NOW.date() - DAY)
    assert {line.key: line.number for line in ended} == {"shifts": 2, "offers": 2, "exchanges": 1}
    assert GiveAway.objects.get().outcome == "withdrawn"
    assert Exchange.objects.get().outcome == "closed"
    assert told("swap_left") == {cast.second_member.name}
    assert days_of(cast.second_member) == [LAST + 4 * DAY]


def test_leave_ends_and_its_hours_return(cast: Cast) -> None:
    leave.balance(cast.member)
    leaves.request_leave(by=cast.member, member=cast.member, kind=leave.kind(), asked=leave.days(0, 3))
    leave_pod(cast, leave.MONDAY)
    services.settle_pod(
        person=cast.member,
        pod=cast.isar,
        last=leave.MONDAY,
        at=dt.datetime.combine(leave.MONDAY + DAY, dt.time(1), dt.UTC),
    )
    assert list(leave.states(cast.member).values()) == ["granted", "withdrawn", "withdrawn"]
    assert leave.left(cast.member) == 29 * 480


def test_granted_leave_goes_along_to_a_new_home_pod(cast: Cast) -> None:
    leave.balance(cast.member)
    leaves.request_leave(by=cast.member, member=cast.member, kind=leave.kind(), asked=leave.days(0, 3))
    move_to_pod(by=cast.administrator, member=cast.member, pod=cast.elbe, first=NOW.date())
    (row,) = queries.left_pods(NOW)
    services.settle_pod(person=cast.member, pod=row.pod, last=row.period.upper - DAY, at=NOW)
    assert set(LeaveDay.objects.values_list("state", "pod", "request__pod")) == {
        ("granted", cast.elbe.pk, cast.elbe.pk)
    }
    assert leave.left(cast.member) == 27 * 480


def test_a_turn_of_a_peak_passes_to_the_next(cast: Cast) -> None:
    peak = leave.peak(cast.isar)
    peak.turns.create(round=1, place=1, member=cast.member, state="now", ends_at=NOW + DAY)
    peak.turns.create(round=1, place=2, member=cast.second_member)
    leave.balance(cast.second_member)
    leave_pod(cast, NOW.date() - DAY)
    assert peak.turns.get(member=cast.member).state == "passed"
    assert not peak.turns.filter(member=cast.member, state__in=["now", "to_come"]).exists()


def test_votes_end_with_who_opened_them_and_wait_for_nobody_who_left(cast: Cast) -> None:
    own = votes.propose(by=cast.member, pod=cast.isar, values={"rest_minutes": 720}, title="Rest")
    other = votes.propose(by=cast.lead, pod=cast.isar, values={"day_minutes": 540}, title="Days")
    votes.vote(by=cast.second_member, proposal=other.pk, choice="consent")
    leave_pod(cast, NOW.date() - DAY)
    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.state, other.state) == ("withdrawn", "adopted")
    assert told("proposal_left") == {cast.second_member.name, cast.lead.name}


def test_an_answer_that_was_given_stays(cast: Cast) -> None:
    row = votes.propose(by=cast.lead, pod=cast.isar, values={"day_minutes": 540}, title="Days")
    votes.vote(by=cast.member, proposal=row.pk, choice="consent")
    leave_pod(cast, NOW.date() - DAY)
    assert row.electors.count() == 3
    assert votes.vote(by=cast.second_member, proposal=row.pk, choice="aside").state == "adopted"


def in_hand(cast: Cast) -> Contact:
    routing.there(cast.member)
    made = customers.contact(cast.isar, customers.customer(cast.isar), at=NOW)
    return contacts.take(by=cast.member, contact_id=made.pk)


def test_the_address_of_the_pod_opens_nothing_and_open_contacts_wait_again(cast: Cast) -> None:
    make_feed(by=cast.member, pod=cast.isar)
    contact = in_hand(cast)
    leave_pod(cast, NOW.date() - DAY)
    assert not CalendarFeed.objects.filter(revoked_at=None).exists()
    contact.refresh_from_db()
    assert (contact.state, contact.person_id, contact.arrived_at) == ("waiting", None, NOW)


def test_the_plan_is_taken_back_while_the_day_lies_ahead(cast: Cast, clock: Clock) -> None:
    scheduling.seated(cast.member, shift_on(cast, LAST + DAY))
    leave_pod(cast)
    keep_membership(by=cast.administrator, membership=home_of(cast.member))
    day_has_come(clock)
    assert days_of(cast.member) == [LAST + DAY]
    services.leave_pod(by=cast.administrator, membership=Membership.objects.get(member=cast.member), last=LAST)
    with pytest.raises(Refused) as refusal:
        keep_membership(by=cast.administrator, membership=Membership.objects.get(member=cast.member))
    assert refusal.value.codes == {"over"}


def test_who_leaves_the_company_loses_every_way_in_and_every_pod(cast: Cast) -> None:
    contact = in_hand(cast)
    people.join(cast.member, cast.elbe, "guest")
    for pod in (cast.isar, cast.elbe):
        scheduling.seated(cast.member, scheduling.shift(pod, LAST if pod == cast.isar else LAST + DAY))
    ended = services.leave_company(by=cast.administrator, person=cast.member)
    assert {line.key: line.number for line in ended} == {"shifts": 2, "contacts": 1}
    cast.member.refresh_from_db()
    contact.refresh_from_db()
    assert (cast.member.is_active, days_of(cast.member), contact.state) == (False, [], "waiting")
    assert Presence.objects.get(pk=cast.member.pk).state == "offline"


def test_a_planned_last_day_in_the_company_comes_by_itself(cast: Cast, clock: Clock) -> None:
    scheduling.seated(cast.member, shift_on(cast, LAST + DAY))
    services.leave_company(by=cast.administrator, person=cast.member, last=LAST)
    tasks.run_due(NOW)
    cast.member.refresh_from_db()
    assert (cast.member.is_active, cast.member.leaves_on) == (True, LAST)
    day_has_come(clock)
    cast.member.refresh_from_db()
    assert (cast.member.is_active, days_of(cast.member)) == (False, [])
    reactivate(by=cast.administrator, person=cast.member)
    tasks.run_due(dt.datetime.combine(LAST + DAY, dt.time(0, 6), dt.UTC))
    cast.member.refresh_from_db()
    assert cast.member.is_active


def test_who_would_leave_stays_when_it_is_taken_back(cast: Cast, clock: Clock) -> None:
    services.leave_company(by=cast.administrator, person=cast.member, last=LAST)
    services.stay(by=cast.administrator, person=cast.member)
    day_has_come(clock)
    cast.member.refresh_from_db()
    assert cast.member.is_active


def test_neither_oneself_nor_the_last_administrator_is_planned_away(cast: Cast) -> None:
    for by, code in ((cast.administrator, "yourself"), (cast.executive, "last_administrator")):
        for last in (LAST, None):
            with pytest.raises(Refused) as refusal:
                services.leave_company(by=by, person=cast.administrator, last=last)
            assert refusal.value.codes == {code}
    assert User.objects.get(pk=cast.administrator.pk).is_active


# --- the page -------------------------------------------------------------------------------------


def address(name: str, member: User, **more: int) -> str:
    return reverse(name, kwargs={"pk": member.pk, **more})


def test_the_page_tells_what_ends_before_anything_is_done(cast: Cast, browser: Browser) -> None:
    scheduling.seated(cast.member, shift_on(cast, LAST + DAY))
    make_feed(by=cast.member, pod=cast.isar)
    client, asked = browser(cast.administrator), {"what": "company", "last": LAST.isoformat()}
    page = client.get(address("settings_person_leaving", cast.member), asked)
    assert {line.key: line.number for line in page.context["lines"]} == {"shifts": 1, "feeds": 1}
    assert "1 shift" in page.content.decode()
    assert days_of(cast.member) == [LAST + DAY]
    done = client.post(address("settings_person_leaving", cast.member), asked, follow=True)
    assert "leaves after" in done.content.decode()
    assert "Last day" in client.get(address("settings_person_leaving", cast.member)).content.decode()
    client.post(address("settings_person_stay", cast.member))
    cast.member.refresh_from_db()
    assert cast.member.leaves_on is None


def test_a_pod_is_left_and_kept_by_the_page(cast: Cast, browser: Browser) -> None:
    client, row = browser(cast.administrator), home_of(cast.member)
    asked = {"what": str(row.pk), "last": LAST.isoformat()}
    client.post(address("settings_person_leaving", cast.member), asked)
    assert home_of(cast.member).period.upper == LAST + DAY
    client.post(address("settings_membership_stay", cast.member, row=row.pk))
    assert home_of(cast.member).period.upper is None
    client.post(address("settings_person_leaving", cast.member), {"what": str(row.pk), "last": ""})
    row.refresh_from_db()
    assert row.period.upper == NOW.date()


def test_a_choice_that_is_none_stands_in_the_form(cast: Cast, browser: Browser) -> None:
    answer = browser(cast.administrator).post(address("settings_person_leaving", cast.member), {"what": "0"})
    assert answer.status_code == 422


def test_deactivating_says_what_is_open_again(cast: Cast, browser: Browser) -> None:
    scheduling.seated(cast.member, shift_on(cast, LAST + DAY))
    answer = browser(cast.administrator).post(address("settings_person_deactivate", cast.member), follow=True)
    assert "Open again: 1 shift." in answer.content.decode()


def test_the_end_of_a_contract_is_shown_and_suggested(cast: Cast, browser: Browser) -> None:
    cast.member.contracts.all().delete()
    people.contract(cast.member, until=LAST + DAY)
    page = browser(cast.administrator).get(address("settings_person_leaving", cast.member)).content.decode()
    assert "The contract ends, and none follows" in page
    assert f'value="{LAST.isoformat()}"' in page
