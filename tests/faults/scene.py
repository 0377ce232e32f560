"""
One publication before the curtain: a channel at the sandbox, an approved post for it, and time that goes by when told to.

Nobody waits for a clock. What has to wait is made older: every moment that is written down, here and at the platform,
moves as far into the past as one would have waited. The rules about waiting stay as they are.
"""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import requests
from django.utils import timezone

from accounts.models import Notice
from audit.models import Entry
from channels import connections
from channels.models import AppRest, Channel, Credential
from channels.sandbox.testing import LiveSandbox
from posts import content as contents
from posts import publishing, workflow
from posts.models import Attempt, MediaKind, Publication, PublicationStatus
from posts.publishing import sweeping
from tests import factories
from tests.channels.adapters.desk import short_film
from tests.faults.matrix import BELONGINGS, Content

ROUNDS = 25
PATIENCE = 60
MOMENT = timedelta(seconds=0.01)
AT_REST = {
    PublicationStatus.FAILED,
    PublicationStatus.NEEDS_DECISION,
    PublicationStatus.HELD,
    PublicationStatus.CANCELLED,
}
COLOURS = ("navy", "maroon", "olive")
numbers = itertools.count(1)


class Platforms(LiveSandbox):
    """The sandbox, whose time goes by when ours does."""

    passed = timedelta(0)

    def reset(self) -> None:
        super().reset()
        self.passed = timedelta(0)

    def let_pass(self, by: timedelta) -> None:
        self.passed += by
        self.clock(self.passed.total_seconds())


@dataclass
class Scene:
    sandbox: Platforms
    pk: int
    people: dict[int, str]
    """Who is who, by the number of their account."""
    words: tuple[str, str]
    """Its text and its title."""
    passed: timedelta = timedelta(0)

    @property
    def publication(self) -> Publication:
        return Publication.objects.select_related("channel").get(pk=self.pk)

    # --- what workers do

    def work(self, *, is_heard: bool = False) -> PublicationStatus:
        """
        Play the workers, the clock and the sweep until nothing more happens by itself. What the platform is still hearing
        when we have given up is public before any time is let pass.
        """
        for _ in range(ROUNDS):
            if self.is_at_rest():
                return self.status
            if claimed := publishing.claim(self.pk):
                publishing.send(claimed)
                if is_heard and self.status == PublicationStatus.UNCONFIRMED:
                    until(lambda: self.public)
            else:
                self.wait()
        raise AssertionError(f"no rest after {ROUNDS} rounds: {vars(self.publication)}")

    def let_it_try(self) -> None:
        """Play one worker, as soon as it may."""
        while not (claimed := publishing.claim(self.pk)):
            self.wait()
        publishing.send(claimed)

    def look(self) -> None:
        """Play the worker that looks whether it is out, until the look is over."""
        if claimed := publishing.claim(self.pk):
            publishing.send(claimed)
        else:
            self.wait()

    def is_at_rest(self) -> bool:
        publication = self.publication
        if publication.is_published:
            return publication.announced_at is not None
        return publication.status in AT_REST or bool(publication.channel.fault)

    def wait(self) -> None:
        """Until it may be due, or until its dead worker is missed, or what that one left unsaid."""
        self.let_pass(self.next_moment() - timezone.now() + MOMENT)
        publishing.sweep(timezone.now())

    def next_moment(self) -> datetime:
        publication = self.publication
        if publication.published_at:
            return publication.published_at + sweeping.TOLD_BY_NOW
        if publication.claimed_until:
            return publication.claimed_until
        rests = AppRest.objects.filter(platform=publication.channel.platform).values_list(
            "resting_until", flat=True
        )
        moments = (publication.not_before, publication.channel.resting_until, *rests)
        return max(moment for moment in moments if moment)

    def let_pass(self, by: timedelta) -> None:
        """Make everything older, as far as it concerns this publication, and the platform's clock later."""
        assert by > timedelta(0), f"it is due, and nobody may claim it: {vars(self.publication)}"
        self.passed += by
        publication = self.publication
        make_older(publication, by, "not_before", "claimed_until", "woken_at", "published_at")
        Publication.objects.filter(pk=self.pk).update(staged=older(publication.staged, by))
        for attempt in publication.attempts.all():
            make_older(attempt, by, "started_at", "finished_at")
        make_older(publication.channel, by, "resting_until")
        for row in (*AppRest.objects.all(), *Credential.objects.filter(channel=publication.channel)):
            make_older(row, by, "resting_until", "refreshing_until", "expires_at")
        self.sandbox.let_pass(by)

    # --- what a person does

    def connect_again(self) -> None:
        connections.connect(self.publication.channel, **credential(self.sandbox, self.publication.channel))

    # --- what can be seen

    @property
    def status(self) -> PublicationStatus:
        return PublicationStatus(self.publication.status)

    @property
    def public(self) -> list[dict[str, Any]]:
        """The lines of the platform's ledger that made it public. It calls a film by its title, where it has one."""
        lines = self.sandbox.ledger(effect="public", account=self.publication.channel.remote_id)
        return [line for line in lines if line["text"] in self.words]

    @property
    def ends(self) -> tuple[str, ...]:
        return tuple(
            Attempt.objects.filter(publication=self.pk).order_by("fence").values_list("outcome", flat=True)
        )

    @property
    def log(self) -> list[str]:
        """Without the looks that found nothing: how many there are is the adapter's matter."""
        lines = (
            Entry.objects.filter(thing=f"publication:{self.pk}")
            .exclude(verb="publication.looked")
            .order_by("number")
        )
        return list(lines.values_list("verb", flat=True))

    @property
    def channel_log(self) -> list[str]:
        lines = Entry.objects.filter(thing=f"channel:{self.publication.channel_id}").order_by("number")
        return list(lines.values_list("verb", flat=True))[1:]  # the first is that it was connected

    @property
    def told(self) -> list[tuple[str, str]]:
        """What people were told about it since the okay, and who."""
        told = Notice.objects.filter(person__in=self.people).exclude(kind="approved")
        return sorted((notice.kind, self.people[notice.person_id]) for notice in told)

    def shown_media(self) -> list[str]:
        if not self.publication.is_head:
            return []
        shown = self.publication.version.shown_media.order_by("position")
        return list(shown.values_list("media__sha256", flat=True))


