"""What the worker runs for people: the post, and what is asked once a year."""

from celery import shared_task
from django.utils import timezone

from accounts import attestation, letters, mailing, pushing
from accounts.models import Notice


@shared_task
def deliver() -> None:
    """Every few seconds: mail what people are to be told."""
    mailing.deliver(Notice.objects.select_related("person"), letters.to, timezone.now())


@shared_task
def show_on_phones() -> None:
    """Every few seconds: what people are to be told, on the phones that want it."""
    pushing.deliver(timezone.now())


@shared_task
def ask_about_likes() -> None:
    """Now and then: in January, ask everybody who was not asked yet."""
    attestation.ask_everybody(timezone.now())
