"""
Lays out the demo's history through the product's own verbs, at the hours when it happened: a reviewer's
okay is a real approval, a published post is really on the sandbox's page.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any
from unittest import mock
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts import duty, notices, policy, roles
from accounts.models import Branch, Duty, Notice, User
from approvals import reserve
from channels import connections, keeping
from channels.adapters.base import Receipt, Staged
from channels.adapters.codes import Trouble
from channels.adapters.connector import App
from channels.adapters.connectors import CONNECTORS
from channels.errors import Duplicate, Refused
from channels.models import Channel, Credential
from channels.sandbox.store import Store
from posts import content, events, preparation, publishing, renditions, workflow
from posts.manuscript import ChannelText
from posts.models import (
    Category,
    Draft,
    DraftMedia,
    Media,
    Minors,
    Outcome,
    People,
    Post,
    Publication,
    PublicationStatus,
    Version,
)
from posts.workflow import When
from seko_social.demo import pictures, story
from seko_social.demo.story import DemoChannel, DemoPost, Ending

Say = Callable[[str], None]
STILL_NEWS = timedelta(days=2)
"""What people were told before that, they have read."""
PLANNED_FOR = time(9)


@contextmanager
def clock(at: datetime) -> Iterator[None]:
    """What is written now is written as if it were `at`."""
    with mock.patch("django.utils.timezone.now", return_value=at):
        yield


def is_loaded() -> bool:
    return User.objects.filter(email=story.PEOPLE[0][0]).exists()


def load(say: Say, *, with_plans: bool = True) -> None:
    """Without plans: the days to come are as empty as a test needs them."""
    told = (*story.POSTS, *story.AHEAD) if with_plans else story.POSTS
    say("people and channels …")
    people = {email: add_person(email, name, region, roles) for email, name, region, roles in story.PEOPLE}
    give_branches(people)
    have_them_read_the_policy(people)
    scenes: dict[str, Media] = {}
    with Store(settings.SANDBOX_DIR) as store:
        channels = {demo.platform: connect(demo, store, number) for number, demo in enumerate(story.CHANNELS)}
        for shown in story.CHANNELS:
            keep(channels[shown.platform], shown, people)
        for account in story.MORE_ACCOUNTS:
            store.add_account(*account)
        for number, demo in enumerate(told, start=1):
            say(f"post {number} of {len(told)} …")
            Telling(demo, people, channels, store, scenes).tell()
    if with_plans:
        give_watches(people)
        give_events(people)
    notices.keep_from_mail(Notice.objects.all())
    notices.mark_read(Notice.objects.filter(created_at__lt=timezone.now() - STILL_NEWS))


def add_person(email: str, name: str, region: str, given: tuple[str, ...]) -> User:
    is_administrator = roles.ADMINISTRATOR in given
    user = User.objects.create_user(
        email, story.PASSWORD, name=name, region=region, is_staff=is_administrator
    )
    user.groups.set(Group.objects.filter(name__in=given))
    return user


def give_branches(people: dict[str, User]) -> None:
    for name, asks in story.BRANCHES.items():
        Branch.objects.create(name=name, asks_about_site=asks)
    for email, name in story.OF_BRANCH.items():
        people[email].branch = Branch.objects.get(name=name)
        people[email].save(update_fields=["branch"])


def have_them_read_the_policy(people: dict[str, User]) -> None:
    """Since before the first of them sent something in."""
    with clock(timezone.now() - timedelta(days=60)):
        first = policy.being_written()
        words = {name: getattr(first, name) for name in policy.WORDS}
        version = policy.publish(people[story.MONA], first.number, first.revision, words)
        for person in people.values():
            policy.acknowledge(person, version.number)


def connect(demo: DemoChannel, store: Store, position: int) -> Channel:
    channel = Channel.objects.create(
        platform=demo.platform,
        name=demo.name,
        remote_id=demo.remote_id,
        handle=demo.handle,
        url=page_of(demo),
        audience=demo.audience,
        is_preselected=demo.is_preselected,
        position=position,
    )
    if demo.platform == "facebook":
        made = store.connect_facebook(demo.remote_id, demo.name)
        connections.connect(channel, {"access_token": made["page_token"]})
    elif demo.platform == "x":
        made = store.connect_x(demo.remote_id, demo.handle, demo.name)
        connections.connect(channel, tokens(made), expiry(made))
    elif demo.platform == "youtube":
        made = store.connect_youtube(demo.remote_id, demo.name)
        connections.connect(channel, tokens(made), expiry(made))
    connections.mark_working(channel)
    return channel


def keep(channel: Channel, demo: DemoChannel, people: dict[str, User]) -> None:
    """As an administrator connected it and filled in the rest."""
    by = people[story.MONA]
    connector = CONNECTORS.get(channel.platform)
    ends_at = timezone.now() + timedelta(days=demo.days_left) if demo.days_left else None
    Credential.objects.filter(channel=channel).update(
        connected_by=by,
        connected_at=timezone.now(),
        connection_expires_at=ends_at,
        scopes=[*connector(App(""), settings.PLATFORM_ADDRESSES).scopes] if connector else [],
    )
    wanted = {
        name: people[value] if name in ("owner", "deputy") else value for name, value in demo.carried.items()
    }
    keeping.change(channel, by, keeping.settings_of(channel, wanted), wanted)
    channel.refresh_from_db()


def give_watches(people: dict[str, User]) -> None:
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    for week, (person, deputy) in enumerate(story.WATCHES):
        first = monday + timedelta(weeks=week)
        days = {"first_day": first, "last_day": first + timedelta(days=6)}
        duty.give(Duty(person=people[person], deputy=people[deputy], **days), people[story.ANNA])


def give_events(people: dict[str, User]) -> None:
    """Each was known a week ahead."""
    today = timezone.localdate()
    for demo in story.EVENTS:
        first = today + timedelta(days=demo.day)
        days = {"first_day": first, "last_day": first + timedelta(days=demo.days - 1)}
        with clock(timezone.now() - timedelta(days=7)):
            events.add(
                people[demo.owner],
                title=demo.title,
                kind=demo.kind,
                place=demo.place,
                is_shared=demo.is_shared,
                **days,
            )


def page_of(demo: DemoChannel) -> str:
    """Where its followers see it, on the sandbox; none where there is no platform."""
    base = settings.PLATFORM_ADDRESSES.get(f"{demo.platform.upper()}_PUBLIC_URL")
    return f"{base}/{demo.handle or demo.remote_id}" if base else ""


def tokens(made: dict[str, Any]) -> dict[str, str]:
    return {"access_token": made["access_token"], "refresh_token": made["refresh_token"]}


def expiry(made: dict[str, Any]) -> datetime:
    return timezone.now() + timedelta(seconds=made["expires_in"])


@cache
def drawn(scene: str) -> bytes:
    return pictures.draw(scene)


class Telling:
    """One post of the story, told from its draft to its ending."""

    def __init__(
        self,
        demo: DemoPost,
        people: dict[str, User],
        channels: dict[str, Channel],
        store: Store,
        scenes: dict[str, Media],
    ) -> None:
        self.demo = demo
        self.author = people[demo.author]
        self.reviewer = people["anna@demo.test" if demo.days_ago % 3 else "johan@demo.test"]
        self.channels = [channels[platform] for platform in demo.on]
        self.store = store
        self.scenes = scenes
        self.at = hour_of(demo)
        self.day = timezone.localdate() + timedelta(days=demo.days_ahead)

    def tell(self) -> None:
        with clock(self.at):
            post = self.write()
        if self.demo.ending != Ending.DRAFT:
            with clock(self.at + timedelta(minutes=4)):
                workflow.submit(post, self.author)
            with clock(self.at + timedelta(minutes=31)):
                self.end(post)

    def write(self) -> Post:
        demo = self.demo
        post = Post.objects.create(
            author=self.author, category=Category.objects.get(name=demo.category), is_urgent=demo.is_urgent
        )
        draft = Draft.objects.create(
            post=post,
            text=demo.text,
            link=demo.link,
            credit=self.author.name,
            people=demo.people,
            minors=Minors.NOBODY if demo.people == People.ALL_SAID_YES else "",
            said_yes=2 if demo.people == People.ALL_SAID_YES else None,
        )
        for position, scene in enumerate(demo.scenes):
            DraftMedia.objects.create(
                draft=draft, media=self.media(scene), position=position, alt_text=alt_of(demo, position)
            )
        return post

    def media(self, scene: str) -> Media:
        """A picture is prepared once; whoever sends in the same has a copy."""
        known = self.scenes.get(scene)
        media = copied(known, self.author) if known else prepared(scene, self.author)
        self.scenes.setdefault(scene, media)
        return media

    def end(self, post: Post) -> None:
        demo, seen = self.demo, post.version_in_force
        if demo.ending == Ending.CHANGES:
            workflow.request_changes(post, self.reviewer, seen, demo.message, demo.reason)
        elif demo.ending == Ending.REJECTED:
            workflow.reject(post, self.reviewer, seen, demo.reason, demo.message)
        elif demo.ending == Ending.WITHDRAWN:
            workflow.withdraw(post, self.author)
        elif demo.ending in (Ending.PLANNED, Ending.RESERVE):
            self.plan(post, self.version_for_channels(post, seen))
        elif demo.ending != Ending.IN_REVIEW:
            self.publish(post, self.version_for_channels(post, seen))

    def version_for_channels(self, post: Post, seen: Version) -> Version:
        texts = tuple(self.text_for(channel) for channel in self.channels)
        version = workflow.edit(post, self.reviewer, seen, seen.manuscript().replaced(channels=texts))
        for rendition in renditions.order(version):
            if claimed := preparation.claim_rendition(rendition.pk):
                preparation.make_rendition(claimed)
        return version

    def text_for(self, channel: Channel) -> ChannelText:
        text = self.demo.x_text if channel.platform == "x" else ""
        return ChannelText(channel.pk, text=text)

    def plan(self, post: Post, version: Version) -> None:
        """It has its hour, or waits for one: nothing leaves."""
        if self.demo.ending == Ending.PLANNED:
            at = timezone.make_aware(datetime.combine(self.day, PLANNED_FOR))
            workflow.approve(post, self.reviewer, version, When(at=at))
            return
        workflow.approve(post, self.reviewer, version, When(reserve=True))
        if self.demo.days_ahead:
            reserve.say_best_before(post, self.day, self.reviewer)

    def publish(self, post: Post, version: Version) -> None:
        workflow.approve(post, self.reviewer, version)
        queued = Publication.objects.filter(post=post, status=PublicationStatus.QUEUED)
        queued.update(not_before=timezone.now())  # nobody regretted it
        for publication in queued:
            claimed = publishing.claim(publication.pk)
            if claimed:
                self.lay_out(claimed)

    def lay_out(self, publication: Publication) -> None:
        """What the worker does, with the sandbox's shelf instead of its HTTP."""
        made = content.for_channel(publication.version, publication.channel)
        adapter = connections.adapter_for(publication.channel)
        attempt = publishing.begin(publication, made, adapter, Staged())
        if self.demo.ending == Ending.FAILED and publication.channel.platform == "x":
            publishing.fail(
                publication,
                attempt,
                Refused(Trouble.AGAINST_RULES, "You are not permitted to perform this action."),
            )
        elif self.demo.ending == Ending.NEEDS_DECISION and publication.channel.platform == "x":
            publishing.doubt(publication, attempt, Duplicate(Trouble.DUPLICATE))
            if looked := publishing.claim(publication.pk):
                publishing.ask_a_person(looked)
        else:
            publishing.settle(publication, attempt, self.shelve(publication, made), Outcome.RECEIPT)

    def shelve(self, publication: Publication, made: content.Content) -> Receipt:
        paths = [local_path(item) for item in made.media]
        shown = self.store.add_published(
            publication.channel.platform,
            publication.channel.remote_id,
            made.text if publication.channel.platform != "youtube" else made.description,
            paths,
            timezone.now(),
            alt_texts=[item.alt_text for item in made.media],
            title=made.title,
        )
        return Receipt(shown["id"], settings.SANDBOX_URL + shown["path"])


