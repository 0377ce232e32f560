import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("posts", "0038_receipts_that_are_written")]

    operations = [
        migrations.RemoveIndex(model_name="takedowncase", name="posts_receipts_to_mail"),
        migrations.RemoveField(model_name="takedowncase", name="receipt"),
        migrations.RemoveField(model_name="takedowncase", name="receipt_not_before"),
        migrations.RemoveField(model_name="takedowncase", name="receipt_tries"),
        migrations.AlterField(
            model_name="casereceipt",
            name="case",
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="receipt", to="posts.takedowncase"),
        ),
    ]
