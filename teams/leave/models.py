"""Leave: kinds, what is due, the ledger in minutes, requests day by day; peaks that are shared out."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from teams.audit.tracking import tracked
from teams.leave.rules import DAY_MINUTES, add_months, last_of
from teams.pods.models import Pod
from teams.scheduling.models import Absence


@tracked()
class LeaveKind(models.Model):
    """What leave is taken for. Only the member and administrators read which kind a leave is of.

    ``from_balance``: it is paid from the member's ledger. ``takes_place``: the day counts as one of
    those that the pod agreed for people away. ``by_members``: members ask for it themselves, otherwise
    administrators write it. Without ``carry_months`` what is left lapses with its year.
    ``days_a_year``: working days of a five-day week that a full year brings.
    """

    name = models.CharField(_("name"), max_length=60)
    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    from_balance = models.BooleanField(_("paid from a balance"), default=False)
    takes_place = models.BooleanField(_("counts as a person away"), default=True)
    by_members = models.BooleanField(_("members ask for it themselves"), default=True)
    carry_months = models.PositiveSmallIntegerField(
        _("months of the next year in which what is left can be taken"),
        default=0,
        validators=[MaxValueValidator(12)],
    )
    days_a_year = models.DecimalField(
        _("days a year, for a five-day week"),
        max_digits=5,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(366)],
    )
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def carried_until(self, year: int) -> dt.date:
        """The last day on which what was due for a year can be taken, when nothing else is written."""
        return add_months(last_of(year), self.carry_months)


@tracked()
class Entitlement(models.Model):
    """What one member is due of a kind in a year, where it differs from the kind's own figure."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="entitlements")
    kind = models.ForeignKey(LeaveKind, models.CASCADE, related_name="entitlements")
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2000), MaxValueValidator(2200)])
    days = models.DecimalField(
        _("days a year, for a five-day week"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(366)],
    )

    class Meta:
        ordering: ClassVar = ["year"]
        constraints = [models.UniqueConstraint(fields=["member", "kind", "year"], name="entitlement_once_a_year")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.year}"


@tracked()
class HalfHoliday(models.Model):
    """A day of every year on which only half of the working day is worked, like Christmas Eve."""

    name = models.CharField(_("name"), max_length=60)
    region = models.CharField(_("region"), max_length=12, blank=True)
    month = models.PositiveSmallIntegerField(_("month"), validators=[MinValueValidator(1), MaxValueValidator(12)])
    day = models.PositiveSmallIntegerField(_("day"), validators=[MinValueValidator(1), MaxValueValidator(31)])

    class Meta:
        ordering: ClassVar = ["month", "day", "region"]
        constraints = [models.UniqueConstraint(fields=["region", "month", "day"], name="half_holiday_once")]

    def __str__(self) -> str:
        return self.name


