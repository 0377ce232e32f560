"""
Who may do what to a post. Each rule returns None, or the sentence that both the refusal
and the greyed button show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.text import format_lazy, get_text_list
from django.utils.translation import gettext_lazy as _

from accounts import policy
from channels.models import Channel
from channels.rules import keeps
from posts import desk, elections
from posts.models import Event, LinkCard, Media, MediaState, Post, Publication

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from accounts.models import User

    Refusal = Promise | str | None


def may_see_media(user: User, media: Media) -> bool:
    """
    Who may see a post may see its pictures; what nobody has sent in yet belongs to its owner. Whoever keeps a channel
    sees what is meant for it. A picture out of a film is as the film.
    """
    if media.made_from and media.made_from.is_film:
        return may_see_media(user, media.made_from)
    if media.owner_id == user.pk or Post.objects.visible_to(user).showing(media).exists():
        return True
    return Publication.objects.showing(media).filter(channel__in=Channel.objects.kept_by(user)).exists()


def may_see_card(user: User, card: LinkCard) -> bool:
    """Who may see a post may see what it links to; whoever keeps a channel sees what is meant for it."""
    if Post.objects.visible_to(user).filter(versions__link=card.url).exists():
        return True
    meant = Publication.objects.filter(version__link=card.url)
    return meant.filter(channel__in=Channel.objects.kept_by(user)).exists()


def why_not_begin(user: User) -> Refusal:
    """A draft and its files, which may come before the policy is read."""
    if not user.has_perm("posts.submit_post"):
        return _("Du har inte behörighet att skicka in inlägg.")
    return None


def why_not_submit(user: User, post: Post | None = None) -> Refusal:
    """Whoever sends in has read the policy that is in force."""
    refusal = why_not_begin(user) or (why_not_author(user, post) if post else None)
    return refusal or policy.why_not_send_in(user)


def why_not_upload(user: User) -> Refusal:
    """One person's files must not keep everybody else's waiting, nor fill the disk while they wait themselves."""
    unfinished = Media.objects.filter(owner=user, state__in=(MediaState.WAITING, MediaState.PREPARING))
    if unfinished.count() >= settings.MEDIA_WAITING_PER_PERSON:
        return _("Dina andra filer är inte klara än. Vänta en stund och försök igen.")
    return None


def why_not_author(user: User, post: Post) -> Refusal:
    if post.author_id != user.pk:
        return _("Det är bara den som skrev inlägget som kan göra det här.")
    return None


def why_not_review(user: User, post: Post) -> Refusal:
    if not user.has_perm("posts.review_post"):
        return _("Du har inte behörighet att granska inlägg.")
    return None


def why_not_decide(user: User, post: Post) -> Refusal:
    """Turning down and asking for a change: not on one's own post."""
    if refusal := why_not_review(user, post):
        return refusal
    if post.author_id == user.pk and settings.FOUR_EYES:
        return _("Du kan inte granska ditt eget inlägg. Be en kollega.")
    return why_not_judge_again(user, post)


def why_not_judge_again(user: User, post: Post) -> Refusal:
    """Whoever turned a post down does not judge it the second time, when its author asked for another's eyes."""
    if post.turned_down_by_id == user.pk and settings.FOUR_EYES:
        return _("Du avslog inlägget. Den andra bedömningen gör en kollega.")
    return None


def why_not_appeal(user: User, post: Post) -> Refusal:
    """Once: two who said no are an answer."""
    if post.turned_down_by_id:
        return _("Inlägget har redan fått en andra bedömning.")
    return why_not_author(user, post)


def why_not_write(user: User, post: Post) -> Refusal:
    """In the conversation about a post: whoever sent it in, and the group."""
    if post.submitted_at is None:
        return _("Inlägget är inte inskickat än.")
    return None if post.author_id == user.pk else why_not_review(user, post)


def why_not_approve(user: User, post: Post) -> Refusal:
    if not user.has_perm("posts.approve_post"):
        return _("Du har inte behörighet att godkänna inlägg.")
    if post.author_id == user.pk and settings.FOUR_EYES:
        return _("Du kan inte godkänna ditt eget inlägg. Be en kollega.")
    return why_not_judge_again(user, post) or why_not_be_one_of_two(user, post)


ONE_OF_TWO = _("Du har godkänt inlägget. En kollega till behöver göra det, för det är valperiod.")
UNMARKED = _("Du tog bort märkningen. Under en valperiod är det en kollega som godkänner inlägget.")


def why_not_be_one_of_two(user: User, post: Post) -> Refusal:
    """While there is an election, two people say okay to what is political; one of them is named for it."""
    if elections.has_unmarked(post, user):
        return UNMARKED
    first = elections.first_okay(post) if elections.needs_two(post) else None
    if first is None:
        return None
    if first.by_id == user.pk:
        return ONE_OF_TWO
    if not elections.includes_named((first.by, user)):
        names = get_text_list([person.name for person in elections.named()], _("eller"))
        return format_lazy(_("Det andra godkännandet ska komma från {names}."), names=names)
    return None


def why_not_override(user: User, post: Post) -> Refusal:
    """One's own post, with nobody else's eyes on it, in an emergency. Never with what needs two."""
    if post.author_id != user.pk or not settings.FOUR_EYES:
        return _("Det behövs inte: du kan godkänna inlägget som vanligt.")
    if not (settings.FOUR_EYES_OVERRIDE and user.has_perm("posts.override_four_eyes")):
        return _("Du kan inte godkänna ditt eget inlägg. Be en kollega.")
    if post.turned_down_by_id:
        return _("En kollega avslog inlägget. Den andra bedömningen gör någon annan än du.")
    if elections.needs_two(post):
        return _("Det är valperiod, och två måste godkänna ett politiskt inlägg. Be en kollega.")
    return UNMARKED if elections.has_unmarked(post, user) else None


