from django.db import migrations

from audit.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("posts", "0001_initial")]

    operations = [
        AppendOnly("version"),
        AppendOnly("versionmedia"),
        AppendOnly("versionchannel"),
        AppendOnly("transition"),
        AppendOnly("approval"),
    ]
