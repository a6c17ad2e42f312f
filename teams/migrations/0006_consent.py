import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import cxportal.core.tables


class Migration(migrations.Migration):
    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("teams", "0005_fairness"),
    ]

    operations = [
        cxportal.core.tables.CreateTables(
            operations=[
                migrations.CreateModel(
                    name="Proposal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField(verbose_name="proposal")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("change", "Change of the agreement"),
                                    ("exception", "Exception for one case"),
                                ],
                                default="change",
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("title", models.CharField(max_length=120, verbose_name="title")),
                        ("reason", models.CharField(blank=True, max_length=1000, verbose_name="why")),
                        ("subject", models.JSONField(blank=True, default=dict)),
                        ("subject_key", models.CharField(blank=True, max_length=80)),
                        ("effect", models.JSONField(blank=True, default=list)),
                        ("effective_from", models.DateTimeField(blank=True, null=True, verbose_name="in force from")),
                        (
                            "share",
                            models.DecimalField(decimal_places=4, max_digits=5, verbose_name="share that must consent"),
                        ),
                        ("opened_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="opened")),
                        ("closes_at", models.DateTimeField(verbose_name="closes")),
                        ("remind_at", models.DateTimeField()),
                        ("reminded_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "Open"),
                                    ("adopted", "Adopted"),
                                    ("objected", "Objected to"),
                                    ("lapsed", "Lapsed"),
                                    ("withdrawn", "Withdrawn"),
                                ],
                                default="open",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "why",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("share", "too few consented"),
                                    ("limit", "outside what the company allows by now"),
                                    ("gone", "the case has passed or changed"),
                                ],
                                max_length=10,
                                verbose_name="why it lapsed",
                            ),
                        ),
                        ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                        (
                            "amends",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="amendments",
                                to="teams.proposal",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="proposals",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "pod",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="proposals", to="teams.pod"
                            ),
                        ),
                        (
                            "version",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="proposal",
                                to="teams.agreementversion",
                                verbose_name="version",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pod_id", "-number"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "open")), fields=["closes_at"], name="proposal_due"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("pod", "number"), name="proposal_number"),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "open"), models.Q(("subject_key", ""), _negated=True)),
                                fields=("pod", "subject_key"),
                                name="proposal_one_open_case",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("closes_at__gt", models.F("opened_at"))), name="proposal_takes_time"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("share__gte", 0.5), ("share__lte", 1)), name="proposal_share"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("closed_at__isnull", True), ("state", "open")),
                                    models.Q(models.Q(("state", "open"), _negated=True), ("closed_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="proposal_closed_once_decided",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("version__isnull", True),
                                    models.Q(("kind", "change"), ("state", "adopted")),
                                    _connector="OR",
                                ),
                                name="proposal_version_adopted",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "lapsed"), models.Q(("why", ""), _negated=True)),
                                    models.Q(models.Q(("state", "lapsed"), _negated=True), ("why", "")),
                                    _connector="OR",
                                ),
                                name="proposal_lapsed_why",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProposalEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        ("number", models.PositiveIntegerField(verbose_name="proposal")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("change", "Change of the agreement"),
                                    ("exception", "Exception for one case"),
                                ],
                                default="change",
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("title", models.CharField(max_length=120, verbose_name="title")),
                        ("reason", models.CharField(blank=True, max_length=1000, verbose_name="why")),
                        ("subject", models.JSONField(blank=True, default=dict)),
                        ("subject_key", models.CharField(blank=True, max_length=80)),
                        ("effect", models.JSONField(blank=True, default=list)),
                        ("effective_from", models.DateTimeField(blank=True, null=True, verbose_name="in force from")),
                        (
                            "share",
                            models.DecimalField(decimal_places=4, max_digits=5, verbose_name="share that must consent"),
                        ),
                        ("opened_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="opened")),
                        ("closes_at", models.DateTimeField(verbose_name="closes")),
                        ("remind_at", models.DateTimeField()),
                        ("reminded_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "Open"),
                                    ("adopted", "Adopted"),
                                    ("objected", "Objected to"),
                                    ("lapsed", "Lapsed"),
                                    ("withdrawn", "Withdrawn"),
                                ],
                                default="open",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "why",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("share", "too few consented"),
                                    ("limit", "outside what the company allows by now"),
                                    ("gone", "the case has passed or changed"),
                                ],
                                max_length=10,
                                verbose_name="why it lapsed",
                            ),
                        ),
                        ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                        (
                            "amends",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.proposal",
                            ),
                        ),
                        (
                            "by",
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
                                to="teams.proposal",
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
                            "version",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.agreementversion",
                                verbose_name="version",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [],
                        "constraints": [],
                    },
                ),
                migrations.CreateModel(
                    name="ProposedValue",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=60, verbose_name="bound")),
                        ("value", models.JSONField(verbose_name="proposed")),
                        ("was", models.JSONField(verbose_name="before")),
                        ("open", models.BooleanField(default=True)),
                        (
                            "pod",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="teams.pod"
                            ),
                        ),
                        (
                            "proposal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="values", to="teams.proposal"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                        "indexes": [],
                        "constraints": [
                            models.UniqueConstraint(fields=("proposal", "key"), name="proposed_value_once"),
                            models.UniqueConstraint(
                                condition=models.Q(("open", True)),
                                fields=("pod", "key"),
                                name="proposed_value_one_open",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProposedValueEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        ("key", models.CharField(max_length=60, verbose_name="bound")),
                        ("value", models.JSONField(verbose_name="proposed")),
                        ("was", models.JSONField(verbose_name="before")),
                        ("open", models.BooleanField(default=True)),
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
                                to="teams.proposedvalue",
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
                            "proposal",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.proposal",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [],
                        "constraints": [],
                    },
                ),
                migrations.CreateModel(
                    name="Elector",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "proposal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="electors",
                                to="teams.proposal",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [],
                        "constraints": [models.UniqueConstraint(fields=("proposal", "member"), name="elector_once")],
                    },
                ),
                migrations.CreateModel(
                    name="ElectorEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
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
                                to="teams.elector",
                            ),
                        ),
                        (
                            "proposal",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.proposal",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [],
                        "constraints": [],
                    },
                ),
                migrations.CreateModel(
                    name="Ballot",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "choice",
                            models.CharField(
                                choices=[("consent", "consents"), ("aside", "stands aside"), ("object", "objects")],
                                max_length=10,
                                verbose_name="answer",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=1000, verbose_name="why")),
                        ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                        ("latest", models.BooleanField(default=True)),
                        (
                            "elector",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="ballots", to="teams.elector"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["at", "pk"],
                        "indexes": [],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("latest", True)), fields=("elector",), name="ballot_one_counts"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("choice", "object"), ("reason", ""), _negated=True),
                                name="ballot_objection_has_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("choice__in", ["consent", "aside", "object"])), name="ballot_choice"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BallotEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        (
                            "choice",
                            models.CharField(
                                choices=[("consent", "consents"), ("aside", "stands aside"), ("object", "objects")],
                                max_length=10,
                                verbose_name="answer",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=1000, verbose_name="why")),
                        ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                        ("latest", models.BooleanField(default=True)),
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
                                to="teams.ballot",
                            ),
                        ),
                        (
                            "elector",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.elector",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [],
                        "constraints": [],
                    },
                ),
                migrations.CreateModel(
                    name="Waiver",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("shift_version", models.PositiveIntegerField()),
                        ("grants", models.JSONField(default=dict, verbose_name="lifted")),
                        (
                            "source",
                            models.CharField(
                                choices=[("consent", "the pod consented"), ("override", "emergency override")],
                                max_length=10,
                                verbose_name="by",
                            ),
                        ),
                        ("reason", models.CharField(max_length=1000, verbose_name="why")),
                        ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="taken back")),
                        ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="used")),
                        ("assignment", models.BigIntegerField(blank=True, null=True)),
                        ("rest_duty", models.BigIntegerField(blank=True, null=True)),
                        ("rest_minutes", models.PositiveIntegerField(blank=True, null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
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
                                related_name="waivers",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="for",
                            ),
                        ),
                        (
                            "proposal",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="waiver",
                                to="teams.proposal",
                            ),
                        ),
                        (
                            "shift",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="waivers",
                                to="teams.shift",
                                verbose_name="shift",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-made_at", "-pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("ended_at", None), ("used_at", None)),
                                fields=["member"],
                                name="waiver_alive",
                            ),
                            models.Index(
                                condition=models.Q(("assignment__isnull", False)),
                                fields=["assignment"],
                                name="waiver_of_assignment",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at", None), ("used_at", None)),
                                fields=("shift", "member"),
                                name="waiver_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True), name="waiver_has_reason"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("assignment", None), ("used_at", None)),
                                    models.Q(("assignment__isnull", False), ("used_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="waiver_used_by_a_claim",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WaiverEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        ("shift_version", models.PositiveIntegerField()),
                        ("grants", models.JSONField(default=dict, verbose_name="lifted")),
                        (
                            "source",
                            models.CharField(
                                choices=[("consent", "the pod consented"), ("override", "emergency override")],
                                max_length=10,
                                verbose_name="by",
                            ),
                        ),
                        ("reason", models.CharField(max_length=1000, verbose_name="why")),
                        ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="taken back")),
                        ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="used")),
                        ("assignment", models.BigIntegerField(blank=True, null=True)),
                        ("rest_duty", models.BigIntegerField(blank=True, null=True)),
                        ("rest_minutes", models.PositiveIntegerField(blank=True, null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
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
                                verbose_name="for",
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
                                to="teams.waiver",
                            ),
                        ),
                        (
                            "proposal",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.proposal",
                            ),
                        ),
                        (
                            "shift",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.shift",
                                verbose_name="shift",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [],
                        "constraints": [],
                    },
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="Proposal",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="insert_insert",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_proposalevent" ("amends_id", "by_id", "closed_at", "closes_at", "effect", "effective_from", "id", "kind", "number", "opened_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pod_id", "reason", "remind_at", "reminded_at", "share", "state", "subject", "subject_key", "title", "version_id", "why") SELECT new_values."amends_id", new_values."by_id", new_values."closed_at", new_values."closes_at", new_values."effect", new_values."effective_from", new_values."id", new_values."kind", new_values."number", new_values."opened_at", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."pod_id", new_values."reason", new_values."remind_at", new_values."reminded_at", new_values."share", new_values."state", new_values."subject", new_values."subject_key", new_values."title", new_values."version_id", new_values."why" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="00341ea9e0ad7355895d344d4edd0bf162c0ef6f",
                                level="STATEMENT",
                                operation="INSERT",
                                pgid="pgtrigger_insert_insert_bf985",
                                referencing="REFERENCING NEW TABLE AS new_values ",
                                table="teams_proposal",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="update_update",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_proposalevent" ("amends_id", "by_id", "closed_at", "closes_at", "effect", "effective_from", "id", "kind", "number", "opened_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pod_id", "reason", "remind_at", "reminded_at", "share", "state", "subject", "subject_key", "title", "version_id", "why") SELECT new_values."amends_id", new_values."by_id", new_values."closed_at", new_values."closes_at", new_values."effect", new_values."effective_from", new_values."id", new_values."kind", new_values."number", new_values."opened_at", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."pod_id", new_values."reason", new_values."remind_at", new_values."reminded_at", new_values."share", new_values."state", new_values."subject", new_values."subject_key", new_values."title", new_values."version_id", new_values."why" FROM ( SELECT new_values.* FROM old_values FULL JOIN new_values ON (old_values."id") = (new_values."id") WHERE num_nulls(new_values."id") = 0 AND (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="6ddb9fdf76f75a3c2852515ec33f7902243d6da4",
                                level="STATEMENT",
                                operation="UPDATE",
                                pgid="pgtrigger_update_update_d7537",
                                referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                table="teams_proposal",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="delete_delete",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_proposalevent" ("amends_id", "by_id", "closed_at", "closes_at", "effect", "effective_from", "id", "kind", "number", "opened_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pod_id", "reason", "remind_at", "reminded_at", "share", "state", "subject", "subject_key", "title", "version_id", "why") SELECT old_values."amends_id", old_values."by_id", old_values."closed_at", old_values."closes_at", old_values."effect", old_values."effective_from", old_values."id", old_values."kind", old_values."number", old_values."opened_at", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."pod_id", old_values."reason", old_values."remind_at", old_values."reminded_at", old_values."share", old_values."state", old_values."subject", old_values."subject_key", old_values."title", old_values."version_id", old_values."why" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                hash="1b4941e0e654e47cc0729f36c46c503935a6860f",
                                level="STATEMENT",
                                operation="DELETE",
                                pgid="pgtrigger_delete_delete_78027",
                                referencing="REFERENCING OLD TABLE AS old_values ",
                                table="teams_proposal",
                                when="AFTER",
                            ),
                        ),
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="ProposalEvent",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="append_only",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                hash="6d63b33981f1e5f03852b20dbe1d2fa736b028bf",
                                operation="UPDATE OR DELETE",
                                pgid="pgtrigger_append_only_3fb71",
                                table="teams_proposalevent",
                                when="BEFORE",
                            ),
                        )
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="ProposedValue",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="insert_insert",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_proposedvalueevent" ("id", "key", "open", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pod_id", "proposal_id", "value", "was") SELECT new_values."id", new_values."key", new_values."open", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."pod_id", new_values."proposal_id", new_values."value", new_values."was" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="9160b9a165c962abbf37edc897258926f014df82",
                                level="STATEMENT",
                                operation="INSERT",
                                pgid="pgtrigger_insert_insert_8d5dd",
                                referencing="REFERENCING NEW TABLE AS new_values ",
                                table="teams_proposedvalue",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="update_update",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_proposedvalueevent" ("id", "key", "open", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pod_id", "proposal_id", "value", "was") SELECT new_values."id", new_values."key", new_values."open", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."pod_id", new_values."proposal_id", new_values."value", new_values."was" FROM ( SELECT new_values.* FROM old_values FULL JOIN new_values ON (old_values."id") = (new_values."id") WHERE num_nulls(new_values."id") = 0 AND (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="2e133770cf279c6be8a80580417edae70f5a3f6a",
                                level="STATEMENT",
                                operation="UPDATE",
                                pgid="pgtrigger_update_update_ad204",
                                referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                table="teams_proposedvalue",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="delete_delete",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_proposedvalueevent" ("id", "key", "open", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pod_id", "proposal_id", "value", "was") SELECT old_values."id", old_values."key", old_values."open", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."pod_id", old_values."proposal_id", old_values."value", old_values."was" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                hash="f0accf2ffe8b75b338937dc67f786b53e11dd07c",
                                level="STATEMENT",
                                operation="DELETE",
                                pgid="pgtrigger_delete_delete_c3db2",
                                referencing="REFERENCING OLD TABLE AS old_values ",
                                table="teams_proposedvalue",
                                when="AFTER",
                            ),
                        ),
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="ProposedValueEvent",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="append_only",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                hash="687f62b82ffb30c0b36df1ab6d9c28808ed5c783",
                                operation="UPDATE OR DELETE",
                                pgid="pgtrigger_append_only_fe7ff",
                                table="teams_proposedvalueevent",
                                when="BEFORE",
                            ),
                        )
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="Elector",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="insert_insert",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_electorevent" ("id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposal_id") SELECT new_values."id", new_values."member_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."proposal_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="9d0e4acafb45101a0c231a70950e257a64339a7c",
                                level="STATEMENT",
                                operation="INSERT",
                                pgid="pgtrigger_insert_insert_23def",
                                referencing="REFERENCING NEW TABLE AS new_values ",
                                table="teams_elector",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="update_update",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_electorevent" ("id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposal_id") SELECT new_values."id", new_values."member_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."proposal_id" FROM ( SELECT new_values.* FROM old_values FULL JOIN new_values ON (old_values."id") = (new_values."id") WHERE num_nulls(new_values."id") = 0 AND (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="19280598d61180e7c51d103324eea34819d20e6c",
                                level="STATEMENT",
                                operation="UPDATE",
                                pgid="pgtrigger_update_update_96bd7",
                                referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                table="teams_elector",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="delete_delete",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_electorevent" ("id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposal_id") SELECT old_values."id", old_values."member_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."proposal_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                hash="fbec3c63b1098398e2032806c37a55a9d160a644",
                                level="STATEMENT",
                                operation="DELETE",
                                pgid="pgtrigger_delete_delete_39a09",
                                referencing="REFERENCING OLD TABLE AS old_values ",
                                table="teams_elector",
                                when="AFTER",
                            ),
                        ),
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="ElectorEvent",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="append_only",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                hash="9edb4194880e0453a137401d647d472974bdc0f0",
                                operation="UPDATE OR DELETE",
                                pgid="pgtrigger_append_only_883f0",
                                table="teams_electorevent",
                                when="BEFORE",
                            ),
                        )
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="Ballot",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="insert_insert",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_ballotevent" ("at", "choice", "elector_id", "id", "latest", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") SELECT new_values."at", new_values."choice", new_values."elector_id", new_values."id", new_values."latest", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="893d5a0b8680112639f05df0fd62f9cb9cc69ed0",
                                level="STATEMENT",
                                operation="INSERT",
                                pgid="pgtrigger_insert_insert_2a5e6",
                                referencing="REFERENCING NEW TABLE AS new_values ",
                                table="teams_ballot",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="update_update",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_ballotevent" ("at", "choice", "elector_id", "id", "latest", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") SELECT new_values."at", new_values."choice", new_values."elector_id", new_values."id", new_values."latest", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason" FROM ( SELECT new_values.* FROM old_values FULL JOIN new_values ON (old_values."id") = (new_values."id") WHERE num_nulls(new_values."id") = 0 AND (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="057b264aa2b36904a4aeb24ebd52946f2c0c131d",
                                level="STATEMENT",
                                operation="UPDATE",
                                pgid="pgtrigger_update_update_c07f6",
                                referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                table="teams_ballot",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="delete_delete",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_ballotevent" ("at", "choice", "elector_id", "id", "latest", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") SELECT old_values."at", old_values."choice", old_values."elector_id", old_values."id", old_values."latest", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                hash="f793533a6d0449559565b1120b428611bbda32f8",
                                level="STATEMENT",
                                operation="DELETE",
                                pgid="pgtrigger_delete_delete_fb996",
                                referencing="REFERENCING OLD TABLE AS old_values ",
                                table="teams_ballot",
                                when="AFTER",
                            ),
                        ),
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="BallotEvent",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="append_only",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                hash="59c31172ba6fddd02139cbf7436b8a89e1086cc9",
                                operation="UPDATE OR DELETE",
                                pgid="pgtrigger_append_only_b516e",
                                table="teams_ballotevent",
                                when="BEFORE",
                            ),
                        )
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="Waiver",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="insert_insert",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_waiverevent" ("assignment", "by_id", "ended_at", "grants", "id", "made_at", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposal_id", "reason", "rest_duty", "rest_minutes", "shift_id", "shift_version", "source", "used_at") SELECT new_values."assignment", new_values."by_id", new_values."ended_at", new_values."grants", new_values."id", new_values."made_at", new_values."member_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."proposal_id", new_values."reason", new_values."rest_duty", new_values."rest_minutes", new_values."shift_id", new_values."shift_version", new_values."source", new_values."used_at" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="092d8a734192dc668b3e250a0dfa15dae22ff6cd",
                                level="STATEMENT",
                                operation="INSERT",
                                pgid="pgtrigger_insert_insert_1bd17",
                                referencing="REFERENCING NEW TABLE AS new_values ",
                                table="teams_waiver",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="update_update",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_waiverevent" ("assignment", "by_id", "ended_at", "grants", "id", "made_at", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposal_id", "reason", "rest_duty", "rest_minutes", "shift_id", "shift_version", "source", "used_at") SELECT new_values."assignment", new_values."by_id", new_values."ended_at", new_values."grants", new_values."id", new_values."made_at", new_values."member_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."proposal_id", new_values."reason", new_values."rest_duty", new_values."rest_minutes", new_values."shift_id", new_values."shift_version", new_values."source", new_values."used_at" FROM ( SELECT new_values.* FROM old_values FULL JOIN new_values ON (old_values."id") = (new_values."id") WHERE num_nulls(new_values."id") = 0 AND (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                hash="e45e660f52a15856d99c283eb2b51cc0112652e0",
                                level="STATEMENT",
                                operation="UPDATE",
                                pgid="pgtrigger_update_update_4903b",
                                referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                table="teams_waiver",
                                when="AFTER",
                            ),
                        ),
                        pgtrigger.compiler.Trigger(
                            name="delete_delete",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_waiverevent" ("assignment", "by_id", "ended_at", "grants", "id", "made_at", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposal_id", "reason", "rest_duty", "rest_minutes", "shift_id", "shift_version", "source", "used_at") SELECT old_values."assignment", old_values."by_id", old_values."ended_at", old_values."grants", old_values."id", old_values."made_at", old_values."member_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."proposal_id", old_values."reason", old_values."rest_duty", old_values."rest_minutes", old_values."shift_id", old_values."shift_version", old_values."source", old_values."used_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                hash="8c209ebe8939d9ef752c9585843b6feb024023c7",
                                level="STATEMENT",
                                operation="DELETE",
                                pgid="pgtrigger_delete_delete_cb218",
                                referencing="REFERENCING OLD TABLE AS old_values ",
                                table="teams_waiver",
                                when="AFTER",
                            ),
                        ),
                    ],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name="WaiverEvent",
                    triggers=[
                        pgtrigger.compiler.Trigger(
                            name="append_only",
                            sql=pgtrigger.compiler.UpsertTriggerSql(
                                func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                hash="990969e174d690a0c709bcb53b430af1998bbf98",
                                operation="UPDATE OR DELETE",
                                pgid="pgtrigger_append_only_06a5f",
                                table="teams_waiverevent",
                                when="BEFORE",
                            ),
                        )
                    ],
                ),
            ],
        ),
    ]
