"""What tests need, made with plain functions: people, posts, channels and media that are ready."""

import hashlib
import itertools
import uuid
from dataclasses import replace
from io import BytesIO
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from PIL import Image

from accounts import roles
from accounts.models import User
from channels import connections
from channels.models import Channel
from posts import workflow
from posts.manuscript import ChannelText
from posts.models import Category, Draft, DraftMedia, Media, MediaKind, MediaState, People, Post, Version

numbers = itertools.count(1)
TEXT = "Klockan fem i morse stod vi på bangården i Umeå med nattskiftet. De vill veta sina tider i förväg."
ALT = "Två banarbetare i varselkläder ler mot kameran."


def person(*role_names: str, **fields: Any) -> User:
    number = next(numbers)
    user = User.objects.create_user(
        **{"email": f"person{number}@example.test", "name": f"Person {number}", "password": "okej-okej-okej"}
        | fields
    )
    user.groups.set(Group.objects.filter(name__in=role_names))
    return user


def ombudsman(**fields: Any) -> User:
    return person(roles.OMBUDSMAN, **{"name": "Karin Ek"} | fields)


def reviewer(**fields: Any) -> User:
    return person(roles.COMMUNICATIONS, **{"name": "Anna Lind"} | fields)


def administrator(**fields: Any) -> User:
    return person(roles.ADMINISTRATOR, **{"name": "Mona Berg"} | fields)


def reader(**fields: Any) -> User:
    return person(roles.READER, **{"name": "Vera Ström"} | fields)


def jpeg(colour: str = "navy", size: tuple[int, int] = (64, 48)) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG")
    return buffer.getvalue()


def picture(owner: User, content: bytes | None = None, **fields: Any) -> Media:
    """A picture whose master is ready, its digest true."""
    content = jpeg() if content is None else content
    media = Media(
        owner=owner,
        **{
            "state": MediaState.READY,
            "kind": MediaKind.PICTURE,
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": len(content),
            "width": 64,
            "height": 48,
        }
        | fields,
    )
    for field in (media.master, media.thumb, media.medium):
        field.save(f"{field.field.name}.jpg", ContentFile(content), save=False)
    media.save(force_insert=True)
    return media


def unprepared(owner: User, content: bytes = b"not looked at yet") -> Media:
    media = Media(owner=owner)
    media.incoming.save("incoming", ContentFile(content), save=False)
    media.save(force_insert=True)
    return media


def draft(author: User, *, media: list[Media] | None = None, alt_text: str = "", **fields: Any) -> Post:
    """A post that its author is writing, with one picture unless told otherwise."""
    post = Post.objects.create(author=author, category=Category.objects.first(), client_id=uuid.uuid4())
    media = [picture(author)] if media is None else media
    if fields.get("people") == People.ALL_SAID_YES:
        fields = {"said_yes": 1} | fields
    wording = Draft.objects.create(post=post, **{"text": TEXT, "people": People.NOBODY} | fields)
    for position, item in enumerate(media):
        DraftMedia.objects.create(draft=wording, media=item, position=position, alt_text=alt_text)
    return post


def submitted(author: User | None = None, **fields: Any) -> Post:
    """A post in review, its version frozen."""
    post = draft(author or ombudsman(), **fields)
    workflow.submit(post, post.author)
    return Post.objects.get(pk=post.pk)


def for_channels(post: Post, by: User, *channels: Channel, alt_text: str = ALT, **texts: Any) -> Version:
    """A reviewer's version of a post: described pictures, meant for these channels."""
    seen = post.current_version
    manuscript = seen.manuscript()
    version = workflow.edit(
        post,
        by,
        seen,
        manuscript.replaced(
            media=tuple(replace(item, alt_text=alt_text) for item in manuscript.media),
            channels=tuple(ChannelText(channel.pk, **texts) for channel in channels),
        ),
    )
    post.refresh_from_db()
    return version


def approved(post: Post, by: User, *channels: Channel, **texts: Any) -> Post:
    workflow.approve(post, by, for_channels(post, by, *channels, **texts))
    return Post.objects.get(pk=post.pk)


def channel(platform: str = "facebook", **fields: Any) -> Channel:
    """A connected channel with made-up secrets."""
    number = next(numbers)
    made = Channel.objects.create(
        **{"platform": platform, "name": f"Seko {platform}", "remote_id": str(number), "position": number}
        | fields
    )
    if made.adapter_class.publishes:
        connections.connect(made, {"access_token": f"token-{number}", "refresh_token": f"refresh-{number}"})
    return made
