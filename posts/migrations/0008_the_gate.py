from django.db import migrations


def put_up_the_gate(apps, _schema_editor):
    """The row that every commit call passes, so that a stop can wait for those who are passing."""
    apps.get_model("posts", "PublishingStop").objects.get_or_create(id=1)


class Migration(migrations.Migration):
    dependencies = [("posts", "0007_orders_are_append_only")]

    operations = [migrations.RunPython(put_up_the_gate, migrations.RunPython.noop)]
