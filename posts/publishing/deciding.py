"""What only a person can tell or do: it is out, it is not, try again, and publishing by hand."""

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from audit import log
from audit.models import Entry
from channels import connections
from channels.adapters.base import Adapter, Receipt
from channels.errors import ChannelError
from posts import content as contents
from posts import notices
from posts.models import (
    Outcome,
    Post,
    Publication,
    PublicationQuerySet,
    PublicationStatus,
    Removal,
    RemovalStatus,
    Status,
)
from posts.publishing.rows import TooLateError
from posts.publishing.settling import (
    holders_of,
    is_replaced,
    is_wanted_away,
    last_order,
    remove_after_all,
    settle,
)

if TYPE_CHECKING:
    from accounts.models import User


class LinkError(Exception):
    """The pasted address is not the post's. `code` says why, `trouble` why we could not even look.

    `foreign`: not an address of a post on this channel. `not_there`: nothing public of ours under it.
    `anothers`: it is the receipt of another post. `cannot_look`: the platform did not let us look.
    """

    def __init__(self, code: str, trouble: str = "") -> None:
        super().__init__(f"{code} {trouble}".strip())
        self.code = code
        self.trouble = trouble


# --- when we cannot know ------------------------------------------------------------------------------------


def decide_out(publication: Publication, by: "User", url: str) -> None:
    """
    It is out: the address is looked up on the platform, and becomes the receipt; where we cannot look any more, the
    person's word is the proof. May raise LinkError.
    """
    receipt = (
        taken_on_trust(publication, url)
        if publication.channel.disconnected_at
        else looked_up(publication, url)
    )
    with transaction.atomic():
        open_question = Publication.objects.select_for_update().filter(
            pk=publication.pk, status=PublicationStatus.NEEDS_DECISION
        )
        if not open_question.exists():
            raise TooLateError(str(publication))
        log.record(
            "publication.decided_out", publication, actor=by, post=publication.post_id, url=receipt.url
        )
        # The race: another publication gets this very receipt after we looked.
        if not settle(publication, publication.attempts.first(), receipt, Outcome.FOUND):
            raise LinkError("anothers")


def looked_up(publication: Publication, url: str) -> Receipt:
    try:
        adapter = connections.adapter_for(publication.channel)
        remote_id = read(adapter, publication, url)
        receipt = adapter.look_up(remote_id) if remote_id else None
    except ChannelError as error:
        raise LinkError("cannot_look", error.code) from error
    if not remote_id:
        raise LinkError("foreign")
    if receipt is None:
        raise LinkError("not_there")
    if holders_of(receipt, publication).exists():
        raise LinkError("anothers")
    return receipt


def read(adapter: Adapter, publication: Publication, url: str) -> str | None:
    """The remote id in the address of a post; or of a comment, under the post that it belongs to."""
    if publication.after and contents.for_publication(publication).is_comment:
        return adapter.read_comment_link(url, publication.after.remote_id)
    return adapter.read_link(url)


def taken_on_trust(publication: Publication, url: str) -> Receipt:
    receipt = Receipt(id_in(publication, url), url)
    if holders_of(receipt, publication).exists():
        raise LinkError("anothers")
    return receipt


def decide_absent(publication: Publication, by: "User") -> None:
    """It is not out: we look once more, and then the same version is sent again. Where we cannot look, it waits."""
    is_left = publication.channel.disconnected_at is not None
    with transaction.atomic():
        now = timezone.now()
        decided = Publication.objects.filter(
            pk=publication.pk, status=PublicationStatus.NEEDS_DECISION
        ).update(
            status=PublicationStatus.QUEUED if is_left else PublicationStatus.UNCONFIRMED,
            not_before=now,
            declared_absent_at=now,
            looks=0,
        )
        if not decided:
            raise TooLateError(str(publication))
        log.record("publication.decided_absent", publication, actor=by, post=publication.post_id)


# --- trying again ---------------------------------------------------------------------------------------------


def try_again(publication: Publication, by: "User") -> None:
    """
    What the platform refused is sent once more as it is; nothing public was made of it. Also what follows a post that is
    out, and was left lying when publishing was started again: it has no time that somebody could give it.
    """
    try:
        with transaction.atomic():
            hold_still(publication)
            left = Q(status=PublicationStatus.FAILED) | Q(status=PublicationStatus.HELD, part__gt=0)
            stuck = Publication.objects.filter(left, pk=publication.pk)
            queued = stuck.filter(still_approved()).update(
                status=PublicationStatus.QUEUED,
                hold="",
                not_before=timezone.now(),
                tries=0,
                trouble="",
                trouble_detail="",
            )
            if not queued:
                raise TooLateError(str(publication))
            log.record("publication.tried_again", publication, actor=by, post=publication.post_id)
    except IntegrityError as error:
        # The race: another version of the post has the channel by now.
        raise TooLateError(str(publication)) from error


