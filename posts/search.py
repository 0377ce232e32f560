"""
Finding posts by words: those of their text and titles, and the name and the region of whoever sent them in.

Capitals and small letters are the same, å, ä and ö with them, on every database; å is not a. Each word may be a part of
one, and all of them must be there. Only what the reader may see is found, and only by the words that they may read.
"""

import unicodedata
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.models import User
from posts.manuscript import Manuscript
from posts.models import WITH_AUTHOR, Draft, Findable, Post, PostQuerySet, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_WORDS = 8
LONGEST = 200
DRAFTS = 200
"""So many of one's own drafts are read for it, the last ones written."""


def fold(text: str) -> str:
    """The same for every way to write it: Å as one sign or as A with a ring, capital or small."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def words_of(asked: str) -> list[str]:
    """What somebody typed, as it is looked for. A database knows no text with a zero in it."""
    return fold(asked[:LONGEST].replace("\x00", " ")).split()[:MOST_WORDS]


def remember(post: Post, manuscript: Manuscript) -> None:
    """What the post is found by from now on. The caller has locked the post."""
    words = fold("\n".join(filter(None, parts_of(manuscript))))
    Findable.objects.update_or_create(post=post, defaults={"author_id": post.author_id, "words": words})


def forget(post: Post) -> None:
    """It is found by nobody else than its author. The caller has locked the post."""
    Findable.objects.filter(post=post).delete()


def parts_of(manuscript: Manuscript) -> "Iterable[str]":
    yield manuscript.text
    for choice in manuscript.channels:
        yield from (choice.title, choice.text, choice.description, *choice.following)


def posts(reader: User, asked: str) -> PostQuerySet:
    """All that this reader may see and that has these words; nothing where none were given."""
    words = words_of(asked)
    if not words:
        return Post.objects.none()
    people = people_with_names()
    found = Findable.objects.all()
    for word in words:
        found = found.filter(Q(words__contains=word) | Q(author__in=named(people, word)))
    known = Q(pk__in=found.values("post"))
    return Post.objects.visible_to(reader).filter(known | Q(pk__in=own_drafts(reader, words, people)))


def people_with_names() -> dict[int, str]:
    """Everybody, by name and region: hundreds, where posts are a hundred thousand, and people change their names."""
    rows = User.objects.values_list("pk", "name", "region")
    return {pk: fold(f"{name}\n{region}") for pk, name, region in rows}


def named(people: dict[int, str], word: str) -> list[int]:
    return [pk for pk, names in people.items() if word in names]


def own_drafts(reader: User, words: list[str], people: dict[int, str]) -> list[int]:
    """What nobody else can see yet is in no index: one's own unfinished words are read one by one."""
    mine = Draft.objects.filter(post__author=reader, post__status__in=(*WITH_AUTHOR, Status.IN_REVIEW))
    rows = mine.order_by("-pk").values_list("post", "text")[:DRAFTS]
    names = people.get(reader.pk, "")
    return [post for post, text in rows if all(word in fold(text) or word in names for word in words)]
