"""
The channel's own films, whoever uploaded them.

Facts: Google, channels and playlistItems references, read 2026-11-25: the list of uploads has the newest first; a film
that nobody has made public has no `videoPublishedAt`.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from channels.adapters.codes import Trouble
from channels.adapters.http import at
from channels.adapters.youtube.api import API
from channels.errors import NotSent

PAGE, PAGES = 50, 40

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


def published(film: Film) -> datetime:
    told = at(film, "contentDetails", "videoPublishedAt") or at(film, "snippet", "publishedAt")
    try:
        return datetime.fromisoformat(str(told))
    except ValueError:
        raise NotSent(Trouble.UNREADABLE, "a film without a time") from None