def until(done: Callable[[], Any]) -> None:
    """Wait for another process."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


# --- time ---------------------------------------------------------------------------------------------------------


def make_older(row: Any, by: timedelta, *names: str) -> None:
    """In the row itself, whatever else is being written to it now."""
    names_here = [name for name in names if getattr(row, name, None)]
    moved = {name: getattr(row, name) - by for name in names_here}
    if moved:
        type(row)._default_manager.filter(pk=row.pk).update(**moved)


def older(value: Any, by: timedelta) -> Any:
    """The handles with every moment in them earlier."""
    if isinstance(value, dict):
        return {name: older(each, by) for name, each in value.items()}
    if isinstance(value, list):
        return [older(each, by) for each in value]
    try:
        return (datetime.fromisoformat(value) - by).isoformat() if "T" in value else value
    except (TypeError, ValueError):
        return value


# --- making ready -------------------------------------------------------------------------------------------------


def scene(sandbox: Platforms, content: Content, *, text: str = "", channel: Channel | None = None) -> Scene:
    """
    An approved post of this content for one channel of its platform; or of what follows a post, which is out by then.
    """
    author, reviewer, owner = factories.ombudsman(), factories.reviewer(), factories.reader(name="Olle Ägare")
    number = next(numbers)
    text = text or f"{number}: {factories.TEXT}"
    media = list(media_of(content, author))
    post = factories.submitted(author, media=media, text=text)
    channel = channel or connected(sandbox, content.platform, number, owner=owner)
    alt_text = factories.ALT if content.pictures else ""
    title = f"Nattskiftet {number}"
    following = said_after(content, number) if content.is_part else {}
    if content == BELONGINGS:
        following = {"thumbnail": belong_to(post, media[0], reviewer), "tags": ("natt",)}
    factories.approved(post, reviewer, channel, alt_text=alt_text, title=title, **following)
    people = {author.pk: "author", reviewer.pk: "approver", channel.owner_id: "owner"}
    head = Scene(sandbox, Publication.objects.get(post=post, part=0).pk, people, (text, title))
    return part_of(head) if content.is_part else head


SUBTITLES = "1\n00:00:00,000 --> 00:00:00,400\nDe fick inga.\n"


def belong_to(post: Any, film: Any, reviewer: Any) -> str:
    """Subtitles in the version, and a picture out of the film: its digest."""
    seen = post.version_in_force
    shown = tuple(replace(item, subtitles=SUBTITLES) for item in seen.manuscript().media)
    workflow.edit(post, reviewer, seen, seen.manuscript().replaced(media=shown))
    post.refresh_from_db()
    still = factories.picture(film.owner, factories.jpeg("teal"), made_from=film, made_by=reviewer)
    return still.sha256


def said_after(content: Content, number: int) -> dict[str, Any]:
    words = f"{number}: De fick inga."
    return {"first_comment": words} if content.platform == "facebook" else {"thread": (words,)}


def part_of(head: Scene, part: int = 1) -> Scene:
    """What follows a post, once that is out and said to be."""
    head.work()
    following = head.publication.version.publications.get(part=part)
    text = contents.for_publication(following).text
    return Scene(head.sandbox, following.pk, head.people, (text, text))


def media_of(content: Content, author: Any) -> Any:
    for colour in COLOURS[: content.pictures]:
        yield factories.picture(author, factories.jpeg(colour))
    for _ in range(content.films):
        film = short_film()
        yield factories.picture(author, film.open().read(), kind=MediaKind.FILM, seconds=film.seconds)


def connected(sandbox: Platforms, platform: str, number: int, **fields: Any) -> Channel:
    """A channel with an account of its own and a credential at the sandbox."""
    account = f"UC{number:022}" if platform == "youtube" else f"{7_000_000 + number}"
    channel = Channel.objects.create(
        platform=platform,
        name="Seko",
        remote_id=account,
        handle=f"seko{number}",
        position=number,
        **fields,
    )
    connections.connect(channel, **credential(sandbox, channel))
    return channel


def credential(sandbox: Platforms, channel: Channel) -> dict[str, Any]:
    about = {"platform": channel.platform, "id": channel.remote_id, "name": "Seko", "handle": channel.handle}
    given = requests.post(f"{sandbox.url}/ovning/api/tokens", json=about, timeout=10).json()
    secrets = {"access_token": given.get("page_token") or given["access_token"]}
    if refresh := given.get("refresh_token"):
        secrets["refresh_token"] = refresh
    seconds = given.get("expires_in")
    return {
        "secrets": secrets,
        "expires_at": timezone.now() + timedelta(seconds=seconds) if seconds else None,
    }
