"""
Two years of an organisation, written straight into the tables; run beside a site, with its settings.

    python -m tests.harness.two_years history 100000     so many posts that are done with, the last one a minute ago
    python -m tests.harness.two_years waiting 30         so many more that wait for an okay
    python -m tests.harness.two_years measure            what the pages cost, as JSON

Nobody's own verbs write a hundred thousand posts in a minute: the rows are what those verbs leave behind, without files.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django

django.setup()

from django.contrib.auth.models import Group  # noqa: E402  (models need django.setup() first)
from django.db import connection, transaction  # noqa: E402
from django.db.models import OuterRef, Subquery  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts import roles  # noqa: E402
from accounts.models import User  # noqa: E402
from audit.models import Entry, Head  # noqa: E402
from channels.models import Channel, Period  # noqa: E402
from posts import search  # noqa: E402
from posts.likeness import print_of_text  # noqa: E402
from posts.models import (  # noqa: E402
    Approval,
    Category,
    Findable,
    Media,
    MediaKind,
    MediaState,
    People,
    Post,
    Publication,
    PublicationStatus,
    Shows,
    Status,
    Transition,
    Version,
    VersionChannel,
    VersionMedia,
)
from seko_social.demo import loader  # noqa: E402
from tests.harness import waiting_posts  # noqa: E402

YEARS = timedelta(days=730)
AT_ONCE = 2000
WITH_MEDIA = 0.6
REGIONS = ("Umeå", "Gävle", "Malmö", "Årsta", "Göteborg", "Kiruna", "Örebro", "Ängelholm", "Luleå", "Växjö")
PLACES = (
    "bangården",
    "sorteringen",
    "färjeläget",
    "depån",
    "kontrollrummet",
    "E4:an",
    "häktet",
    "flygplatsen",
)
WHAT = ("nattskiftet", "schemat", "skyddsronden", "årsmötet", "avtalsrörelsen", "bemanningen", "arbetsmiljön")
SAID = (
    "De vill veta sina tider i förväg",
    "Det är kallt men humöret är gott",
    "Vi tar med oss frågan till förhandlingen",
    "Fler borde få heltid",
    "Tryggheten på jobbet kommer först",
    "Skyddsombuden gör skillnad varje dag",
)
RARE = "gruvhjälmar"
"""In one post of a thousand."""
ENDS = {Status.APPROVED: 92, Status.REJECTED: 4, Status.WITHDRAWN: 3, Status.CHANGES: 1}
"""Of a hundred posts."""
PEOPLE = 200
DIGEST = "0" * 64


class Writer:
    """Makes posts of one kind after another, a few thousand rows at a time."""

    def __init__(self) -> None:
        self.chance = random.Random(7)
        if not loader.is_loaded():
            waiting_posts.make_people_and_channels()
        self.reviewer = User.objects.get(email="anna@demo.test")
        self.authors = self.make_authors()
        self.categories = list(Category.objects.all())
        # More than there is: there are gaps to fill, whatever the day.
        Channel.objects.filter(platform="facebook").update(goal=500, goal_period=Period.DAY)
        self.channels = list(Channel.objects.exclude(platform="by_hand"))

    def make_authors(self) -> list[User]:
        if not User.objects.filter(email__startswith="inskickare").exists():
            User.objects.bulk_create(
                User(
                    email=f"inskickare{number}@demo.test",
                    name=f"Inskickare {number}",
                    region=REGIONS[number % len(REGIONS)],
                )
                for number in range(PEOPLE)
            )
        return list(User.objects.filter(email__startswith="inskickare").order_by("pk"))

    def text(self, number: int) -> str:
        pick = self.chance.choice
        words = f"I dag var vi på {pick(PLACES)} i {pick(REGIONS)} och talade om {pick(WHAT)}."
        words = f"{words} {pick(SAID)}. {pick(SAID)}."
        return f"{words} Alla hade {RARE}. Nr {number}." if number % 1000 == 7 else f"{words} Nr {number}."

    def write(self, moments: list[datetime], *, is_waiting: bool) -> None:
        for begin in range(0, len(moments), AT_ONCE):
            with transaction.atomic():
                self.chunk(moments[begin : begin + AT_ONCE], is_waiting=is_waiting)

    def chunk(self, moments: list[datetime], *, is_waiting: bool) -> None:
        posts = self.posts(moments)
        versions = self.versions(posts)
        choices = self.choices(versions)
        self.media(versions)
        for post, version in zip(posts, versions, strict=True):
            post.current_version, post.status = version, Status.IN_REVIEW if is_waiting else self.end()
        self.end_them(posts)
        self.steps(posts)
        self.publications([choice for choice in choices if choice.version.post.status == Status.APPROVED])

    def end(self) -> Status:
        [status] = self.chance.choices(list(ENDS), list(ENDS.values()))
        return status

    def end_them(self, posts: list[Post]) -> None:
        version = Version.objects.filter(post=OuterRef("pk")).order_by().values("pk")
        for status in {post.status for post in posts}:
            numbers = [post.pk for post in posts if post.status == status]
            Post.objects.filter(pk__in=numbers).update(status=status, current_version=Subquery(version))

    def posts(self, moments: list[datetime]) -> list[Post]:
        return Post.objects.bulk_create(
            Post(
                author=self.chance.choice(self.authors),
                category=self.chance.choice(self.categories),
                submitted_at=at,
                is_urgent=self.chance.random() < 0.05,
            )
            for at in moments
        )

    def versions(self, posts: list[Post]) -> list[Version]:
        texts = [self.text(post.pk) for post in posts]
        Findable.objects.bulk_create(
            Findable(post=post, author_id=post.author_id, words=search.fold(text))
            for post, text in zip(posts, texts, strict=True)
        )
        return Version.objects.bulk_create(
            Version(
                post=post,
                number=1,
                digest=DIGEST,
                text=text,
                text_print=print_of_text(text),
                people=People.NOBODY,
                created_by_id=post.author_id,
            )
            for post, text in zip(posts, texts, strict=True)
        )

    def choices(self, versions: list[Version]) -> list[VersionChannel]:
        """Facebook always, the others now and then."""
        first, *others = self.channels
        return VersionChannel.objects.bulk_create(
            VersionChannel(version=version, channel=channel)
            for version in versions
            for channel in [first, *(each for each in others if self.chance.random() < 0.25)]
        )

    def media(self, versions: list[Version]) -> None:
        shown = [version for version in versions if self.chance.random() < WITH_MEDIA]
        self.with_picture = {version.pk for version in shown}
        media = Media.objects.bulk_create(self.picture(version) for version in shown)
        VersionMedia.objects.bulk_create(
            VersionMedia(version=version, media=each, position=0, alt_text="Två banarbetare.")
            for version, each in zip(shown, media, strict=True)
        )

    def picture(self, version: Version) -> Media:
        return Media(
            owner_id=version.created_by_id,
            state=MediaState.READY,
            kind=MediaKind.PICTURE,
            master="masters/1/master.jpg",
            thumb="masters/1/thumb.jpg",
            medium="masters/1/medium.jpg",
            sha256=DIGEST,
            size=200_000,
            width=1600,
            height=1200,
            picture_print=self.chance.getrandbits(62),
        )

    def steps(self, posts: list[Post]) -> None:
        steps = [
            Transition(
                post=post,
                version=post.current_version,
                action="submit",
                from_status="draft",
                to_status="in_review",
                by_id=post.author_id,
            )
            for post in posts
        ]
        Transition.objects.bulk_create(steps)
        first = (Entry.objects.order_by("-number").values_list("number", flat=True).first() or 0) + 1
        lines = Entry.objects.bulk_create(self.lines(posts, first))
        Head.objects.update(number=lines[-1].number, hash=lines[-1].hash)

    def lines(self, posts: list[Post], first: int) -> Iterator[Entry]:
        """Three for each post. Their chain is none: nobody proves it here."""
        verbs = [("post.submitted", None), ("post.frozen", None), ("post.approved", self.reviewer.pk)]
        done = ((post, verb, by) for post in posts for verb, by in verbs)
        for number, (post, verb, by) in enumerate(done, first):
            mark = f"{number:064x}"
            yield Entry(
                number=number,
                at=post.submitted_at,
                actor_id=by or post.author_id,
                verb=verb,
                thing=f"post:{post.pk}",
                previous_hash=f"{number - 1:064x}",
                hash=mark,
            )

    def publications(self, choices: list[VersionChannel]) -> None:
        versions = {choice.version_id: choice.version for choice in choices}
        approvals = Approval.objects.bulk_create(
            Approval(version=version, digest=DIGEST, approved_by=self.reviewer)
            for version in versions.values()
        )
        okays = {approval.version_id: approval for approval in approvals}
        Publication.objects.bulk_create(
            self.publication(choice, okays[choice.version_id]) for choice in choices
        )

    def publication(self, choice: VersionChannel, approval: Approval) -> Publication:
        post = choice.version.post
        out_at = post.submitted_at + timedelta(hours=1)
        return Publication(
            post=post,
            version=choice.version,
            channel=choice.channel,
            approval=approval,
            status=PublicationStatus.PUBLISHED,
            shows=Shows.PICTURE if choice.version_id in self.with_picture else Shows.OTHER,
            not_before=out_at,
            published_at=out_at,
            announced_at=out_at,
            remote_id=f"r{choice.pk}",
            url=f"https://example.test/{choice.pk}",
        )


# --- writing --------------------------------------------------------------------------------------------------


def history(count: str) -> None:
    now, number = timezone.now(), int(count)
    begin = now - YEARS
    Writer().write([begin + YEARS * step / number for step in range(number)], is_waiting=False)
    tidy()


def waiting(count: str) -> None:
    now = timezone.now()
    Writer().write([now - timedelta(minutes=step) for step in range(int(count))], is_waiting=True)
    tidy()


def tidy() -> None:
    """As the database does by itself in a quiet moment."""
    connection.commit()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


# --- measuring ------------------------------------------------------------------------------------------------

ROUNDS, WARM = 6, 3


def pages() -> dict[str, str]:
    year, week, _day = (timezone.localdate() - timedelta(weeks=52)).isocalendar()
    month = timezone.localdate()
    first = Post.objects.awaiting_review().order_by("-submitted_at").first()
    return {
        "queue": reverse("approvals:desk"),
        "queue, a page further": reverse("approvals:desk") + "?sida=2",
        "queue, one region": reverse("approvals:desk") + "?" + urlencode({"region": REGIONS[0]}),
        "news of the queue": reverse("approvals:news"),
        "review": reverse("approvals:review", args=[first.pk]) if first else "",
        "search, what is in every post": reverse("posts:search") + "?" + urlencode({"q": "I DAG"}),
        "search, two words": reverse("posts:search") + "?" + urlencode({"q": "bangården umeå"}),
        "search, a rare word": reverse("posts:search") + "?" + urlencode({"q": RARE.upper()}),
        "search, two letters": reverse("posts:search") + "?" + urlencode({"q": "e4"}),
        "search, nothing": reverse("posts:search") + "?" + urlencode({"q": "zebror"}),
        "calendar, week": reverse("approvals:calendar"),
        "calendar, month": reverse("approvals:calendar") + f"?manad={month:%Y-%m}",
        "calendar, a week a year ago": reverse("approvals:calendar") + f"?vecka={year}-W{week:02d}",
        "frequency": reverse("approvals:frequency"),
        "log": reverse("audit:index"),
        "all posts": reverse("posts:everybodys"),
    }


def measure() -> None:
    anna = User.objects.get(email="anna@demo.test")
    anna.groups.add(*Group.objects.filter(name=roles.ADMINISTRATOR))
    client = Client()
    client.force_login(anna)
    sys.stdout.write(json.dumps({name: cost_of(client, path) for name, path in pages().items() if path}))


def cost_of(client: Client, path: str) -> dict[str, Any]:
    for _ in range(WARM):
        response = client.get(path)
        if response.status_code != 200:
            raise RuntimeError(f"{path} answered {response.status_code}")
    costs = [timed(client, path) for _ in range(ROUNDS)]
    with counted() as queries:
        size = len(client.get(path).content)
    ms, busy = ([cost[at] for cost in costs] for at in (0, 1))
    return {"ms": ms, "busy": busy, "queries": len(queries), "kB": size / 1000}


def timed(client: Client, path: str) -> tuple[float, float]:
    """By the clock, and by what the processor did for it, here and in the database; in milliseconds."""
    began, was_busy = time.perf_counter(), busy()
    client.get(path)
    return (time.perf_counter() - began) * 1000, (busy() - was_busy) * 1000


def busy() -> float:
    if connection.vendor != "postgresql":
        return time.process_time()
    database = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    return time.process_time() + int(database.split()[0]) / 1e9


@contextmanager
def counted() -> Iterator[list[str]]:
    asked: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield asked


ORDERS: dict[str, Callable[..., None]] = {"history": history, "waiting": waiting, "measure": measure}

if __name__ == "__main__":
    order, *arguments = sys.argv[1:]
    ORDERS[order](*arguments)
