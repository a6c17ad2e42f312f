import cxportal.core.tables
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import teams.people.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        cxportal.core.tables.CreateTables(
            operations=[
                migrations.CreateModel(
                    name='User',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('email', models.EmailField(max_length=254, null=True, unique=True, verbose_name='email')),
                        ('name', models.CharField(max_length=120, verbose_name='name')),
                        ('external_id', models.CharField(blank=True, max_length=120, null=True, unique=True, verbose_name='external id')),
                        ('category', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(8)], verbose_name='colour')),
                        ('zone', models.CharField(blank=True, max_length=64, validators=[teams.people.models.validate_zone], verbose_name='time zone')),
                        ('language', models.CharField(default='en', max_length=12, verbose_name='language')),
                        ('theme', models.CharField(blank=True, choices=[('', 'As the device'), ('light', 'Light'), ('dark', 'Dark')], default='', max_length=5, verbose_name='theme')),
                        ('shortcuts', models.BooleanField(default=True, verbose_name='single-letter shortcuts')),
                        ('is_active', models.BooleanField(default=True, verbose_name='active')),
                        ('deactivated_at', models.DateTimeField(blank=True, null=True)),
                        ('date_joined', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_any_case'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='user_has_name')],
                        'indexes': [],
                    },
                    managers=[
                        ('objects', teams.people.models.UserManager()),
                    ],
                ),
                migrations.CreateModel(
                    name='UserEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('id', models.BigIntegerField()),
                        ('email', models.EmailField(max_length=254, null=True, verbose_name='email')),
                        ('name', models.CharField(max_length=120, verbose_name='name')),
                        ('external_id', models.CharField(blank=True, max_length=120, null=True, verbose_name='external id')),
                        ('category', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(8)], verbose_name='colour')),
                        ('zone', models.CharField(blank=True, max_length=64, validators=[teams.people.models.validate_zone], verbose_name='time zone')),
                        ('language', models.CharField(default='en', max_length=12, verbose_name='language')),
                        ('theme', models.CharField(blank=True, choices=[('', 'As the device'), ('light', 'Light'), ('dark', 'Dark')], default='', max_length=5, verbose_name='theme')),
                        ('shortcuts', models.BooleanField(default=True, verbose_name='single-letter shortcuts')),
                        ('is_active', models.BooleanField(default=True, verbose_name='active')),
                        ('deactivated_at', models.DateTimeField(blank=True, null=True)),
                        ('date_joined', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'abstract': False,
                        'indexes': [],
                        'constraints': [],
                    },
                ),
                cxportal.core.tables.AddTriggers(
                    model_name='user',
                    triggers=[pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_userevent" ("category", "date_joined", "deactivated_at", "email", "external_id", "id", "is_active", "language", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shortcuts", "theme", "zone") SELECT new_values."category", new_values."date_joined", new_values."deactivated_at", new_values."email", new_values."external_id", new_values."id", new_values."is_active", new_values."language", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."shortcuts", new_values."theme", new_values."zone" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='0418e7af48e0a04e699d79b1af207cde8b0b4197', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_640a3', referencing='REFERENCING NEW TABLE AS new_values ', table='teams_user', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_userevent" ("category", "date_joined", "deactivated_at", "email", "external_id", "id", "is_active", "language", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shortcuts", "theme", "zone") SELECT new_values."category", new_values."date_joined", new_values."deactivated_at", new_values."email", new_values."external_id", new_values."id", new_values."is_active", new_values."language", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."shortcuts", new_values."theme", new_values."zone" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."category" IS DISTINCT FROM (new_values."category") OR old_values."date_joined" IS DISTINCT FROM (new_values."date_joined") OR old_values."deactivated_at" IS DISTINCT FROM (new_values."deactivated_at") OR old_values."email" IS DISTINCT FROM (new_values."email") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."language" IS DISTINCT FROM (new_values."language") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."shortcuts" IS DISTINCT FROM (new_values."shortcuts") OR old_values."theme" IS DISTINCT FROM (new_values."theme") OR old_values."zone" IS DISTINCT FROM (new_values."zone")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='add571691ecaa0d9313e64bbe89d6ac7eb5b9bf7', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_5a40a', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='teams_user', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "teams_userevent" ("category", "date_joined", "deactivated_at", "email", "external_id", "id", "is_active", "language", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shortcuts", "theme", "zone") SELECT old_values."category", old_values."date_joined", old_values."deactivated_at", old_values."email", old_values."external_id", old_values."id", old_values."is_active", old_values."language", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."shortcuts", old_values."theme", old_values."zone" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='69dd250e2c9c2421d8dd640cb195f9eb1fdc959f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_2c6e6', referencing='REFERENCING OLD TABLE AS old_values ', table='teams_user', when='AFTER'))],
                ),
                cxportal.core.tables.AddTriggers(
                    model_name='userevent',
                    triggers=[pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='99536b94ae044468df887d37a84cb837554cd45b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ddad6', table='teams_userevent', when='BEFORE'))],
                ),
            ],
        ),
    ]
