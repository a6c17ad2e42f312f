from django.db import migrations, models

KINDS = [
    ("claim", "claimed"),
    ("series", "claimed several shifts"),
    ("release", "gave back"),
    ("take", "took over"),
    ("open", "opened the week"),
    ("move", "moved the shift"),
    ("split", "split the shift"),
    ("parts", "changed the activities"),
    ("cancel", "cancelled the shift"),
]


class Migration(migrations.Migration):
    dependencies = [("teams", "0013_offers_end")]

    operations = [
        migrations.AlterField("act", "kind", models.CharField(choices=KINDS, max_length=10)),
        migrations.AlterField("actevent", "kind", models.CharField(choices=KINDS, max_length=10)),
    ]
