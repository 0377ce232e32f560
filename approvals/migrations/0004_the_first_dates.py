from datetime import date

from django.db import migrations

DATES = (
    ("Internationella kvinnodagen", date(2026, 3, 8), True),
    ("Arbetsmiljödagen", date(2026, 4, 28), True),
    ("Valdagen", date(2026, 9, 13), False),
)


def add_dates(apps, schema_editor):
    dates = apps.get_model("approvals", "ImportantDate")
    for name, day, is_yearly in DATES:
        dates.objects.create(name=name, day=day, is_yearly=is_yearly)


class Migration(migrations.Migration):
    dependencies = [("approvals", "0003_the_calendar")]
    operations = [migrations.RunPython(add_dates, migrations.RunPython.noop)]
