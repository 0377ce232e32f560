"""
The channel's own films, whoever uploaded them, and how they were received.

Facts: Google, channels and playlistItems references, read 2026-11-25: the list of uploads has the newest first; a film
that nobody has made public has no `videoPublishedAt`. Videos reference, read 2026-11-22: numbers are told as strings, and
left out where the owner does not show them.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from channels.adapters.codes import Trouble
from channels.adapters.http import at
from channels.adapters.youtube.api import API
from channels.errors import NotSent

PAGE, PAGES = 50, 40
STATISTICS = {"likes": "likeCount", "comments": "commentCount", "views": "viewCount"}

Film = dict[str, Any]


def uploaded_since(api: API, since: datetime) -> Iterator[Film]:
    """Films that were made public from then on."""
    channels = api.get("channels", part="contentDetails", mine="true").items("items")
    lists = [at(channel, "contentDetails", "relatedPlaylists", "uploads") for channel in channels]
    query = {"playlistId": str(lists[0]) if lists else "", "maxResults": str(PAGE)}
    for _ in range(PAGES):
        answer = api.get("playlistItems", part="snippet,contentDetails,status", **query)
        films = answer.items("items")
        yield from (film for film in films if published(film) >= since)
        if not answer.at("nextPageToken") or all(published(film) < since for film in films):
            return
        query["pageToken"] = answer.needed("nextPageToken")
    raise NotSent(Trouble.UNREADABLE, "the list of uploads does not end")


def statistics_of(api: API, ids: list[str]) -> Iterator[tuple[str, dict[str, int | None]]]:
    for first in range(0, len(ids), PAGE):
        answer = api.get("videos", part="statistics", id=",".join(ids[first : first + PAGE]))
        for film in answer.items("items"):
            told = {name: number(at(film, "statistics", key)) for name, key in STATISTICS.items()}
            yield str(film.get("id")), told


def number(told: Any) -> int | None:
    return int(told) if isinstance(told, str) and told.isascii() and told.isdigit() else None


def published(film: Film) -> datetime:
    told = at(film, "contentDetails", "videoPublishedAt") or at(film, "snippet", "publishedAt")
    try:
        return datetime.fromisoformat(str(told))
    except ValueError:
        raise NotSent(Trouble.UNREADABLE, "a film without a time") from None
