"""What the worker runs for the desk."""

from celery import shared_task
from django.utils import timezone

from approvals import outside, silence


@shared_task
def look_outside() -> None:
    """Every minute: read the lists that are due."""
    outside.at_all(timezone.now())


@shared_task
def tell_of_silence() -> None:
    """Every few minutes: whose silence has come to be told."""
    silence.tell_of_silence(timezone.now())
