import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("posts", "0036_answers_are_forgotten_one_day")]

    operations = [
        migrations.CreateModel(
            name="CaseReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("mail", models.CharField(choices=[("waiting", "Väntar"), ("begun", "Skickas"), ("sent", "Skickat"), ("unclear", "Oklart"), ("refused", "Gick inte att skicka"), ("unwanted", "Behövs inte")], default="waiting", max_length=10)),
                ("mail_at", models.DateTimeField(blank=True, null=True)),
                ("not_before", models.DateTimeField(default=django.utils.timezone.now)),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("address", models.EmailField(blank=True, max_length=254)),
                ("language", models.CharField(default="sv", max_length=5)),
                # The case has a field of the name that leads back: until the next migration but one.
                ("case", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="posts.takedowncase")),
            ],
            options={
                "verbose_name": "kvitto på en nedtagning",
                "verbose_name_plural": "kvitton på nedtagningar",
                "ordering": ("-pk",),
            },
        ),
        migrations.AddIndex(
            model_name="casereceipt",
            index=models.Index(condition=models.Q(("mail__in", ("waiting", "begun"))), fields=["not_before", "id"], name="posts_case_receipts_to_mail"),
        ),
        migrations.AddConstraint(
            model_name="casereceipt",
            constraint=models.CheckConstraint(condition=models.Q(("mail__in", ["waiting", "begun", "sent", "unclear", "refused", "unwanted"])), name="posts_case_receipt_mail_known"),
        ),
    ]
