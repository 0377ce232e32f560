"""
How long one attempt goes on sending, before it lets go and comes again.

An access token is sure to be good for five minutes when an attempt begins; a large film takes longer. Coming again
renews it, hears of a stop or a pause, and lets others have the worker.
"""

from datetime import UTC, datetime, timedelta

from channels.adapters.codes import Trouble
from channels.errors import NotReady

SPELL = timedelta(minutes=3)


def end_if_long(began_at: datetime) -> None:
    """Raise NotReady when this attempt has gone on long enough; the handles say where to go on."""
    now = datetime.now(UTC)
    if now - began_at > SPELL:
        raise NotReady(Trouble.UPLOADING, until=now)
