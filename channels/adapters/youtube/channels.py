"""
The channels that a token is for: one, since the person chooses among theirs in Google's dialog.

Facts: Google, channels reference and Quota, read 2026-11-22. A look costs one unit of ten thousand a day.
"""

from typing import Any

from channels.adapters.codes import Trouble
from channels.adapters.connector import Account
from channels.adapters.http import Answer, at
from channels.adapters.looking import only_looking
from channels.adapters.youtube.api import API
from channels.errors import NotConnected

KIND = "youtube#channelListResponse"
"""Where there is no channel, the list of them is left out. So an answer without it must be Google's to mean that."""
PICTURES = ("medium", "high", "default")


def own_channels(api: API) -> tuple[list[Account], Answer]:
    """The channels, and the answer that told of them. Never none: an account without a channel is of no use to us."""
    answer = asked(api)
    found = [
        account(item, api.addresses["YOUTUBE_PUBLIC_URL"]) for item in answer.items("items") if item.get("id")
    ]
    if answer.at("kind") != KIND:
        raise answer.unreadable()
    if not found:
        raise NotConnected(Trouble.NO_CHANNEL, answer.detail())
    return found, answer


def asked(api: API) -> Answer:
    with only_looking():
        return api.get("channels", part="snippet,statistics", mine="true")


def account(channel: dict[str, Any], base: str) -> Account:
    id, snippet = str(channel["id"]), at(channel, "snippet")
    return Account(
        id=id,
        name=str(at(snippet, "title") or id),
        handle=str(at(snippet, "customUrl") or "").removeprefix("@"),
        url=f"{base}/channel/{id}",
        picture_url=picture(snippet),
        followers=subscribers(at(channel, "statistics")),
    )


def picture(snippet: Any) -> str:
    addresses = (at(snippet, "thumbnails", size, "url") for size in PICTURES)
    return next((address for address in addresses if isinstance(address, str)), "")


def subscribers(statistics: Any) -> int | None:
    """Google counts in strings, and some channels do not tell."""
    told = str(at(statistics, "subscriberCount"))
    is_hidden = at(statistics, "hiddenSubscriberCount") is True
    return int(told) if told.isascii() and told.isdigit() and not is_hidden else None
