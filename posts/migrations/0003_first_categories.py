from django.db import migrations

NAMES = (
    "Arbetsplatsbesök",
    "Kommande aktivitet",
    "Genomförd aktivitet",
    "Kampanj",
    "Debatt",
    "Seminarium",
    "Nyhet på webben",
    "Intressant länk",
    "Nytt material",
    "Annat",
)


def add(apps, schema_editor):
    category = apps.get_model("posts", "Category")
    for position, name in enumerate(NAMES):
        category.objects.get_or_create(name=name, defaults={"position": position})


class Migration(migrations.Migration):
    dependencies = [("posts", "0002_history_is_append_only")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
