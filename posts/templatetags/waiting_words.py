"""What a post waits for, and what may be done about it: `{% planning post %}`, `{{ publication|waits_for:stop }}`."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from posts import publishing, rules, waiting, workflow
from posts.models import Hold, Post, Publication, PublishingStop

register = template.Library()

register.filter("day_and_time", waiting.day_and_time)


@register.filter
def waits_for(publication: Publication, stop: PublishingStop | None) -> str:
    return waiting.sentence_for(publication, stop or None)


@register.simple_tag
def counting(sentence: str, seconds: int) -> SafeString:
    """The sentence with the seconds in the place of `{when}`, if it has one; the script counts them down."""
    before, place, after = sentence.partition("{when}")
    if not place:
        return format_html("{}", sentence)
    return format_html(
        '{}<span data-seconds="{}" data-one="{}" data-some="{}" data-minutes="{}" data-over="{}">{}</span>{}',
        before,
        seconds,
        _("om 1 sekund"),
        _("om # sekunder"),
        _("om # minuter"),
        _("nu"),
        waiting.in_words(seconds),
        after,
    )


@register.inclusion_tag("posts/planning/_planning.html", takes_context=True)
def planning(context: dict[str, Any], post: Post) -> dict[str, Any]:
    """The seconds in which an okay can be regretted, and another time for what waits: for those who may."""
    user = context["request"].user
    may_undo = workflow.why_not(workflow.Action.UNDO, post, user) is None
    may_plan = rules.why_not_plan(user) is None
    waits = waiting.to_plan(post) if may_undo or may_plan else []
    return {
        "post": post,
        "csrf_token": context.get("csrf_token"),
        "may_undo": bool(waits) and may_undo and publishing.is_untouched(post),
        "may_plan": bool(waits) and may_plan,
        "seconds": 0 if context.get("stop") else waiting.seconds_left(waits),
        "expired": any(item.hold == Hold.EXPIRED for item in waits),
        "is_reserve": all(item.hold == Hold.RESERVE for item in waits),
        "is_held": all(item.hold in (Hold.PERSON, Hold.STOPPED) for item in waits),
    }
