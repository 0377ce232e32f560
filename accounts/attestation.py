"""
Once a year everybody is asked whether they went through the pages and groups that they like. They say so, and
that is all: nobody looks, here or elsewhere. The only writer of `Attestation`.

What somebody likes tells what they think. It is theirs, and must never be read, asked for or kept.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts import notices
from accounts.models import Attestation, User

if TYPE_CHECKING:
    from django.db.models import QuerySet

MONTH = 1
"""January: the year begins with it."""
LATER = timedelta(days=7)
KIND = "likes_to_review"


def ask_everybody(now: datetime) -> None:
    """In the first month of the year, once. Safe to repeat: whoever came since is asked then."""
    today = timezone.localdate(now)
    if today.month != MONTH:
        return
    people = list(User.objects.filter(is_active=True).exclude(attestations__year=today.year))
    with transaction.atomic():
        rows = [Attestation(person=person, year=today.year) for person in people]
        # The race: two clocks, or somebody who says so at this moment.
        Attestation.objects.bulk_create(rows, ignore_conflicts=True)
        notices.tell(people, KIND, str(today.year), reverse("accounts:likes"), year=today.year)


def of(person: User, year: int) -> Attestation | None:
    return Attestation.objects.filter(person=person, year=year).first()


def is_due(person: User) -> bool:
    """They were asked, have not answered, and do not want to be asked later."""
    asked = of(person, timezone.localdate().year)
    if asked is None or asked.at:
        return False
    return asked.ask_again_at is None or asked.ask_again_at <= timezone.now()


def attest(person: User) -> Attestation:
    """They went through them. Also without having been asked; twice says no more than once."""
    year = timezone.localdate().year
    said, _is_new = Attestation.objects.get_or_create(person=person, year=year)
    Attestation.objects.filter(pk=said.pk, at=None).update(at=timezone.now(), ask_again_at=None)
    said.refresh_from_db()
    return said


def ask_later(person: User) -> None:
    now = timezone.now()
    later = now + LATER
    with transaction.atomic():
        asked, _is_new = Attestation.objects.get_or_create(person=person, year=timezone.localdate(now).year)
        is_open = Attestation.objects.filter(pk=asked.pk, at=None).update(ask_again_at=later)
        if is_open:
            key = f"{asked.year}:{timezone.localdate(later)}"
            path = reverse("accounts:likes")
            notices.tell([person], KIND, key, path, not_before=later, year=asked.year)


def missing(year: int) -> "QuerySet[User]":
    """Those who may sign in, were asked, and have not said so."""
    asked = Attestation.objects.filter(year=year, at=None)
    return User.objects.filter(is_active=True, attestations__in=asked)
