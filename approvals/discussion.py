"""
The group's own talk about a post: notes, and what a colleague thinks of it before somebody decides. Whoever sent the post
in never sees any of it, also where they are of the group themselves.

Nothing is changed afterwards. What should not have been said is taken back by another line, and stays struck.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.notices import tell
from approvals.models import Answer, Note, NoteKind
from audit import log
from posts import anchors
from posts.models import Message, Post, PostQuerySet, Version, parts_of
from posts.notices import desk_of, quotable
from posts.workflow import RefusedError

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from posts.rules import Refusal

READ, WRITE = "posts.view_all_posts", "posts.review_post"
TAKE_BACK_WITHIN = timedelta(minutes=10)


# --- who may -----------------------------------------------------------------------------------------------------


def why_not_read(user: User, post: Post) -> "Refusal":
    if not user.has_perm(READ):
        return _("Du har inte behörighet att läsa gruppens anteckningar.")
    return why_not_the_sender(user, post)


def why_not_write(user: User, post: Post) -> "Refusal":
    if not user.has_perm(WRITE):
        return _("Du har inte behörighet att skriva anteckningar.")
    return why_not_the_sender(user, post)


def why_not_the_sender(user: User, post: Post) -> "Refusal":
    return _("Anteckningarna om ditt eget inlägg är kollegornas.") if post.author_id == user.pk else None


def why_not_take_back(user: User, note: Note) -> "Refusal":
    """One's own, while it is fresh; a question as long as nobody has answered it."""
    if note.by_id != user.pk or note.about_id:
        return _("Det är bara den som skrev anteckningen som kan ta tillbaka den.")
    if is_taken_back(note):
        return _("Anteckningen är redan tillbakatagen.")
    if note.kind == NoteKind.QUESTION:
        return _("Frågan är redan besvarad.") if answers_to(note) else None
    is_late = timezone.now() - note.at > TAKE_BACK_WITHIN
    return _("Det har gått för lång tid. Skriv hellre en ny anteckning.") if is_late else None


def why_not_answer(user: User, question: Note) -> "Refusal":
    """Anybody of the group but who asked: a colleague may be away, and advice is welcome."""
    if question.kind != NoteKind.QUESTION or is_taken_back(question):
        return _("Frågan är inte kvar.")
    if question.by_id == user.pk:
        return _("Du kan inte svara på din egen fråga.")
    return why_not_write(user, question.post)


def is_taken_back(note: Note) -> bool:
    return any(line.kind == NoteKind.TAKEN_BACK for line in note.followed_by.all())


def answers_to(question: Note) -> list[Note]:
    return [line for line in question.followed_by.all() if line.kind == NoteKind.OPINION]


# --- writing -----------------------------------------------------------------------------------------------------


def note(
    post: Post, by: User, text: str, *, anchor: str = "", to: User | None = None, seen: Version | None = None
) -> Note:
    with transaction.atomic():
        line = write(
            post,
            by,
            NoteKind.NOTE,
            "post.noted",
            text=text,
            anchor=anchor,
            to=to,
            version=seen or post.current_version,
        )
        if to:
            tell_of(line, [to], "mentioned")
    return line


def take_back(line: Note, by: User) -> Note:
    """It stays, struck."""
    with transaction.atomic():
        # The race: its asker takes a question back while a colleague answers it.
        locked = Note.objects.select_for_update().get(pk=line.pk)
        if refusal := why_not_take_back(by, locked):
            raise RefusedError(refusal)
        return write(locked.post, by, NoteKind.TAKEN_BACK, "post.note_taken_back", about=locked)


def ask_opinion(post: Post, by: User, to: User | None, text: str = "") -> Note:
    """Before a decision, and without waiting for it: of a colleague, or of anybody in the group."""
    with transaction.atomic():
        line = write(post, by, NoteKind.QUESTION, "post.opinion_asked", text=text, to=to)
        tell_of(line, [to] if to else colleagues(by, post), "opinion_asked")
    return line


def answer(question: Note, by: User, given: Answer, text: str = "") -> Note:
    """Advice. The decision is the asker's, or anybody's."""
    with transaction.atomic():
        locked = Note.objects.select_for_update().get(pk=question.pk)
        if refusal := why_not_answer(by, locked):
            raise RefusedError(refusal)
        line = write(
            locked.post, by, NoteKind.OPINION, "post.opinion_given", text=text, about=locked, answer=given
        )
        tell_of(line, [locked.by], "opinion_given", answer=given)
    return line


def write(post: Post, by: User, kind: NoteKind, verb: str, **fields: Any) -> Note:
    if refusal := why_not_write(by, post):
        raise RefusedError(refusal)
    fields = {"version": post.current_version} | fields
    line = Note.objects.create(post=post, by=by, kind=kind, **fields)
    log.record(verb, post, actor=by, note=line.pk)
    return line


