from django.db import migrations
from django.db.models import F

from audit.append_only import AppendOnly


def call_what_is_out_announced(apps, _schema_editor):
    """What came out before there were notices is not news."""
    apps.get_model("posts", "Publication").objects.filter(status="published").update(
        announced_at=F("published_at")
    )


class Migration(migrations.Migration):
    dependencies = [("posts", "0006_plans_holds_and_removals")]

    operations = [
        AppendOnly("takedown"),
        migrations.RunPython(call_what_is_out_announced, migrations.RunPython.noop),
    ]
