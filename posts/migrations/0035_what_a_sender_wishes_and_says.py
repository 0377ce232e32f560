from django.db import migrations, models

from audit.append_only import AppendOnly, LiftAppendOnly


class Migration(migrations.Migration):
    dependencies = [("channels", "0007_which_one_was_there_before"), ("posts", "0034_earlier_answers_stand")]

    operations = [
        LiftAppendOnly("version"),
        migrations.AddField("draft", "photographer_said_yes", models.BooleanField(default=False)),
        migrations.AddField("version", "photographer_said_yes", models.BooleanField(default=False)),
        AppendOnly("version"),
        migrations.AddField(
            "draft", "message", models.TextField(blank=True, default=""), preserve_default=False
        ),
        migrations.AddField(
            "post",
            "wished_channels",
            models.ManyToManyField("channels.channel", blank=True, related_name="+"),
        ),
    ]
