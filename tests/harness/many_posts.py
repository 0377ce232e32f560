"""
Posts for a running site, by the domain's own verbs; run beside it, with its settings.

    python -m tests.harness.many_posts approve 1000 300 7    so many posts in so many seconds, by this seed
    python -m tests.harness.many_posts due 500 10            so many texts, all due so many seconds later
    python -m tests.harness.many_posts due 40 10 0.73        each so much later than the one before
    python -m tests.harness.many_posts tell                  what became of each publication

Of the first, each is approved as soon as it is written: mostly texts, some pictures, a few films. `due` puts texts on
Facebook and X in turn, and prints the moment when the first is due.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import django

django.setup()

from django.db import transaction  # noqa: E402  (models need django.setup() first)
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from audit.models import Entry  # noqa: E402
from channels.models import Channel  # noqa: E402
from posts import workflow  # noqa: E402
from posts.models import Media, MediaKind, Publication  # noqa: E402
from seko_social.demo import loader  # noqa: E402
from tests import factories  # noqa: E402
from tests.channels.adapters.desk import short_film  # noqa: E402
from tests.harness import waiting_posts  # noqa: E402

KINDS = {"text": 86, "picture": 10, "film": 4}
"""Of a hundred."""
ON: dict[str, list[tuple[str, ...]]] = {
    "text": [("facebook",), ("x",), ("facebook", "x")],
    "picture": [("facebook",), ("x",), ("facebook", "x")],
    "film": [("youtube",), ("facebook", "youtube"), ("x", "youtube"), ("facebook", "x", "youtube")],
}


class Desk:
    """Who writes, who approves, and where it goes."""

    def __init__(self) -> None:
        if not loader.is_loaded():
            waiting_posts.make_people_and_channels()
        self.author = User.objects.get(email="karin@demo.test")
        self.reviewer = User.objects.get(email="anna@demo.test")
        self.channels = {channel.platform: channel for channel in Channel.objects.exclude(platform="by_hand")}

    def approve(
        self, number: int, platforms: tuple[str, ...], kind: str = "text", when: workflow.When | None = None
    ) -> None:
        """One post, as far as its okay. Its words begin with its number: nobody else's do."""
        text = f"Nr {number}: vi var på bangården i dag."
        post = factories.draft(self.author, media=self.media(kind), text=text)
        workflow.submit(post, self.author)
        post.refresh_from_db()
        channels = [self.channels[platform] for platform in platforms]
        alt_text = factories.ALT if kind == "picture" else ""
        version = factories.for_channels(
            post, self.reviewer, *channels, alt_text=alt_text, title=f"Nr {number}: bangården"
        )
        workflow.approve(post, self.reviewer, version, when)

    def media(self, kind: str) -> list[Media]:
        if kind == "picture":
            return [factories.picture(self.author)]
        if kind == "film":
            film = short_film()
            about = {"width": film.width, "height": film.height, "seconds": film.seconds}
            return [factories.picture(self.author, film.open().read(), kind=MediaKind.FILM, **about)]
        return []


def approve(count: str, seconds: str, seed: str) -> None:
    """Not all at once: a desk has a day of it."""
    desk, chance, began = Desk(), random.Random(seed), time.monotonic()
    for number in range(int(count)):
        [kind] = chance.choices(list(KINDS), list(KINDS.values()))
        desk.approve(number, chance.choice(ON[kind]), kind)
        time.sleep(max(0, began + float(seconds) * number / int(count) - time.monotonic()))


def due(count: str, seconds: str, apart: str = "0") -> None:
    """None is seen by a worker before all are written."""
    desk, far = Desk(), timezone.now() + timedelta(days=1)
    with transaction.atomic():
        for number in range(int(count)):
            desk.approve(number, (("facebook", "x")[number % 2],), when=workflow.When(at=far))
        first = timezone.now() + timedelta(seconds=float(seconds))
        for number, publication in enumerate(Publication.objects.filter(planned_for=far).order_by("pk")):
            plan(publication, first + number * timedelta(seconds=float(apart)))
    sys.stdout.write(json.dumps(first.timestamp()))


def plan(publication: Publication, at: datetime) -> None:
    Publication.objects.filter(pk=publication.pk).update(planned_for=at, not_before=at)


def tell() -> None:
    sys.stdout.write(json.dumps([facts_of(each) for each in Publication.objects.order_by("pk")]))


def facts_of(publication: Publication) -> dict[str, Any]:
    doubts = Entry.objects.filter(verb="publication.unconfirmed", thing=f"publication:{publication.pk}")
    return {
        "number": publication.version.text.partition(":")[0],
        "platform": publication.channel.platform,
        "status": publication.status,
        "trouble": publication.trouble,
        "remote_id": publication.remote_id,
        "media": sorted(publication.version.shown_media.values_list("media__sha256", flat=True)),
        "claims": publication.fence,
        "attempts": list(publication.attempts.order_by("fence").values_list("outcome", "code")),
        "doubts": [entry.facts["code"] for entry in doubts.order_by("number")],
    }


ORDERS: dict[str, Callable[..., None]] = {
    "approve": approve,
    "due": due,
    "tell": tell,
}

if __name__ == "__main__":
    order, *arguments = sys.argv[1:]
    ORDERS[order](*arguments)
