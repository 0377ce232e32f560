"""
From a version to what one channel is sent: the preview, the checks and the worker all read this,
so that the preview cannot lie.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, BinaryIO

from django.db.models.fields.files import FieldFile

from channels.adapters.base import Content, Kind, Privacy
from channels.adapters.base import Media as ChannelMedia
from channels.models import Channel, Credit
from posts.manuscript import ChannelText
from posts.models import (
    Media,
    MediaKind,
    MediaState,
    Publication,
    Rendition,
    RenditionState,
    Version,
    VersionChannel,
    VersionMedia,
    headline_of,
)

PICTURE_FILM_SECONDS = 8


class NotThereError(Exception):
    """Something that the channel would show is not there. `code` says what, as a blocker does."""

    code: str


class ThumbnailGoneError(NotThereError):
    """It was one of the post's pictures, and is not any more."""

    code = "thumbnail_gone"


class RenditionMissingError(NotThereError):
    """The channel needs a film or picture of its own, and it is not there (yet)."""

    def __init__(self, kind: Kind, *, failed: bool) -> None:
        self.code = f"{kind}_failed" if failed else f"{kind}_in_the_making"
        super().__init__(self.code)


def for_channel(version: Version, channel: Channel, part: int = 0, reply_to: str = "") -> Content:
    """
    Exactly what the channel's followers will see: of the post itself, or of one of the texts that follow it. Raises
    RenditionMissingError while some of it is being made, and ThumbnailGoneError.
    """
    if part:
        return replace(following(version, channel)[part - 1], reply_to=reply_to)
    thumbnail = thumbnail_for(version, channel)
    return replace(words_for(version, channel), media=tuple(media_for(version, channel)), thumbnail=thumbnail)


def for_publication(publication: Publication) -> Content:
    """With the receipt of what it answers, once that is out."""
    answered = publication.after.remote_id if publication.after else ""
    return for_channel(publication.version, publication.channel, publication.part, answered)


def following(version: Version, channel: Channel) -> list[Content]:
    """What comes out after the post itself, in its order: a text each, as it was written."""
    texts = chosen(version, channel).as_text()
    answers = [Content(text=text) for text in texts.thread]
    return [*answers, Content(text=texts.first_comment, is_comment=True)] if texts.first_comment else answers


def words_for(version: Version, channel: Channel) -> Content:
    """The same without pictures and films."""
    choice = chosen(version, channel)
    text = choice.text or version.text
    return Content(
        text=with_credit(text, version, choice),
        link=version.link,
        title=choice.title or first_words(text, channel),
        description=with_credit(choice.description or text, version, choice),
        tags=tuple(choice.tags),
        privacy=Privacy(choice.privacy),
    )


def chosen(version: Version, channel: Channel) -> VersionChannel:
    """The words for this channel; the version's own where nothing was written for it."""
    for choice in version.chosen_channels.all():
        if choice.channel_id == channel.pk:
            return choice
    return VersionChannel(version=version, **vars(begun_for(channel)))


def preselected() -> tuple[ChannelText, ...]:
    """What every new post is meant for until a reviewer says otherwise."""
    return tuple(begun_for(channel) for channel in Channel.objects.preselected())


def begun_for(channel: Channel) -> ChannelText:
    """Before anybody has written for this channel: the post's own words, shown to whom the channel shows new films."""
    privacy = channel.privacy if channel.takes_privacy else Privacy.PUBLIC.value
    return ChannelText(channel.pk, privacy=privacy, credit=channel.credit)


def first_words(text: str, channel: Channel) -> str:
    """The title until somebody writes another: where one is needed, the first sentence is a good one."""
    limits = channel.adapter_class.limits
    title = headline_of(text).translate(str.maketrans("", "", limits.forbidden)).strip()
    return title[: limits.title] if limits.title else ""


