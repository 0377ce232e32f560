"""
What was sent in and never became part of a post: it goes after some weeks, for nobody waits for it any more.

The files first, then the row. A picture is taken out of everybody's sight before (as one that was blurred is,
`posts.purging`), so that whoever dies in between leaves one that nobody is shown, and that is found again.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError, Q, QuerySet
from django.utils import timezone

from posts import preparation, purging
from posts.models import WITH_AUTHOR, DraftMedia, Media, OtherVersion, Status, Upload, VersionMedia

AT_ONCE = 50
UNDECIDED = (*WITH_AUTHOR, Status.IN_REVIEW)
"""What another device has written may be taken up again."""


def sweep(now: datetime) -> None:
    """What tools have made of one counts with it: each family is in a post, or none of it is."""
    before = now - timedelta(days=settings.UNUSED_MEDIA_DAYS)
    old = unused().filter(made_from=None, created_at__lt=before)
    for media in old.exclude(state__in=preparation.UNFINISHED).order_by("created_at")[:AT_ONCE]:
        forget(media)


def unused() -> QuerySet[Media]:
    """
    No draft and no version shows them, or anything that was made of them; nor what another device has written of a post
    that is not decided. Each is a question of its own, which an index answers: as one with "or" the database would
    compare all with all.
    """
    itself, made_of_it = {"media": OuterRef("pk")}, {"media__made_from": OuterRef("pk")}
    shown = [
        rows.filter(**which)
        for rows in (DraftMedia.objects, VersionMedia.objects)
        for which in (itself, made_of_it)
    ]
    nowhere = Media.objects.filter(*(~Exists(rows) for rows in shown))
    others = OtherVersion.objects.filter(post__status__in=UNDECIDED).exclude(media=[])
    written = [media_id for ids in others.values_list("media", flat=True) for media_id in ids]
    return nowhere.exclude(Q(pk__in=written) | Q(made_of_it__in=written))


def forget(media: Media) -> bool:
    """Take it away with all that was made of it; False when something shows it."""
    now = timezone.now()
    if not unused().filter(pk=media.pk).exists():
        return False
    for each in [*media.made_of_it.all(), media]:
        Media.objects.filter(pk=each.pk, superseded_at=None).update(superseded_at=now)
        purging.purge(each)
    return forget_rows(media)


def forget_rows(media: Media) -> bool:
    """The race: it is put into a draft at this moment. Then its row stays, and says that its files are gone."""
    try:
        with transaction.atomic():
            Upload.objects.filter(pk=media.pk).delete()
            media.made_of_it.all().delete()
            media.delete()
    except ProtectedError:
        return False
    return True
