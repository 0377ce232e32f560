"""What the log, which knows none of the rooms, asks about their things."""

from collections.abc import Callable, Collection
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.views import shell_for
from approvals.forms import PRESETS
from audit.rooms import Named, Rooms
from channels import history, rules
from channels.adapters import ADAPTERS
from channels.models import Channel
from posts import difference, titles, wording
from posts.models import Answer, CaseReason, Hold, Method, Post, Regret, StopReason
from posts.publishing import Resume

NOTED = ("post.noted", "post.note_taken_back", "post.opinion_asked", "post.opinion_given")


class SiteRooms(Rooms):
    def posts(self, numbers: Collection[int], reader: User) -> dict[int, Named]:
        return {
            number: Named(numbered(words, number), reverse("posts:detail", args=[number]))
            for number, words in titles.of(numbers, reader).items()
        }

    def kept_from(self, post: int, reader: User) -> Collection[str]:
        """That there are notes on a post is not told to whoever sent it in, in the group or not."""
        return NOTED if Post.objects.written_by(reader).filter(pk=post).exists() else ()

    def channels(self, reader: User) -> dict[int, Named]:
        return {channel.pk: named(channel, reader) for channel in Channel.objects.order_by("position", "pk")}

    def keeps(self, reader: User, channel: int) -> bool:
        return Channel.objects.kept_by(reader).filter(pk=channel).exists()

    def words_for(self, verb: str, fact: str, value: Any) -> str:
        words = CODES.get((verb, fact)) or CODES.get(("", fact))
        return words(value) if words else str(value)

    def shell(self, request: HttpRequest) -> str:
        return shell_for(request)


def numbered(words: str, number: int) -> str:
    """The log is asked for a post by its number."""
    return f"{words or _('Utan text')} ({number})"


def named(channel: Channel, reader: User) -> Named:
    """Two pages on the same platform are told apart by their names."""
    name = channel.name if channel.is_by_hand else f"{channel.platform_name}: {channel.name}"
    may_open = rules.why_not_see(reader, channel) is None and channel.disconnected_at is None
    return Named(name, reverse("channels:channel", args=[channel.pk]) if may_open else "")


# --- words for codes --------------------------------------------------------------------------------------------


def in_words(words: Any) -> Callable[[Any], str]:
    """What stands in a table; a code that does not is shown as it is."""
    return lambda code: str(dict(words).get(code, code))


def changes_in_words(changes: dict[str, tuple[Any, Any]]) -> str:
    """Which settings, and from what to what; who was put in charge stands on the channel's own page."""
    return ", ".join(change_in_words(name, old, new) for name, (old, new) in changes.items())


def change_in_words(name: str, old: Any, new: Any) -> str:
    label = history.label(name)
    if name in history.PEOPLE:
        return label
    return f"{label} ({history.in_words(name, old, {})} → {history.in_words(name, new, {})})"


def refusal_in_words(code: str) -> str:
    return str(wording.REFUSALS.get(code, code)) % wording.Facts()


HOW = {
    Resume.NOW: gettext_lazy("allt på en gång"),
    Resume.SPREAD: gettext_lazy("ett i taget på varje kanal"),
    Resume.PARKED: gettext_lazy("inget: allt fick ligga kvar"),
}
SECOND_STEPS = {
    "totp": gettext_lazy("app i telefonen"),
    "recovery_codes": gettext_lazy("reservkoder"),
    "webauthn": gettext_lazy("passkey"),
}
CODES: dict[tuple[str, str], Callable[[Any], str]] = {
    ("post.changes_requested", "reason"): in_words(PRESETS),
    ("post.rejected", "reason"): in_words(wording.REJECTIONS),
    ("post.take_down", "reason"): in_words(Regret.choices),
    ("post.picture_changed", "how"): in_words(difference.RETOUCHED),
    ("post.media_refused", "reason"): lambda _code: "",
    ("consent.asked", "how"): in_words(Method.choices),
    ("consent.answered", "how"): in_words(Method.choices),
    ("consent.answered", "answer"): in_words(Answer.choices),
    ("case.opened", "reason"): in_words(CaseReason.choices),
    ("publishing.stopped", "reason"): in_words(StopReason.choices),
    ("publishing.resumed", "how"): in_words(HOW),
    ("publication.held", "hold"): in_words(Hold.choices),
    ("channel.changed", "changes"): changes_in_words,
    ("media.refused", "code"): refusal_in_words,
    ("rendition.failed", "code"): refusal_in_words,
    ("", "code"): wording.trouble_sentence,
    ("", "platform"): lambda platform: _(ADAPTERS[platform].name) if platform in ADAPTERS else platform,
    ("", "roles"): _,
    ("person.second_step_taken_away", "type"): in_words(SECOND_STEPS),
}
"""By verb and fact; where the verb is empty, whatever the verb."""
