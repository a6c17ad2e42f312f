import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import cxportal.core.tables


class Migration(migrations.Migration):
    dependencies = [
        ("teams", "0007_mail_preferences"),
    ]

    operations = [
        cxportal.core.tables.CreateTables(
            operations=[
                migrations.CreateModel(
                    name="LeaveKind",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        ("slug", models.SlugField(max_length=40, unique=True, verbose_name="short name")),
                        ("from_balance", models.BooleanField(default=False, verbose_name="paid from a balance")),
                        ("takes_place", models.BooleanField(default=True, verbose_name="counts as a person away")),
                        ("by_members", models.BooleanField(default=True, verbose_name="members ask for it themselves")),
                        (
                            "carry_months",
                            models.PositiveSmallIntegerField(
                                default=0,
                                validators=[django.core.validators.MaxValueValidator(12)],
                                verbose_name="months of the next year in which what is left can be taken",
                            ),
                        ),
                        (
                            "days_a_year",
                            models.DecimalField(
                                decimal_places=2,
                                default=0,
                                max_digits=5,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(366),
                                ],
                                verbose_name="days a year, for a five-day week",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="place in the list")),
                        ("retired_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["position", "name"],
                    },
                ),
                migrations.CreateModel(
                    name="LeaveKindEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        ("slug", models.SlugField(db_index=False, max_length=40, verbose_name="short name")),
                        ("from_balance", models.BooleanField(default=False, verbose_name="paid from a balance")),
                        ("takes_place", models.BooleanField(default=True, verbose_name="counts as a person away")),
                        ("by_members", models.BooleanField(default=True, verbose_name="members ask for it themselves")),
                        (
                            "carry_months",
                            models.PositiveSmallIntegerField(
                                default=0,
                                validators=[django.core.validators.MaxValueValidator(12)],
                                verbose_name="months of the next year in which what is left can be taken",
                            ),
                        ),
                        (
                            "days_a_year",
                            models.DecimalField(
                                decimal_places=2,
                                default=0,
                                max_digits=5,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(366),
                                ],
                                verbose_name="days a year, for a five-day week",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="place in the list")),
                        ("retired_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="teams.leavekind",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="LeaveRequest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "kind",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="requests",
                                to="teams.leavekind",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="leave_requests",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "pod",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="leave_requests",
                                to="teams.pod",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-asked_at", "-pk"],
                        "indexes": [models.Index(fields=["member", "-asked_at"], name="leave_request_of_member")],
                    },
                ),
                migrations.CreateModel(
                    name="LeaveRequestEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "kind",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.leavekind",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="teams.leaverequest",
                            ),
                        ),
                        (
                            "pod",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.pod",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Peak",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        (
                            "rule",
                            models.CharField(
                                choices=[
                                    ("rounds", "rounds, who had fewest days last time first"),
                                    ("lottery", "a lottery that anybody can run again"),
                                ],
                                max_length=8,
                                verbose_name="rule",
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        (
                            "rounds",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[django.core.validators.MaxValueValidator(9)],
                                verbose_name="rounds",
                            ),
                        ),
                        ("turn_minutes", models.PositiveIntegerField()),
                        ("opens_at", models.DateTimeField(verbose_name="begins")),
                        ("free_at", models.DateTimeField(verbose_name="what is left opens to all")),
                        ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("settled_at", models.DateTimeField(null=True)),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "pod",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="peaks", to="teams.pod"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-opens_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("opens_at__lt", models.F("free_at"))), name="peak_order"
                            ),
                            models.CheckConstraint(condition=models.Q(("rounds__gte", 1)), name="peak_has_a_round"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PeakEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        (
                            "rule",
                            models.CharField(
                                choices=[
                                    ("rounds", "rounds, who had fewest days last time first"),
                                    ("lottery", "a lottery that anybody can run again"),
                                ],
                                max_length=8,
                                verbose_name="rule",
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        (
                            "rounds",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[django.core.validators.MaxValueValidator(9)],
                                verbose_name="rounds",
                            ),
                        ),
                        ("turn_minutes", models.PositiveIntegerField()),
                        ("opens_at", models.DateTimeField(verbose_name="begins")),
                        ("free_at", models.DateTimeField(verbose_name="what is left opens to all")),
                        ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("settled_at", models.DateTimeField(null=True)),
                        (
                            "made_by",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="teams.peak",
                            ),
                        ),
                        (
                            "pod",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.pod",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="PeakShare",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60)),
                        ("first", models.DateField()),
                        ("last", models.DateField()),
                        (
                            "peak",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="shares", to="teams.peak"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["first"],
                        "constraints": [
                            models.UniqueConstraint(fields=("peak", "first"), name="peak_share_once"),
                            models.CheckConstraint(
                                condition=models.Q(("first__lte", models.F("last"))), name="peak_share_order"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PeakShareEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        ("name", models.CharField(max_length=60)),
                        ("first", models.DateField()),
                        ("last", models.DateField()),
                        (
                            "peak",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.peak",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="teams.peakshare",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="PeakTurn",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("round", models.PositiveSmallIntegerField()),
                        ("place", models.PositiveSmallIntegerField()),
                        ("days_last_time", models.PositiveSmallIntegerField(default=0)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("to_come", "to come"),
                                    ("now", "choosing"),
                                    ("taken", "taken"),
                                    ("passed", "passed on"),
                                    ("missed", "no answer"),
                                ],
                                default="to_come",
                                max_length=8,
                            ),
                        ),
                        ("again", models.BooleanField(default=False)),
                        ("ends_at", models.DateTimeField(null=True)),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "peak",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="turns", to="teams.peak"
                            ),
                        ),
                        (
                            "share",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="turns",
                                to="teams.peakshare",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["round", "place"],
                        "constraints": [
                            models.UniqueConstraint(fields=("peak", "round", "place"), name="peak_turn_place"),
                            models.UniqueConstraint(
                                fields=("peak", "round", "member", "again"), name="peak_turn_member"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "now")), fields=("peak",), name="peak_one_turn_runs"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PeakTurnEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        ("round", models.PositiveSmallIntegerField()),
                        ("place", models.PositiveSmallIntegerField()),
                        ("days_last_time", models.PositiveSmallIntegerField(default=0)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("to_come", "to come"),
                                    ("now", "choosing"),
                                    ("taken", "taken"),
                                    ("passed", "passed on"),
                                    ("missed", "no answer"),
                                ],
                                default="to_come",
                                max_length=8,
                            ),
                        ),
                        ("again", models.BooleanField(default=False)),
                        ("ends_at", models.DateTimeField(null=True)),
                        (
                            "member",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "peak",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.peak",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="teams.peakturn",
                            ),
                        ),
                        (
                            "share",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.peakshare",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="SchoolHoliday",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("region", models.CharField(max_length=12, verbose_name="region")),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        ("first", models.DateField(verbose_name="first day")),
                        ("last", models.DateField(verbose_name="last day")),
                    ],
                    options={
                        "ordering": ["first"],
                        "constraints": [
                            models.UniqueConstraint(fields=("region", "first"), name="school_holiday_once"),
                            models.CheckConstraint(
                                condition=models.Q(("first__lte", models.F("last"))), name="school_holiday_order"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SchoolHolidayEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        ("region", models.CharField(max_length=12, verbose_name="region")),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        ("first", models.DateField(verbose_name="first day")),
                        ("last", models.DateField(verbose_name="last day")),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="teams.schoolholiday",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="TimeEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("minutes", models.IntegerField()),
                        ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                        ("source", models.CharField(max_length=120, unique=True)),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("on", models.DateField()),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["on", "pk"],
                        "indexes": [models.Index(fields=["member", "on"], name="time_of_member")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("minutes", 0), _negated=True), name="time_entry_moves"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Entitlement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "year",
                            models.PositiveSmallIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(2000),
                                    django.core.validators.MaxValueValidator(2200),
                                ],
                                verbose_name="year",
                            ),
                        ),
                        (
                            "days",
                            models.DecimalField(
                                decimal_places=2,
                                max_digits=5,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(366),
                                ],
                                verbose_name="days a year, for a five-day week",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="entitlements",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "kind",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="entitlements",
                                to="teams.leavekind",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["year"],
                        "constraints": [
                            models.UniqueConstraint(fields=("member", "kind", "year"), name="entitlement_once_a_year")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EntitlementEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        (
                            "year",
                            models.PositiveSmallIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(2000),
                                    django.core.validators.MaxValueValidator(2200),
                                ],
                                verbose_name="year",
                            ),
                        ),
                        (
                            "days",
                            models.DecimalField(
                                decimal_places=2,
                                max_digits=5,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(366),
                                ],
                                verbose_name="days a year, for a five-day week",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="teams.entitlement",
                            ),
                        ),
                        (
                            "kind",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.leavekind",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="ExpiryNotice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField()),
                        ("lapses_on", models.DateField()),
                        ("minutes", models.PositiveIntegerField()),
                        ("told_on", models.DateField()),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "kind",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.leavekind"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("member", "kind", "year", "lapses_on"), name="expiry_told_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HalfHoliday",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        ("region", models.CharField(blank=True, max_length=12, verbose_name="region")),
                        (
                            "month",
                            models.PositiveSmallIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(12),
                                ],
                                verbose_name="month",
                            ),
                        ),
                        (
                            "day",
                            models.PositiveSmallIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(31),
                                ],
                                verbose_name="day",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["month", "day", "region"],
                        "constraints": [
                            models.UniqueConstraint(fields=("region", "month", "day"), name="half_holiday_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HalfHolidayEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        ("region", models.CharField(blank=True, max_length=12, verbose_name="region")),
                        (
                            "month",
                            models.PositiveSmallIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(12),
                                ],
                                verbose_name="month",
                            ),
                        ),
                        (
                            "day",
                            models.PositiveSmallIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(31),
                                ],
                                verbose_name="day",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="teams.halfholiday",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="LeaveDay",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField()),
                        ("begins", models.PositiveSmallIntegerField(default=0)),
                        ("ends", models.PositiveSmallIntegerField(default=1440)),
                        ("cost", models.PositiveSmallIntegerField()),
                        ("given_back", models.PositiveSmallIntegerField(default=0)),
                        ("takes_place", models.BooleanField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("granted", "granted"),
                                    ("waiting", "waiting"),
                                    ("withdrawn", "withdrawn"),
                                    ("refused", "not granted"),
                                    ("returned", "given back after a sick report"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("asked_at", models.DateTimeField()),
                        ("settled_at", models.DateTimeField(null=True)),
                        (
                            "absence",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="leave_days",
                                to="teams.absence",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="leave_days",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "pod",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="leave_days", to="teams.pod"
                            ),
                        ),
                        (
                            "request",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="days",
                                to="teams.leaverequest",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["day", "asked_at", "pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ["granted", "waiting"])),
                                fields=["pod", "day"],
                                name="leave_day_of_pod",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["granted", "waiting"])),
                                fields=("member", "day"),
                                name="leave_day_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("begins__lt", models.F("ends")),
                                    ("ends__lte", 1440),
                                    ("given_back__lte", models.F("cost")),
                                ),
                                name="leave_day_order",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LeaveDayEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        ("day", models.DateField()),
                        ("begins", models.PositiveSmallIntegerField(default=0)),
                        ("ends", models.PositiveSmallIntegerField(default=1440)),
                        ("cost", models.PositiveSmallIntegerField()),
                        ("given_back", models.PositiveSmallIntegerField(default=0)),
                        ("takes_place", models.BooleanField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("granted", "granted"),
                                    ("waiting", "waiting"),
                                    ("withdrawn", "withdrawn"),
                                    ("refused", "not granted"),
                                    ("returned", "given back after a sick report"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("asked_at", models.DateTimeField()),
                        ("settled_at", models.DateTimeField(null=True)),
                        (
                            "absence",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.absence",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="teams.leaveday",
                            ),
                        ),
                        (
                            "pod",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.pod",
                            ),
                        ),
                        (
                            "request",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.leaverequest",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="LedgerEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("minutes", models.IntegerField()),
                        ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                        ("source", models.CharField(max_length=120, unique=True)),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("year", models.PositiveSmallIntegerField()),
                        (
                            "entry",
                            models.CharField(
                                choices=[
                                    ("grant", "granted"),
                                    ("taking", "taken"),
                                    ("return", "given back"),
                                    ("carry_over", "carried over"),
                                    ("correction", "corrected"),
                                    ("expiry", "lapsed"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("valid_until", models.DateField(null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "day",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="teams.leaveday",
                            ),
                        ),
                        (
                            "kind",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.leavekind"
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["at", "pk"],
                        "indexes": [models.Index(fields=["member", "kind", "year"], name="ledger_of_member")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("minutes", 0), _negated=True), name="ledger_entry_moves"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("entry__in", ["taking", "expiry"]), ("minutes__lt", 0)),
                                    models.Q(("entry", "return"), ("minutes__gt", 0)),
                                    ("entry__in", ["grant", "carry_over", "correction"]),
                                    _connector="OR",
                                ),
                                name="ledger_entry_sign",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PeakEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("wishes", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField())),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "peak",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="teams.peak"
                            ),
                        ),
                        (
                            "share",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="teams.peakshare",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("peak", "member"), name="peak_entry_once")],
                    },
                ),
                migrations.CreateModel(
                    name="PeakEntryEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        ("wishes", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField())),
                        (
                            "member",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "peak",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.peak",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="teams.peakentry",
                            ),
                        ),
                        (
                            "share",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.peakshare",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="halfholiday",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="insert_insert",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_halfholidayevent" ("day", "id", "month", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region") SELECT new_values."day", new_values."id", new_values."month", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."region" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="51d60432b3d843afc1daa35de0c15d209a9e640d",
                                level="STATEMENT",
                                operation="INSERT",
                                pgid="pgtrigger_insert_insert_66056",
                                referencing="REFERENCING NEW TABLE AS new_values ",
                                table="teams_halfholiday",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="update_update",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_halfholidayevent" ("day", "id", "month", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region") SELECT new_values."day", new_values."id", new_values."month", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."region" FROM ( SELECT new_values.* FROM old_values FULL JOIN new_values ON (old_values."id") = (new_values."id") WHERE num_nulls(new_values."id") = 0 AND (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="0173c2432bfbde6e147a984d27ae539a061a4962",
                                level="STATEMENT",
                                operation="UPDATE",
                                pgid="pgtrigger_update_update_b4e78",
                                referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                table="teams_halfholiday",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="delete_delete",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_halfholidayevent" ("day", "id", "month", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region") SELECT old_values."day", old_values."id", old_values."month", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."region" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                hash="2f99ddce43037f4e29f8627d13a53dadba41cdda",
                                level="STATEMENT",
                                operation="DELETE",
                                pgid="pgtrigger_delete_delete_451fc",
                                referencing="REFERENCING OLD TABLE AS old_values ",
                                table="teams_halfholiday",
                                when="AFTER",
                            ),
                        ),
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="leavekind",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="insert_insert",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_leavekindevent" ("by_members", "carry_months", "days_a_year", "from_balance", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "retired_at", "slug", "takes_place") SELECT new_values."by_members", new_values."carry_months", new_values."days_a_year", new_values."from_balance", new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."position", new_values."retired_at", new_values."slug", new_values."takes_place" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="5d6fd461d6dda06647accfd59a78dbe51651c4aa",
                                level="STATEMENT",
                                operation="INSERT",
                                pgid="pgtrigger_insert_insert_f8e8a",
                                referencing="REFERENCING NEW TABLE AS new_values ",
                                table="teams_leavekind",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="update_update",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_leavekindevent" ("by_members", "carry_months", "days_a_year", "from_balance", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "retired_at", "slug", "takes_place") SELECT new_values."by_members", new_values."carry_months", new_values."days_a_year", new_values."from_balance", new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."position", new_values."retired_at", new_values."slug", new_values."takes_place" FROM ( SELECT new_values.* FROM old_values FULL JOIN new_values ON (old_values."id") = (new_values."id") WHERE num_nulls(new_values."id") = 0 AND (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="9b74bb55c706a3419f46ec8268ac4c4e4bf40f12",
                                level="STATEMENT",
                                operation="UPDATE",
                                pgid="pgtrigger_update_update_ec90a",
                                referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                table="teams_leavekind",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="delete_delete",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_leavekindevent" ("by_members", "carry_months", "days_a_year", "from_balance", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "retired_at", "slug", "takes_place") SELECT old_values."by_members", old_values."carry_months", old_values."days_a_year", old_values."from_balance", old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."retired_at", old_values."slug", old_values."takes_place" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                hash="1fe3400f92ce3be73d62ba6912e149059eacca13",
                                level="STATEMENT",
                                operation="DELETE",
                                pgid="pgtrigger_delete_delete_b220b",
                                referencing="REFERENCING OLD TABLE AS old_values ",
                                table="teams_leavekind",
                                when="AFTER",
                            ),
                        ),
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="schoolholiday",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="insert_insert",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_schoolholidayevent" ("first", "id", "last", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region") SELECT new_values."first", new_values."id", new_values."last", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."region" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="469cb3ceeb8e3dd8c36f025ecd14e5ad641ef229",
                                level="STATEMENT",
                                operation="INSERT",
                                pgid="pgtrigger_insert_insert_8622f",
                                referencing="REFERENCING NEW TABLE AS new_values ",
                                table="teams_schoolholiday",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="update_update",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_schoolholidayevent" ("first", "id", "last", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region") SELECT new_values."first", new_values."id", new_values."last", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."region" FROM ( SELECT new_values.* FROM old_values FULL JOIN new_values ON (old_values."id") = (new_values."id") WHERE num_nulls(new_values."id") = 0 AND (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="e9ab412c1b75a4e94dac5bf65f253f8d73232850",
                                level="STATEMENT",
                                operation="UPDATE",
                                pgid="pgtrigger_update_update_f0d8e",
                                referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                table="teams_schoolholiday",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="delete_delete",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_schoolholidayevent" ("first", "id", "last", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region") SELECT old_values."first", old_values."id", old_values."last", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."region" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                hash="5c96d34e5783d1eead94d9c2c90dd75b0bb59ef3",
                                level="STATEMENT",
                                operation="DELETE",
                                pgid="pgtrigger_delete_delete_a6978",
                                referencing="REFERENCING OLD TABLE AS old_values ",
                                table="teams_schoolholiday",
                                when="AFTER",
                            ),
                        ),
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="halfholidayevent",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="append_only",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                hash="d4dea351bd01385c2992d9bac88535d2f649b9e9",
                                operation="UPDATE OR DELETE",
                                pgid="pgtrigger_append_only_0634f",
                                table="teams_halfholidayevent",
                                when="BEFORE",
                            ),
                        )
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="entitlementevent",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="append_only",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                hash="8548687c3e9b71ee8d274d85213240279f307714",
                                operation="UPDATE OR DELETE",
                                pgid="pgtrigger_append_only_c7acb",
                                table="teams_entitlementevent",
                                when="BEFORE",
                            ),
                        )
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="entitlement",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="insert_insert",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_entitlementevent" ("days", "id", "kind_id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "year") SELECT new_values."days", new_values."id", new_values."kind_id", new_values."member_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."year" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="8020a420720a7b372280e0f2e317022c1fe13ad9",
                                level="STATEMENT",
                                operation="INSERT",
                                pgid="pgtrigger_insert_insert_42527",
                                referencing="REFERENCING NEW TABLE AS new_values ",
                                table="teams_entitlement",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="update_update",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_entitlementevent" ("days", "id", "kind_id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "year") SELECT new_values."days", new_values."id", new_values."kind_id", new_values."member_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."year" FROM ( SELECT new_values.* FROM old_values FULL JOIN new_values ON (old_values."id") = (new_values."id") WHERE num_nulls(new_values."id") = 0 AND (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="3d9cc560e84665b45c19283f5d71cace9a9d37ce",
                                level="STATEMENT",
                                operation="UPDATE",
                                pgid="pgtrigger_update_update_df95a",
                                referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                table="teams_entitlement",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="delete_delete",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_entitlementevent" ("days", "id", "kind_id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "year") SELECT old_values."days", old_values."id", old_values."kind_id", old_values."member_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."year" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                hash="bb8e1ad8b6da7ada637533128d2ffa657f5f4261",
                                level="STATEMENT",
                                operation="DELETE",
                                pgid="pgtrigger_delete_delete_0e6f1",
                                referencing="REFERENCING OLD TABLE AS old_values ",
                                table="teams_entitlement",
                                when="AFTER",
                            ),
                        ),
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="leavekindevent",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="append_only",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                hash="378ce07c315db4a3010d49cb5a8c06423d903d7d",
                                operation="UPDATE OR DELETE",
                                pgid="pgtrigger_append_only_4347b",
                                table="teams_leavekindevent",
                                when="BEFORE",
                            ),
                        )
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="leaverequest",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="insert_insert",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_leaverequestevent" ("asked_at", "id", "kind_id", "made_by_id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pod_id") SELECT new_values."asked_at", new_values."id", new_values."kind_id", new_values."made_by_id", new_values."member_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."pod_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="c90631d0eeb7cc486637bf484a88d2afa850938c",
                                level="STATEMENT",
                                operation="INSERT",
                                pgid="pgtrigger_insert_insert_8b4a8",
                                referencing="REFERENCING NEW TABLE AS new_values ",
                                table="teams_leaverequest",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="update_update",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_leaverequestevent" ("asked_at", "id", "kind_id", "made_by_id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pod_id") SELECT new_values."asked_at", new_values."id", new_values."kind_id", new_values."made_by_id", new_values."member_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."pod_id" FROM ( SELECT new_values.* FROM old_values FULL JOIN new_values ON (old_values."id") = (new_values."id") WHERE num_nulls(new_values."id") = 0 AND (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="7f404657eb1373956cd139da2de3d7cf93f3dab1",
                                level="STATEMENT",
                                operation="UPDATE",
                                pgid="pgtrigger_update_update_07b49",
                                referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                table="teams_leaverequest",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="delete_delete",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_leaverequestevent" ("asked_at", "id", "kind_id", "made_by_id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pod_id") SELECT old_values."asked_at", old_values."id", old_values."kind_id", old_values."made_by_id", old_values."member_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."pod_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                hash="cd70f40943ad67ce1aa0476d94595a5252895545",
                                level="STATEMENT",
                                operation="DELETE",
                                pgid="pgtrigger_delete_delete_ccbcb",
                                referencing="REFERENCING OLD TABLE AS old_values ",
                                table="teams_leaverequest",
                                when="AFTER",
                            ),
                        ),
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="leavedayevent",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="append_only",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                hash="2c62c7e7a8f92b8d715202c5b2bae6e99bd88c0c",
                                operation="UPDATE OR DELETE",
                                pgid="pgtrigger_append_only_23575",
                                table="teams_leavedayevent",
                                when="BEFORE",
                            ),
                        )
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="leaveday",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="insert_insert",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_leavedayevent" ("absence_id", "asked_at", "begins", "cost", "day", "ends", "given_back", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pod_id", "request_id", "settled_at", "state", "takes_place") SELECT new_values."absence_id", new_values."asked_at", new_values."begins", new_values."cost", new_values."day", new_values."ends", new_values."given_back", new_values."id", new_values."member_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."pod_id", new_values."request_id", new_values."settled_at", new_values."state", new_values."takes_place" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="e8c7e5efb8969c6eeb0e1464453e589a35ec6197",
                                level="STATEMENT",
                                operation="INSERT",
                                pgid="pgtrigger_insert_insert_fa98b",
                                referencing="REFERENCING NEW TABLE AS new_values ",
                                table="teams_leaveday",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="update_update",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_leavedayevent" ("absence_id", "asked_at", "begins", "cost", "day", "ends", "given_back", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pod_id", "request_id", "settled_at", "state", "takes_place") SELECT new_values."absence_id", new_values."asked_at", new_values."begins", new_values."cost", new_values."day", new_values."ends", new_values."given_back", new_values."id", new_values."member_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."pod_id", new_values."request_id", new_values."settled_at", new_values."state", new_values."takes_place" FROM ( SELECT new_values.* FROM old_values FULL JOIN new_values ON (old_values."id") = (new_values."id") WHERE num_nulls(new_values."id") = 0 AND (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="ec18a28210a639a08a34ccd4f92a1f3ae249b4b1",
                                level="STATEMENT",
                                operation="UPDATE",
                                pgid="pgtrigger_update_update_74341",
                                referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                table="teams_leaveday",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="delete_delete",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_leavedayevent" ("absence_id", "asked_at", "begins", "cost", "day", "ends", "given_back", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pod_id", "request_id", "settled_at", "state", "takes_place") SELECT old_values."absence_id", old_values."asked_at", old_values."begins", old_values."cost", old_values."day", old_values."ends", old_values."given_back", old_values."id", old_values."member_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."pod_id", old_values."request_id", old_values."settled_at", old_values."state", old_values."takes_place" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                hash="c61a675c46231af4665e2fbdda284ed4bf4f1779",
                                level="STATEMENT",
                                operation="DELETE",
                                pgid="pgtrigger_delete_delete_ca019",
                                referencing="REFERENCING OLD TABLE AS old_values ",
                                table="teams_leaveday",
                                when="AFTER",
                            ),
                        ),
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="leaverequestevent",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="append_only",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                hash="266889043f03f72ce8ed091a4ab7ae9bc5e5114f",
                                operation="UPDATE OR DELETE",
                                pgid="pgtrigger_append_only_73f13",
                                table="teams_leaverequestevent",
                                when="BEFORE",
                            ),
                        )
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="ledgerentry",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="only_added",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                hash="0338c0b37198058bc5ba95390f5edc7d121e9341",
                                operation="UPDATE OR DELETE",
                                pgid="pgtrigger_only_added_67edf",
                                table="teams_ledgerentry",
                                when="BEFORE",
                            ),
                        )
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="peak",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="insert_insert",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_peakevent" ("free_at", "id", "made_at", "made_by_id", "name", "number", "opens_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pod_id", "rounds", "rule", "settled_at", "turn_minutes") SELECT new_values."free_at", new_values."id", new_values."made_at", new_values."made_by_id", new_values."name", new_values."number", new_values."opens_at", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."pod_id", new_values."rounds", new_values."rule", new_values."settled_at", new_values."turn_minutes" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="518c48c5b3b694891d48a73944e63ee3860c6ef3",
                                level="STATEMENT",
                                operation="INSERT",
                                pgid="pgtrigger_insert_insert_977d9",
                                referencing="REFERENCING NEW TABLE AS new_values ",
                                table="teams_peak",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="update_update",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_peakevent" ("free_at", "id", "made_at", "made_by_id", "name", "number", "opens_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pod_id", "rounds", "rule", "settled_at", "turn_minutes") SELECT new_values."free_at", new_values."id", new_values."made_at", new_values."made_by_id", new_values."name", new_values."number", new_values."opens_at", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."pod_id", new_values."rounds", new_values."rule", new_values."settled_at", new_values."turn_minutes" FROM ( SELECT new_values.* FROM old_values FULL JOIN new_values ON (old_values."id") = (new_values."id") WHERE num_nulls(new_values."id") = 0 AND (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="11543cd9a875b3d3ee9412f2e81eb678c33b469b",
                                level="STATEMENT",
                                operation="UPDATE",
                                pgid="pgtrigger_update_update_38979",
                                referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                table="teams_peak",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="delete_delete",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_peakevent" ("free_at", "id", "made_at", "made_by_id", "name", "number", "opens_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pod_id", "rounds", "rule", "settled_at", "turn_minutes") SELECT old_values."free_at", old_values."id", old_values."made_at", old_values."made_by_id", old_values."name", old_values."number", old_values."opens_at", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."pod_id", old_values."rounds", old_values."rule", old_values."settled_at", old_values."turn_minutes" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                hash="20664629d8a699637276f18f0c81396f683cf67d",
                                level="STATEMENT",
                                operation="DELETE",
                                pgid="pgtrigger_delete_delete_38b13",
                                referencing="REFERENCING OLD TABLE AS old_values ",
                                table="teams_peak",
                                when="AFTER",
                            ),
                        ),
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="peakevent",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="append_only",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                hash="32364dc17d357f8623a4a5b185ed0c72d775d596",
                                operation="UPDATE OR DELETE",
                                pgid="pgtrigger_append_only_260ed",
                                table="teams_peakevent",
                                when="BEFORE",
                            ),
                        )
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="peakshare",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="insert_insert",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_peakshareevent" ("first", "id", "last", "name", "peak_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."first", new_values."id", new_values."last", new_values."name", new_values."peak_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="f2f703dddaceeb606ccec859eaa51b52deb8b819",
                                level="STATEMENT",
                                operation="INSERT",
                                pgid="pgtrigger_insert_insert_39752",
                                referencing="REFERENCING NEW TABLE AS new_values ",
                                table="teams_peakshare",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="update_update",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_peakshareevent" ("first", "id", "last", "name", "peak_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."first", new_values."id", new_values."last", new_values."name", new_values."peak_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id" FROM ( SELECT new_values.* FROM old_values FULL JOIN new_values ON (old_values."id") = (new_values."id") WHERE num_nulls(new_values."id") = 0 AND (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="287c8aaa951e77c74770720968c4cbdba1274ee3",
                                level="STATEMENT",
                                operation="UPDATE",
                                pgid="pgtrigger_update_update_9ee1d",
                                referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                table="teams_peakshare",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="delete_delete",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_peakshareevent" ("first", "id", "last", "name", "peak_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."first", old_values."id", old_values."last", old_values."name", old_values."peak_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                hash="90543ff3d5c508efd6c1a4983cbb2e474d17b8f5",
                                level="STATEMENT",
                                operation="DELETE",
                                pgid="pgtrigger_delete_delete_00e97",
                                referencing="REFERENCING OLD TABLE AS old_values ",
                                table="teams_peakshare",
                                when="AFTER",
                            ),
                        ),
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="peakentryevent",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="append_only",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                hash="0884502f1877b0b914f8a593e927ff8663027963",
                                operation="UPDATE OR DELETE",
                                pgid="pgtrigger_append_only_64c65",
                                table="teams_peakentryevent",
                                when="BEFORE",
                            ),
                        )
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="peakentry",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="insert_insert",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_peakentryevent" ("id", "member_id", "peak_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "share_id", "wishes") SELECT new_values."id", new_values."member_id", new_values."peak_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."share_id", new_values."wishes" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="85d60bf93e95748b7cc230b272f8b012b6d679bc",
                                level="STATEMENT",
                                operation="INSERT",
                                pgid="pgtrigger_insert_insert_82a99",
                                referencing="REFERENCING NEW TABLE AS new_values ",
                                table="teams_peakentry",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="update_update",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_peakentryevent" ("id", "member_id", "peak_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "share_id", "wishes") SELECT new_values."id", new_values."member_id", new_values."peak_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."share_id", new_values."wishes" FROM ( SELECT new_values.* FROM old_values FULL JOIN new_values ON (old_values."id") = (new_values."id") WHERE num_nulls(new_values."id") = 0 AND (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="a129c23f5b6c25c64cf81082204ea2d6d809356c",
                                level="STATEMENT",
                                operation="UPDATE",
                                pgid="pgtrigger_update_update_5e3c8",
                                referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                table="teams_peakentry",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="delete_delete",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_peakentryevent" ("id", "member_id", "peak_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "share_id", "wishes") SELECT old_values."id", old_values."member_id", old_values."peak_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."share_id", old_values."wishes" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                hash="f981a4d02fbad9d2fe21160b4c0e57fc82fdcd82",
                                level="STATEMENT",
                                operation="DELETE",
                                pgid="pgtrigger_delete_delete_b4d64",
                                referencing="REFERENCING OLD TABLE AS old_values ",
                                table="teams_peakentry",
                                when="AFTER",
                            ),
                        ),
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="peakshareevent",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="append_only",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                hash="93f93fda0d0cb31f6b5b566f5e8e4316f15a69cb",
                                operation="UPDATE OR DELETE",
                                pgid="pgtrigger_append_only_46e8e",
                                table="teams_peakshareevent",
                                when="BEFORE",
                            ),
                        )
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="peakturn",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="insert_insert",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_peakturnevent" ("again", "days_last_time", "ends_at", "id", "member_id", "peak_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "round", "share_id", "state") SELECT new_values."again", new_values."days_last_time", new_values."ends_at", new_values."id", new_values."member_id", new_values."peak_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."place", new_values."round", new_values."share_id", new_values."state" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="1514660521ee2bf8ecf66588b35e536fdfa42169",
                                level="STATEMENT",
                                operation="INSERT",
                                pgid="pgtrigger_insert_insert_d2bee",
                                referencing="REFERENCING NEW TABLE AS new_values ",
                                table="teams_peakturn",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="update_update",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_peakturnevent" ("again", "days_last_time", "ends_at", "id", "member_id", "peak_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "round", "share_id", "state") SELECT new_values."again", new_values."days_last_time", new_values."ends_at", new_values."id", new_values."member_id", new_values."peak_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."place", new_values."round", new_values."share_id", new_values."state" FROM ( SELECT new_values.* FROM old_values FULL JOIN new_values ON (old_values."id") = (new_values."id") WHERE num_nulls(new_values."id") = 0 AND (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="8049020c232d4b0a830b746b6ebcfb585937e2a4",
                                level="STATEMENT",
                                operation="UPDATE",
                                pgid="pgtrigger_update_update_7b05f",
                                referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                table="teams_peakturn",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="delete_delete",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_peakturnevent" ("again", "days_last_time", "ends_at", "id", "member_id", "peak_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "round", "share_id", "state") SELECT old_values."again", old_values."days_last_time", old_values."ends_at", old_values."id", old_values."member_id", old_values."peak_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."place", old_values."round", old_values."share_id", old_values."state" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                hash="3f5f5804225693f2effb6697f7bab51449f3c85d",
                                level="STATEMENT",
                                operation="DELETE",
                                pgid="pgtrigger_delete_delete_a3788",
                                referencing="REFERENCING OLD TABLE AS old_values ",
                                table="teams_peakturn",
                                when="AFTER",
                            ),
                        ),
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="peakturnevent",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="append_only",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                hash="5785be2334f49135cfe9bbbfdaa6469a88ba58b7",
                                operation="UPDATE OR DELETE",
                                pgid="pgtrigger_append_only_9f8ff",
                                table="teams_peakturnevent",
                                when="BEFORE",
                            ),
                        )
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="schoolholidayevent",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="append_only",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                hash="d4bdecb3838f0ad9aed8da448f3d0a37ba48896c",
                                operation="UPDATE OR DELETE",
                                pgid="pgtrigger_append_only_14720",
                                table="teams_schoolholidayevent",
                                when="BEFORE",
                            ),
                        )
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="timeentry",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="only_added",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                hash="0d28d64c813d657c58ad74da01d67ff5c6882f45",
                                operation="UPDATE OR DELETE",
                                pgid="pgtrigger_only_added_7107e",
                                table="teams_timeentry",
                                when="BEFORE",
                            ),
                        )
                    ],
                ),
            ],
        ),
    ]
