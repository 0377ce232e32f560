"""One publication as a row that workers share: leases, fences, and the trace of each attempt."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from channels.errors import (
    ChannelError,
    Duplicate,
    NotConnected,
    NotReady,
    NotSent,
    OutOfCredit,
    RateLimited,
    Refused,
    Unconfirmed,
)
from posts.models import Attempt, Outcome, Publication, PublishingStop, Removal

BACK_OFF = [timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900, 3600)]
"""How long to wait after the first, second, ... try that did not get through; the last one repeats."""


class TooLateError(Exception):
    """It is no longer so (409): somebody else, or a worker, was faster. Nothing was done."""


class LostLeaseError(Exception):
    """Somebody else holds the publication now: stop without touching anything."""


def lease() -> timedelta:
    return timedelta(seconds=settings.LEASE_SECONDS)


def pass_gate() -> bool:
    """
    Until the end of this transaction nobody stops or pauses anything, and whoever is at it is waited for: a commit call
    has begun before the stop, and is seen by whoever stops, or it never begins. Any number may pass at once. False: all
    publishing is stopped.
    """
    if connection.features.has_select_for_update:  # elsewhere one transaction at a time writes anyway
        with connection.cursor() as cursor:
            cursor.execute("select stopped_at from posts_publishingstop where id = 1 for share")
            return not any(stopped_at for (stopped_at,) in cursor.fetchall())
    return not PublishingStop.objects.filter(stopped_at__isnull=False).exists()


def close_gate() -> PublishingStop:
    """Wait for those who are passing, and let nobody else until the end of this transaction."""
    row, _ = PublishingStop.objects.select_for_update().get_or_create(id=1)
    return row


def lock_all(publications: Iterable[Publication]) -> None:
    """
    Before any line is written in the log: whoever has written one would wait for a row whose holder waits for the log's
    end. In one order everywhere, so that nobody waits in a ring.
    """
    keys = [publication.pk for publication in publications]
    rows = Publication.objects.select_for_update(no_key=True).filter(pk__in=keys)
    list(rows.order_by("pk").values_list("pk"))


def back_off(tries: int) -> timedelta:
    return BACK_OFF[min(tries, len(BACK_OFF) - 1)]


def write(row: Publication | Removal, **fields: object) -> None:
    """Write to a row that we hold, or raise LostLeaseError when we no longer do."""
    rows = Publication.objects if isinstance(row, Publication) else Removal.objects
    if not rows.filter(pk=row.pk, fence=row.fence, claimed_until__isnull=False).update(**fields):
        raise LostLeaseError(str(row))


def close(attempt: Attempt | None, outcome: Outcome, error: ChannelError | None = None) -> None:
    """Write down how a try ended. A receipt or a finding replaces an earlier doubt, because it is proof."""
    if attempt is None:
        return
    Attempt.objects.filter(pk=attempt.pk).update(
        outcome=outcome,
        finished_at=timezone.now(),
        code=error.code if error else "",
        detail=error.detail if error else "",
    )


OUTCOMES: dict[type[ChannelError], Outcome] = {
    RateLimited: Outcome.RATE_LIMITED,
    NotReady: Outcome.NOT_READY,
    NotSent: Outcome.NOT_SENT,
    NotConnected: Outcome.NOT_CONNECTED,
    OutOfCredit: Outcome.OUT_OF_CREDIT,
    Refused: Outcome.REFUSED,
    Duplicate: Outcome.DUPLICATE,
    Unconfirmed: Outcome.UNCONFIRMED,
}


def outcome_of(error: ChannelError | None) -> Outcome:
    return OUTCOMES[type(error)] if error else Outcome.NOT_SENT