def prepared(scene: str, author: User) -> Media:
    media = preparation.receive(SimpleUploadedFile(f"{scene}.jpg", drawn(scene)), author)
    if claimed := preparation.claim(str(media.pk)):
        preparation.prepare(claimed)
    return Media.objects.get(pk=media.pk)


def copied(media: Media, author: User) -> Media:
    copy = Media.objects.get(pk=media.pk)
    copy.pk, copy.owner = uuid4(), author
    for field in (copy.master, copy.thumb, copy.medium):
        with field.open("rb") as file:
            content = ContentFile(file.read())
        field.save(PurePosixPath(str(field.name)).name, content, save=False)
    copy.save(force_insert=True)
    return copy


def alt_of(demo: DemoPost, position: int) -> str:
    """The story describes the first picture; the others are left for the reviewer in what waits."""
    if demo.ending in (Ending.IN_REVIEW, Ending.CHANGES, Ending.DRAFT) and position:
        return ""
    return demo.alt_text


def local_path(item: content.ChannelMedia) -> Path:
    with item.open() as file:
        return Path(file.name)


def hour_of(demo: DemoPost) -> datetime:
    """The hour in the site's time zone; what would lie ahead of now happened a little while ago."""
    now = timezone.now()
    at = timezone.localtime(now).replace(hour=demo.hour, minute=12, second=0, microsecond=0) - timedelta(
        days=demo.days_ago
    )
    return min(at, now - timedelta(minutes=50 - 5 * demo.hour))
