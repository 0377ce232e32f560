"""
X.

Media is uploaded first, and each upload's id can be recognised in the post. Then one call makes the post; X has no
key that would make it harmless to repeat. A text alone is found by its words, and an answer also by what it answers.

Facts: X, Manage posts, Media best practices, Counting characters and OAuth 2.0 pages, read 2026-11-22.
"""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta

from channels.adapters import clock
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
    Tokens,
)
from channels.adapters.codes import Lack, Trouble
from channels.adapters.connector import App
from channels.adapters.fitting import lacks, with_link
from channels.adapters.renewal import renew
from channels.adapters.x import finding, links, media, text
from channels.adapters.x.accounts import own_account
from channels.adapters.x.api import API
from channels.adapters.x.connecting import TOKEN_SECONDS, identified
from channels.adapters.x.media import send_unattached
from channels.errors import NotConnected, Unconfirmed

MB = 1024 * 1024
CASHTAG = re.compile(r"(?<!\w)\$[A-Za-z]{1,6}\b")
CASHTAGS = 1
"""Changelog of 23 February 2026."""


class X(Adapter):
    platform = "x"
    name = "X (Twitter)"
    limits = Limits(
        text=text.LIMIT,
        pictures=4,
        films=1,
        picture_bytes=5 * MB,
        film_bytes=media.SEGMENTS * media.CHUNK,  # X itself says 8 GB
        film_seconds=20 * 60,
        film_box=(1280, 1024),  # Media best practices: 32 × 32 to 1280 × 1024
        alt_text=1000,
        shapes=(
            "16:9",
            "1:1",
        ),  # not in the API's pages; what guides for publishers agree on, read 2026-11-25
        link_weight=text.LINK_WEIGHT,
        card=Card.ALONE,  # Cards, Getting started: links are crawled; that media goes first is seen, not written
        thread=24,  # what X's own composer takes after the first
    )
    names_photographer = False
    lists_posts = True
    lists_again_after = timedelta(days=1)
    lists_back = timedelta(0)
    tells_again_after = timedelta(days=1)
    absence_proven_after = timedelta(minutes=2)
    """
    X promises nothing, but its timeline shows a post within a minute at most. Another one, since X may still take in what
    we have given up waiting for; it need not refuse the same text, if we were wrong.
    """
    look_after = (timedelta(0), timedelta(seconds=15), timedelta(seconds=60), absence_proven_after)

    def __init__(self, connection: Connection, addresses: Mapping[str, str]) -> None:
        super().__init__(connection, addresses)
        self.api = API(connection, addresses, self.rests)

    @classmethod
    def check(cls, content: Content) -> Iterator[Problem]:
        words = cls.words(content)
        yield from lacks(content, cls.limits, words, cls.length(words))
        if len(CASHTAG.findall(words)) > CASHTAGS:
            yield Problem(Lack.TOO_MANY_CASHTAGS, {"limit": CASHTAGS})

    @classmethod
    def length(cls, text_: str) -> int:
        return text.weigh(text_)

    @classmethod
    def words(cls, content: Content) -> str:
        """X has no field for a link."""
        return with_link(content.text, content.link)

    def stage(self, content: Content, staged: Staged, keep: Keep) -> None:
        handles = staged.setdefault("media", [{} for _ in content.media])
        for item, handle in zip(content.media, handles, strict=True):
            media.Upload(self.api, item, handle, staged, keep).run()

    def commit(self, content: Content, staged: Staged) -> Receipt:
        body: dict[str, object] = {"text": self.words(content)}
        if content.reply_to:
            body["reply"] = {"in_reply_to_tweet_id": content.reply_to}
        if ids := media_ids(staged):
            body["media"] = {"media_ids": ids}
        return self.receipt(self.api.post("tweets", json=body, unclear=Unconfirmed).needed("data", "id"))

    def find(
        self, content: Content, staged: Staged, since: datetime, taken: Collection[str] = ()
    ) -> Receipt | None:
        if content.media:
            ids = media_ids(staged)
            post = finding.post_with_media(self.api, ids, since) if ids else None
        else:
            words = self.words(content)
            post = finding.post_with_words(self.api, words, since, taken, answering=content.reply_to)
        return self.receipt(str(post["id"])) if post else None

    def read_link(self, url: str) -> str | None:
        return links.read(url, self.addresses["X_PUBLIC_URL"], self.connection.handle)

    def look_up(self, remote_id: str) -> Receipt | None:
        post = finding.post_of_id(self.api, remote_id)
        is_ours = post is not None and post.get("author_id") == self.connection.account_id
        return self.receipt(remote_id) if is_ours else None

    def recent(self, since: datetime) -> Iterator[Listed]:
        """Every post that is read costs money (Pricing, pay per use): once a day, and only what is new."""
        for post in finding.posts_since(self.api, since):
            at = finding.moment_of(post)
            if at and not finding.answered_by(post):
                text, url = finding.spoken(post), self.receipt(str(post["id"])).url
                yield Listed(str(post["id"]), url, at, text, has_media=bool(finding.media_keys(post)))

    def reactions(self, remote_ids: Collection[str], since: datetime) -> dict[str, Reactions]:
        """A hundred posts a call; each that is read costs money."""
        told = finding.metrics_of(self.api, sorted(remote_ids))
        return {id: Reactions(**numbers) for id, numbers in told}

    def remove(self, remote_id: str) -> None:
        self.api.delete(f"tweets/{remote_id}")

    def probe(self) -> Health:
        """
        One look at the account. X does not tell which permissions a token has; that they were taken away shows in the
        token, which is dead then.
        """
        account, answer = own_account(self.api)
        if account.id != self.connection.account_id:
            raise NotConnected(Trouble.WRONG_ACCOUNT, answer.detail())
        return Health(account, findings=tuple(clock.worries(answer.headers)))

    def try_out(self, media: Media) -> None:
        """A picture that is in no post: seen by nobody, and gone by itself after a day. X has no call to take it away."""
        self.probe()
        send_unattached(self.api, media)

    def receipt(self, id: str) -> Receipt:
        """X leads from `i` to the account when its name is not known."""
        return Receipt(id, f"{self.addresses['X_PUBLIC_URL']}/{self.connection.handle or 'i'}/status/{id}")

    def fingerprint(self, content: Content, staged: Staged) -> str:
        words = hashlib.sha256(self.words(content).encode()).hexdigest()[:16]
        handles = content.reply_to or ",".join(media_ids(staged)) or "-"
        return f"tweets words={words} {'answers' if content.reply_to else 'with'}={handles}"

    @classmethod
    def refresh(cls, refresh_token: str, connection: Connection, addresses: Mapping[str, str]) -> Tokens:
        """The refresh token works once: when it is unclear whether X took it, ours may be dead."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        form, auth = identified(App(connection.app_id, connection.app_secret), form)
        return renew(
            f"{addresses['X_API_URL']}/2/oauth2/token",
            form,
            auth,
            (refresh_token, connection.app_secret),
            unclear=Unconfirmed,
            seconds=TOKEN_SECONDS,
        )


def media_ids(staged: Staged) -> list[str]:
    return [handle["id"] for handle in staged.get("media", []) if "id" in handle]
