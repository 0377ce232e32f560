"""
Senders for a running site, and what became of what they sent; run beside it, with its settings.

    python -m tests.harness.submissions people 16        so many people who may send in, each with a session
    python -m tests.harness.submissions left              how many of their pictures are not ready yet
    python -m tests.harness.submissions look              what is wrong with any of their posts
    python -m tests.harness.submissions prepare FILE 15   the file made ready so many times, as the worker does it
"""

import io
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402  (models need django.setup() first)
from django.middleware.csrf import get_token  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402
from PIL import Image  # noqa: E402

from accounts.models import User  # noqa: E402
from posts.media import jobs  # noqa: E402
from posts.models import Media, MediaState, Post, Status  # noqa: E402
from tests import factories  # noqa: E402
from tests.posts.media.phones import CANARY, CORNERS, corners  # noqa: E402

UNFINISHED = (MediaState.WAITING, MediaState.PREPARING)
HIDDEN = {"exif", "icc_profile", "comment", "photoshop", "xmp", "mp"}


def people(number: int) -> list[str]:
    """What each of their browsers has in its cookies. Those of the last time come again."""
    known = list(User.objects.order_by("pk")[:number])
    new = [factories.ombudsman() for _ in range(number - len(known))]
    return [cookies_of(person) for person in [*known, *new]]


def cookies_of(person: Any) -> str:
    client, request = Client(), RequestFactory().get("/")
    client.force_login(person)
    get_token(request)
    session, secret = client.cookies[settings.SESSION_COOKIE_NAME].value, request.META["CSRF_COOKIE"]
    return f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={secret}"


def left() -> int:
    return Media.objects.filter(state__in=UNFINISHED).count()


def look() -> dict[str, Any]:
    posts = Post.objects.filter(status=Status.IN_REVIEW).select_related("current_version")
    found = [wrong_with(post) for post in posts]
    return {"posts": len(found), "wrong": [each for each in found if each]}


def wrong_with(post: Post) -> str:
    """One picture, upright, and nothing in it but what is seen."""
    media = [item.media for item in post.current_version.shown_media.all()] if post.current_version else []
    if [item.state for item in media] != [MediaState.READY]:
        return f"{post.pk}: {[str(item.state) for item in media]}"
    with media[0].master.open("rb") as file:
        data = file.read()
    picture = Image.open(io.BytesIO(data))
    if picture.width >= picture.height or tuple(corners(picture)) != CORNERS:
        return f"{post.pk}: not upright"
    if HIDDEN & set(picture.info) or picture.getexif() or CANARY.encode() in data:
        return f"{post.pk}: more than a picture"
    return ""


def prepare(file: str, times: int) -> dict[str, Any]:
    seconds = [timed(lambda: made(Path(file))) for _ in range(times)]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"seconds": seconds, "peak": peak}


def made(source: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        prepared = jobs.prepare(source, Path(folder))
        assert prepared.thumb.exists() and prepared.medium.exists() and prepared.master.exists()  # noqa: PT018


def timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main(what: str, *arguments: str) -> None:
    told: dict[str, Callable[[], Any]] = {
        "people": lambda: people(int(arguments[0])),
        "left": left,
        "look": look,
        "prepare": lambda: prepare(arguments[0], int(arguments[1])),
    }
    sys.stdout.write(json.dumps(told[what]()))


if __name__ == "__main__":
    main(*sys.argv[1:])
