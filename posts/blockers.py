"""
What stands between a version and its approval. Everything else is a hint.

A blocker is a code with facts; the page has the words (`posts.wording`). Each names the rule it serves.
"""

import dataclasses
import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from channels.models import Channel
from posts import changes, consent, content
from posts.models import Captions, ConsentRequest, Site, Version

DASH = r"[-+\u2010-\u2015\u2212]"
PERSONAL_NUMBER = re.compile(
    rf"(?<!\d)(19|20)?(?:(\d\d)(\d\d)(\d\d)\s?{DASH}?\s?|(\d\d){DASH}(\d\d){DASH}(\d\d){DASH})(\d{{4}})(?!\d)"
)
"""A Swedish personal identity number or coordination number, with or without century and sign, with any dash."""
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
"""What stands between digits that were copied from elsewhere, and does not show: soft hyphens, spaces of no width."""


@dataclass(frozen=True)
class Blocker:
    """`field` is the form field where it is mended; `channel` is set when one channel alone is not ready."""

    code: str
    field: str = ""
    channel: Channel | None = None
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)


def blockers(version: Version, asked: Iterable[ConsentRequest] | None = None) -> list[Blocker]:
    """
    All that is missing, in the order of the page: the picture, its place, the people, the words, the channels. `asked`
    are the questions to people in its pictures, where a list has loaded them.
    """
    return [
        *of_media(version),
        *of_the_site(version),
        *of_people(version, asked),
        *of_words(version),
        *of_its_author(version),
        *of_channels(version),
    ]


def of_media(version: Version) -> Iterator[Blocker]:
    """
    WCAG 2.2, 1.1.1 and 1.2.2: what is shown is described, and what is said can be read. And a picture that was blurred
    elsewhere because somebody had not said yes (GDPR art. 9) is shown as it was nowhere.
    """
    shown = list(version.shown_media.all())
    if any(item.media.is_erased for item in shown):
        yield Blocker("picture_erased", "media")
    elif old := next((item.media for item in shown if item.media.superseded_at), None):
        yield Blocker("picture_superseded", "picture", facts={"media": str(old.pk)})
    if any(not item.media.is_film and not item.alt_text.strip() for item in shown):
        yield Blocker("alt_text_missing", "alt_text")
    spoken = [item for item in shown if item.media.is_film and item.media.has_sound]
    if spoken and not version.captions:
        yield Blocker("captions_undecided", "captions")
    if version.captions == Captions.FILE and not all(item.subtitles for item in spoken):
        yield Blocker("subtitles_missing", "captions")


def of_the_site(version: Version) -> Iterator[Blocker]:
    """
    Skyddslagen (2010:305) 7 and 30 a §§: pictures of a protected site may be forbidden, and negligence is enough.

    The question is asked where it applies, so no answer is none; "don't know" is one, and stops the post.
    """
    if version.site in (Site.FORBIDDEN, Site.UNKNOWN) and version.shown_media.all():
        yield Blocker(f"site_{version.site}", "site")


def of_people(version: Version, asked: Iterable[ConsentRequest] | None = None) -> Iterator[Blocker]:
    """Fackligt medlemskap är en känslig uppgift: nobody recognisable is shown without a yes (GDPR art. 9)."""
    for missing in consent.unsettled(version, asked):
        field = "minors" if missing.code == "guardian_missing" else "people"
        yield Blocker(missing.code, field, missing.channel)


def of_words(version: Version) -> Iterator[Blocker]:
    """Lag (2018:218) 3 kap. 10 §: a personal identity number is not shown where it need not be."""
    manuscript = version.manuscript()
    texts = [
        manuscript.text,
        manuscript.link,
        manuscript.credit,
        *(words for item in manuscript.media for words in (item.alt_text, item.subtitles)),
    ]
    texts += [
        words
        for c in manuscript.channels
        for words in (c.text, c.title, c.description, *c.tags, *c.following)
    ]
    if any(has_personal_number(text) for text in texts):
        yield Blocker("personal_number", "text")


def of_its_author(version: Version) -> Iterator[Blocker]:
    """
    S49: "inte att man ska censurera sig själv". What means something else than was sent in is not said in its author's
    name before they have said okay.
    """
    if changes.awaits_its_author(version):
        yield Blocker("authors_yes_missing", "changes_meaning")


def of_channels(version: Version) -> Iterator[Blocker]:
    """S14: it "skiljer sig åt något beroende på vilken kanal som används". What a platform would refuse, or cut off."""
    chosen = list(version.chosen_channels.all())
    if not chosen:
        yield Blocker("no_channel", "channels")
    for choice in chosen:
        yield from of_channel(version, choice.channel)


def of_channel(version: Version, channel: Channel) -> Iterator[Blocker]:
    if channel.disconnected_at:
        yield Blocker("channel_disconnected", "channels", channel)
        return
    try:
        made = content.for_channel(version, channel)
    except content.NotThereError as error:
        yield Blocker(error.code, "channels", channel)
        return
    for part, text in enumerate([made, *content.following(version, channel)]):
        where = {"part": part} if part else {}
        for problem in channel.adapter_class.check(text):
            yield Blocker(problem.code, "channels", channel, dict(problem.facts) | where)
    yield from of_what_follows(version, channel)


def of_what_follows(version: Version, channel: Channel) -> Iterator[Blocker]:
    """A channel that knows no threads, or no comments, would show the post without what belongs to it."""
    choice, limits = content.chosen(version, channel), channel.adapter_class.limits
    if len(choice.thread) > limits.thread:
        yield Blocker("thread_too_long", "channels", channel, {"limit": limits.thread})
    if choice.first_comment and not limits.first_comment:
        yield Blocker("no_comments", "channels", channel)


def has_personal_number(text: str) -> bool:
    return any(is_personal_number(*parts(match)) for match in PERSONAL_NUMBER.finditer(UNSEEN.sub("", text)))


def parts(match: re.Match[str]) -> tuple[str, str, str]:
    """Century, date and the last four."""
    century, *date, last = match.groups(default="")
    return century, "".join(date), last


def is_personal_number(century: str, date: str, last: str) -> bool:
    """By the day and the Luhn digit: most numbers of ten digits that are something else fail one of them."""
    years = [int(f"{each}{date[:2]}") for each in ([century] if century else ["19", "20"])]
    month, day = int(date[2:4]), int(date[4:6])
    return any(is_a_day(year, month, day) for year in years) and has_luhn_digit(date + last)


def is_a_day(year: int, month: int, day: int) -> bool:
    """In the calendar. Of a coordination number the day is raised by sixty."""
    born = day - 60 if day > 60 else day
    return 1 <= month <= 12 and 1 <= born <= monthrange(year, month)[1]


def has_luhn_digit(number: str) -> bool:
    doubled = (int(digit) * (2 - position % 2) for position, digit in enumerate(number))
    return sum(sum(divmod(product, 10)) for product in doubled) % 10 == 0