def why_not_unmark(user: User, post: Post) -> Refusal:
    """Else one person could do without the second by taking the mark away."""
    if refusal := why_not_review(user, post):
        return refusal
    if not elections.needs_two(post):
        return None
    if post.author_id == user.pk:
        return _("Du kan inte granska ditt eget inlägg. Be en kollega.")
    if (first := elections.first_okay(post)) and first.by_id == user.pk:
        return ONE_OF_TWO
    if not elections.includes_named([user]):
        names = get_text_list([person.name for person in elections.named()], _("eller"))
        return format_lazy(_("Under en valperiod tas märkningen bort av {names}."), names=names)
    return None


def why_not_recall(user: User, post: Post) -> Refusal:
    """Taking back what was just sent in: until somebody has begun on it."""
    if refusal := why_not_author(user, post):
        return refusal
    if post.submitted_at is None:
        return None
    if post.turned_down_by_id:
        return _("Inlägget väntar på en andra bedömning. Du kan dra tillbaka det.")
    done = post.transitions.filter(at__gt=post.submitted_at).exclude(by=post.author_id)
    if done.exists() or Post.objects.filter(desk.site.desk.looks_at(), pk=post.pk).exists():
        return _("Någon har börjat granska inlägget.")
    return None


def why_not_undo(user: User, _post: Post) -> Refusal:
    """Regretting an okay: whoever may give one."""
    if not user.has_perm("posts.approve_post"):
        return _("Du har inte behörighet att godkänna inlägg.")
    return None


def why_not_revise(user: User, post: Post) -> Refusal:
    """Taking an approved post back before it is out: its author, or a reviewer."""
    return None if post.author_id == user.pk else why_not_review(user, post)


# --- when, whether, and away again --------------------------------------------------------------------------


def why_not_plan(user: User) -> Refusal:
    if not user.has_perm("posts.plan_post"):
        return _("Du har inte behörighet att planera inlägg.")
    return None


def why_not_move(user: User, publication: Publication) -> Refusal:
    """On one channel: whoever keeps it may, too."""
    return None if keeps(user, publication.channel) else why_not_plan(user)


def why_not_decide_publication(user: User, publication: Publication | None = None) -> Refusal:
    """Also to have it tried again. Whoever keeps the channel may, for what is meant for it."""
    if user.has_perm("posts.decide_publication") or keeps(user, channel_of(publication)):
        return None
    return _("Du har inte behörighet att avgöra vad som hände med ett inlägg.")


def why_not_publish_by_hand(user: User, publication: Publication | None = None) -> Refusal:
    if user.has_perm("posts.publish_by_hand") or keeps(user, channel_of(publication)):
        return None
    return _("Du har inte behörighet att publicera för hand.")


def may_open_publication(user: User, publication: Publication) -> bool:
    """Its pages show what goes out on that one channel, and no more of the post."""
    if keeps(user, publication.channel):
        return True
    return Post.objects.visible_to(user).filter(pk=publication.post_id).exists()


def channel_of(publication: Publication | None) -> Channel | None:
    return publication.channel if publication else None


def why_not_take_down(user: User) -> Refusal:
    if not user.has_perm("posts.take_down"):
        return _("Du har inte behörighet att ta ned inlägg. Be kommunikationsgruppen.")
    return None


def why_not_erase(user: User, post: Post) -> Refusal:
    """A picture that may not exist: the group and the administrators; its author, as long as nobody else has seen it."""
    if user.has_perm("posts.erase_media"):
        return None
    if post.author_id == user.pk and post.submitted_at is None:
        return None
    return _("Du har inte behörighet att radera bilden. Be kommunikationsgruppen, genast.")


def why_not_see_answers(user: User, post: Post) -> Refusal:
    """What people in a picture said: whoever sent it in, and those who see to it."""
    if post.author_id == user.pk or user.has_perm("posts.review_post"):
        return None
    if user.has_perm("posts.view_all_posts") and user.has_perm("posts.take_down"):
        return None
    return _("Du har inte behörighet att se svaren.")


def why_not_ask_people(user: User, post: Post) -> Refusal:
    """What its author is still writing, nobody else shows to anybody."""
    if post.author_id == user.pk:
        return None
    if post.is_with_author:
        return _("Inlägget är hos den som skrev det. Fråga när det är inskickat.")
    return why_not_review(user, post)


def why_not_tell_of_office(user: User, post: Post) -> Refusal:
    """That nobody has to be asked: once it is sent in, its sender does not say that for others any more."""
    if post.author_id == user.pk and post.is_with_author:
        return None
    return why_not_review(user, post)


def why_not_stop(user: User) -> Refusal:
    if not user.has_perm("posts.stop_publishing"):
        return _("Du har inte behörighet att stoppa publiceringen.")
    return None


# --- what one expects posts about ---------------------------------------------------------------------------


def why_not_change_event(user: User, event: Event) -> Refusal:
    """One's own; the group changes all, and alone what is for everybody."""
    if user.has_perm("posts.change_event") or (event.owner_id == user.pk and not event.is_shared):
        return None
    return _("Händelsen är inte din. Be kommunikationsgruppen.")


def why_not_share_event(user: User) -> Refusal:
    if not user.has_perm("posts.change_event"):
        return _("Det är kommunikationsgruppen som lägger till händelser för alla.")
    return None


def why_not_remove_event(event: Event) -> Refusal:
    """What was sent in about it says what it was about."""
    if event.posts.exclude(submitted_at=None).exists():
        return _("Det finns ett inlägg om händelsen, så den ligger kvar.")
    return None
