"""What the worker runs. A task finds its row, makes one call, and is done; the domain does not know of tasks."""

from functools import partial

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from posts import preparation, publishing, workflow
from posts.models import Post, Publication

FILMS = "films"
DEFAULT = "default"


@shared_task
def publish(publication_id: int) -> None:
    if publication := publishing.claim(publication_id):
        publishing.send(publication)


@shared_task
def wake_due() -> None:
    """Every second: put what is due into the broker."""
    for publication in publishing.wake(timezone.now()):
        send_to_worker(publication)


@shared_task
def sweep() -> None:
    publishing.sweep(timezone.now())
    workflow.freeze_prepared()


@shared_task
def prepare(media_id: str) -> None:
    if media := preparation.claim(media_id):
        preparation.prepare(media)


@shared_task
def make_rendition(rendition_id: int) -> None:
    if rendition := preparation.claim_rendition(rendition_id):
        preparation.make_rendition(rendition)


@shared_task
def wake_media() -> None:
    """Every few seconds: what was uploaded and has no worker."""
    now = timezone.now()
    for media_id in preparation.waiting(now).values_list("pk", flat=True):
        prepare.delay(str(media_id))
    for rendition_id in preparation.waiting_renditions(now).values_list("pk", flat=True):
        make_rendition.apply_async((rendition_id,), queue=FILMS)


def send_to_worker(publication: Publication) -> None:
    publish.apply_async((publication.pk,), queue=FILMS if publication.has_film else DEFAULT)


def publish_soon(post: Post) -> None:
    """Wake the worker as soon as the approval is committed, without waiting for the clock."""
    transaction.on_commit(partial(wake_due.delay))
