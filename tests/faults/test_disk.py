"""
Disks that fail: a master that cannot be read is read later, and people are told that it takes a while; a picture that is
being prepared on a full disk is prepared again, and nobody calls it damaged.
"""

import errno
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from posts import preparation
from posts.models import Media, MediaState
from tests import factories
from tests.faults.matrix import CONTENTS, PUBLISHED
from tests.faults.scene import scene
from tests.faults.verdict import count, is_public_once
from tests.posts.media.phones import jpeg
from tests.posts.media.phones import scene as view

pytestmark = pytest.mark.django_db(transaction=True)
WITH_MEDIA = [content for content in CONTENTS if content.pictures or content.films]
TOLD_DELAYED = [("delayed", "approver"), ("delayed", "owner")]
TRIES_UNTIL_TOLD = 4
UNREADABLE = "/proc/self/mem"
"""Its first byte cannot be read by anybody: EIO."""
ROOM = 1_000
"""How many bytes a file may have on a disk that is full."""


@pytest.mark.parametrize("content", WITH_MEDIA, ids=lambda content: content.name)
@pytest.mark.parametrize("trouble", ["read error", "gone"])
def test_a_master_that_cannot_be_read(sandbox, content, trouble, record_property):
    played = scene(sandbox, content)
    master = Path(Media.objects.exclude(master="").latest("created_at").master.path)
    whole = master.rename(master.with_suffix(".whole"))
    if trouble == "read error":
        master.symlink_to(UNREADABLE)
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            master.read_bytes()
    for tries in range(1, TRIES_UNTIL_TOLD + 1):
        played.let_it_try()
        assert (played.status, played.publication.trouble, played.publication.tries) == (
            "queued",
            "storage",
            tries,
        )
    assert (played.public, played.ends, played.told) == ([], (), TOLD_DELAYED)
    whole.replace(master)
    status = played.work()
    count(record_property, played, content.platform, f"media on disk: {trouble}")
    assert status == PUBLISHED
    is_public_once(played, ("receipt",), *TOLD_DELAYED)


@pytest.mark.parametrize("full", ["fetched", "worked on", "stored"])
def test_a_picture_that_is_prepared_on_a_full_disk(workers, full):
    picture = jpeg(view(1200, 900))
    assert len(picture) > ROOM
    media = factories.unprepared(factories.ombudsman(), picture)
    assert workers.do("prepare on a full disk", str(media.pk), full=full, room=ROOM) != 0
    after = Media.objects.get()
    assert (after.state, after.refusal) == (MediaState.PREPARING, "")
    assert default_storage.exists(after.incoming.name)

    Media.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    preparation.prepare(preparation.claim(str(media.pk)))
    prepared = Media.objects.get()
    assert (prepared.state, prepared.tries) == (MediaState.READY, after.tries + 1)
    kept = {str(field) for field in (prepared.master, prepared.thumb, prepared.medium)}
    assert set(preparation.names_in(preparation.folder_of(prepared))) == kept
