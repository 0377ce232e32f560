"""
Pictures out of a film, to stand for it before it is played. Made while somebody waits, as a picture tool makes its own:
the row first, with a lease; whoever dies in between leaves a row that nothing shows, and `retouching.sweep` takes it
away.
"""

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone

from posts import preparation, retouching
from posts.media import jobs
from posts.media.workplace import workplace
from posts.models import Media, MediaKind, MediaState

if TYPE_CHECKING:
    from accounts.models import User

MOST = 12
"""Of one film: nobody chooses among more."""


def take(film: Media, by: "User", at: float) -> Media | None:
    """What the film shows at this second; None when there are enough. Raises MediaRefused."""
    at = min(max(at, 0.0), max(film.seconds - 0.1, 0.0))
    if known := of(film).filter(edits=[{"still": at}]).first():
        return known
    if of(film).count() >= MOST:
        return None
    still = Media.objects.create(
        owner_id=film.owner_id,
        kind=MediaKind.PICTURE,
        state=MediaState.MAKING,
        claimed_until=timezone.now() + preparation.LEASE,
        tries=1,
        made_from=film,
        made_by=by,
        edits=[{"still": at}],
    )
    try:
        make(still, film, at)
    except BaseException:
        Media.objects.filter(pk=still.pk).delete()
        raise
    return still


def make(still: Media, film: Media, at: float) -> None:
    with workplace() as folder:
        master = preparation.local_copy(film.master, folder / "film.mp4")
        made = jobs.still(master, folder, at)
        parts = (still.master, made.master), (still.thumb, made.thumb), (still.medium, made.medium)
        with preparation.stored(*parts) as names:
            retouching.keep(still, made, names)


def of(film: Media) -> QuerySet[Media]:
    """Those that can be shown: not what is gone since something in it was blurred."""
    pictures = Media.objects.filter(made_from=film, kind=MediaKind.PICTURE, state=MediaState.READY)
    return pictures.filter(purged_at=None)
