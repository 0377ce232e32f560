"""
A reviewer's picture tools: crop, turn, blur. Each saving makes a new picture of the one that was on the page, in a
process of its own, and puts it into the post's next version in the same place. The old row is never changed. What one
channel shows of a picture makes none: it stands among the words for that channel (`crop_for`), and a worker makes it.

The picture's row is written first, with a lease, and its files and its version come together: whoever dies in between
leaves a row that nothing shows, and the sweep takes it away.
"""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit import log
from posts import preparation, purging, workflow
from posts.manuscript import ChannelText, Manuscript
from posts.media import jobs
from posts.media.edits import Box, Edits, edits_of
from posts.media.limits import check_sides
from posts.media.workplace import workplace
from posts.models import WITH_AUTHOR, DraftMedia, Media, MediaKind, MediaState, Post, Version
from posts.workflow import Action, MovedOnError

if TYPE_CHECKING:
    from accounts.models import User
    from channels.models import Channel

KEPT = ("owner_id", "captured_at", "is_drone")
"""What is as true of the new picture as of the old."""


def save(post: Post, by: "User", seen: Version, old: Media, edits: Edits) -> Version:
    """May raise MovedOnError and what else an edit raises; MediaRefused when too little is left to show."""
    check_seen(post, seen)
    new = begin(old, by, edits)
    try:
        version = make(new, old, post, seen)
    except BaseException:
        Media.objects.filter(pk=new.pk).delete()
        raise
    purging.purge_family(new)
    return version


def check_seen(post: Post, seen: Version) -> None:
    if post.current_version_id != seen.pk:
        raise MovedOnError(post, Action.EDIT, seen)


def begin(old: Media, by: "User", edits: Edits) -> Media:
    return Media.objects.create(
        **{name: getattr(old, name) for name in KEPT},
        kind=MediaKind.PICTURE,
        state=MediaState.MAKING,
        claimed_until=timezone.now() + preparation.LEASE,
        tries=1,
        made_from_id=old.made_from_id or old.pk,
        made_by=by,
        edits=[*old.edits, edits.as_plain()],
    )


def make(new: Media, old: Media, post: Post, seen: Version) -> Version:
    """The long work first, without a transaction; then all that others see, at once."""
    with workplace() as folder:
        master = preparation.local_copy(old.master, folder / "old.jpg")
        made = jobs.retouched(master, folder, last_of(new))
        parts = (new.master, made.master), (new.thumb, made.thumb), (new.medium, made.medium)
        with preparation.stored(*parts) as names, transaction.atomic():
            # The race: the same is pressed twice, or a colleague is at it too. Whoever comes second is told.
            check_seen(Post.objects.locked().get(pk=post.pk), seen)
            purging.hold_still(purging.family(new))
            keep(new, made, names)
            as_superseded_as(old, new)
            return show(new, old, post, seen)


# --- by whoever sent it, before anybody judges it ---------------------------------------------------------------


class NotTheirsError(Exception):
    """It is no longer so (409): somebody else has the picture before them, or it has been changed since."""


def redraw(old: Media, by: "User", edits: Edits) -> Media:
    """The same for a picture that is in its owner's drafts alone. It is not in a version yet, so none is made."""
    check_theirs(old)
    new = begin(old, by, edits)
    try:
        make_for_drafts(new, old)
    except BaseException:
        Media.objects.filter(pk=new.pk).delete()
        raise
    purging.purge_family(new)
    return new


def check_theirs(media: Media) -> None:
    shown = Q(versions__shown_media__media=media) | Q(draft__shown_media__media=media)
    elsewhere = Post.objects.filter(shown).exclude(status__in=WITH_AUTHOR)
    if media.kind != MediaKind.PICTURE or not media.is_ready or media.superseded_at or elsewhere.exists():
        raise NotTheirsError(str(media))


def make_for_drafts(new: Media, old: Media) -> None:
    with workplace() as folder:
        master = preparation.local_copy(old.master, folder / "old.jpg")
        made = jobs.retouched(master, folder, last_of(new))
        parts = (new.master, made.master), (new.thumb, made.thumb), (new.medium, made.medium)
        with preparation.stored(*parts) as names, transaction.atomic():
            # The race: the post is sent in, or the same is pressed twice. So it is held still before it is looked at.
            drafts = DraftMedia.objects.filter(media=old)
            list(Post.objects.locked().filter(draft__shown_media__in=drafts).order_by("pk"))
            purging.hold_still(purging.family(new))
            old.refresh_from_db()
            check_theirs(old)
            keep(new, made, names)
            for shown in drafts:
                purging.show_instead(shown, new)
            if last_of(new).blur:
                purging.supersede(new)