def with_credit(text: str, version: Version, choice: VersionChannel) -> str:
    shown = version.shown_media.all()
    if not names_photographer(choice) or not version.credit or not shown:
        return text
    word = "Film" if any(item.media.is_film for item in shown) else "Foto"
    return f"{text}\n\n{word}: {version.credit}"


def names_photographer(choice: VersionChannel) -> bool:
    """As was chosen for this post; else as is usual on the platform."""
    usual: bool = choice.channel.adapter_class.names_photographer
    return {Credit.SHOWN.value: True, Credit.NONE.value: False}.get(choice.credit, usual)


def media_for(version: Version, channel: Channel) -> list[ChannelMedia]:
    if (ingredients := film_needed(version, channel)) is not None:
        # Subtitles belong to a film that was sent in, also when it is made smaller; a film of pictures has its own.
        return [replace(as_film(rendition_of(version, ingredients)), subtitles=subtitles_of(version))]
    return [as_shown(version, item, channel) for item in version.shown_media.all()]


def as_shown(version: Version, item: VersionMedia, channel: Channel) -> ChannelMedia:
    """What was sent in, or the picture that is made of it for the channel."""
    if (ingredients := picture_needed(item.media, chosen(version, channel))) is not None:
        return as_picture(rendition_of(version, ingredients), item.alt_text)
    return replace(as_channel_media(item.media, item.alt_text), subtitles=item.subtitles)


def subtitles_of(version: Version) -> str:
    """Of its film; "" for none, and where there is no film."""
    return next((item.subtitles for item in version.shown_media.all() if item.media.is_film), "")


def thumbnail_for(version: Version, channel: Channel) -> ChannelMedia | None:
    """What is seen before the film is played. Raises ThumbnailGoneError when it is not one of the post's any more."""
    digest = chosen(version, channel).thumbnail
    if not digest or not channel.adapter_class.limits.thumbnail:
        return None
    picture = next((each for each in stills(version) if each.sha256 == digest), None)
    if picture is None:
        raise ThumbnailGoneError
    return as_channel_media(picture, "")


def stills(version: Version) -> Iterator[Media]:
    """The pictures that may stand for a film: the post's own, and those that somebody took out of its film."""
    films = {media.pk: media for media in version.media if media.is_film}
    yield from (media for media in version.media if not media.is_film and media.purged_at is None)
    taken = version.taken if version.taken is not None else stills_of([*films.values()])
    yield from (still for still in taken if still.made_from_id in films)


def stills_of(films: Sequence[Media]) -> Iterable[Media]:
    """What was taken out of them, in the order in which it was."""
    if not films:
        return ()
    pictures = Media.objects.filter(made_from__in=films, kind=MediaKind.PICTURE, state=MediaState.READY)
    return pictures.filter(purged_at=None).order_by("created_at", "pk")


def as_channel_media(media: Media, alt_text: str) -> ChannelMedia:
    return ChannelMedia(
        kind=Kind(media.kind),
        sha256=media.sha256,
        size=media.size,
        open=partial(open_file, media.master),
        alt_text=alt_text,
        width=media.width,
        height=media.height,
        seconds=media.seconds,
    )


# --- films and pictures that are made for a channel -------------------------------------------------------------


def needed_for(version: Version, channel: Channel) -> list[dict[str, Any]]:
    """What has to be made before the channel can show the version."""
    if (film := film_needed(version, channel)) is not None:
        return [film]
    choice = chosen(version, channel)
    pictures = [picture_needed(item.media, choice) for item in version.shown_media.all()]
    return [picture for picture in pictures if picture is not None]


def film_needed(version: Version, channel: Channel) -> dict[str, Any] | None:
    """
    What the film is made of that the channel shows instead of what was sent in; None where that fits as it is.

    Everything that changes the film is in it: its canonical JSON, digested, is the rendition's recipe.
    """
    shown, adapter = list(version.shown_media.all()), channel.adapter_class
    films = [item.media for item in shown if item.media.is_film]
    if adapter.makes_film_of_pictures and shown and not films:
        text = chosen(version, channel).text or version.text
        return made_of([item.media for item in shown]) | {"text": text, "seconds": PICTURE_FILM_SECONDS}
    box = adapter.limits.film_box
    if box and len(films) == 1 and not fits(films[0], box):
        return made_of(films) | {"box": list(box)}
    return None


