"""The channel and its list of uploads."""

import re
import secrets
from typing import Any

from flask import request

from channels.sandbox import faults, people
from channels.sandbox.context import picture_of, store
from channels.sandbox.store import Account, Thing
from channels.sandbox.youtube.answers import PARTS, READ, Answer, call, caller, parts, refused, whole, youtube
from channels.sandbox.youtube.told import listing, moment, snippet_of


def uploads_list(channel: str) -> str:
    """The id of the list of uploads is the channel's with UU in front."""
    return f"UU{channel[2:]}"


@youtube.get("/youtube/v3/channels")
@call("channels_list")
def channels_list() -> Answer:
    token, wanted = caller(READ), parts(PARTS | {"brandingSettings"})
    mine = request.args.get("mine") == "true"
    ids = [token.account] if mine else request.args.get("id", "").split(",")
    found = [channel for id in ids if (channel := channel_or_none(id))]
    return listing(
        "youtube#channelListResponse", [channel_resource(channel, wanted) for channel in found], len(found)
    )


def channel_or_none(id: str) -> Account | None:
    """An account at Google need not have made a channel."""
    account = store().account("youtube", id)
    return account if account and people.facts(store(), account)["has_channel"] else None


def channel_resource(channel: Account, wanted: list[str]) -> dict[str, Any]:
    about = people.facts(store(), channel)
    told: dict[str, Any] = {"kind": "youtube#channel", "etag": secrets.token_urlsafe(20), "id": channel.id}
    films = store().published("youtube", "video", channel.id)
    possible = {
        "snippet": {
            "title": channel.name, "description": "", "customUrl": f"@{custom(channel)}", "country": "SE",
            "publishedAt": moment(store().created("youtube", channel.id)), "thumbnails": portraits(channel),
            "localized": {"title": channel.name, "description": ""},
        },
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": uploads_list(channel.id)}},
        "statistics": {"viewCount": "0", "subscriberCount": str(about["followers"]), "hiddenSubscriberCount": False,
                       "videoCount": str(len(films))},
        "status": {"privacyStatus": "public", "isLinked": True,
                   "longUploadsStatus": "allowed" if about["phone_verified"] else "eligible"},
    }  # fmt: skip
    return told | {part: possible[part] for part in wanted if part in possible}


def custom(channel: Account) -> str:
    """The channel's own name in its address."""
    return channel.handle or re.sub(r"\W", "", channel.name).lower() or channel.id.lower()


def portraits(channel: Account) -> dict[str, Any]:
    url = picture_of("youtube", channel.id)
    return {
        name: {"url": url, "width": size, "height": size}
        for name, size in (("default", 88), ("medium", 240), ("high", 800))
    }


@youtube.get("/youtube/v3/playlistItems")
@call("playlist_items")
def playlist_items() -> Answer:
    token, wanted = caller(READ), parts()
    playlist = request.args.get("playlistId", "")
    channel = store().account("youtube", f"UC{playlist[2:]}")
    if channel is None or not playlist.startswith("UU"):
        raise refused(404, "playlistNotFound", "The playlist identified with the request cannot be found.",
                      domain="youtube.playlistItem", location="playlistId", locationType="parameter")  # fmt: skip
    owner = channel.id == token.account
    films = [film for film in store().things("youtube", "video", channel.id)
             if film.created <= faults.visible_until() and (owner or film.public_at is not None)]  # fmt: skip
    size, start = min(whole("maxResults", 5), 50), whole("pageToken", 0)
    items = [
        playlist_item(film, n, playlist, wanted) for n, film in enumerate(films[start : start + size], start)
    ]
    more = str(start + size) if start + size < len(films) else ""
    return listing("youtube#playlistItemListResponse", items, len(films), more)


def playlist_item(film: Thing, position: int, playlist: str, wanted: list[str]) -> dict[str, Any]:
    snippet = snippet_of(film)
    told: dict[str, Any] = {
        "kind": "youtube#playlistItem",
        "etag": secrets.token_urlsafe(20),
        "id": f"{playlist}.{film.id}",
    }
    possible = {
        "snippet": {
            "publishedAt": moment(film.created), "channelId": film.account, "title": snippet["title"],
            "description": snippet["description"], "thumbnails": snippet["thumbnails"], "playlistId": playlist,
            "position": position, "resourceId": {"kind": "youtube#video", "videoId": film.id},
        },
        "contentDetails": {"videoId": film.id, "videoPublishedAt": snippet["publishedAt"]},
        "status": {"privacyStatus": film.data["status"]["privacyStatus"]},
    }  # fmt: skip
    return told | {part: possible[part] for part in wanted if part in possible}
