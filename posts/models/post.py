"""The post itself, where it stands, and the words that it is found by."""

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q, Subquery
from django.utils.translation import gettext_lazy as _

from channels.models import Channel
from posts import desk
from posts.models.media import Media
from posts.models.publication import OVER, Publication, Removal, is_out
from posts.models.version import Draft, DraftMedia, Version, VersionMedia, parts_of

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User


class Category(models.Model):
    """What kind of thing a post is about. Retired, never deleted."""

    name = models.CharField(_("namn"), max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(_("ordning"), default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("kategori")
        verbose_name_plural = _("kategorier")
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.name


class Status(models.TextChoices):
    """Where the editors stand with a post."""

    DRAFT = "draft", _("Utkast")
    IN_REVIEW = "in_review", _("Väntar på granskning")
    CHANGES = "changes", _("Behöver ändras")
    APPROVED = "approved", _("Godkänt")
    REJECTED = "rejected", _("Avslaget")
    WITHDRAWN = "withdrawn", _("Tillbakadraget")


WITH_AUTHOR = (Status.DRAFT, Status.CHANGES)
"""While its author writes."""
CLOSED = (Status.REJECTED, Status.WITHDRAWN)
"""Where nothing more comes of it, unless somebody takes it up again."""


class PostQuerySet(models.QuerySet["Post"]):
    def drafts(self) -> "PostQuerySet":
        return self.filter(status=Status.DRAFT)

    def asked_to_change(self) -> "PostQuerySet":
        return self.filter(status=Status.CHANGES)

    def awaiting_review(self) -> "PostQuerySet":
        return self.filter(status=Status.IN_REVIEW)

    def written_by(self, user: "User") -> "PostQuerySet":
        return self.filter(author=user)

    def visible_to(self, user: "User") -> "PostQuerySet":
        """One's own, and for those who see all also what others have sent in. A draft is its author's alone."""
        own = Q(author=user)
        return self.filter(
            own | Q(submitted_at__isnull=False) if user.has_perm("posts.view_all_posts") else own
        )

    def locked(self) -> "PostQuerySet":
        """
        Nobody else changes them while this transaction lasts. Others may refer to them all the same: whoever writes a
        note on one has the log's end, for which we wait, and would wait for us.
        """
        return self.select_for_update(no_key=True)

    def showing(self, *media: "Media | uuid.UUID") -> "PostQuerySet":
        """Those with one of these pictures or films in a version, or in what was sent in and is being prepared."""
        frozen = Version.objects.filter(shown_media__media__in=media).order_by()
        sent_in = Draft.objects.filter(shown_media__media__in=media, post__status=Status.IN_REVIEW)
        # From the picture to its few posts: asked the other way, every picture on a page would look through all posts.
        return self.filter(pk__in=frozen.values("post").union(sent_in.values("post")))

    def out(self) -> "PostQuerySet":
        """Those that are public on at least one channel."""
        return self.filter(is_out())

    def in_progress(self) -> "PostQuerySet":
        """Sent in, and not yet public anywhere."""
        begun = self.filter(status__in=(Status.IN_REVIEW, Status.CHANGES, Status.APPROVED))
        return begun.exclude(is_out()).exclude(is_taken_down())

    def closed(self) -> "PostQuerySet":
        """Nothing more comes of them."""
        return self.filter(Q(status__in=CLOSED) | is_taken_down())

    def for_chips(self) -> "PostQuerySet":
        """With a picture, who wrote it, and what became of it."""
        related = self.select_related("author", "current_version", "draft")
        return related.annotate(**known_of_each()).prefetch_related(
            Prefetch("current_version__shown_media", VersionMedia.objects.select_related("media")),
            Prefetch("draft__shown_media", DraftMedia.objects.select_related("media")),
            Prefetch("publications", Publication.objects.select_related("channel")),
        )

    def for_list(self) -> "PostQuerySet":
        """With everything that a row in a list shows."""
        related = self.select_related("author", "category", "current_version", "draft")
        return related.annotate(**known_of_each()).prefetch_related(
            *parts_of("current_version"),
            Prefetch("draft__shown_media", DraftMedia.objects.select_related("media")),
            Prefetch("publications", Publication.objects.select_related("channel")),
        )


def is_taken_down() -> Q:
    """Of the version that is approved now something was ordered down; nothing is out any more, or on its way."""
    live = Publication.objects.filter(post=OuterRef("pk")).exclude(status__in=OVER)
    return Q(Exists(removed()), ~Exists(live), status=Status.APPROVED)


def removed() -> models.QuerySet[Removal]:
    """What an order took away of the version in force, of the outer query's post."""
    version = {"publication__version": OuterRef("current_version")}
    return Removal.objects.filter(finished_at__isnull=False, **version).order_by()


def known_of_each() -> dict[str, Any]:
    """What a list asks of each of its posts, beside what the post says itself."""
    last = removed().order_by("-finished_at").values("finished_at")[:1]
    return {"is_looked_at": desk.site.desk.looks_at(), "taken_down_at": Subquery(last)}


class Post(models.Model):
    """Something from the field on its way to the public. The words are in its draft and its versions."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts")
    client_id = models.UUIDField(default=uuid.uuid4, editable=False)
    """Made by the sender's device: the same submission twice is one post."""
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name=_("kategori"))
    event = models.ForeignKey(
        "posts.Event", models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("händelse")
    )
    """What it is about. For us alone: it is not public, and so not sealed."""
    wished_channels = models.ManyToManyField(Channel, blank=True, related_name="+")
    """Where whoever sent it in would like to see it. The group decides."""
    is_urgent = models.BooleanField(_("brådskar"), default=False)
    is_political = models.BooleanField(_("politiskt"), default=False)
    """Said by a reviewer. While there is an election, two of them have to say okay (`posts.elections`)."""
    earliest = models.DateTimeField(_("tidigast"), null=True, blank=True)
    latest = models.DateTimeField(_("senast"), null=True, blank=True)
    """Not before, and not after: what the post itself asks for, whatever time somebody plans."""
    best_before = models.DateField(_("bäst före"), null=True, blank=True)
    """The last day on which it is as good as today, while it lies in the reserve. Nothing forbids it after that."""
    current_version = models.ForeignKey(
        Version, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    turned_down_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    """Whose no its author asked to have judged once more: from then on somebody else decides."""

    objects = PostQuerySet.as_manager()

    is_looked_at = False
    """Does somebody review it right now? Known of those that a list has loaded (`PostQuerySet.for_list`)."""
    taken_down_at: "datetime | None" = None
    """When the last of it went that somebody had ordered down. Known of the same."""

    class Meta:
        verbose_name = _("inlägg")
        verbose_name_plural = _("inlägg")
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("author", "client_id"), name="posts_sent_in_once"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="posts_status_known"),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(current_version__isnull=False),
                name="posts_approved_has_version",
            ),
            models.CheckConstraint(
                condition=Q(earliest=None) | Q(latest=None) | Q(earliest__lt=F("latest")),
                name="posts_earliest_before_latest",
            ),
        )
        indexes = (
            models.Index(
                F("is_urgent").desc(),
                "submitted_at",
                "id",
                condition=Q(status="in_review"),
                name="posts_queue",
            ),
            models.Index("author", F("updated_at").desc(), name="posts_mine"),
            models.Index(
                fields=("author", "submitted_at"),
                condition=Q(submitted_at__isnull=False),
                name="posts_sent_in_by",
            ),
            models.Index(
                "category",
                F("submitted_at").desc(),
                condition=Q(submitted_at__isnull=False),
                name="posts_of_category",
            ),
        )
        permissions = (
            ("submit_post", _("Skicka in inlägg")),
            ("review_post", _("Granska och ändra inlägg")),
            ("approve_post", _("Godkänna inlägg")),
            ("approve_political", _("Vara en av två som godkänner politiska inlägg under en valperiod")),
            ("override_four_eyes", _("Godkänna sitt eget inlägg i nödläge")),
            ("view_all_posts", _("Se alla inlägg")),
            ("publish_by_hand", _("Publicera för hand")),
            ("plan_post", _("Planera när inlägg publiceras")),
            ("decide_publication", _("Avgöra vad som hände med en publicering")),
            ("take_down", _("Ta ned inlägg")),
            ("erase_media", _("Radera förbjudna bilder genast")),
            ("stop_publishing", _("Stoppa och starta all publicering")),
        )

    def __str__(self) -> str:
        return f"{self.pk}: {self.headline}"

    @property
    def wording(self) -> "Draft | Version | None":
        """What somebody who may see the post reads now: the draft being written, else the current version."""
        return getattr(self, "draft", None) or self.current_version

    @property
    def version_in_force(self) -> "Version":
        """The current version of a post that has one: of all that were ever in review with their pictures prepared."""
        if self.current_version is None:
            raise Version.DoesNotExist(f"Post {self.pk} has no version yet.")
        return self.current_version

    def wording_for(self, reader: "User") -> "Draft | Version | None":
        """What this reader sees: the author's unfinished changes are the author's alone."""
        draft = getattr(self, "draft", None)
        if draft and (reader.pk == self.author_id or self.is_in_review):
            return draft
        return self.current_version

    @property
    def headline(self) -> str:
        """For its author, and for whoever reviews it."""
        return self.wording.headline if self.wording else ""

    @property
    def is_with_author(self) -> bool:
        return self.status in WITH_AUTHOR

    @property
    def is_closed(self) -> bool:
        return self.status in CLOSED

    @property
    def is_in_review(self) -> bool:
        return self.status == Status.IN_REVIEW

    @property
    def awaits_media(self) -> bool:
        """Sent in, but a picture or film is still being prepared: there is no version to decide on yet."""
        return self.is_in_review and getattr(self, "draft", None) is not None


class Findable(models.Model):
    """
    The words that a post is found by, small letters all: those of its current version, as everybody reads them who may
    see it. Written by `posts.search`; apart from the post, so that no list carries them.
    """

    post = models.OneToOneField(Post, models.CASCADE, primary_key=True, related_name="findable")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    """The post's own: people are found by their names of today."""
    words = models.TextField()

    def __str__(self) -> str:
        return f"words of {self.post_id}"
