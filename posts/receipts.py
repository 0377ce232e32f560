"""
The receipt of one publication: what was sent, who had approved it, every try, and what people did with it.

The page and the JSON tell the same. The JSON's keys are kept as they are (`docs/receipts.md`): somebody may have
filed them away.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from posts import acts, content
from posts.acts import Act
from posts.models import (
    Attempt,
    Media,
    Outcome,
    Publication,
    PublicationStatus,
    Removal,
    Rendition,
    RenditionState,
)

FORMAT = "seko-social/receipt/1"
PROOF = (Outcome.RECEIPT, Outcome.FOUND)
OUT = (PublicationStatus.PUBLISHED, PublicationStatus.REMOVED)


@dataclass(frozen=True)
class SentFile:
    """A picture or film as it was sent: one that was sent in, or one made for the channel."""

    kind: str
    sha256: str
    size: int
    alt_text: str
    media: Media | None = None
    rendition: Rendition | None = None


@dataclass(frozen=True)
class Receipt:
    publication: Publication

    @cached_property
    def attempts(self) -> list[Attempt]:
        """In the order in which they were made."""
        return sorted(self.publication.attempts.all(), key=lambda attempt: attempt.fence)

    @cached_property
    def decisive(self) -> Attempt | None:
        """The try that made it public; the last one while nothing is. None where a person published it."""
        proven = [attempt for attempt in self.attempts if attempt.outcome in PROOF]
        tries = proven if self.is_out else proven or self.attempts
        return tries[-1] if tries else None

    @property
    def is_out(self) -> bool:
        """Or was."""
        return self.publication.status in OUT

    @cached_property
    def sent(self) -> dict[str, Any]:
        """What was sent; where a person published it by hand, what was approved for it."""
        if self.decisive:
            return self.decisive.sent
        return content.summary(content.for_publication(self.publication))

    @cached_property
    def files(self) -> list[SentFile]:
        shown = {item.media.sha256: item.media for item in self.publication.version.shown_media.all()}
        return [sent_file(item, shown.get(item["sha256"])) for item in self.sent["media"]]

    @cached_property
    def parts(self) -> list[Publication]:
        """What follows it, each with a receipt of its own."""
        followers = Publication.objects.filter(version=self.publication.version_id, part__gt=0)
        behind = followers.filter(channel=self.publication.channel_id).select_related("channel")
        return list(behind.order_by("part")) if self.publication.is_head else []

    @cached_property
    def acts(self) -> list[Act]:
        return acts.of([self.publication])

    @cached_property
    def removals(self) -> list[Removal]:
        return list(
            self.publication.removals.select_related("takedown__requested_by", "confirmed_by").order_by("pk")  # type: ignore[attr-defined]
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "publication": of_publication(self.publication),
            "version": of_version(self.publication),
            "approval": of_approval(self.publication),
            "sent_by": "software" if self.decisive else "person",
            "sent": self.sent,
            "attempts": [of_attempt(attempt) for attempt in self.attempts],
            "log": [of_act(act) for act in self.acts],
            "removals": [of_removal(removal) for removal in self.removals],
        }


def sent_file(item: dict[str, Any], media: Media | None) -> SentFile:
    rendition = None if media else Rendition.objects.filter(sha256=item["sha256"]).first()
    is_shown = rendition is not None and rendition.state == RenditionState.READY
    return SentFile(**item, media=media, rendition=rendition if is_shown else None)


def of(publication: Publication) -> Receipt | None:
    """None while nothing was sent and nothing is out: there is nothing to prove."""
    receipt = Receipt(publication)
    return receipt if receipt.is_out or receipt.attempts else None


# --- as JSON ------------------------------------------------------------------------------------------------------


def of_publication(publication: Publication) -> dict[str, Any]:
    channel = publication.channel
    follows = {} if publication.is_head else {"part": publication.part, "follows": publication.after_id}
    return follows | {
        "id": publication.pk,
        "post": publication.post_id,
        "status": publication.status,
        "channel": {"id": channel.pk, "platform": channel.platform, "name": channel.name},
        "remote_id": publication.remote_id,
        "url": publication.url,
        "published_at": publication.published_at,
        "looks": publication.looks,
    }


def of_version(publication: Publication) -> dict[str, Any]:
    version = publication.version
    return {
        "number": version.number,
        "digest": version.digest,
        "by": version.created_by.name,
        "at": version.created_at,
    }


def of_approval(publication: Publication) -> dict[str, Any]:
    approval = publication.approval
    return {"by": approval.approved_by.name, "at": approval.approved_at, "digest": approval.digest}


def of_attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.fence,
        "digest": attempt.digest,
        "call": attempt.fingerprint,
        "started_at": attempt.started_at,
        "finished_at": attempt.finished_at,
        "seconds": seconds_of(attempt),
        "outcome": attempt.outcome or "open",
        "code": attempt.code,
        "detail": attempt.detail,
    }


def seconds_of(attempt: Attempt) -> float | None:
    if attempt.finished_at is None:
        return None
    return round((attempt.finished_at - attempt.started_at).total_seconds(), 3)


def of_act(act: Act) -> dict[str, Any]:
    return {"at": act.at, "verb": act.verb, "by": act.by.name if act.by else None, "facts": act.facts}


def of_removal(removal: Removal) -> dict[str, Any]:
    order = removal.takedown
    return {
        "asked_by": order.requested_by.name if order.requested_by else None,
        "asked_at": order.requested_at,
        "reason": order.reason,
        "message": order.message,
        "status": removal.status,
        "tries": removal.tries,
        "code": removal.trouble,
        "finished_at": removal.finished_at,
        "by_hand": removal.confirmed_by.name if removal.confirmed_by else None,
    }
