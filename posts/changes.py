"""
What reviewers changed in what was sent in, for its author to read; and what its author is asked about it.

A change that means something else is marked by the reviewer. Until its author has said yes to the very words that are to
go out, they are not approved (`posts.blockers`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, takewhile
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from channels.models import Channel
from channels.wording import name_of
from posts import difference
from posts.difference import Change, FieldDifference
from posts.manuscript import ChannelText, Manuscript
from posts.models import AuthorsYes, Post, PostQuerySet, Status, Transition, Version, VersionChannel

if TYPE_CHECKING:
    from accounts.models import User

NO_WORDS = frozenset({"channel_id", "privacy", "thumbnail", "credit", "crops"})
"""Where it goes and who may see it there: nothing that somebody has worded."""

MOST_QUESTIONS = 20


@dataclass(frozen=True)
class Remark:
    """What a reviewer says about their own change: why, and whether its author must say okay first."""

    why: str = ""
    changes_meaning: bool = False


NO_REMARK = Remark()


@dataclass(frozen=True)
class Run:
    """One reviewer's consecutive edits, told as one."""

    by: "User"
    why: str


@dataclass(frozen=True)
class Changes:
    """From its author's own last words to the current ones."""

    runs: list[Run]
    differences: list[FieldDifference]
    is_reworded: bool
    """Not only described: the public reads or sees something else than what was sent in."""

    @property
    def has_text(self) -> bool:
        """The whole text stands in what differs."""
        return any(item.name == "text" for item in self.differences)

    @property
    def names(self) -> str:
        return get_text_list(list(dict.fromkeys(run.by.get_short_name() for run in self.runs)), _("och"))

    @property
    def reasons(self) -> list[Run]:
        return [run for run in self.runs if run.why]


def of(post: Post) -> Changes | None:
    """None where nobody has changed its author's words."""
    now = post.current_version
    if now is None or now.created_by_id == post.author_id:
        return None
    own, *later = since_the_authors(now, whole=True)
    found = list(told(own, later[-1]))
    runs = list(runs_of(own, later))
    return Changes(runs, found, is_reworded(own.manuscript(), later[-1].manuscript())) if found else None


def since_the_authors(version: Version, *, whole: bool = False) -> list[Version]:
    """Its author's own last version, and all up to this one."""
    versions = Version.objects.filter(post=version.post_id, number__lte=version.number)
    own = versions.filter(created_by=version.post.author_id).order_by("-number").values("number")[:1]
    since = versions.filter(number__gte=own).select_related("created_by").order_by("number")
    return list(since.whole() if whole else since)


def runs_of(own: Version, later: list[Version]) -> Iterator[Run]:
    """Of those who changed anything that an author is told; with the reason that they gave last."""
    before = own
    for by, together in groupby(later, key=attrgetter("created_by")):
        *_rest, last = together
        if last.why or next(told(before, last), None):
            yield Run(by, last.why)
        before = last


# --- what is told ---------------------------------------------------------------------------------------------


def told(old: Version, new: Version) -> Iterator[FieldDifference]:
    """What an author is told: their words, their pictures, and where a channel got words of its own."""
    yield from (item for item in difference.between(old, new) if item.name in THE_AUTHORS)
    before = {choice.channel_id: choice.as_text() for choice in old.chosen_channels.all()}
    for choice in new.chosen_channels.all():
        known = before.get(choice.channel_id, ChannelText(choice.channel_id))
        yield from told_of_channel(choice.channel, old.text, known, choice.as_text())
        yield from told_of_crops(choice, known, old, new)


def told_of_channel(
    channel: Channel, text: str, before: ChannelText, now: ChannelText
) -> Iterator[FieldDifference]:
    for name, typed in worded(now).items():
        known = getattr(before, name) or ("" if name not in OF_THE_TEXT else text)
        old, new = as_text(known), as_text(typed)
        if old != new:
            label = LABELS[name]() % {"channel": name_of(channel)}
            yield FieldDifference(f"{name}_{channel.pk}", label, difference.words(old, new))


def told_of_crops(
    choice: VersionChannel, before: ChannelText, old: Version, new: Version
) -> Iterator[FieldDifference]:
    """How much the channel's followers see of the pictures."""
    known = "\n".join(difference.crop_lines(before, old.media))
    now = "\n".join(difference.crop_lines(choice.as_text(), new.media))
    if known != now:
        label = _("Bilder på %(channel)s") % {"channel": name_of(choice.channel)}
        yield FieldDifference(f"crops_{choice.channel_id}", label, difference.words(known, now))


