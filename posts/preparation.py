"""
Receiving and preparing pictures and films: what was uploaded becomes a sanitised master, and is gone.

The request only stores the bytes. A worker does the heavy work in a process of its own under limits,
so that a hostile file costs one short-lived process and nothing else.

A row is taken with a lease, and each taking counts as a try. The number of the try is also the fence: whoever writes
must still have it. A file is given up after `MOST_TRIES` workers have died over it; what stops a worker that lives to
tell (a full disk, the end of the machine, a bug of ours) is not the file's fault, and does not count.
"""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from audit import log
from posts import joining, renditions, workflow
from posts.media import jobs
from posts.media.detect import HEAD, kind_of
from posts.media.errors import MediaRefused, RefusalCode
from posts.media.limits import MB
from posts.media.workplace import workplace
from posts.models import (
    Media,
    MediaKind,
    MediaState,
    Rendition,
    RenditionState,
    Status,
    master_path,
    rendition_path,
)
from posts.publishing.rows import LostLeaseError

if TYPE_CHECKING:
    from accounts.models import User

LEASE = timedelta(minutes=5)
"""How long a worker may be silent: a film tells of each hundredth, but to fetch it from its store takes a while."""
PAUSE = timedelta(minutes=1)
"""Before something is tried again that was not the file's fault, or may have been chance."""
MOST_TRIES = 3
UNFINISHED = (MediaState.WAITING, MediaState.PREPARING)
CHUNK = 1024 * 1024
UPLOADS = "incoming"
STRAY_AFTER = timedelta(hours=1)
"""A request that is still storing its file has no row yet."""

logger = logging.getLogger(__name__)


class NotYoursError(Exception):
    """An id that somebody else's file has. It is refused like one that we do not know."""


# --- receiving ------------------------------------------------------------------------------------------------


