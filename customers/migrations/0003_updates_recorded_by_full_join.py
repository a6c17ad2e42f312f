"""Updates are recorded by a full join: a plan made for one row stays quick for many (docs/decisions/0017)."""

from django.db import migrations

from cxportal.core.tables import RewriteTriggers


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_customer_always_owned")]
    operations = [
        RewriteTriggers(
            "update_update",
            r'FROM old_values JOIN new_values ON \((old_values\."\w+")\) = \((new_values\."\w+")\) WHERE ',
            r"FROM old_values FULL JOIN new_values ON (\1) = (\2) WHERE num_nulls(\2) = 0 AND ",
        )
    ]