THE_AUTHORS = frozenset({"text", "link", "credit", "media", "alt_text", "subtitles"})
OF_THE_TEXT = frozenset({"text", "description"})
"""What a channel is told in the post's own words, until somebody writes others."""
LABELS = {
    "text": lambda: _("Text på %(channel)s"),
    "title": lambda: _("Rubrik på %(channel)s"),
    "description": lambda: _("Beskrivning på %(channel)s"),
    "tags": lambda: _("Nyckelord på %(channel)s"),
    "thread": lambda: _("Fortsättning på %(channel)s"),
    "first_comment": lambda: _("Första kommentaren på %(channel)s"),
}


def worded(choice: ChannelText) -> dict[str, Any]:
    """What somebody has written for this channel alone."""
    return {name: value for name, value in vars(choice).items() if value and name in LABELS}


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else "\n".join(value)


def is_reworded(own: Manuscript, now: Manuscript) -> bool:
    """Does the public read or see something else than what its author wrote? Where it goes is no wording."""
    return wording_of(own) != wording_of(now)


def wording_of(manuscript: Manuscript) -> tuple[Any, ...]:
    by_channel = {
        choice.channel_id: (words, choice.crops)
        for choice in manuscript.channels
        if (words := worded(choice)) or choice.crops
    }
    # How a picture is described is the desk's work; what is said in a film is its author's.
    shown = [(item.sha256, item.subtitles) for item in manuscript.media]
    return manuscript.text, manuscript.link, manuscript.credit, shown, by_channel


def was_reworded(version: Version) -> bool:
    return is_reworded(since_the_authors(version)[0].manuscript(), version.manuscript())


def is_shorter(version: Version) -> bool:
    """Nothing but the text is different, and hardly anything was added to it."""
    own, now = since_the_authors(version)[0].manuscript(), version.manuscript()
    length = dict.fromkeys(Change, 0)
    for piece in difference.words(own.text, now.text):
        length[piece.change] += len(piece.text)
    is_cut = length[Change.REMOVED] > ADDED_WHEN_CUT * length[Change.ADDED]
    return is_cut and not is_reworded(own.replaced(text=now.text), now)


ADDED_WHEN_CUT = 4
"""Where a sentence goes, a comma or a word may come: so much shorter than what went."""

# --- what is asked --------------------------------------------------------------------------------------------


def awaits_its_author(version: Version) -> bool:
    """It means something else than its author wrote, and they have not said yes to it."""
    if not version.changes_meaning:
        return False
    return not (has_yes(version) if version.agreed is None else version.agreed)


def has_yes(version: Version) -> bool:
    """To these words: the same ones in an earlier version are the same."""
    return has_yes_to(version.post_id, version.digest)


def has_yes_to(post: int, digest: str) -> bool:
    return AuthorsYes.objects.filter(version__post=post, digest=digest).exists()


def fetch(versions: Iterable[Version]) -> None:
    """Look for the yes to each of them with one question, for a page with many."""
    marked = [version for version in versions if version.changes_meaning]
    if not marked:
        return
    given = AuthorsYes.objects.filter(version__post__in={version.post_id for version in marked})
    known = set(given.values_list("version__post", "digest"))
    for version in marked:
        version.agreed = (version.post_id, version.digest) in known


def question_of(version: Version) -> Version:
    """The version with which the question began: whoever made it is the one who asks."""
    _own, *later = since_the_authors(version)
    return list(takewhile(attrgetter("changes_meaning"), reversed(later)))[-1]


@dataclass(frozen=True)
class Asked:
    """What its author is asked now, by whom, and the no that they have given to these very words."""

    version: Version
    by: "User"
    no: Transition | None


def asked(post: Post) -> Asked | None:
    version = post.current_version
    if version is None or not post.is_in_review or post.awaits_media or not awaits_its_author(version):
        return None
    answers = post.transitions.filter(version=version, by=post.author_id, from_status=Status.IN_REVIEW)
    return Asked(version, question_of(version).created_by, answers.filter(to_status=Status.IN_REVIEW).last())


def questions(posts: PostQuerySet) -> list[Post]:
    """Those whose author has not answered."""
    marked = posts.awaiting_review().filter(current_version__changes_meaning=True)[:MOST_QUESTIONS]
    return [post for post in marked if (question := asked(post)) and question.no is None]


def remark_of(version: Version, by: "User") -> Remark:
    """What stays as it is when `by` edits further: a reason is one's own, the mark is the version's."""
    return Remark(version.why if version.created_by_id == by.pk else "", version.changes_meaning)