def receive(file: UploadedFile, owner: "User", media_id: UUID | None = None) -> Media:
    """
    Store what was uploaded for the worker. Only its first bytes are looked at: films wait in a line of their own.

    A phone that did not hear our answer sends the same file again, with the same id: it is the same media. Raises
    NotYoursError.
    """
    if media_id and (known := Media.objects.filter(pk=media_id).first()):
        return theirs(known, owner)
    file.seek(0)
    media = Media(owner=owner, kind=kind_of(file.read(HEAD)) or "", **({"pk": media_id} if media_id else {}))
    if (file.size or 0) > (limit := most_bytes(media)):
        return refuse_unstored(media, MediaRefused(RefusalCode.TOO_LARGE_BYTES, limit_mb=limit // MB))
    media.incoming.save("incoming", file, save=False)
    return write_once(media)


def theirs(media: Media, owner: "User") -> Media:
    if media.owner_id != owner.pk:
        raise NotYoursError(str(media.pk))
    return media


def write_once(media: Media) -> Media:
    """The race: the same file twice at once. One of them makes the row; the other's bytes are not needed."""
    try:
        with transaction.atomic():
            media.save(force_insert=True)
    except IntegrityError:
        forget(str(media.incoming.name))
        return theirs(Media.objects.get(pk=media.pk), media.owner)
    return media


def most_bytes(media: Media) -> int:
    return settings.FILM_MAX_BYTES if media.is_film else settings.PICTURE_MAX_BYTES


@transaction.atomic
def refuse_unstored(media: Media, error: MediaRefused) -> Media:
    """What the worker would refuse for its size alone takes no room while it waits to be told."""
    media.state, media.refusal, media.refusal_facts = MediaState.REFUSED, error.code, error.facts
    media.save(force_insert=True)
    log.record("media.refused", f"media:{media.pk}", code=str(error.code))
    return media


def waiting(now: datetime) -> QuerySet[Media]:
    """Media that no worker has, or whose worker died."""
    return Media.objects.filter(free(now), state__in=UNFINISHED)


def next_like(media: Media) -> Media | None:
    """What has waited longest of its kind: films have a worker of their own."""
    same = Q(kind=MediaKind.FILM) if media.is_film else ~Q(kind=MediaKind.FILM)
    return waiting(timezone.now()).filter(same).order_by("created_at").first()


def free(now: datetime) -> Q:
    return Q(claimed_until=None) | Q(claimed_until__lt=now)


def claim(media_id: str) -> Media | None:
    """Take it for this worker. None: it is done, or somebody else was faster."""
    now = timezone.now()
    taken = (
        waiting(now)
        .filter(pk=media_id)
        .update(state=MediaState.PREPARING, claimed_until=now + LEASE, tries=F("tries") + 1)
    )
    return Media.objects.get(pk=media_id) if taken else None


# --- what one has claimed -------------------------------------------------------------------------------------


def write(row: Media | Rendition, **facts: Any) -> None:
    """Only while one has it: a worker that was held up must not undo what the next one did."""
    if not mine(row).update(**facts):
        raise LostLeaseError(str(row))


def mine(row: Media | Rendition) -> QuerySet[Any]:
    rows: QuerySet[Any] = type(row)._default_manager.all()
    return rows.filter(pk=row.pk, tries=row.tries, claimed_until__isnull=False)


@contextmanager
def held(row: Media | Rendition) -> Iterator[None]:
    """While one works on it. What escapes here is not the file's fault, for that would be a refusal."""
    try:
        yield
    except LostLeaseError as lost:
        logger.warning("Somebody else has taken over: %s", lost)
    except BaseException:
        mine(row).update(tries=F("tries") - 1, claimed_until=timezone.now() + PAUSE)
        raise


# --- preparing ------------------------------------------------------------------------------------------------


def prepare(media: Media) -> None:
    """Make the master and its sizes, or write down why the file cannot be used. The upload is gone afterwards."""
    upload = str(media.incoming.name)
    with held(media):
        try:
            make_master(media)
        except MediaRefused as error:
            refuse(media, error)
    media.refresh_from_db()
    follow_up(media, upload)


def make_master(media: Media) -> None:
    if media.tries > MOST_TRIES:
        raise MediaRefused(RefusalCode.DAMAGED)
    with workplace() as folder:
        source = upload_copy(media, folder / "upload")
        keep_prepared(media, jobs.prepare(source, folder, limits(), on_progress(media)))


def limits() -> dict[str, int]:
    return {"picture_bytes": settings.PICTURE_MAX_BYTES, "film_bytes": settings.FILM_MAX_BYTES}


def on_progress(media: Media) -> jobs.Progress:
    """Shows the page how far it is, and tells the sweep that this worker is alive."""

    def tell(part: float) -> None:
        write(media, progress=min(99, int(part * 100)), claimed_until=timezone.now() + LEASE)

    return tell


def keep_prepared(media: Media, prepared: jobs.Prepared) -> None:
    write(media, claimed_until=timezone.now() + LEASE)
    forget(*names_in(folder_of(media)))
    parts = (media.master, prepared.master), (media.thumb, prepared.thumb), (media.medium, prepared.medium)
    with stored(*parts) as names:
        write(
            media,
            **names,
            kind=MediaKind(prepared.kind),
            sha256=prepared.sha256,
            size=prepared.size,
            width=prepared.width,
            height=prepared.height,
            seconds=prepared.seconds,
            has_sound=prepared.has_sound,
            captured_at=prepared.captured_at,
            is_drone=prepared.is_drone,
            picture_print=prepared.picture_print,
            looks_like_text=prepared.looks_like_text,
            state=MediaState.READY,
            progress=100,
            incoming="",
            claimed_until=None,
        )


def refuse(media: Media, error: MediaRefused) -> None:
    with transaction.atomic():
        write(
            media,
            state=MediaState.REFUSED,
            refusal=error.code,
            refusal_facts=error.facts,
            incoming="",
            claimed_until=None,
        )
        log.record("media.refused", f"media:{media.pk}", code=str(error.code))
    forget(*names_in(folder_of(media)))


def follow_up(media: Media, upload: str) -> None:
    """The row first, the upload after: a row never waits for a file that is gone. `sweep` catches up if we die here."""
    if media.state not in UNFINISHED:
        forget(*filter(None, [upload]))
        joining.forget(media.pk)
    if media.state == MediaState.READY:
        workflow.media_ready(media)
    elif media.state == MediaState.REFUSED:
        workflow.media_refused(media)


# --- files ----------------------------------------------------------------------------------------------------


def upload_copy(media: Media, target: Path) -> Path:
    """What was sent, whole or in parts."""
    if not (parts := joining.names_of(media.pk)):
        return local_copy(media.incoming, target)
    try:
        joining.copy(parts, target)
    except FileNotFoundError as error:
        raise MediaRefused(RefusalCode.EMPTY) from error
    return target


def local_copy(file: FieldFile, target: Path) -> Path:
    """The file on this machine's disk, whatever the storage is."""
    try:
        file.open("rb")
    except (FileNotFoundError, ValueError) as error:
        # Gone, or purged: then the row names none.
        raise MediaRefused(RefusalCode.EMPTY) from error
    with file as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy, CHUNK)
    return target


@contextmanager
def stored(*parts: tuple[FieldFile, Path]) -> Iterator[dict[str, str]]:
    """Put files into the storage, and give their names by field; out again, if they are not written down."""
    names: dict[str, str] = {}
    try:
        for field, path in parts:
            with path.open("rb") as file:
                field.save(path.name, File(file), save=False)
            names[field.field.name] = str(field.name)
        yield names
    except BaseException:
        forget(*names.values())
        raise


def forget(*names: str) -> None:
    for name in names:
        default_storage.delete(name)


def names_in(folder: str) -> list[str]:
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    return [f"{folder}/{name}" for name in names]


def folder_of(row: Media | Rendition) -> str:
    """Where what was made is kept, or where a worker that was killed left it."""
    return str(PurePosixPath(master_path(row, "") if isinstance(row, Media) else rendition_path(row, "")))


# --- what was missed ------------------------------------------------------------------------------------------


def sweep(now: datetime) -> None:
    """Catch up with what a death or a race left undone."""
    for media in Media.objects.filter(
        state=MediaState.REFUSED, in_drafts__draft__post__status=Status.IN_REVIEW
    ).distinct():
        workflow.media_refused(media)
    forget_strays(now)


def forget_strays(now: datetime) -> None:
    """Originals that no row names: somebody died between the file and the row."""
    there = names_in(UPLOADS)
    named = set(Media.objects.filter(state__in=UNFINISHED).values_list("incoming", flat=True))
    strays = [name for name in there if name not in named]
    forget(*(name for name in strays if default_storage.get_modified_time(name) < now - STRAY_AFTER))


# --- films and pictures made for a channel ----------------------------------------------------------------------


def waiting_renditions(now: datetime) -> QuerySet[Rendition]:
    return Rendition.objects.filter(free(now), state__in=renditions.UNMADE)


def claim_rendition(rendition_id: int) -> Rendition | None:
    now = timezone.now()
    taken = (
        waiting_renditions(now)
        .filter(pk=rendition_id)
        .update(state=RenditionState.MAKING, progress=0, claimed_until=now + LEASE, tries=F("tries") + 1)
    )
    return Rendition.objects.get(pk=rendition_id) if taken else None


def make_rendition(rendition: Rendition) -> None:
    """Make the film or the picture. Three tries; then the review page says that it did not work."""
    with held(rendition):
        try:
            make_ordered(rendition)
        except MediaRefused as error:
            try_again_or_fail(rendition, error)


def make_ordered(rendition: Rendition) -> None:
    if rendition.tries > MOST_TRIES:
        raise MediaRefused(RefusalCode.DAMAGED)
    with workplace() as folder:
        masters = [master_copy(media_id, folder) for media_id in rendition.ingredients["media"]]
        keep_made(rendition, made_of(masters, rendition, folder))


def made_of(masters: list[Path], rendition: Rendition, folder: Path) -> jobs.Prepared:
    ordered = rendition.ingredients
    if "crop" in ordered:
        return jobs.part_of_picture(masters[0], folder, ordered["crop"], ordered.get("picture_bytes"))
    if "picture_bytes" in ordered:
        return jobs.smaller_picture(masters[0], folder, ordered["picture_bytes"])
    if "box" in ordered:
        width, height = ordered["box"]
        return jobs.smaller_film(masters[0], folder, width, height, on_lease(rendition))
    return jobs.film_of_pictures(masters, ordered["text"], ordered["seconds"], folder)


def on_lease(rendition: Rendition) -> jobs.Progress:
    """Shows the pages how far it is, and tells the sweep that this worker is alive."""

    def tell(part: float) -> None:
        write(rendition, progress=min(99, int(part * 100)), claimed_until=timezone.now() + LEASE)

    return tell


def master_copy(media_id: str, folder: Path) -> Path:
    master = Media.objects.get(pk=media_id).master
    return local_copy(master, folder / f"{media_id}{PurePosixPath(str(master.name)).suffix}")


def keep_made(rendition: Rendition, made: jobs.Prepared) -> None:
    write(rendition, claimed_until=timezone.now() + LEASE)
    forget(*names_in(folder_of(rendition)))
    with stored(*parts_of(rendition, made)) as names:
        write(
            rendition,
            **names,
            sha256=made.sha256,
            size=made.size,
            width=made.width,
            height=made.height,
            seconds=made.seconds,
            state=RenditionState.READY,
            claimed_until=None,
        )


def parts_of(rendition: Rendition, made: jobs.Prepared) -> list[tuple[FieldFile, Path]]:
    if rendition.is_film:
        return [(rendition.film, made.master), (rendition.poster, made.medium)]
    return [(rendition.picture, made.master)]


def try_again_or_fail(rendition: Rendition, error: MediaRefused) -> None:
    """Its pictures are our own masters, which were readable yesterday: a refusal may be chance, the machine's hurry."""
    if rendition.tries < MOST_TRIES:
        write(rendition, claimed_until=timezone.now() + PAUSE)
        return
    with transaction.atomic():
        write(rendition, state=RenditionState.FAILED, claimed_until=None)
        log.record("rendition.failed", f"rendition:{rendition.pk}", code=str(error.code))
