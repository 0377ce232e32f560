"""What the worker runs for people: the post."""

from celery import shared_task
from django.utils import timezone

from accounts import notices


@shared_task
def deliver() -> None:
    """Every few seconds: mail what people are to be told."""
    notices.deliver(timezone.now())
