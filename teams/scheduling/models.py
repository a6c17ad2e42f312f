"""Weeks, shifts, seats and who sits on them; working days, absences and own acts."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Deferrable, F, Func, Q, UniqueConstraint
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cxportal.core.periods import Period, week_label, week_period
from teams.audit.tracking import tracked
from teams.people.models import validate_zone
from teams.pods.models import Pod, same
from teams.scheduling import guards
from teams.scheduling.bounds import DRAFT, FIXED, OPEN, PAST
from teams.skills.models import Skill
from teams.staffing.models import Activity


def as_range(period: Period) -> DateTimeTZRange:
    """A period as the database's range."""
    return DateTimeTZRange(period.start, period.end)


class Spanned:  # what lies over a period
    period: Any

    @property
    def span(self) -> Period:
        return Period(self.period.lower, self.period.upper)


@tracked()
class ShiftPattern(models.Model):
    """A shift in wall time that every week is made from; an end not after the start is next day."""

    class ClockChange(models.TextChoices):
        KEEP_END = "keep_end", _("keep the end, the length changes")
        KEEP_DURATION = "keep_duration", _("keep the length, the end moves")

    pod = models.ForeignKey(Pod, models.CASCADE, related_name="shift_patterns")
    name = models.CharField(_("name"), max_length=60)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)]),
        verbose_name=_("weekdays"),
    )
    zone = models.CharField(_("time zone"), max_length=64, validators=[validate_zone])
    clock_change = models.CharField(
        _("when the clocks change"), max_length=14, choices=ClockChange, default=ClockChange.KEEP_END
    )
    seats = models.PositiveSmallIntegerField(
        _("people"), default=1, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    skill = models.ForeignKey(
        Skill, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("skill that every seat needs")
    )
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["starts", "name"]
        constraints = [
            models.UniqueConstraint(fields=["pod", "name"], name="shift_pattern_name", condition=Q(retired_at=None))
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class PatternSegment(models.Model):
    """An activity inside a pattern, in wall-clock minutes from its start; a hole is a break."""

    pattern = models.ForeignKey(ShiftPattern, models.CASCADE, related_name="segments")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="+")
    start = models.PositiveSmallIntegerField()
    end = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["start"]
        constraints = [
            models.CheckConstraint(condition=Q(start__lt=F("end"), end__lte=1440), name="pattern_segment_order"),
            ExclusionConstraint(
                name="pattern_segment_once",
                expressions=[
                    (same("pattern_id"), RangeOperators.OVERLAPS),
                    (Func(F("start"), F("end"), function="int4range"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.start}–{self.end}"


@tracked()
class Week(models.Model):
    """An ISO week of a pod. Its state follows from the clock, so nothing has to change it.

    Draft before ``opens_at`` (agreed: ``planned_opens_at``), open until ``fixes_at``, fixed until it ends, then past.
    """

    pod = models.ForeignKey(Pod, models.CASCADE, related_name="weeks")
    monday = models.DateField()
    opens_at = models.DateTimeField()
    fixes_at = models.DateTimeField()
    planned_opens_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["monday"]
        constraints = [
            models.UniqueConstraint(fields=["pod", "monday"], name="week_once"),
            models.CheckConstraint(condition=Q(monday__iso_week_day=1), name="week_begins_on_monday"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """``2026-W52``."""
        return week_label(self.monday)

    @property
    def period(self) -> Period:
        """Monday to Monday in the pod's zone; needs the pod at hand."""
        return week_period(self.monday, self.pod.tzinfo)

    def state_at(self, now: dt.datetime) -> str:
        """draft, open, fixed or past at an instant."""
        if now >= self.period.end:
            return PAST
        if now < self.opens_at:
            return DRAFT
        return OPEN if now < self.fixes_at else FIXED


@tracked()
class Shift(models.Model):
    """Work of a pod over a period; its seats are what people claim.

    ``day`` is the pod's local day on which it begins. ``version`` rises when it changes. ``urgent_since`` is set when
    somebody fell ill. The offsets (minutes east of UTC) tell which wall times were meant when a zone's rules change.
    """

    pod = models.ForeignKey(Pod, models.CASCADE, related_name="shifts")
    week = models.ForeignKey(Week, models.CASCADE, related_name="shifts")
    pattern = models.ForeignKey(ShiftPattern, models.SET_NULL, null=True, blank=True, related_name="+")
    day = models.DateField()
    period = DateTimeRangeField()
    zone = models.CharField(max_length=64, validators=[validate_zone])
    starts_offset = models.SmallIntegerField(null=True)
    ends_offset = models.SmallIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)
    urgent_since = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["period", "pk"]
        indexes = [
            models.Index(fields=["pod", "day"], name="shift_of_pod_day"),
            GistIndex(fields=["period"], name="shift_period"),
        ]
        constraints = [models.CheckConstraint(condition=Q(period__isempty=False), name="shift_has_length")]

    def __str__(self) -> str:
        return f"{self.day} {self.period}"

    @property
    def span(self) -> Period:
        return Period(self.period.lower, self.period.upper)

    @property
    def tzinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


@tracked()
class Segment(Spanned, models.Model):
    """An activity inside a shift; what no segment covers is a break."""

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="segments")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="+")
    period = DateTimeRangeField()

    class Meta:
        ordering: ClassVar = ["period"]
        constraints = [
            models.CheckConstraint(condition=Q(period__isempty=False), name="segment_has_length"),
            ExclusionConstraint(
                name="segment_once",
                expressions=[(same("shift_id"), RangeOperators.OVERLAPS), ("period", RangeOperators.OVERLAPS)],
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.period}"


@tracked()
class Seat(models.Model):
    """A numbered place on a shift, with the skill that it needs; a wish seat closes no gap."""

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="seats")
    number = models.PositiveSmallIntegerField()
    skill = models.ForeignKey(Skill, models.PROTECT, null=True, blank=True, related_name="+")
    must = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["-must", "number"]
        constraints = [models.UniqueConstraint(fields=["shift", "number"], name="seat_number_once")]

    def __str__(self) -> str:
        return f"{self.shift}, {self.number}"


@tracked()
class Duty(models.Model):
    """A member's working day with the rest after it; two of them never overlap, rest included."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="duties")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    rest_until = models.DateTimeField()
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["starts_at"]
        verbose_name_plural = "duties"
        triggers: ClassVar = [guards.day_around_its_work()]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at"), rest_until__gte=F("ends_at")), name="duty_order"
            ),
            ExclusionConstraint(
                name="duty_rest_kept",
                expressions=[
                    (same("member_id"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            F("starts_at"),
                            F("rest_until"),
                            RangeBoundary(),
                            function="TSTZRANGE",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.starts_at}"


@tracked()
class Assignment(Spanned, models.Model):
    """A member sits on a seat for the shift or a part of it. A give-back deletes the row."""

    class Source(models.TextChoices):
        CLAIM = "claim", _("claimed")
        SWAP = "swap", _("swapped")
        PROPOSAL = "proposal", _("proposed")
        IMPORT = "import", _("imported")

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="assignments")
    shift = models.ForeignKey(Shift, models.CASCADE, related_name="assignments")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="assignments")
    duty = models.ForeignKey(Duty, models.PROTECT, related_name="assignments")
    period = DateTimeRangeField()
    source = models.CharField(max_length=10, choices=Source, default=Source.CLAIM)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["period"]
        triggers: ClassVar = [guards.work_in_its_day()]
        constraints = [
            models.CheckConstraint(condition=Q(period__isempty=False), name="assignment_has_length"),
            ExclusionConstraint(
                name="assignment_member_once",
                expressions=[(same("member_id"), RangeOperators.OVERLAPS), ("period", RangeOperators.OVERLAPS)],
                deferrable=Deferrable.IMMEDIATE,
            ),
            ExclusionConstraint(
                name="assignment_seat_once",
                expressions=[(same("seat_id"), RangeOperators.OVERLAPS), ("period", RangeOperators.OVERLAPS)],
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.period}"


@tracked(exclude=["note", "given_up"])
class Absence(Spanned, models.Model):
    """A member is away over a period. Others see "away"; kind and note only the member and administrators."""

    class Kind(models.TextChoices):
        SICK = "sick", _("sick")
        LATE = "late", _("late arrival")
        EARLY = "early", _("left early")
        LEAVE = "leave", _("leave")
        OTHER = "other", _("other")

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="absences")
    period = DateTimeRangeField(_("from and until"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    note = models.CharField(_("note"), max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    given_up = models.JSONField(default=list)  # the work that it cut, as it stood before

    class Meta:
        ordering: ClassVar = ["period"]
        indexes = [GistIndex(fields=["period"], name="absence_period")]
        constraints = [models.CheckConstraint(condition=Q(period__isempty=False), name="absence_has_length")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.period}"


@tracked()
class GiveAway(models.Model):
    """A shift on offer in one version, until its notice limit; its owner stays responsible until somebody takes it."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("open")
        TAKEN = "taken", _("taken")
        WITHDRAWN = "withdrawn", _("withdrawn")
        EXPIRED = "expired", _("expired")

    assignment = models.ForeignKey(Assignment, models.SET_NULL, null=True, related_name="give_aways")
    shift = models.ForeignKey(Shift, models.CASCADE, related_name="give_aways")
    shift_version = models.PositiveIntegerField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    made_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [UniqueConstraint(fields=["assignment"], name="give_away_once", condition=Q(outcome="open"))]

    def __str__(self) -> str:
        return f"{self.shift_id} by {self.owner_id}"


@tracked(exclude=["before", "after"])
class Act(models.Model):
    """Something that a member did on a roster, undone within ten minutes; a change keeps its shifts as snapshots."""

    class Kind(models.TextChoices):
        CLAIM = "claim", _("claimed")
        SERIES = "series", _("claimed several shifts")
        RELEASE = "release", _("gave back")
        TAKE = "take", _("took over")
        OPEN = "open", _("opened the week")
        MOVE = "move", _("moved the shift")
        SPLIT = "split", _("split the shift")
        PARTS = "parts", _("changed the activities")
        CANCEL = "cancel", _("cancelled the shift")

    UNDO_FOR = dt.timedelta(minutes=10)

    kind = models.CharField(max_length=10, choices=Kind)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="roster_acts")
    week = models.ForeignKey(Week, models.CASCADE, related_name="acts")
    seat = models.ForeignKey(Seat, models.CASCADE, null=True, related_name="acts")
    shift = models.ForeignKey(Shift, models.CASCADE, null=True, related_name="acts")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    assignment = models.BigIntegerField(null=True)
    period = DateTimeRangeField(null=True)
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes = [models.Index(fields=["member", "-at"], name="act_of_member")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.kind}"
