"""
Receiving and preparing pictures and films: what was uploaded becomes a sanitised master, and is gone.

The request only stores the bytes. A worker does the heavy work in a process of its own under limits,
so that a hostile file costs one short-lived process and nothing else.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models import F, Q, QuerySet
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from audit import log
from posts import content, workflow
from posts.media import jobs
from posts.media.errors import MediaRefused
from posts.models import Media, MediaKind, MediaState, Rendition, RenditionState, Version

if TYPE_CHECKING:
    from accounts.models import User

LEASE = timedelta(minutes=20)
MOST_TRIES = 3
UNFINISHED = (MediaState.WAITING, MediaState.PREPARING)
UNMADE = (RenditionState.WAITING, RenditionState.MAKING)
CHUNK = 1024 * 1024


# --- receiving ------------------------------------------------------------------------------------------------


def receive(file: UploadedFile, owner: "User") -> Media:
    """Store what was uploaded, unread, for the worker."""
    media = Media(owner=owner)
    media.incoming.save("incoming", file, save=False)
    media.save(force_insert=True)
    return media


def waiting(now: datetime) -> QuerySet[Media]:
    """Media that no worker has, or whose worker died."""
    return Media.objects.filter(free(now), state__in=UNFINISHED)


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


# --- preparing ------------------------------------------------------------------------------------------------


def prepare(media: Media) -> None:
    """Make the master and its sizes, or write down why the file cannot be used. The upload is gone afterwards."""
    try:
        if media.tries > MOST_TRIES:
            raise MediaRefused("damaged")
        with local_copy(media.incoming) as source, tempfile.TemporaryDirectory() as folder:
            keep_prepared(media, jobs.prepare(source, Path(folder), limits(), on_progress(media)))
    except MediaRefused as error:
        refuse(media, error)
        workflow.media_refused(media)
    else:
        workflow.media_ready(media)


def limits() -> dict[str, int]:
    return {"picture_bytes": settings.PICTURE_MAX_BYTES, "film_bytes": settings.FILM_MAX_BYTES}


def on_progress(media: Media) -> Any:
    """Shows the page how far it is, and tells the sweep that this worker is alive."""

    def write(part: float) -> None:
        Media.objects.filter(pk=media.pk).update(
            progress=min(99, int(part * 100)), claimed_until=timezone.now() + LEASE
        )

    return write


def keep_prepared(media: Media, prepared: jobs.Prepared) -> None:
    upload = media.incoming.name
    for field, path in (
        (media.master, prepared.master),
        (media.thumb, prepared.thumb),
        (media.medium, prepared.medium),
    ):
        with path.open("rb") as file:
            field.save(path.name, File(file), save=False)
    media.kind = MediaKind(prepared.kind)
    media.sha256, media.size = prepared.sha256, prepared.size
    media.width, media.height = prepared.width, prepared.height
    media.seconds, media.has_sound = prepared.seconds, prepared.has_sound
    media.captured_at = prepared.captured_at
    media.state, media.progress = MediaState.READY, 100
    forget_upload(media, upload)


def refuse(media: Media, error: MediaRefused) -> None:
    media.state, media.refusal, media.refusal_facts = MediaState.REFUSED, str(error.code), error.facts
    forget_upload(media, media.incoming.name)
    log.record("media.refused", f"media:{media.pk}", code=str(error.code))


def forget_upload(media: Media, name: str) -> None:
    """The row first, the file after: a crash in between leaves a file that nothing names, not a row without its file."""
    media.incoming = ""
    media.claimed_until = None
    media.save()
    default_storage.delete(name)


@contextmanager
def local_copy(file: FieldFile) -> Iterator[Path]:
    """The file on this machine's disk, whatever the storage is."""
    with tempfile.NamedTemporaryFile() as copy, file.open("rb") as source:
        while chunk := source.read(CHUNK):
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)


# --- films made from pictures -----------------------------------------------------------------------------------


def want_renditions(version: Version) -> list[Rendition]:
    """Order the films that the version's channels need and that are not there. The same recipe is made once."""
    shown = list(version.shown_media.select_related("media"))
    wanted = []
    for choice in version.chosen_channels.select_related("channel"):
        if content.needs_film_of_pictures(choice.channel, shown):
            ingredients = content.ingredients_for(version, choice.text or version.text)
            rendition, _ = Rendition.objects.get_or_create(
                recipe=content.recipe_of(ingredients), defaults={"ingredients": ingredients}
            )
            wanted.append(rendition)
    return [rendition for rendition in wanted if rendition.state in UNMADE]


def waiting_renditions(now: datetime) -> QuerySet[Rendition]:
    return Rendition.objects.filter(free(now), state__in=UNMADE)


def claim_rendition(rendition_id: int) -> Rendition | None:
    now = timezone.now()
    taken = (
        waiting_renditions(now)
        .filter(pk=rendition_id)
        .update(state=RenditionState.MAKING, claimed_until=now + LEASE, tries=F("tries") + 1)
    )
    return Rendition.objects.get(pk=rendition_id) if taken else None


def make_rendition(rendition: Rendition) -> None:
    """Make the film of the pictures. Three tries; then the review page says that it did not work."""
    try:
        if rendition.tries > MOST_TRIES:
            raise MediaRefused("damaged")
        with tempfile.TemporaryDirectory() as folder:
            pictures = [master_copy(media_id, Path(folder)) for media_id in rendition.ingredients["pictures"]]
            made = jobs.film_of_pictures(
                pictures, rendition.ingredients["text"], rendition.ingredients["seconds"], Path(folder)
            )
            keep_made(rendition, made)
    except MediaRefused as error:
        rendition.state, rendition.claimed_until = RenditionState.FAILED, None
        rendition.save()
        log.record("rendition.failed", f"rendition:{rendition.pk}", code=str(error.code))


def master_copy(media_id: str, folder: Path) -> Path:
    target = folder / f"{media_id}.jpg"
    with Media.objects.get(pk=media_id).master.open("rb") as source:
        target.write_bytes(source.read())
    return target


def keep_made(rendition: Rendition, made: jobs.Prepared) -> None:
    for field, path in ((rendition.film, made.master), (rendition.poster, made.medium)):
        with path.open("rb") as file:
            field.save(path.name, File(file), save=False)
    rendition.sha256, rendition.size = made.sha256, made.size
    rendition.width, rendition.height, rendition.seconds = made.width, made.height, made.seconds
    rendition.state, rendition.claimed_until = RenditionState.READY, None
    rendition.save()
