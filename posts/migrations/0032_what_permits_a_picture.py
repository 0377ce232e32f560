from django.db import migrations, models

from audit.append_only import AppendOnly, LiftAppendOnly


class Migration(migrations.Migration):
    dependencies = [("posts", "0031_a_file_comes_in_parts")]

    operations = [
        LiftAppendOnly("version"),
        migrations.AddField("draft", "permit", models.CharField("Tillstånd", blank=True, max_length=200, default=""), preserve_default=False),
        migrations.AddField("version", "permit", models.CharField("Tillstånd", blank=True, max_length=200, default=""), preserve_default=False),
        AppendOnly("version"),
    ]