def tell_of(line: Note, people: Iterable[User], kind: str, **facts: Any) -> None:
    words = quotable(line.text, line.post.wording)
    page = f"{page_of(line.post)}#anteckning-{line.about_id or line.pk}"
    tell(
        {*people} - {line.post.author, line.by},
        kind,
        f"note:{line.pk}",
        page,
        by=line.by.get_short_name(),
        message=words,
        **facts,
    )


def page_of(post: Post) -> str:
    return desk_of(post) if post.is_in_review else reverse("approvals:notes", args=[post.pk])


def colleagues(reader: User, post: Post) -> "QuerySet[User]":
    """Who else of the group may read notes on it."""
    return User.objects.granted(WRITE).exclude(pk__in=(reader.pk, post.author_id)).order_by("name")


# --- reading -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """
    A note as its reader sees it. `about` is the part that is meant, `place` where that stands; `old` the number of the
    version that it was written about, where the words are others by now.
    """

    note: Note
    about: str
    place: str
    old: int | None
    is_taken_back: bool
    opinions: list[Note]
    can_be_taken_back: bool
    can_be_answered: bool

    @property
    def is_question(self) -> bool:
        return self.note.kind == NoteKind.QUESTION

    @property
    def is_open(self) -> bool:
        return self.is_question and not self.is_taken_back and not self.opinions


@dataclass(frozen=True)
class Discussion:
    lines: list[Line]
    can_write: bool

    @property
    def marks(self) -> dict[str, int]:
        """How many notes each part has."""
        return Counter(line.note.anchor for line in self.lines if line.note.anchor and not line.is_taken_back)

    @property
    def is_asked(self) -> bool:
        return any(line.is_open for line in self.lines)


def of(post: Post, reader: User) -> Discussion | None:
    """All of it, oldest first; None for those who may not read it."""
    if why_not_read(reader, post):
        return None
    first = Note.objects.filter(post=post, about=None).select_related("post", "by", "to", "version")
    whole = first.prefetch_related("followed_by__by", *parts_of("version"))
    lines = [line_of(item, post, reader) for item in whole]
    return Discussion(lines, can_write=why_not_write(reader, post) is None)


def line_of(item: Note, post: Post, reader: User) -> Line:
    wording = post.current_version
    return Line(
        note=item,
        about=anchors.called(item.anchor, wording),
        place=place_of(item, post),
        old=item.version.number if item.version and is_old(item, wording) else None,
        is_taken_back=is_taken_back(item),
        opinions=answers_to(item),
        can_be_taken_back=why_not_take_back(reader, item) is None,
        can_be_answered=why_not_answer(reader, item) is None,
    )


def place_of(item: Note, post: Post) -> str:
    if item.anchor.startswith(anchors.CHANNEL):
        channel = item.anchor.removeprefix(anchors.CHANNEL)
        return reverse("approvals:channel_text", args=[post.pk, int(channel)])
    return f"{desk_of(post)}#{item.anchor}"


FIELDS: dict[str, str] = {
    anchors.TEXT: "text",
    anchors.LINK: "link",
    anchors.PEOPLE: "people",
    anchors.SITE: "site",
    anchors.CAPTIONS: "captions",
}
"""What is one field of a version."""


def is_old(item: Note, now: Version | None) -> bool:
    """Does the part say something else than when the note was written? The page saves by itself, so versions are many."""
    if item.version is None or now is None or item.version == now:
        return False
    return words_of(item.version, item.anchor) != words_of(now, item.anchor)


def words_of(version: Version, anchor: str) -> Any:
    """What that part of it says. Of the whole post, everything that the public sees."""
    if field := FIELDS.get(anchor):
        return getattr(version, field)
    if anchor.startswith(anchors.MEDIA):
        shown = version.shown_media.all()
        return [item.alt_text for item in shown if anchors.of_media(item.media) == anchor]
    chosen = [choice.as_text() for choice in version.chosen_channels.all()]
    if anchor == anchors.CHANNELS:
        return [text.channel_id for text in chosen]
    if anchor.startswith(anchors.CHANNEL):
        return version.text, [text for text in chosen if anchors.of_channel(text.channel_id) == anchor]
    return version.digest


# --- signs in the queue --------------------------------------------------------------------------------------------


def with_signs(posts: PostQuerySet) -> PostQuerySet:
    """Whether somebody waits for a second opinion on each, and whether its sender has written and waits for an answer."""
    of_it = {"post": OuterRef("pk")}
    followed = Note.objects.filter(about=OuterRef("pk"))
    asked = Note.objects.filter(~Exists(followed), kind=NoteKind.QUESTION, **of_it)
    return posts.annotate(
        is_asked=Exists(asked), is_answered=Exists(Message.objects.unanswered().filter(**of_it))
    )