def picture_needed(media: Media, choice: VersionChannel) -> dict[str, Any] | None:
    """
    What the picture is made of that the channel shows instead of the master: the part that was chosen for it, and no more
    bytes than it takes. A part is not always smaller than the whole: it is written anew.
    """
    most, crop = choice.channel.adapter_class.limits.picture_bytes, crop_of(choice, media)
    is_too_large = most is not None and media.size > most
    if media.is_film or not (crop or is_too_large):
        return None
    bounds = {"crop": crop, "picture_bytes": most}
    return made_of([media]) | {name: value for name, value in bounds.items() if value}


def crop_of(choice: VersionChannel, media: Media) -> dict[str, float] | None:
    """The part of the picture that the channel shows, in hundredths; None for all of it."""
    return next((crop["box"] for crop in choice.crops if crop["sha256"] == media.sha256), None)


def may_crop(channel: Channel) -> bool:
    """Where a picture becomes a film, it is shown whole."""
    adapter = channel.adapter_class
    return bool(adapter.limits.pictures) and not adapter.makes_film_of_pictures


def made_of(media: list[Media]) -> dict[str, Any]:
    return {"media": [str(item.pk) for item in media], "digests": [item.sha256 for item in media]}


def fits(film: Media, box: tuple[int, int]) -> bool:
    """Into the box, held the way the film is held."""
    return max(film.width, film.height) <= max(box) and min(film.width, film.height) <= min(box)


def rendition_of(version: Version, ingredients: dict[str, Any]) -> Rendition | None:
    recipe = recipe_of(ingredients)
    if version.made is not None:
        return version.made.get(recipe)
    return Rendition.objects.filter(recipe=recipe).first()


def as_film(rendition: Rendition | None) -> ChannelMedia:
    film = ready(rendition, Kind.FILM)
    return ChannelMedia(
        kind=Kind.FILM,
        sha256=film.sha256,
        size=film.size,
        open=partial(open_file, film.film),
        width=film.width,
        height=film.height,
        seconds=film.seconds,
    )


def as_picture(rendition: Rendition | None, alt_text: str) -> ChannelMedia:
    picture = ready(rendition, Kind.PICTURE)
    return ChannelMedia(
        kind=Kind.PICTURE,
        sha256=picture.sha256,
        size=picture.size,
        open=partial(open_file, picture.picture),
        alt_text=alt_text,
        width=picture.width,
        height=picture.height,
    )


def ready(rendition: Rendition | None, kind: Kind) -> Rendition:
    if rendition is None or not rendition.is_ready:
        raise RenditionMissingError(kind, failed=bool(rendition and rendition.state == RenditionState.FAILED))
    return rendition


def recipe_of(ingredients: dict[str, Any]) -> str:
    return digest_of(json.dumps(ingredients, sort_keys=True, ensure_ascii=False))


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def open_file(file: FieldFile) -> BinaryIO:
    return file.storage.open(str(file.name), "rb")  # type: ignore[return-value]


def summary(content: Content) -> dict[str, Any]:
    """What is sent, as plain values, for the attempt's record."""
    only_some: dict[str, Any] = {
        "reply_to": content.reply_to,
        "tags": list(content.tags),
        "thumbnail": content.thumbnail.sha256 if content.thumbnail else "",
        "subtitles": [digest_of(film.subtitles) for film in content.films if film.subtitles],
    }
    return {name: value for name, value in only_some.items() if value} | {
        "text": content.text,
        "link": content.link,
        "title": content.title,
        "description": content.description,
        "privacy": content.privacy.value,
        "media": [
            {"kind": item.kind.value, "sha256": item.sha256, "size": item.size, "alt_text": item.alt_text}
            for item in content.media
        ],
    }
