"""
`{{ at|on_the_clock }}`: 12.00, and which of the two in the doubled hour; `{{ gap|next_gap_in_words }}`;
`{% chip slot is_month %}`: one post on one channel; and `{% more cell day %}`: how many have no chip.

A month has hundreds of chips. They are put together here, at a tenth of what a template for each of them costs.
"""

from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from approvals import calendar_words
from posts import waiting

if TYPE_CHECKING:
    from approvals.calendar_days import Day
    from approvals.calendar_rows import Cell, Slot

register = template.Library()
register.filter("on_the_clock", waiting.clock_time)
register.filter("next_gap_in_words", calendar_words.next_gap)

NOWHERE = UUID(int=0)


@register.simple_tag
def chip(slot: "Slot", is_month: bool) -> SafeString:
    """Where nobody may open it, there is no link. What may be moved can be dragged."""
    return format_html(
        '<{tag} class="slot slot--{kind}"{way}>{picture}<span class="slot__top">{sign}<b>{at}</b>'
        '<span class="slot__state">{state}</span></span><span class="slot__text">{text}</span>{quiet}</{tag}>',
        tag="a" if slot.may_move or slot.may_open else "span",
        kind=slot.chip.kind,
        way=way_to(slot),
        picture="" if is_month or not slot.picture else picture_of(slot.picture),
        sign=sign(slot.chip.icon),
        at=waiting.clock_time(slot.at),
        state=slot.chip.label,
        text=(slot.headline or _("Utan text")) if slot.may_open else _("Inlägg"),
        quiet=format_html('<span class="slot__quiet">{}</span>', _("tyst timme")) if slot.is_quiet else "",
    )


@register.simple_tag
def more(cell: "Cell", day: "Day") -> SafeString | str:
    """What has no chip, as a number that leads to all of the day."""
    if not cell.more:
        return ""
    words = '+{n}<span class="sr"> {till}, {name}</span>'
    if not cell.slots:
        words = '{n} <span class="cal__where" aria-hidden="true">{posts}</span><span class="sr">{posts}, {name}</span>'
    facts = {"n": cell.more, "name": day.name, "till": _("till"), "posts": _("inlägg")}
    return format_html(
        '<a class="cal__more" href="?{where}">{words}</a>',
        where=cell.leads_to,
        words=format_html(words, **facts),
    )


def way_to(slot: "Slot") -> SafeString | str:
    item = slot.publication
    if slot.may_move:
        return format_html(
            ' href="{}" draggable="true" data-drop="{}" data-seen="{}" data-channel="{}"',
            address("approvals:slot", item.pk),
            address("approvals:drop", item.pk),
            slot.seen,
            item.channel_id,
        )
    if not slot.may_open:
        return ""
    where = ("posts:detail", item.post_id) if slot.sees_all else ("posts:receipt", item.pk)
    return format_html(' href="{}"', address(*where))


def picture_of(number: str) -> SafeString:
    return format_html(
        '<img class="slot__pic" src="{}" width="320" height="240" alt="" loading="lazy" draggable="false">',
        pattern("posts:media", NOWHERE, "thumb").replace(str(NOWHERE), number),
    )


def address(name: str, number: int) -> str:
    return pattern(name, 0).replace("/0/", f"/{number}/")


@cache
def pattern(name: str, *arguments: object) -> str:
    """An address with nothing in it yet: to find it once is enough."""
    return reverse(name, args=arguments)


@cache
def sign(name: str) -> SafeString:
    """As `{% icon %}` draws it."""
    return format_html(
        '<svg class="icon " aria-hidden="true"><use href="{}#i-{}"/></svg>', static("icons/sprite.svg"), name
    )
