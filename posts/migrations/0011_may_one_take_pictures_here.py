from django.db import migrations, models

from audit.append_only import AppendOnly, LiftAppendOnly

ANSWERS = [("allowed", "Ja"), ("forbidden", "Nej, fotoförbud"), ("unknown", "Vet inte")]


class Migration(migrations.Migration):
    dependencies = [("posts", "0010_what_media_look_like")]

    operations = [
        LiftAppendOnly("version"),
        migrations.AddField("draft", "site", models.CharField(blank=True, choices=ANSWERS, max_length=20, default=""), preserve_default=False),
        migrations.AddField("version", "site", models.CharField(blank=True, choices=ANSWERS, max_length=20, default=""), preserve_default=False),
        AppendOnly("version"),
    ]