@tracked()
class SchoolHoliday(models.Model):
    """School holidays of a region, both days included; drawn in the planner, and no rule."""

    region = models.CharField(_("region"), max_length=12)
    name = models.CharField(_("name"), max_length=60)
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))

    class Meta:
        ordering: ClassVar = ["first"]
        constraints = [
            models.UniqueConstraint(fields=["region", "first"], name="school_holiday_once"),
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="school_holiday_order"),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class LeaveRequest(models.Model):
    """Days that a member asked for in one act, with gaps; each stands for itself."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="leave_requests")
    pod = models.ForeignKey(Pod, models.CASCADE, related_name="leave_requests")
    kind = models.ForeignKey(LeaveKind, models.PROTECT, related_name="requests")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["member", "-asked_at"], name="leave_request_of_member")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.asked_at}"


@tracked()
class LeaveDay(models.Model):
    """One local day of a request, whole or from minute ``begins`` to minute ``ends`` after midnight.

    ``cost`` are minutes of the contract; ``given_back`` those of them that a sick report gave back.
    ``takes_place`` is whether it counts among the people away. The wait list of a day is in the order
    of ``asked_at`` and then of the rows. A day that is over keeps its state.
    """

    class State(models.TextChoices):
        GRANTED = "granted", _("granted")
        WAITING = "waiting", _("waiting")
        WITHDRAWN = "withdrawn", _("withdrawn")
        REFUSED = "refused", _("not granted")
        RETURNED = "returned", _("given back after a sick report")

    LIVE: ClassVar = (State.GRANTED, State.WAITING)

    request = models.ForeignKey(LeaveRequest, models.CASCADE, related_name="days")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="leave_days")
    pod = models.ForeignKey(Pod, models.CASCADE, related_name="leave_days")
    day = models.DateField()
    begins = models.PositiveSmallIntegerField(default=0)
    ends = models.PositiveSmallIntegerField(default=DAY_MINUTES)
    cost = models.PositiveSmallIntegerField()
    given_back = models.PositiveSmallIntegerField(default=0)
    takes_place = models.BooleanField()
    state = models.CharField(max_length=10, choices=State)
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    absence = models.ForeignKey(Absence, models.SET_NULL, null=True, related_name="leave_days")

    class Meta:
        ordering: ClassVar = ["day", "asked_at", "pk"]
        indexes = [
            models.Index(fields=["pod", "day"], name="leave_day_of_pod", condition=Q(state__in=["granted", "waiting"])),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "day"], name="leave_day_once", condition=Q(state__in=["granted", "waiting"])
            ),
            models.CheckConstraint(
                condition=Q(begins__lt=F("ends"), ends__lte=DAY_MINUTES, given_back__lte=F("cost")),
                name="leave_day_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.day}"

    @property
    def whole(self) -> bool:
        return self.begins == 0 and self.ends == DAY_MINUTES


class Booked(models.Model):
    """A line of an account in minutes; never changed and never deleted, so it is its own history.

    ``source`` is what it came from: the same source never books twice.
    """

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    minutes = models.IntegerField()
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    source = models.CharField(max_length=120, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


def _only_added() -> pgtrigger.Trigger:
    """Lines are added and nothing else; a mistake is mended by one more line."""
    return pgtrigger.Protect(name="only_added", operation=pgtrigger.Update | pgtrigger.Delete)


class LedgerEntry(Booked):
    """A line of a member's leave. Lines of one ``year`` and ``valid_until`` make a lot, whose sum is left of it.

    ``year`` is the year that the leave is due for; ``valid_until`` the last day on which the lot can be
    taken, None within its own year. ``day`` is the leave day that took it or gave it back.
    """

    class Entry(models.TextChoices):
        GRANT = "grant", _("granted")
        TAKING = "taking", _("taken")
        RETURN = "return", _("given back")
        CARRY_OVER = "carry_over", _("carried over")
        CORRECTION = "correction", _("corrected")
        EXPIRY = "expiry", _("lapsed")

    kind = models.ForeignKey(LeaveKind, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    entry = models.CharField(max_length=10, choices=Entry)
    valid_until = models.DateField(null=True)
    day = models.ForeignKey(LeaveDay, models.PROTECT, null=True, related_name="entries")

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        indexes = [models.Index(fields=["member", "kind", "year"], name="ledger_of_member")]
        constraints = [
            models.CheckConstraint(condition=~Q(minutes=0), name="ledger_entry_moves"),
            models.CheckConstraint(
                condition=Q(entry__in=["taking", "expiry"], minutes__lt=0)
                | Q(entry="return", minutes__gt=0)
                | Q(entry__in=["grant", "carry_over", "correction"]),
                name="ledger_entry_sign",
            ),
        ]
        triggers: ClassVar = [_only_added()]

    def __str__(self) -> str:
        return f"{self.member_id} {self.year} {self.minutes}"


class TimeEntry(Booked):
    """A correction of a member's time account, for the local day ``on``; the hours worked are in the roster."""

    on = models.DateField()

    class Meta:
        ordering: ClassVar = ["on", "pk"]
        indexes = [models.Index(fields=["member", "on"], name="time_of_member")]
        constraints = [models.CheckConstraint(condition=~Q(minutes=0), name="time_entry_moves")]
        triggers: ClassVar = [_only_added()]

    def __str__(self) -> str:
        return f"{self.member_id} {self.on} {self.minutes}"


