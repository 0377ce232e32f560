"""
Receiving and preparing pictures and films: what was uploaded becomes a sanitised master, and is gone.

The request only stores the bytes; a worker does the heavy work, in a process of its own under limits,
so that a hostile file costs one short-lived process and nothing else.
"""

import hashlib
import shutil
import tempfile
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from audit import log
from posts import content, workflow
from posts.media.errors import MediaRefused
from posts.media.isolated import run_isolated
from posts.models import Media, MediaKind, MediaState, Rendition, RenditionState, Version

if TYPE_CHECKING:
    from accounts.models import User

LEASE = timedelta(minutes=20)
MOST_TRIES = 3
PICTURE_LIMITS = {"memory_bytes": 1024 * 1024 * 1024, "seconds": 60}
FILM_LIMITS = {"memory_bytes": 3 * 1024 * 1024 * 1024, "seconds": 15 * 60}


# --- receiving ------------------------------------------------------------------------------------------------


def receive(file: UploadedFile, owner: "User") -> Media:
    """Store what was uploaded, unread, for the worker."""
    media = Media(owner=owner)
    media.incoming.save("incoming", file, save=False)
    media.save(force_insert=True)
    return media


def waiting(now: datetime) -> QuerySet[Media]:
    """Media that no worker has, or whose worker died."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    return Media.objects.filter(free, state__in=(MediaState.WAITING, MediaState.PREPARING))
