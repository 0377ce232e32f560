"""
Bluesky, and other servers of the AT Protocol.

A post is a record in the account's own repository, under a key that we choose and save before. Writing the same record
under the same key once more changes nothing, so that the commit may be repeated; and whether it went through is asked by
that key, so that *not there* is proof.

Facts: atproto.com, Repository, TID, Blob and XRPC specifications; docs.bsky.app, Posts and Rate limits; the lexicons
com.atproto.* and app.bsky.* as @atproto/pds 0.4.217 has them. Read 2026-11-25.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from channels.adapters.base import (
    Adapter,
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
    Tokens,
)
from channels.adapters.bluesky import links, listing, probing, records, text
from channels.adapters.bluesky.api import API, renewed
from channels.adapters.codes import Lack, Trouble
from channels.adapters.fitting import lacks, with_link
from channels.errors import Refused, Unconfirmed

MB = 1_000_000
LIVES = timedelta(minutes=30)
"""
A blob that is in no record is thrown away after some time, "e.g. minutes" (com.atproto.repo.uploadBlob). What is older
than this is begun anew, the moment that the post tells with it: one in the past sinks in everybody's list.
"""


class Bluesky(Adapter):
    platform = "bluesky"
    name = "Bluesky"
    limits = Limits(
        text=text.LIMIT,
        pictures=4,
        films=1,
        picture_bytes=1 * MB,  # app.bsky.embed.images
        film_bytes=100 * MB,  # app.bsky.embed.video
        film_seconds=3 * 60,  # the service's own limit; no lexicon has it
        alt_text=2000,  # the app's own limit; app.bsky.embed.images has none
        thread=24,  # no lexicon sets a limit; as many as on X
    )
    names_photographer = False
    lists_posts = True
    tells_again_after = timedelta(hours=1)
    absence_proven_after = timedelta(minutes=1)
    """The server itself answers, with what it has. Until then it may still take in what we have given up waiting for."""

    def __init__(self, connection: Connection, addresses: Mapping[str, str]) -> None:
        super().__init__(connection, addresses)
        self.api = API(connection.host, connection.access_token, addresses["BLUESKY_URL"], self.rests)

    @classmethod
    def check(cls, content: Content) -> Iterator[Problem]:
        words = cls.words(content)
        yield from lacks(content, cls.limits, words, cls.length(words))
        if len(words.encode()) > text.BYTES and cls.length(words) <= text.LIMIT:
            yield Problem(Lack.TEXT_TOO_LONG, {"over": 1, "limit": text.LIMIT})

    @classmethod
    def length(cls, text_: str) -> int:
        return text.weigh(text_)

    @classmethod
    def words(cls, content: Content) -> str:
        """A link stands in the text, and is marked as one there."""
        return with_link(content.text, content.link)

    def stage(self, content: Content, staged: Staged, keep: Keep) -> None:
        """The key stays the same for good, whatever else is begun anew."""
        now = datetime.now(UTC)
        if "key" not in staged:
            staged["key"] = records.new_key(now)
        if "at" not in staged or now - datetime.fromisoformat(staged["at"]) > LIVES:
            staged.update(at=now.isoformat(timespec="milliseconds"), blobs=[None for _ in content.media])
            keep(staged)
        if staged.get("answers", "") != content.reply_to:
            staged.update(answers=content.reply_to, reply=self.place_of(content.reply_to))
            keep(staged)
        for number, item in enumerate(content.media):
            if staged["blobs"][number] is None:
                staged["blobs"][number] = self.api.upload(item)
                keep(staged)

    def commit(self, content: Content, staged: Staged) -> Receipt:
        blobs, at, place = staged["blobs"], staged["at"], staged.get("reply")
        record = records.post(self.words(content), content.media, blobs, at, place)
        self.api.put(self.connection.account_id, staged["key"], record, unclear=Unconfirmed)
        return self.receipt(staged["key"])

    def place_of(self, remote_id: str) -> records.Place:
        """What an answer names: the post that it answers, and the one that began the thread."""
        answered = self.api.reference(self.connection.account_id, remote_id)
        if answered is None:
            raise Refused(Trouble.PLACE_GONE, remote_id)
        parent, record = answered
        return {"root": records.root_of(record) or parent, "parent": parent}

    def find(
        self, content: Content, staged: Staged, since: datetime, taken: Collection[str] = ()
    ) -> Receipt | None:
        return self.look_up(staged["key"]) if "key" in staged else None

    def read_link(self, url: str) -> str | None:
        names = (self.connection.account_id, self.connection.handle)
        return links.read(url, self.addresses["BLUESKY_PUBLIC_URL"], names)

    def look_up(self, remote_id: str) -> Receipt | None:
        """Everybody may see what is in a repository, and in ours is only what is ours."""
        found = self.api.record(self.connection.account_id, remote_id)
        return self.receipt(remote_id) if found else None

    def recent(self, since: datetime) -> Iterator[Listed]:
        for key, record in listing.posts_since(self.api, self.connection.account_id, since):
            if not listing.is_answer(record):
                at, words = listing.published(key, record), str(record.get("text") or "")
                link, has_media = listing.link(record), listing.shows_something(record)
                yield Listed(key, self.receipt(key).url, at, words, link, has_media)

    def reactions(self, remote_ids: Collection[str], since: datetime) -> dict[str, Reactions]:
        """Twenty-five posts a call. Nobody counts views there."""
        told = listing.counts_of(self.api, self.connection.account_id, sorted(remote_ids))
        return {key: Reactions(**numbers) for key, numbers in told}

    def remove(self, remote_id: str) -> None:
        self.api.delete(self.connection.account_id, remote_id)

    def probe(self) -> Health:
        return probing.look(self.api, self.connection)

    def try_out(self, media: Media) -> None:
        """
        A picture that is uploaded and put into no record. Nobody can ask for it, and the server throws it away
        itself.
        """
        self.api.upload(media)

    def receipt(self, key: str) -> Receipt:
        """By the account's own id: its name may change."""
        base, account = self.addresses["BLUESKY_PUBLIC_URL"], self.connection.account_id
        return Receipt(key, f"{base}/profile/{account}/post/{key}")

    def fingerprint(self, content: Content, staged: Staged) -> str:
        return f"{super().fingerprint(content, staged)} key={staged.get('key', '')}"

    @classmethod
    def refresh(cls, refresh_token: str, connection: Connection, addresses: Mapping[str, str]) -> Tokens:
        """The refresh token works once: when it is unclear whether the server took it, ours may be dead."""
        return renewed(connection.host, refresh_token, addresses["BLUESKY_URL"], connection.account_id)