class ExpiryNotice(models.Model):
    """A member was told, last on ``told_on``, that so much of a lot lapses: without this line nothing does."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.ForeignKey(LeaveKind, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    lapses_on = models.DateField()
    minutes = models.PositiveIntegerField()
    told_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "kind", "year", "lapses_on"], name="expiry_told_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.year} {self.lapses_on}"


@tracked()
class Peak(models.Model):
    """Weeks that everybody wants, shared out before anybody comes first.

    Entries and turns begin at ``opens_at``; what is left opens to all at ``free_at``. ``number`` is
    published before entries open: with the entries it makes the lot, so that nobody can choose it.
    """

    class Rule(models.TextChoices):
        ROUNDS = "rounds", _("rounds, who had fewest days last time first")
        LOTTERY = "lottery", _("a lottery that anybody can run again")

    pod = models.ForeignKey(Pod, models.CASCADE, related_name="peaks")
    name = models.CharField(_("name"), max_length=60)
    rule = models.CharField(_("rule"), max_length=8, choices=Rule)
    number = models.PositiveIntegerField()
    rounds = models.PositiveSmallIntegerField(_("rounds"), default=1, validators=[MaxValueValidator(9)])
    turn_minutes = models.PositiveIntegerField()
    opens_at = models.DateTimeField(_("begins"))
    free_at = models.DateTimeField(_("what is left opens to all"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-opens_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(opens_at__lt=F("free_at")), name="peak_order"),
            models.CheckConstraint(condition=Q(rounds__gte=1), name="peak_has_a_round"),
        ]

    def __str__(self) -> str:
        return self.name

    def closed_at(self, now: dt.datetime) -> bool:
        """Whether its days are still kept from those who come first."""
        return now < self.free_at


@tracked()
class PeakShare(models.Model):
    """One piece of a peak, both days included; ``places`` are those that were free when a lottery was drawn."""

    peak = models.ForeignKey(Peak, models.CASCADE, related_name="shares")
    name = models.CharField(max_length=60)
    first = models.DateField()
    last = models.DateField()
    places = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["first"]
        constraints = [
            models.UniqueConstraint(fields=["peak", "first"], name="peak_share_once"),
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="peak_share_order"),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class PeakTurn(models.Model):
    """A member's turn in a round; ``place`` is the order in which turns come, ``ends_at`` set while it runs."""

    class State(models.TextChoices):
        TO_COME = "to_come", _("to come")
        NOW = "now", _("choosing")
        TAKEN = "taken", _("taken")
        PASSED = "passed", _("passed on")
        MISSED = "missed", _("no answer")
        NOTHING = "nothing", _("passed on")  # by itself: there was nothing that this member could take

    peak = models.ForeignKey(Peak, models.CASCADE, related_name="turns")
    round = models.PositiveSmallIntegerField()
    place = models.PositiveSmallIntegerField()
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    days_last_time = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.TO_COME)
    share = models.ForeignKey(PeakShare, models.SET_NULL, null=True, related_name="turns")
    again = models.BooleanField(default=False)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["round", "place"]
        constraints = [
            models.UniqueConstraint(fields=["peak", "round", "place"], name="peak_turn_place"),
            models.UniqueConstraint(fields=["peak", "round", "member", "again"], name="peak_turn_member"),
            models.UniqueConstraint(fields=["peak"], name="peak_one_turn_runs", condition=Q(state="now")),
        ]

    def __str__(self) -> str:
        return f"{self.peak_id} {self.round}.{self.place}"


@tracked()
class PeakEntry(models.Model):
    """What a member puts into a lottery: shares in the order of their wish."""

    peak = models.ForeignKey(Peak, models.CASCADE, related_name="entries")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    wishes = ArrayField(models.BigIntegerField())
    share = models.ForeignKey(PeakShare, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["peak", "member"], name="peak_entry_once")]

    def __str__(self) -> str:
        return f"{self.peak_id} {self.member_id}"
