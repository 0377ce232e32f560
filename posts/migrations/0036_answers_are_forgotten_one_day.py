from django.db import migrations, models

from audit.append_only import AppendOnlyUntilOld, LiftAppendOnly

METHODS = [
    ("read_aloud", "Frågade på plats"),
    ("phone", "Svarade på inskickarens telefon"),
    ("link", "Svarade på egen telefon"),
    ("in_office", "Företrädare i tjänsten"),
    ("before", "Sagt av den som skickade in, innan svaren sparades"),
]


class Migration(migrations.Migration):
    dependencies = [("posts", "0035_what_a_sender_wishes_and_says")]

    operations = [
        LiftAppendOnly("consentanswer"),
        migrations.AlterField("consentanswer", "method", models.CharField(choices=METHODS, max_length=10)),
        migrations.AlterField("consentrequest", "method", models.CharField(choices=METHODS, max_length=10)),
        AppendOnlyUntilOld("consentanswer", moment="at", days=365),
    ]