def was_taken_down(publication: Publication) -> bool:
    """Since it was approved, somebody has wanted the post away."""
    return last_order(publication) is not None


def hold_still(publication: Publication) -> None:
    """The race: the okay is undone, or the post taken down, right now. Whoever does so holds the post's row."""
    Post.objects.locked().get(pk=publication.post_id)


def still_approved() -> Q:
    """Its version has the okay, and nobody has wanted the post away since."""
    approved = Post.objects.filter(status=Status.APPROVED).values("current_version")
    return Q(version__in=approved) & ~Q(is_wanted_away())


# --- by hand ----------------------------------------------------------------------------------------------------


def can_be_taken_by_hand(publication: Publication) -> bool:
    """Nothing of it is out or on its way, and the channel's own way is closed."""
    is_waiting = publication.status in (PublicationStatus.QUEUED, PublicationStatus.HELD)
    is_stuck = publication.has_failed or (is_waiting and publication.channel.is_held_up)
    return is_stuck and publication.is_in_turn and not was_taken_down(publication)


def take_by_hand(publication: Publication, by: "User") -> None:
    """A person publishes it, and what follows it, instead of the worker, who will not touch it from then on."""
    if not can_be_taken_by_hand(publication):
        raise TooLateError(str(publication))
    try:
        with transaction.atomic():
            hold_still(publication)
            taken = (
                Publication.objects.filter(pk=publication.pk, status=publication.status, claimed_until=None)
                .filter(still_approved())
                .update(status=PublicationStatus.BY_HAND, hold="", not_after=None, woken_at=None)
            )
            if not taken:
                raise TooLateError(str(publication))
            those_behind(publication).waiting().update(
                status=PublicationStatus.BY_HAND, hold="", woken_at=None
            )
            log.record("publication.taken_by_hand", publication, actor=by, post=publication.post_id)
    except IntegrityError as error:
        raise TooLateError(str(publication)) from error


def those_behind(publication: Publication) -> PublicationQuerySet:
    """What follows it on its channel, in its order."""
    same = {"version": publication.version_id, "channel": publication.channel_id}
    return Publication.objects.filter(**same, part__gt=publication.part).order_by("part")


def published_by_hand(publication: Publication, by: "User", url: str) -> None:
    """
    A person has published it, with all that follows it, and pasted the address: it counts as published. Nobody pastes
    more than one; what followed stands at the same address. May raise LinkError.
    """
    receipt, in_hand = Receipt(id_in(publication, url), url), in_a_hand(publication)
    with transaction.atomic():
        hold_still(publication)
        if holders_of(receipt, publication).exists():
            raise LinkError("anothers")
        save_by_hand(publication, receipt, in_hand)
        log.record("publication.published_by_hand", publication, actor=by, post=publication.post_id, url=url)
        publication.refresh_from_db()
        remove_after_all(publication)
        for follower in those_behind(publication).filter(in_hand):
            save_by_hand(follower, Receipt("", url), in_hand)
            follower.refresh_from_db()
            remove_after_all(follower)
        notices.published(publication)


def save_by_hand(publication: Publication, receipt: Receipt, in_hand: Q) -> None:
    now = timezone.now()
    with_it = Publication.objects.filter(in_hand, pk=publication.pk).exclude(is_replaced())
    saved = with_it.update(
        status=PublicationStatus.PUBLISHED,
        hold="",
        remote_id=receipt.remote_id,
        url=receipt.url,
        published_at=now,
        announced_at=now,
        trouble="",
        trouble_detail="",
    )
    if not saved:
        raise TooLateError(str(publication))


def in_a_hand(publication: Publication) -> Q:
    """
    A person has it, and what is behind it; or had it when it was held, taken back or taken down, and may have put it out
    in that very moment.
    """
    orders = Removal.objects.filter(publication=OuterRef("pk"), status=RemovalStatus.NOT_OUT)
    in_hand = Q(status=PublicationStatus.BY_HAND) | Q(Exists(orders), status=PublicationStatus.CANCELLED)
    if was_in_a_hand(publication):
        in_hand |= Q(status__in=(PublicationStatus.HELD, PublicationStatus.CANCELLED))
    return in_hand


def was_in_a_hand(publication: Publication) -> bool:
    taken = Entry.objects.filter(verb="publication.taken_by_hand", thing=log.name_of(publication))
    return publication.channel.is_by_hand or taken.exists()


def id_in(publication: Publication, url: str) -> str:
    """What the platform calls it, so that it can be taken down; nothing where the address does not tell."""
    adapter = connections.offline_adapter(publication.channel)
    remote_id = read(adapter, publication, url)
    if remote_id is None and publication.after and adapter.read_link(url) is not None:
        return ""  # the address of the post that it stands under
    if remote_id is None:
        raise LinkError("foreign")
    return remote_id
