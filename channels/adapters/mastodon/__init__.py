"""
Mastodon: many servers that speak one protocol; an account is on one of them.

Media is uploaded first, and each upload's id can be recognised in the post. Then one call makes the post. It carries a
key of our own, saved before: within an hour the server answers the same key with the same post, so that the call may be
repeated. Later only a look tells.

Facts: docs.joinmastodon.org, statuses, media, accounts, oauth, apps and instance API methods and Rate limits; what they
do not say (how a text is measured, how long media without a post lives) from the server's source, version 4. Read
2026-11-25.
"""

import uuid
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta

from channels.adapters.base import (
    Adapter,
    Card,
    Connection,
    Content,
    Health,
    Keep,
    Limits,
    Listed,
    Media,
    Problem,
    Reactions,
    Receipt,
    Staged,
)
from channels.adapters.fitting import lacks, with_link
from channels.adapters.mastodon import finding, links, media, probing, text
from channels.adapters.mastodon.api import API, moment
from channels.adapters.mastodon.text import plain
from channels.errors import Unconfirmed

MB = 1024 * 1024
LANGUAGE = "sv"


class Mastodon(Adapter):
    """
    The limits are those of a server as it comes. An administrator may have changed them: one that takes more gets no
    more from us, and one that takes less is told of when the channel is looked at (`probing`), and refuses what it
    cannot take.
    """

    platform = "mastodon"
    name = "Mastodon"
    limits = Limits(
        text=text.LIMIT,
        pictures=4,
        films=1,
        picture_bytes=16 * MB,
        film_bytes=99 * MB,
        film_seconds=None,
        alt_text=1500,
        link_weight=text.LINK_WEIGHT,
        thread=24,  # no server sets a limit; as many as on X
        card=Card.ALONE,  # mastodon/mastodon#34770 of May 2025: none is fetched for a post with media
    )
    lists_posts = True
    tells_again_after = timedelta(hours=1)
    absence_proven_after = timedelta(minutes=2)
    """
    Nothing is promised. A list is read from the database that the post was written to, or from a copy of it that is
    seconds behind. Should we be wrong, the key still keeps a post that is sent again within the hour from being
    doubled.
    """
    look_after = (timedelta(0), timedelta(seconds=15), timedelta(seconds=60), absence_proven_after)

    def __init__(self, connection: Connection, addresses: Mapping[str, str]) -> None:
        super().__init__(connection, addresses)
        self.api = API(connection.host, connection.access_token, addresses["MASTODON_URL"], self.rests)

    @classmethod
    def check(cls, content: Content) -> Iterator[Problem]:
        words = cls.words(content)
        yield from lacks(content, cls.limits, words, cls.length(words))

    @classmethod
    def length(cls, text_: str) -> int:
        return text.weigh(text_)

    @classmethod
    def words(cls, content: Content) -> str:
        """There is no field for a link."""
        return with_link(content.text, content.link)

    def stage(self, content: Content, staged: Staged, keep: Keep) -> None:
        if "key" not in staged:
            staged["key"] = str(uuid.uuid4())
            keep(staged)
        handles = staged.setdefault("media", [{} for _ in content.media])
        for item, handle in zip(content.media, handles, strict=True):
            media.Upload(self.api, item, handle, staged, keep).run()

    def commit(self, content: Content, staged: Staged) -> Receipt:
        body: dict[str, object] = {
            "status": self.words(content),
            "visibility": "public",
            "language": LANGUAGE,
        }
        if ids := media_ids(staged):
            body["media_ids"] = ids
        if content.reply_to:
            body["in_reply_to_id"] = content.reply_to
        key = {"Idempotency-Key": staged["key"]}
        return self.receipt(
            self.api.post("v1/statuses", json=body, headers=key, unclear=Unconfirmed).needed("id")
        )

    def find(
        self, content: Content, staged: Staged, since: datetime, taken: Collection[str] = ()
    ) -> Receipt | None:
        if content.media:
            ids = media_ids(staged)
            post = finding.post_with_media(self.api, self.number, ids, since) if ids else None
        else:
            words, answered = self.words(content), content.reply_to
            post = finding.post_with_words(self.api, self.number, words, since, taken, answering=answered)
        return self.receipt(str(post["id"])) if post else None

    def read_link(self, url: str) -> str | None:
        return links.read(url, self.connection.host, self.connection.handle)

    def look_up(self, remote_id: str) -> Receipt | None:
        post = finding.post_of_id(self.api, remote_id)
        return self.receipt(remote_id) if post and finding.is_public(post, self.number) else None

    def recent(self, since: datetime) -> Iterator[Listed]:
        for post in finding.posts_since(self.api, self.number, since):
            at = moment(str(post.get("created_at") or ""))
            if at and not finding.is_answer(post) and finding.is_public(post, self.number):
                words = plain(str(post.get("content") or ""))
                url = self.receipt(str(post["id"])).url
                yield Listed(str(post["id"]), url, at, words, has_media=bool(finding.media_ids(post)))

    def reactions(self, remote_ids: Collection[str], since: datetime) -> dict[str, Reactions]:
        """
        They stand with each post in the account's list: forty a call on every server, where only newer ones can be asked
        for several posts by their ids. Nobody counts views there.
        """
        posts = finding.posts_since(self.api, self.number, since)
        told = ((str(post.get("id")), finding.counts_of(post)) for post in posts)
        return {id: Reactions(**numbers) for id, numbers in told if id in remote_ids}

    def remove(self, remote_id: str) -> None:
        self.api.remove(remote_id)

    def probe(self) -> Health:
        return probing.look(self.api, self.connection)

    def try_out(self, media_: Media) -> None:
        """
        A picture that is uploaded and put into no post; nobody but us can see it. It is taken away again where the server
        can do that (from version 4.4); an older one throws it away itself after a day.
        """
        handle: media.Handle = {}
        media.Upload(self.api, media_, handle, Staged(), lambda staged: None).run()
        self.api.forget_media(handle["id"])

    @property
    def number(self) -> str:
        """The account's number on its server; a channel's id has the server's name behind it."""
        return self.connection.account_id.partition("@")[0]

    def receipt(self, id: str) -> Receipt:
        return Receipt(id, f"{self.connection.host}/@{self.connection.handle}/{id}")


def media_ids(staged: Staged) -> list[str]:
    return [handle["id"] for handle in staged.get("media", []) if "id" in handle]
