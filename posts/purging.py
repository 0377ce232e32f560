"""
When something in a picture was blurred, what it was made of goes: the files of earlier pictures that still show it.

It is said in the edit's own transaction (`supersede`), and done after it (`purge`). Nothing else remembers how far the
doing has come: a picture that is superseded and still names its files is not done, and the sweep takes it up. What is
out, on its way out, or in another post's review keeps its files until that has changed; the pages say so.

Rows and digests stay, for versions are history.
"""

from pathlib import PurePosixPath

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from audit import log
from posts.media.edits import edits_of
from posts.models import (
    OVER,
    DraftMedia,
    Media,
    MediaKind,
    MediaState,
    Publication,
    PublicationStatus,
    Rendition,
    Status,
    VersionMedia,
    master_path,
    rendition_path,
)

AT_ONCE = 50
LIVE = tuple(status for status in PublicationStatus if status not in OVER)
"""Out, or still to come out."""


# --- whose turn it is -----------------------------------------------------------------------------------------


def family(media: Media) -> QuerySet[Media]:
    """What was sent in, and all that tools have made of it."""
    first = media.made_from_id or media.pk
    return Media.objects.filter(Q(pk=first) | Q(made_from=first))


def supersede(new: Media) -> None:
    """
    This one takes the place of those that still show what was blurred, in drafts too. Never of the film that it was taken
    from: that is shown beside it.
    """
    pictures = family(new).exclude(kind=MediaKind.FILM)
    old = [media for media in pictures.exclude(pk=new.pk) if shows_more(media, new)]
    now = timezone.now()
    Media.objects.filter(pk__in=[media.pk for media in old], superseded_at=None).update(superseded_at=now)
    for shown in DraftMedia.objects.filter(media__in=old):
        show_instead(shown, new)


def hold_still(media: QuerySet[Media]) -> None:
    """
    What they show is not blurred elsewhere while this transaction lasts. A post is locked before its pictures, and these
    before a line is written in the log: in one order everywhere, so that nobody waits in a ring.
    """
    rows = Media.objects.select_for_update(no_key=True).filter(pk__in=media.values("pk"))
    list(rows.order_by("pk").values_list("pk"))


def shows_more(old: Media, new: Media) -> bool:
    """What the new one was made of; and what was cropped or turned and never blurred."""
    return old.edits == new.edits[: len(old.edits)] or not is_blurred(old)


def is_only_blurred(old: Media, new: Media) -> bool:
    """The new one is made of the old one, and shows the rest where it was."""
    known, since = new.edits[: len(old.edits)], new.edits[len(old.edits) :]
    return old.edits == known and all(edits_of(step).keeps_frame for step in since)


def is_blurred(media: Media) -> bool:
    return any(step.get("blur") for step in media.edits)


def show_instead(shown: DraftMedia, new: Media) -> None:
    if DraftMedia.objects.filter(draft=shown.draft_id, media=new).exists():
        shown.delete()
    else:
        DraftMedia.objects.filter(pk=shown.pk).update(media=new)


def in_force(media: Media) -> Media:
    """The one to show where this one was meant: an old page may still name what was blurred since."""
    if media.superseded_at is None:
        return media
    there = family(media).filter(kind=media.kind, superseded_at=None, state=MediaState.READY)
    return there.order_by("-created_at").first() or media


# --- what still needs it --------------------------------------------------------------------------------------


def is_needed() -> Q:
    """
    Out, on the way out, or to be tried again; or what somebody reviews. What failed of an older version is tried no more.

    Asked from the picture to its few versions: the other way, each picture would look through all posts.
    """
    of_it = VersionMedia.objects.filter(media=OuterRef("pk"))
    is_current = Q(version__post__current_version=F("version"))
    sent = of_it.filter(
        Q(version__publications__status__in=LIVE)
        | (Q(version__publications__status=PublicationStatus.FAILED) & is_current)
    )
    reviewed = of_it.filter(is_current, version__post__status=Status.IN_REVIEW)
    return Q(Exists(sent)) | Q(Exists(reviewed))


def still_out(media: Media) -> list[Publication]:
    """Where the public still sees what was blurred in this picture."""
    if not is_blurred(media):
        return []
    older = family(media).filter(superseded_at__isnull=False, purged_at=None)
    shown = VersionMedia.objects.filter(media__in=older).values("version")
    out = Publication.objects.published().filter(version__in=shown)
    return list(out.select_related("channel", "post").order_by("post", "pk"))


# --- doing it -------------------------------------------------------------------------------------------------


def due() -> QuerySet[Media]:
    """Those whose files may go, and those whose going was interrupted."""
    superseded = Media.objects.filter(superseded_at__isnull=False).exclude(master="")
    return superseded.filter(Q(purged_at__isnull=False) | ~is_needed())


def sweep() -> None:
    for media in due().order_by("superseded_at")[:AT_ONCE]:
        purge(media)


def purge_family(new: Media) -> None:
    for media in family(new).filter(pk__in=due().values("pk")):
        purge(media)


def purge(media: Media) -> None:
    """Each step can be done again: whoever dies in between leaves a picture that still names its files."""
    announce(media)
    forget_renditions(media)
    forget_folder(master_path(media, ""))
    Media.objects.filter(pk=media.pk).update(master="", thumb="", medium="", faces=None)


def announce(media: Media) -> None:
    """From here on nobody is shown it."""
    with transaction.atomic():
        if Media.objects.filter(pk=media.pk, purged_at=None).update(purged_at=timezone.now()):
            log.record("media.purged", f"media:{media.pk}")


def forget_renditions(media: Media) -> None:
    """The files first: a row without them is found again. Whoever makes one right now loses it with its row."""
    for rendition in Rendition.objects.filter(ingredients__media__icontains=str(media.pk)):
        forget_folder(rendition_path(rendition, ""))
        rendition.delete()


def forget_folder(path: str) -> None:
    folder = str(PurePosixPath(path))
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")
