from django.db import migrations
from django.db.models import Min


def say_which(apps, schema_editor):
    """The first of each platform goes by the platform's name alone."""
    channels = apps.get_model("channels", "Channel").objects.using(schema_editor.connection.alias)
    firsts = [each["first"] for each in channels.values("platform").annotate(first=Min("pk")).order_by()]
    channels.exclude(pk__in=firsts).update(is_another=True)


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0006_another_of_its_platform'),
    ]

    operations = [migrations.RunPython(say_which, migrations.RunPython.noop)]
