"""
When something in a picture was blurred, what it was made of goes: the files of earlier pictures that still show it.

It is said in the edit's own transaction (`supersede`), and done after it (`purge`). Nothing else remembers how far the
doing has come: a picture that is superseded and still names its files is not done, and the sweep takes it up. What is
out, on its way out, or in another post's review keeps its files until that has changed; the pages say so.

Rows and digests stay, for versions are history.

What may not exist at all is erased: then nothing keeps its files (`erase`).
"""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from audit import log
from posts import joining, publishing
from posts.media.edits import edits_of
from posts.models import (
    OVER,
    DraftMedia,
    Media,
    MediaKind,
    MediaState,
    Post,
    Publication,
    PublicationStatus,
    Regret,
    Rendition,
    Status,
    UploadPart,
    VersionMedia,
    master_path,
    rendition_path,
)

if TYPE_CHECKING:
    from accounts.models import User

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
    for media in half_erased():
        purge(media)


def purge_family(new: Media) -> None:
    for media in family(new).filter(pk__in=due().values("pk")):
        purge(media)


def purge(media: Media) -> None:
    """Each step can be done again: whoever dies in between leaves a picture that still names its files."""
    announce(media)
    forget_renditions(media)
    forget_folder(master_path(media, ""))
    if media.incoming:
        default_storage.delete(str(media.incoming.name))
    joining.forget(media.pk)
    Media.objects.filter(pk=media.pk).update(master="", thumb="", medium="", incoming="", faces=None)


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


# --- what may not exist -----------------------------------------------------------------------------------------


def erase(media: Iterable[Media], by: "User") -> None:
    """
    A picture that it may have been a crime to take: gone at once, with all that was made of it and every other copy,
    whatever still needs them. It leaves all drafts, and is taken down from wherever it is out; versions say that it is
    erased. The log knows that it happened, and nothing more. Its description and its digest stay, for they are history.

    Who may erase only what is their own and was not sent in reaches no further with it.
    """
    with transaction.atomic():
        copies = copies_of(media)
        everywhere = list(copies if by.has_perm("posts.erase_media") else still_private(copies, by))
        posts = list(Post.objects.locked().filter(pk__in=shown_in(everywhere)).order_by("pk"))
        hold_still(Media.objects.filter(pk__in=[item.pk for item in everywhere]))
        publishing.lock_all(Publication.objects.filter(post__in=posts).exclude(status__in=OVER))
        write_off(everywhere)
        log.record("media.erased", "media", actor=by)
        for post in posts:
            try:
                publishing.take_down(post, by, Regret.UNLAWFUL)
            except publishing.TooLateError:
                publishing.rule_out(post, by, Regret.UNLAWFUL)
    for item in everywhere:
        purge(item)


def copies_of(media: Iterable[Media]) -> QuerySet[Media]:
    """Those of the same origin, and those that somebody else sent in and that are the same to the last bit."""
    firsts = {item.made_from_id or item.pk for item in media}
    of_them = Q(pk__in=firsts) | Q(made_from__in=firsts)
    digests = set(Media.objects.filter(of_them).exclude(sha256="").values_list("sha256", flat=True))
    twins = Media.objects.filter(sha256__in=digests)
    firsts |= {item.made_from_id or item.pk for item in twins}
    return Media.objects.filter(Q(pk__in=firsts) | Q(made_from__in=firsts)).order_by("pk")


def still_private(media: QuerySet[Media], owner: "User") -> Iterator[Media]:
    """Of one's own, what no post shows that was sent in: neither it nor anything of the same origin."""
    for item in media.filter(owner=owner):
        if not Post.objects.exclude(submitted_at=None).filter(pk__in=shown_in(family(item))).exists():
            yield item


def shown_in(media: Iterable[Media]) -> set[int]:
    """Drafts that nobody has sent in, too."""
    frozen = VersionMedia.objects.filter(media__in=media).values_list("version__post", flat=True)
    written = DraftMedia.objects.filter(media__in=media).values_list("draft__post", flat=True)
    return {*frozen, *written}


def write_off(media: Iterable[Media]) -> None:
    """Nobody is shown it from here on, and whoever makes something of it right now finds that it is no longer theirs."""
    now, rows = timezone.now(), Media.objects.filter(pk__in=[item.pk for item in media])
    rows.filter(superseded_at=None).update(superseded_at=now)
    rows.filter(purged_at=None).update(purged_at=now)
    rows.exclude(state=MediaState.READY).update(state=MediaState.REFUSED, refusal="erased")
    rows.update(erased_at=now, claimed_until=None, picture_print=None, captured_at=None)
    DraftMedia.objects.filter(media__in=rows).delete()


def half_erased() -> list[Media]:
    """Somebody died in between. Asked for apart: with "or" the database would look at every picture there is."""
    erased = Media.objects.filter(erased_at__isnull=False)
    named = erased.filter(~Q(master="") | ~Q(incoming=""))
    in_parts = erased.filter(pk__in=UploadPart.objects.values("upload"))
    return [*named[:AT_ONCE], *in_parts[:AT_ONCE]]
