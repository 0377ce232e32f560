"""What the page of a channel's words shows beside its form: how much of a limit is used, what may stand for a film."""

from dataclasses import dataclass
from typing import Any

from approvals import suggesting
from approvals.forms import ChannelTextForm
from channels.models import Channel
from posts import content, stills
from posts.models import Version, VersionChannel
from posts.previews import Preview


@dataclass(frozen=True)
class Count:
    """How much of a limit is used, by the platform's own count."""

    id: str
    length: int
    limit: int

    @property
    def too_many(self) -> int:
        return max(self.length - self.limit, 0)


def counts(version: Version, channel: Channel) -> dict[str, Count]:
    """By field. What is measured as one text has its own count on the page (`Preview.length`)."""
    adapter, words = channel.adapter_class, content.words_for(version, channel)
    limits = adapter.limits
    measured = {
        "title": (len(words.title), limits.title),
        "description": (adapter.length(adapter.words(words)), limits.description_bytes),
        "tags": (adapter.tags_length(words.tags), limits.tags),
    }
    return {name: Count(name, length, limit) for name, (length, limit) in measured.items() if limit}


def on_page(
    version: Version, channel: Channel, form: ChannelTextForm, preview: Preview | None, asked: Any
) -> dict[str, Any]:
    """`asked` is the page's query: what a person wants in the field, to go on from. Nothing of it is saved."""
    choice = content.chosen(version, channel)
    suggestion = suggesting.for_channel(version, channel)
    if "forslag" in asked and suggestion:
        form.initial["text"] = suggestion
    elif "grundtext" in asked:
        form.initial["text"] = version.text
    films = [media for media in version.media if media.is_film]
    return {
        "counts": counts(version, channel) if preview else {},
        "suggestion": suggestion if preview and preview.over else "",
        "is_suggested": bool({"forslag", "grundtext"} & {*asked}),
        "has_own_text": bool(choice.text),
        "asks_for_credit": bool(version.credit and version.media),
        "names_photographer": content.names_photographer(choice),
        "stills": form.stills,
        "thumbnail": thumbnail_on(choice, form),
        "film": films[0] if films and channel.adapter_class.limits.thumbnail else None,
        "most_stills": stills.MOST,
        "takes_subtitles": bool(films) and channel.adapter_class.limits.subtitles,
    }


def thumbnail_on(choice: VersionChannel, form: ChannelTextForm) -> str:
    """What is chosen; "" also where that is gone, so that one of the answers is marked."""
    return choice.thumbnail if choice.thumbnail in {still.sha256 for still in form.stills} else ""
