from django.db import migrations


def keep_what_is_mailed_or_was(apps, _schema_editor):
    """
    Of a case that is closed the receipt is written. Where a mail was begun, nobody knows whether it came; an open case
    keeps the address until it is closed.
    """
    Case, Receipt = apps.get_model("posts", "TakedownCase"), apps.get_model("posts", "CaseReceipt")
    for case in Case.objects.filter(closed_at__isnull=False).exclude(receipt="none"):
        is_waiting = case.receipt == "waiting"
        Receipt.objects.create(
            case=case,
            created_at=case.closed_at,
            mail="unclear" if case.receipt == "begun" else case.receipt,
            mail_at=None if is_waiting else case.closed_at,
            address=case.receipt_to if is_waiting else "",
            language=case.receipt_language,
        )
        case.receipt_to = ""
        case.save(update_fields=["receipt_to"])


class Migration(migrations.Migration):
    dependencies = [("posts", "0037_a_cases_receipt")]

    operations = [migrations.RunPython(keep_what_is_mailed_or_was, migrations.RunPython.noop)]
