"""
`{% titled rows user as rows %}`: the first words of the posts that notices tell of, for a page.

They are read from the post as it is now and by whoever reads; in a notice itself, and so in a mail, they never stand.
"""

from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from accounts.letters import Words
from accounts.models import Notice, User
from posts import titles
from posts.models import Publication, TakedownCase

register = template.Library()


@register.simple_tag
def titled(rows: Iterable[tuple[Notice, Words]], reader: User) -> list[tuple[Notice, Words, list[str]]]:
    """With each notice the first words of what it is about, one line a post."""
    rows = list(rows)
    posts = posts_of([notice for notice, _words in rows])
    called = titles.of({number for numbers in posts.values() for number in numbers}, reader)
    return [(notice, words, lines_of(notice, posts[notice.pk], called)) for notice, words in rows]


def lines_of(notice: Notice, numbers: list[int], called: dict[int, str]) -> list[str]:
    """Several are proposed by their numbers: those stay."""
    worded = [(number, called[number]) for number in numbers if called.get(number)]
    return [named(number, words) if "picks" in notice.facts else f"”{words}”" for number, words in worded]


def named(number: int, words: str) -> str:
    return _("Inlägg %(number)s: ”%(words)s”") % {"number": number, "words": words}


# --- which posts ------------------------------------------------------------------------------------------------


def posts_of(notices: list[Notice]) -> dict[int, list[int]]:
    """By the notice's number: where it leads says which post it is about, or what it proposes."""
    led = {notice.pk: led_to(notice.path) for notice in notices}
    known = {
        "publication_id": posts_by(Publication, led, "publication_id"),
        "case_id": posts_by(TakedownCase, led, "case_id"),
    }
    return {notice.pk: proposed(notice) or numbers_in(led[notice.pk], known) for notice in notices}


def led_to(path: str) -> dict[str, Any]:
    try:
        return resolve(path.partition("#")[0].partition("?")[0]).kwargs
    except Resolver404:
        return {}


def posts_by(model: Any, led: dict[int, dict[str, Any]], name: str) -> dict[int, int]:
    numbers = {kwargs[name] for kwargs in led.values() if name in kwargs}
    return dict(model.objects.filter(pk__in=numbers).values_list("pk", "post")) if numbers else {}


def proposed(notice: Notice) -> list[int]:
    return [pick["post"] for pick in notice.facts.get("picks", ())]


def numbers_in(kwargs: dict[str, Any], known: dict[str, dict[int, int]]) -> list[int]:
    found = [kwargs.get("post_id"), *(posts.get(kwargs.get(name, 0)) for name, posts in known.items())]
    return [number for number in found if number]
