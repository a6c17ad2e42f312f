"""The function that records who changed a row must stand before any row with history is changed.

allauth's own data migrations change users, which are tracked; without this order they would run
before pghistory has made its function.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial"), ("pghistory", "0007_auto_20250421_0444")]
    run_before = [("account", "0006_emailaddress_lower")]
    operations: list[migrations.operations.base.Operation] = []
