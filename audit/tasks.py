"""The chain is proved once a day, so that the pages can say how it is without walking it."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from audit import log
from audit.models import Proof

EVERY = timedelta(days=1)


@shared_task(ignore_result=True)
def prove_daily() -> None:
    """The clock remembers nothing when it dies: when it was done last stands in the database."""
    if not Proof.objects.filter(at__gt=timezone.now() - EVERY).exists():
        log.prove()
