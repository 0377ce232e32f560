"""What followers see: the public posts of an account, newest first, the same shape for every platform."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from channels.sandbox import liking, processing
from channels.sandbox.store import Account, Store, Thing


@dataclass(frozen=True)
class Shown:
    platform: str
    account: str
    id: str
    path: str
    title: str
    text: str
    link: str
    media: list[dict[str, Any]]
    at: float
    subtitles: tuple[str, ...] = ()
    """Of a film, one for each language."""
    likes: int = 0
    thumbnail: str = ""
    """The SHA-256 of the picture that is seen before a film is played."""


def posts(store: Store, account: Account, limit: int = -1) -> list[Shown]:
    """The account's posts as its followers see them now."""
    kind = "video" if account.platform == "youtube" else "post"
    things = store.published(account.platform, kind, account.id, limit=limit)
    return [AS_SHOWN[account.platform](thing, account) for thing in things if ready(store, thing)]


def post(store: Store, account: Account, id: str) -> Shown | None:
    """One post, if followers may see it now."""
    kind = "video" if account.platform == "youtube" else "post"
    thing = store.get(account.platform, kind, id)
    if thing is None or thing.account != account.id or not (is_public(store, thing) or is_unlisted(thing)):
        return None
    return AS_SHOWN[account.platform](thing, account)


def is_public(store: Store, thing: Thing) -> bool:
    now = store.now()
    return thing.public_at is not None and thing.public_at <= now and ready(store, thing)


def is_unlisted(thing: Thing) -> bool:
    """A film that is in no list, but shown to those who have its address."""
    return thing.platform == "youtube" and thing.data["status"].get("privacyStatus") == "unlisted"


def ready(store: Store, thing: Thing) -> bool:
    """Whether the film in it, if any, has been processed."""
    film = thing
    if thing.platform == "facebook" and thing.data.get("video"):
        film = store.get("facebook", "video", thing.data["video"]) or thing
    return processing.state(film.data.get("processing"), store.now()) == "ready"


def _facebook(post: Thing, page: Account) -> Shown:
    path = f"/sidor/facebook/{page.id}/posts/{post.id.partition('_')[2]}"
    return _shown(
        post, path, title=post.data.get("title", ""), text=post.data["text"], link=post.data["link"]
    )


def _x(post: Thing, profile: Account) -> Shown:
    return _shown(post, f"/sidor/x/{profile.handle}/status/{post.id}", text=post.data["text"])


def _youtube(film: Thing, channel: Account) -> Shown:
    snippet = film.data["snippet"]
    text = snippet.get("description", "")
    found = _shown(film, f"/sidor/youtube/watch?v={film.id}", title=snippet["title"], text=text)
    tracks = tuple(track["text"] for track in film.data.get("captions", []))
    return replace(found, subtitles=tracks, thumbnail=film.data.get("thumbnail", ""))


def _shown(thing: Thing, path: str, *, title: str = "", text: str = "", link: str = "") -> Shown:
    at = thing.created if thing.public_at is None else thing.public_at
    media, likes = thing.data["media"], liking.likes(thing)
    return Shown(thing.platform, thing.account, thing.id, path, title, text, link, media, at, likes=likes)


def _mastodon(post: Thing, profile: Account) -> Shown:
    return _shown(post, f"/mastodon/@{profile.handle}/{post.id}", text=post.data["text"])


def _bluesky(post: Thing, profile: Account) -> Shown:
    path = f"/sidor/bluesky/profile/{profile.id}/post/{post.data['key']}"
    return _shown(post, path, text=post.data["text"])


AS_SHOWN: dict[str, Callable[[Thing, Account], Shown]] = {
    "facebook": _facebook, "x": _x, "youtube": _youtube, "mastodon": _mastodon, "bluesky": _bluesky
}  # fmt: skip
