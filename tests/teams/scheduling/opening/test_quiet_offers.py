"""Quiet offers: I take it if nobody else does by …; made, withdrawn, overtaken, and carried out by the job."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from cxportal.core import periods
from cxportal.core.periods import DAY, HOUR, week_label
from cxportal.core.violations import Refused
from teams.notifications.models import Notice
from teams.people.models import User
from teams.pods.leaving import Leaving
from teams.scheduling import services, tasks
from teams.scheduling.expansion import Part
from teams.scheduling.models import Act, Assignment, Shift
from teams.scheduling.notices import quiet_changed, quiet_refused
from teams.scheduling.opening.models import QuietOffer
from teams.scheduling.opening.rules import Line
from teams.scheduling.rounds import moment
from teams.scheduling.services import leaving as roster
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import MONDAY
from tests.teams.scheduling.opening.scene import agree, weeks_of

QUERIES = 10

type Browser = Callable[..., Client]


def soon(days: int = 1) -> dt.datetime:
    return periods.now().replace(microsecond=0) + days * DAY


def quiet(by: User, shift: Shift, falls_at: dt.datetime | None = None) -> QuietOffer:
    return services.offer_quietly(by=by, shift=shift.pk, falls_at=falls_at or soon())


def told(user: User) -> list[str]:
    return list(Notice.objects.filter(recipient=user).order_by("pk").values_list("kind", flat=True))


def outcome(row: QuietOffer) -> str:
    row.refresh_from_db()
    return row.outcome


def test_at_its_instant_the_job_takes_what_nobody_else_took_and_once(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    row = quiet(cast.member, shift)
    job = ProcrastinateJob.objects.get(task_name="scheduling.carry_out_quiet_offer")
    assert (job.scheduled_at, job.args) == (row.falls_at, {"offer": row.pk})
    assert services.carry_out(offer=row.pk) == []
    for _time in range(2):
        services.carry_out(offer=row.pk, at=row.falls_at)
    assert Assignment.objects.get().member == cast.member
    assert outcome(row) == "claimed"
    assert told(cast.member) == ["quiet_claimed"]


def test_the_look_of_every_minute_carries_out_what_the_job_left(cast: Cast) -> None:
    row = quiet(cast.member, scheduling.shift(cast.isar))
    QuietOffer.objects.update(falls_at=periods.now() - HOUR)
    tasks.carry_out_due(0)
    assert outcome(row) == "claimed"


def test_of_several_the_first_who_offered_gets_it(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    first = quiet(cast.second_member, shift, soon(2))
    second = quiet(cast.member, shift, soon(1))
    services.carry_out(offer=second.pk, at=soon(3))
    assert (outcome(first), outcome(second)) == ("claimed", "overtaken")
    assert told(cast.member) == ["quiet_overtaken"]


def test_who_does_not_fit_then_is_told_why_and_the_next_gets_it(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, 2, "07:00", "15:00")
    first, second = quiet(cast.member, shift), quiet(cast.second_member, shift)
    services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 1, "14:00", "22:00").pk)
    services.carry_out(offer=first.pk, at=soon(2))
    assert (outcome(first), outcome(second)) == ("refused", "claimed")
    first.refresh_from_db()
    assert (first.why["code"], first.why["minutes"], first.why["agreed"]) == ("rest_before", 540, 660)
    notice = Notice.objects.get(recipient=cast.member)
    assert notice.kind == "quiet_refused"
    assert "Rest before Wed 07:00 would be 9 h, the pod agreed 11 h." in quiet_refused(notice.data)


def test_a_job_tells_why_in_the_language_of_whose_offer_it_was(cast: Cast) -> None:
    User.objects.filter(pk=cast.member.pk).update(language="de")
    offer = quiet(cast.member, scheduling.shift(cast.isar, 2, "07:00", "15:00"))
    services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 1, "14:00", "22:00").pk)
    services.carry_out(offer=offer.pk, at=soon(2))
    assert "Rest before Mi 07:00" in quiet_refused(Notice.objects.get(recipient=cast.member).data)


def test_a_claim_of_the_last_seat_ends_the_offer_and_a_free_seat_keeps_it(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, seats=2)
    row = quiet(cast.member, shift)
    services.claim(by=cast.second_member, shift=shift.pk)
    assert outcome(row) == "open"
    services.claim(by=cast.guest, shift=shift.pk)
    assert outcome(row) == "overtaken"
    assert Notice.objects.get(recipient=cast.member).data["by"] == cast.guest.name


def test_many_offers_overtaken_by_one_act_are_one_notice(cast: Cast) -> None:
    shifts = [scheduling.shift(cast.isar, day) for day in range(4)]
    for shift in shifts:
        quiet(cast.member, shift)
    read = [Line(shift.pk, 1, shift.span) for shift in shifts]
    services.claim_series(by=cast.second_member, pod=cast.isar, lines=read)
    assert set(QuietOffer.objects.values_list("outcome", flat=True)) == {"overtaken"}
    assert told(cast.member) == ["quiet_overtaken"]


def test_an_own_claim_ends_the_offer_without_a_notice(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    row = quiet(cast.member, shift)
    services.claim(by=cast.member, shift=shift.pk)
    assert outcome(row) == "claimed"
    assert told(cast.member) == []


def test_a_change_of_the_shift_ends_the_offer(cast: Cast) -> None:
    moved, cancelled = scheduling.shift(cast.isar, 1), scheduling.shift(cast.isar, 3)
    rows = [quiet(cast.member, shift) for shift in (moved, cancelled)]
    services.move_shift(by=cast.second_member, shift=moved.pk, period=scheduling.span(cast.isar, 1, "08:00", "16:00"))
    services.cancel_shift(by=cast.second_member, shift=cancelled.pk)
    assert [outcome(row) for row in rows] == ["changed", "cancelled"]
    assert told(cast.member) == ["quiet_changed", "quiet_cancelled"]


def test_planning_a_pattern_anew_ends_its_quiet_offers_at_once_with_one_notice(cast: Cast) -> None:
    early = scheduling.pattern(cast.isar)
    shifts = weeks_of(early)
    rows = [quiet(cast.member, shift) for shift in shifts]
    parts = [Part(part.activity_id, part.start, part.end) for part in early.segments.all()]
    early.weekdays = [1, 2, 3]
    early.starts = dt.time(9)
    services.save_pattern(by=cast.second_member, pattern=early, parts=parts[:1], replan=True)
    assert [outcome(row) for row in rows] == ["changed"] * 3 + ["cancelled"] * 2
    assert sorted(told(cast.member)) == ["quiet_cancelled", "quiet_changed"]
    notice = Notice.objects.get(recipient=cast.member, kind="quiet_changed")
    assert "were changed; your quiet offers have ended." in quiet_changed(notice.data)


# --- a claim that ended an offer is undone --------------------------------------------------------


def undo(user: User, shift: Shift) -> None:
    act = Act.objects.filter(member=user, seat__shift=shift).latest("pk")
    services.undo(by=user, act=act.pk)


def test_the_undo_of_somebody_elses_claim_revives_an_offer_that_has_time_left(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    row = quiet(cast.member, shift)
    services.claim(by=cast.second_member, shift=shift.pk)
    undo(cast.second_member, shift)
    assert outcome(row) == "open"
    assert (row.closed_at, row.closed_by) == (None, None)
    assert told(cast.member) == ["quiet_overtaken", "quiet_stands"]
    services.carry_out(offer=row.pk, at=row.falls_at)
    assert Assignment.objects.get().member == cast.member


def test_the_undo_of_an_own_early_claim_brings_the_own_offer_back(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    row = quiet(cast.member, shift)
    services.claim(by=cast.member, shift=shift.pk)
    undo(cast.member, shift)
    assert outcome(row) == "open"
    assert told(cast.member) == []


def test_the_undo_of_many_claims_revives_what_they_ended(cast: Cast) -> None:
    shifts = [scheduling.shift(cast.isar, day) for day in range(3)]
    rows = [quiet(cast.member, shift) for shift in shifts]
    read = [Line(shift.pk, 1, shift.span) for shift in shifts[:2]]
    done = services.claim_series(by=cast.second_member, pod=cast.isar, lines=read)
    assert [outcome(row) for row in rows] == ["overtaken", "overtaken", "open"]
    assert done.act is not None
    services.undo(by=cast.second_member, act=done.act.pk)
    assert [outcome(row) for row in rows] == ["open"] * 3


def test_who_undoes_what_the_offer_took_ends_it_and_who_was_second_reads_that_it_is_open(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    first, second = quiet(cast.member, shift), quiet(cast.second_member, shift)
    QuietOffer.objects.update(falls_at=periods.now() - HOUR)
    tasks.carry_out_due(0)
    assert (outcome(first), outcome(second)) == ("claimed", "overtaken")
    undo(cast.member, shift)
    assert (outcome(first), first.why) == ("withdrawn", {"code": "undone"})
    assert outcome(second) == "overtaken"
    assert told(cast.second_member) == ["quiet_overtaken", "quiet_open_again"]
    assert not Assignment.objects.exists()


def test_an_ended_offer_stays_ended_where_it_could_not_stand(cast: Cast) -> None:
    again, changed = scheduling.shift(cast.isar, 1, seats=2), scheduling.shift(cast.isar, 3)
    rows = [quiet(cast.member, shift) for shift in (again, changed)]
    services.claim(by=cast.guest, shift=again.pk)
    services.claim(by=cast.second_member, shift=again.pk)
    services.claim(by=cast.second_member, shift=changed.pk)
    services.release(by=cast.guest, assignment=Assignment.objects.get(member=cast.guest).pk)
    anew = quiet(cast.member, again)
    moved = scheduling.span(cast.isar, 3, "08:00", "16:00")
    services.move_shift(by=cast.second_member, shift=changed.pk, period=moved)
    undo(cast.second_member, again)
    assert [outcome(row) for row in (*rows, anew)] == ["overtaken", "overtaken", "open"]


def test_who_leaves_the_pod_offers_nothing_any_more(cast: Cast) -> None:
    row = quiet(cast.member, scheduling.shift(cast.isar))
    with transaction.atomic():
        roster.end_offers(Leaving(cast.member, (cast.isar,), periods.now().date(), periods.now(), at_once=True))
    assert (outcome(row), row.why) == ("withdrawn", {"code": "left_pod", "pod": cast.isar.name})


def test_offering_again_moves_the_instant_and_withdrawing_again_changes_nothing(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    row = quiet(cast.member, shift)
    assert quiet(cast.member, shift, soon(3)).pk == row.pk
    services.carry_out(offer=row.pk, at=soon(2))
    assert outcome(row) == "open"
    for _time in range(2):
        assert services.withdraw_quiet(by=cast.member, shift=shift.pk).outcome == "withdrawn"
    services.carry_out(offer=row.pk, at=soon(4))
    assert not Assignment.objects.exists()


def test_what_could_not_be_claimed_is_refused_at_once(cast: Cast) -> None:
    shift, draft = scheduling.shift(cast.isar), scheduling.shift(cast.isar, 8, state="draft")
    for falls_at, code in ((periods.now() - HOUR, "too_late"), (shift.span.start, "too_late")):
        with pytest.raises(Refused) as refused:
            quiet(cast.member, shift, falls_at)
        assert refused.value.codes == {code}
    with pytest.raises(Refused) as refused:
        quiet(cast.member, draft)
    assert refused.value.codes == {"before_opening"}
    assert quiet(cast.member, draft, soon(31)).outcome == "open"
    services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 1, "16:00", "23:00").pk)
    with pytest.raises(Refused):
        quiet(cast.member, scheduling.shift(cast.isar, 2, "06:00", "12:00"))
    with pytest.raises(Http404):
        quiet(cast.stranger, shift)


def test_a_full_round_does_not_keep_from_offering_quietly(cast: Cast) -> None:
    agree(cast.isar, opening_rounds=1, opening_round_minutes=2880, opening_round_shifts=1)
    first, second = scheduling.shift(cast.isar, 1), scheduling.shift(cast.isar, 3)
    services.claim(by=cast.member, shift=first.pk)
    row = quiet(cast.member, second, soon(2))
    services.carry_out(offer=row.pk, at=row.falls_at)
    assert outcome(row) == "claimed"


def test_the_database_holds_one_open_offer_of_a_member_before_the_shift(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar)
    row = quiet(cast.member, shift)
    for name, changes in (
        ("quiet_offer_once", {}),
        ("quiet_offer_before_shift", {"falls_at": shift.span.start, "member": cast.guest}),
    ):
        fields = {"shift": shift, "shift_version": 1, "period": row.period, "member": cast.member, "falls_at": soon()}
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            QuietOffer.objects.create(**{**fields, **changes})


def test_the_pod_reads_who_takes_it_and_its_owner_withdraws_by_one_press(cast: Cast, browser: Browser) -> None:
    shift = scheduling.shift(cast.isar)
    client, page = browser(cast.member), reverse("shift", kwargs={"slug": cast.isar.slug, "shift": shift.pk})
    assert "Take it only if nobody else does" in client.get(page).content.decode()
    day = soon(2).astimezone(cast.isar.tzinfo)
    client.post(f"{page}quiet", {"falls_at_day": f"{day:%Y-%m-%d}", "falls_at_time": "10:00"})
    assert QuietOffer.objects.get().falls_at.astimezone(cast.isar.tzinfo).hour == 10
    week = reverse("week", kwargs={"slug": cast.isar.slug, "week": week_label(MONDAY)})
    assert f"{cast.member.name} takes it" in browser(cast.second_member).get(week).content.decode()
    assert "You take it" in client.get(week).content.decode()
    client.post(f"{page}quiet/withdraw")
    assert QuietOffer.objects.get().outcome == "withdrawn"
    nothing = browser(cast.second_member).post(f"{page}quiet/withdraw")
    assert nothing.status_code == 409
    assert "You have not offered to take this shift." in nothing.content.decode()
    assert client.post(f"{page}quiet", {"falls_at_day": "x"}).status_code == 422


def test_the_api_makes_lists_and_withdraws(cast: Cast, browser: Browser) -> None:
    shift, client = scheduling.shift(cast.isar), browser(cast.member)
    sent = {"shift": shift.pk, "falls_at": soon().isoformat()}
    made = client.post("/api/v1/quiet-offers/", sent, content_type="application/json").json()
    assert made["outcome"] == "open"
    listed = client.get("/api/v1/quiet-offers/", {"pod": cast.isar.slug}).json()
    assert [item["id"] for item in listed["items"]] == [made["id"]]
    assert client.post(f"/api/v1/quiet-offers/{made['id']}/withdraw/").json()["outcome"] == "withdrawn"
    assert browser(cast.guest).post(f"/api/v1/quiet-offers/{made['id']}/withdraw/").status_code == 404
    assert client.get("/api/v1/quiet-offers/", {"pod": cast.isar.slug}).json()["items"] == []
    (own,) = client.get("/api/v1/quiet-offers/", {"pod": cast.isar.slug, "own": "true"}).json()["items"]
    assert (own["outcome"], own["why"]) == ("withdrawn", "You withdrew it.")
    others = browser(cast.second_member).get("/api/v1/quiet-offers/", {"pod": cast.isar.slug, "own": "true"}).json()
    assert others["items"] == []


# --- the page of one's own ------------------------------------------------------------------------


def page_of(client: Client) -> str:
    return " ".join(client.get(reverse("quiet_offers")).content.decode().split())


def test_the_page_of_ones_own_says_what_holds_and_what_became_of_each(cast: Cast, browser: Browser) -> None:
    client = browser(cast.member)
    assert "You offered to take nothing" in page_of(client)
    shifts = [scheduling.shift(cast.isar, day) for day in range(6)]
    falls_at = soon(5)
    waits, taken, gone, back = (quiet(cast.member, shift, falls_at) for shift in shifts[:4])
    services.claim(by=cast.second_member, shift=taken.shift_id)
    services.cancel_shift(by=cast.second_member, shift=gone.shift_id)
    services.withdraw_quiet(by=cast.member, shift=back.shift_id)
    tight = scheduling.shift(cast.isar, 5, "20:00", "23:00")
    unfit = quiet(cast.member, tight)
    services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 5, "07:00", "10:00").pk)
    services.carry_out(offer=unfit.pk, at=soon(2))
    html = page_of(client)
    for words in (
        f"You take it {moment(falls_at, cast.isar.tzinfo)} if nobody else does.",
        f"{cast.second_member.name} was first.",
        "The shift was cancelled.",
        "You withdrew it.",
        "Your day would stretch over 07:00–23:00 (16 h), the pod agreed 12 h.",
    ):
        assert words in html
    assert html.count("Withdraw the quiet offer") == 1
    assert "You offered to take nothing" in page_of(browser(cast.second_member))
    assert "You take 1 shift if nobody else does" in " ".join(client.get(reverse("my_week")).content.decode().split())
    address = reverse("withdraw_quiet", kwargs={"slug": cast.isar.slug, "shift": waits.shift_id})
    done = client.post(address, {"mine": "on"})
    assert done["Location"] == reverse("quiet_offers")
    assert "You take nothing quietly now." in page_of(client)


def test_the_page_of_ones_own_asks_as_much_for_one_as_for_three(
    cast: Cast, browser: Browser, django_assert_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    client = browser(cast.member)
    client.get(reverse("quiet_offers"))
    for day in range(3):
        shift = scheduling.shift(cast.isar, day)
        quiet(cast.member, shift)
        taken = scheduling.shift(cast.isar, day, "16:00", "18:00")
        quiet(cast.member, taken)
        services.claim(by=cast.second_member, shift=taken.pk)
        if day in (0, 2):
            with django_assert_num_queries(QUERIES):
                client.get(reverse("quiet_offers"))


def test_undo_tells_what_becomes_of_the_own_offer(cast: Cast, browser: Browser) -> None:
    shift, client = scheduling.shift(cast.isar), browser(cast.member)
    row = quiet(cast.member, shift)
    for falls_at, words in ((row.falls_at, "Your quiet offer stands: you take it"), (None, "has ended with it.")):
        if falls_at is None:
            QuietOffer.objects.update(falls_at=periods.now() - HOUR)
            tasks.carry_out_due(0)
        else:
            services.claim(by=cast.member, shift=shift.pk)
        act = Act.objects.filter(member=cast.member).latest("pk")
        client.post(reverse("undo_act", kwargs={"slug": cast.isar.slug, "act": act.pk}))
        assert words in client.get(reverse("my_week")).content.decode()
