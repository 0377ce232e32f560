"""
YouTube channels.

The film is uploaded as private and processed, and gets its subtitles and its thumbnail; then one call gives it the
privacy that was approved. That call may be made again without harm, so a look proves what it finds at once. Pictures are
shown as a film made of them.

Facts: Google, videos reference, revision history (2 November 2026: always send privacyStatus) and YouTube's help on
upload limits, read 2026-11-22.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from channels.adapters import clock
from channels.adapters.base import (
    Adapter,
    Connection,
    Content,
    Health,
    Keep,
    Kind,
    Limits,
    Listed,
    Media,
    Privacy,
    Problem,
    Reactions,
    Receipt,
    Staged,
    Tokens,
)
from channels.adapters.codes import Lack, Trouble
from channels.adapters.fitting import lacks, with_link
from channels.adapters.http import Bearer, at
from channels.adapters.renewal import renew
from channels.adapters.youtube import links
from channels.adapters.youtube.api import API
from channels.adapters.youtube.belongings import Belongings
from channels.adapters.youtube.channels import own_channels
from channels.adapters.youtube.connecting import TOKEN_SECONDS
from channels.adapters.youtube.listing import published, statistics_of, uploaded_since
from channels.adapters.youtube.trying import TITLE, Trial
from channels.adapters.youtube.uploads import Upload
from channels.errors import NotConnected, NotSent, Refused, Unconfirmed

CATEGORY = "22"
"""People & Blogs; an update of the snippet without a category is refused."""


class YouTube(Adapter):
    platform = "youtube"
    name = "YouTube"
    limits = Limits(
        text=None,
        pictures=0,
        films=1,
        picture_bytes=None,
        film_bytes=274_877_906_944,
        film_seconds=12 * 3600,  # 15 minutes until the channel's owner has confirmed a telephone number
        alt_text=None,
        shapes=("16:9", "9:16"),  # YouTube Help: thumbnails and Shorts, as told by others, read 2026-11-25
        needs_media=True,
        title=100,
        description_bytes=5000,
        forbidden="<>",
        tags=500,
        subtitles=True,
        thumbnail=True,
    )
    has_privacy = True
    lists_posts = True
    tells_again_after = timedelta(hours=1)
    makes_film_of_pictures = True
    trial_kind = Kind.FILM
    absence_proven_after = timedelta(0)
    """Making a film public once more changes nothing, so it does no harm if the look came too early."""
    look_after = (timedelta(0),)

    def __init__(self, connection: Connection, addresses: Mapping[str, str]) -> None:
        super().__init__(connection, addresses)
        self.api = API(connection, addresses, self.rests)

    @classmethod
    def check(cls, content: Content) -> Iterator[Problem]:
        description = cls.words(content)
        yield from lacks(content, cls.limits, description, cls.length(description))
        yield from lacks_of_words(content, description)

    @classmethod
    def length(cls, text: str) -> int:
        """A description is measured in bytes."""
        return len(text.encode())

    @classmethod
    def tags_length(cls, tags: tuple[str, ...]) -> int:
        """Commas between them count, and the quotation marks around a tag with a space."""
        return sum(len(tag) + (2 if " " in tag else 0) for tag in tags) + max(len(tags) - 1, 0)

    @classmethod
    def words(cls, content: Content) -> str:
        """The description, with the link: YouTube has no field for one."""
        return with_link(content.description, content.link)

    def stage(self, content: Content, staged: Staged, keep: Keep) -> None:
        """The film, and then what belongs to it: all of it is there before anybody sees the film."""
        upload = Upload(self.api, content.films[0], self.resource(content), staged, keep)
        upload.run()
        Belongings(upload, content.thumbnail).run()

    def resource(self, content: Content) -> dict[str, Any]:
        """The film as it is uploaded: with all its words, and private."""
        snippet = {
            "title": content.title,
            "description": self.words(content),
            "tags": list(content.tags),
            "categoryId": CATEGORY,
        }
        return {"snippet": snippet, "status": status(Privacy.PRIVATE)}

    def commit(self, content: Content, staged: Staged) -> Receipt:
        body = {"id": staged["video"], "status": status(content.privacy)}
        answer = self.api.put("videos", "status", body, unclear=Unconfirmed)
        if answer.needed("status", "privacyStatus") != content.privacy:
            raise Refused(Trouble.PRIVACY_REFUSED, answer.detail(answer.at("status", "privacyStatus")))
        return self.receipt(staged["video"])

    def find(
        self, content: Content, staged: Staged, since: datetime, taken: Collection[str] = ()
    ) -> Receipt | None:
        if "video" not in staged:
            return None
        answer = self.api.get("videos", part="status", id=staged["video"])
        privacy = next((at(video, "status", "privacyStatus") for video in answer.items("items")), None)
        return self.receipt(staged["video"]) if privacy == content.privacy else None

    def read_link(self, url: str) -> str | None:
        return links.read(url, self.addresses["YOUTUBE_PUBLIC_URL"])

    def look_up(self, remote_id: str) -> Receipt | None:
        answer = self.api.get("videos", part="snippet,status", id=remote_id)
        film = next(iter(answer.items("items")), {})
        is_ours = at(film, "snippet", "channelId") == self.connection.account_id
        return self.receipt(remote_id) if is_ours and is_public(film) else None

    def recent(self, since: datetime) -> Iterator[Listed]:
        """Of the list of uploads, those that everybody may see. One unit of the quota for fifty."""
        for film in uploaded_since(self.api, since):
            if at(film, "status", "privacyStatus") == Privacy.PUBLIC:
                video = str(at(film, "contentDetails", "videoId"))
                title, moment = str(at(film, "snippet", "title") or ""), published(film)
                yield Listed(video, self.receipt(video).url, moment, title, has_media=True)

    def reactions(self, remote_ids: Collection[str], since: datetime) -> dict[str, Reactions]:
        """One unit of the quota for fifty. Nobody counts who shared a film."""
        return {id: Reactions(**numbers) for id, numbers in statistics_of(self.api, sorted(remote_ids))}

    def remove(self, remote_id: str) -> None:
        self.api.delete("videos", remote_id)

    def probe(self) -> Health:
        """
        One look at the channel, for one unit of the quota. Google tells the permissions once, when they are granted, and
        takes them all away or none. How much of the quota is left it tells nobody.
        """
        channels, answer = own_channels(self.api)
        account = next((channel for channel in channels if channel.id == self.connection.account_id), None)
        if account is None:
            raise NotConnected(Trouble.WRONG_ACCOUNT, answer.detail())
        return Health(account, findings=tuple(clock.worries(answer.headers)))

    def try_out(self, media: Media) -> None:
        """
        A private film, and away with it. It takes one of the hundred uploads that the app has a day.

        Raises NotReady when YouTube does not know its own film yet: it stays, private, and the next trial takes it away
        instead of sending another.
        """
        self.probe()
        Trial(self.api, media, self.resource(Content(title=TITLE, media=(media,)))).run()

    def receipt(self, video: str) -> Receipt:
        return Receipt(video, f"{self.addresses['YOUTUBE_PUBLIC_URL']}/watch?v={video}")

    def fingerprint(self, content: Content, staged: Staged) -> str:
        return f"videos.update id={staged.get('video', '-')} privacy={content.privacy}"

    @classmethod
    def refresh(cls, refresh_token: str, connection: Connection, addresses: Mapping[str, str]) -> Tokens:
        """Google keeps the refresh token: asking twice does no harm."""
        form = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": connection.app_id,
            "client_secret": connection.app_secret,
        }
        secrets = (refresh_token, connection.app_secret)
        return renew(
            addresses["GOOGLE_TOKEN_URL"], form, Bearer(), secrets, unclear=NotSent, seconds=TOKEN_SECONDS
        )


def is_public(film: Mapping[str, Any]) -> bool:
    """Everybody may see it: also one that no list shows."""
    is_whole = at(film, "status", "uploadStatus") in ("uploaded", "processed")
    return is_whole and at(film, "status", "privacyStatus") in (Privacy.PUBLIC, Privacy.UNLISTED)


def status(privacy: Privacy) -> dict[str, Any]:
    """All of it: an update replaces the whole part, and what is left out is cleared."""
    return {
        "privacyStatus": privacy.value,
        "selfDeclaredMadeForKids": False,
        "embeddable": True,
        "license": "youtube",
        "publicStatsViewable": True,
    }


def lacks_of_words(content: Content, description: str) -> Iterator[Problem]:
    limits = YouTube.limits
    if not content.title.strip():
        yield Problem(Lack.TITLE_MISSING)
    yield from too_much(Lack.TITLE_TOO_LONG, len(content.title), limits.title)
    yield from too_much(Lack.DESCRIPTION_TOO_LONG, len(description.encode()), limits.description_bytes)
    yield from too_much(Lack.TAGS_TOO_LONG, YouTube.tags_length(content.tags), limits.tags)
    if set(limits.forbidden) & set(content.title + description + "".join(content.tags)):
        yield Problem(Lack.FORBIDDEN_CHARACTERS, {"characters": " ".join(limits.forbidden)})


def too_much(code: Lack, length: int, limit: int | None) -> Iterator[Problem]:
    if limit is not None and length > limit:
        yield Problem(code, {"over": length - limit, "limit": limit})