def as_superseded_as(old: Media, new: Media) -> None:
    """What is not blurred in it shows what was blurred in another one, as long as the old one does."""
    old.refresh_from_db(fields=["superseded_at"])
    if not last_of(new).blur:
        Media.objects.filter(pk=new.pk).update(superseded_at=old.superseded_at)


def last_of(media: Media) -> Edits:
    return edits_of(media.edits[-1])


def keep(new: Media, made: jobs.Prepared, names: dict[str, str]) -> None:
    preparation.write(
        new,
        **names,
        sha256=made.sha256,
        size=made.size,
        width=made.width,
        height=made.height,
        picture_print=made.picture_print,
        looks_like_text=made.looks_like_text,
        state=MediaState.READY,
        progress=100,
        claimed_until=None,
    )
    new.refresh_from_db()


def show(new: Media, old: Media, post: Post, seen: Version) -> Version:
    by, edits = new.made_by, last_of(new)
    assert by is not None  # noqa: S101  (for the type checker: the database sees to it)
    manuscript = instead(seen.manuscript(), old, new)
    version = workflow.edit(post, by, seen, manuscript, None, **workflow.answers_of(seen))
    log.record("post.picture_changed", post, actor=by, how=steps_of(edits))
    if edits.blur:
        purging.supersede(new)
    return version


def instead(manuscript: Manuscript, old: Media, new: Media) -> Manuscript:
    """The same with the new picture in the old one's place, also where it stands for a film or a channel shows a part."""
    return manuscript.replaced(
        media=tuple(
            replace(item, media_id=str(new.pk), sha256=new.sha256) if item.media_id == str(old.pk) else item
            for item in manuscript.media
        ),
        channels=tuple(with_new(choice, old, new) for choice in manuscript.channels),
    )


def with_new(choice: ChannelText, old: Media, new: Media) -> ChannelText:
    """A picture that was cropped or turned is another one: what a channel showed of the old one says nothing of it."""
    if choice.thumbnail == old.sha256:
        choice = replace(choice, thumbnail=new.sha256)
    return choice.moved(old.sha256, new.sha256) if last_of(new).keeps_frame else choice


def steps_of(edits: Edits) -> list[str]:
    """What was done, as the log names it."""
    done = ("blur", edits.blur), ("crop", edits.crop), ("turn", edits.turn)
    return [name for name, given in done if given]


# --- for one channel ------------------------------------------------------------------------------------------


def crop_for(
    channel: "Channel", post: Post, by: "User", seen: Version, media: Media, box: Box | None
) -> Version:
    """This channel shows this part of the picture, or (None) all of it; the others as they did. Raises as `save` does."""
    if box:
        check_sides(box.size_of((media.width, media.height)))
    before = seen.manuscript()
    channels = tuple(
        choice.cropped(media.sha256, box) if choice.channel_id == channel.pk else choice
        for choice in before.channels
    )
    with transaction.atomic():
        changed = before.replaced(channels=channels)
        version = workflow.edit(post, by, seen, changed, None, **workflow.answers_of(seen))
        if box:
            log.record("post.picture_cropped", post, actor=by, channel=channel.pk)
        else:
            log.record("post.picture_uncropped", post, actor=by, channel=channel.pk)
    return version


# --- faces ----------------------------------------------------------------------------------------------------


def look_for_faces(media: Media) -> None:
    """Write down where faces may be, once. Nothing leaves the machine, and nothing is blurred by this."""
    with workplace() as folder:
        found = jobs.faces_in(preparation.local_copy(media.master, folder / "master.jpg"))
    if found is not None:
        Media.objects.filter(pk=media.pk, faces__isnull=True, purged_at=None).update(faces=found)


# --- what was missed ------------------------------------------------------------------------------------------


def sweep(now: datetime) -> None:
    """Pictures whose maker died; and the files of those that are blurred since and that nothing needs any more."""
    for media in Media.objects.filter(state=MediaState.MAKING, claimed_until__lt=now):
        preparation.forget(*preparation.names_in(preparation.folder_of(media)))
        media.delete()
    purging.sweep()
