"""Finding what dead workers left behind."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from audit import log
from channels.errors import Unconfirmed
from posts.models import Outcome, Publication, PublicationStatus
from posts.publishing.looking import ask_where_nobody_can_look
from posts.publishing.planning import expire
from posts.publishing.removing import sweep_removals
from posts.publishing.rows import close
from posts.publishing.settling import announce

TOLD_BY_NOW = timedelta(seconds=30)
"""How long after its receipt a publication has been announced, unless its worker died in between."""


def sweep(now: datetime) -> int:
    """Find the leases of dead workers, and what they left unsaid. Returns how many publications were freed."""
    expire(now)
    sweep_removals(now)
    ask_where_nobody_can_look()
    for publication in Publication.objects.unannounced(now - TOLD_BY_NOW):
        announce(publication)
    return sum(free(publication, now) for publication in Publication.objects.with_dead_lease(now))


def free(publication: Publication, now: datetime) -> bool:
    """Raise the fence, so that the lost worker cannot come back, and call the row what it is."""
    begun = publication.status == PublicationStatus.COMMITTING
    status = {
        PublicationStatus.STAGING: PublicationStatus.QUEUED,
        PublicationStatus.COMMITTING: PublicationStatus.UNCONFIRMED,
    }.get(PublicationStatus(publication.status), publication.status)
    with transaction.atomic():
        freed = Publication.objects.filter(
            pk=publication.pk, fence=publication.fence, status=publication.status, claimed_until__lt=now
        ).update(status=status, fence=F("fence") + 1, claimed_until=None, not_before=now, woken_at=None)
        if freed and begun:
            lost = Unconfirmed("worker_lost")
            close(publication.attempts.filter(outcome=Outcome.OPEN).first(), Outcome.UNCONFIRMED, lost)
            log.record("publication.unconfirmed", publication, post=publication.post_id, code=lost.code)
    return bool(freed)
