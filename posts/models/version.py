"""What is being written, and what was frozen of it."""

from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from audit.append_only import AppendOnlyModel, AppendOnlyQuerySet
from channels.models import Channel
from posts.manuscript import ChannelText, Crop, Manuscript, ShownMedia
from posts.media.edits import Box
from posts.models.media import Media, Rendition, bands
from posts.models.wording import Wording


class Draft(Wording):
    """What the author is writing. It exists while the post is with its author, and becomes a version."""

    post = models.OneToOneField("posts.Post", models.CASCADE, related_name="draft")
    device = models.UUIDField(null=True, blank=True, editable=False)
    """Which of the author's devices wrote it last (`posts.models.saves`)."""
    message = models.TextField(blank=True)
    """What its author says to whoever reviews it: once it is sent in, the first of their conversation. For us alone."""
    said_yes = models.PositiveSmallIntegerField(null=True, blank=True)
    """How many people its author has asked on the spot, who all said yes: kept as an answer when it becomes a version."""
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("utkast")
        verbose_name_plural = _("utkast")

    def __str__(self) -> str:
        return f"draft of {self.post_id}"

    def manuscript(self, channels: tuple[ChannelText, ...] = ()) -> Manuscript:
        """The draft's words, with the channels that a reviewer chose for an earlier version."""
        return Manuscript(
            text=self.text.strip(),
            link=self.link,
            credit=self.credit,
            media=tuple(
                ShownMedia(str(shown.media_id), shown.media.sha256, shown.alt_text, shown.subtitles)
                for shown in self.shown_media.select_related("media")
            ),
            channels=channels,
        )


class DraftMedia(models.Model):
    draft = models.ForeignKey(Draft, models.CASCADE, related_name="shown_media")
    media = models.ForeignKey(Media, models.PROTECT, related_name="in_drafts")
    position = models.PositiveSmallIntegerField()
    alt_text = models.CharField(_("Bildbeskrivning"), max_length=1000, blank=True)
    subtitles = models.TextField(blank=True)
    """A film's, as we wrote them (`posts.subtitles`): kept while the post is with its author."""

    class Meta:
        ordering = ("position", "id")
        constraints = (models.UniqueConstraint(fields=("draft", "media"), name="posts_draft_media_once"),)

    def __str__(self) -> str:
        return f"{self.media_id} in {self.draft_id}"


class VersionQuerySet(AppendOnlyQuerySet):
    def whole(self) -> "VersionQuerySet":
        """With everything that the public would see of them."""
        return self.prefetch_related(*parts_of())


def parts_of(version: str = "") -> tuple[Prefetch, Prefetch]:
    """What is shown and where it goes, by two queries for any number of versions; `version` is the way to them."""
    way = f"{version}__" if version else ""
    return (
        Prefetch(f"{way}shown_media", VersionMedia.objects.select_related("media")),
        Prefetch(f"{way}chosen_channels", VersionChannel.objects.select_related("channel")),
    )


class Version(Wording, AppendOnlyModel):
    """One frozen wording of a post. Never changed: an edit makes the next version."""

    post = models.ForeignKey("posts.Post", models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    text_print = models.BigIntegerField(null=True, blank=True, editable=False)
    """What its text is found again by (`posts.likeness`). None for a short text, and for the oldest versions."""
    why = models.CharField(max_length=500, blank=True)
    """Why a reviewer changed it, for its author to read."""
    changes_meaning = models.BooleanField(default=False)
    """By the word of a reviewer: then its author says okay first."""
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VersionQuerySet.as_manager()  # type: ignore[misc]  # a queryset with more to it

    agreed: bool | None = None
    """Whether its author has said yes to it, once `posts.changes.fetch` has looked for a page."""
    made: "dict[str, Rendition] | None" = None
    """What is made for its channels, by recipe, once `posts.renditions.fetch` has loaded them for a page."""
    taken: "list[Media] | None" = None
    """The pictures out of films that stand for one, once the same has loaded them."""

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versioner")
        ordering = ("post", "-number")
        constraints = (
            models.UniqueConstraint(fields=("post", "number"), name="posts_version_number_once"),
            models.CheckConstraint(condition=Q(digest__length=64), name="posts_version_has_digest"),
        )
        indexes = (*bands("text_print", "posts_text"),)

    def __str__(self) -> str:
        return f"version {self.number} of post {self.post_id}"

    def manuscript(self) -> Manuscript:
        """Read back from the rows, media masters' digests included: what the seal is checked against."""
        return Manuscript(
            text=self.text,
            link=self.link,
            credit=self.credit,
            media=tuple(
                ShownMedia(str(shown.media_id), shown.media.sha256, shown.alt_text, shown.subtitles)
                for shown in self.shown_media.all()
            ),
            channels=tuple(chosen.as_text() for chosen in self.chosen_channels.all()),
        )


class VersionMedia(AppendOnlyModel):
    version = models.ForeignKey(Version, models.PROTECT, related_name="shown_media")
    media = models.ForeignKey(Media, models.PROTECT, related_name="in_versions")
    position = models.PositiveSmallIntegerField()
    alt_text = models.CharField(max_length=1000, blank=True)
    subtitles = models.TextField(blank=True)
    """A film's, as SRT (`posts.subtitles`)."""

    class Meta:
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(fields=("version", "media"), name="posts_version_media_once"),
            models.UniqueConstraint(fields=("version", "position"), name="posts_version_position_once"),
        )

    def __str__(self) -> str:
        return f"{self.media_id} in {self.version_id}"


class VersionChannel(AppendOnlyModel):
    """A channel that a version is meant for, with the words that are its own."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="chosen_channels")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    privacy = models.CharField(max_length=10, default="public")
    tags = models.JSONField(default=list, blank=True)
    thumbnail = models.CharField(max_length=64, blank=True)
    """The SHA-256 of what is seen of a film before it is played: one of the post's pictures, or the film's own poster."""
    credit = models.CharField(max_length=5, blank=True)
    """Whether the photographer stands in the text: a `channels.models.Credit`."""
    thread = models.JSONField(default=list, blank=True)
    """The texts that follow the first, each as an answer to the one before."""
    first_comment = models.TextField(blank=True)
    """What the account itself says under its post."""
    crops = models.JSONField(default=list, blank=True)
    """The parts of pictures that this channel shows: `sha256` of the picture's master, and a `box` in hundredths."""

    class Meta:
        ordering = ("channel__position", "channel_id")
        constraints = (
            models.UniqueConstraint(fields=("version", "channel"), name="posts_version_channel_once"),
        )

    def __str__(self) -> str:
        return f"{self.channel_id} for {self.version_id}"

    def as_text(self) -> ChannelText:
        return ChannelText(
            self.channel_id,
            self.text,
            self.title,
            self.description,
            self.privacy,
            thread=tuple(self.thread),
            first_comment=self.first_comment,
            tags=tuple(self.tags),
            thumbnail=self.thumbnail,
            credit=self.credit,
            crops=tuple(Crop(crop["sha256"], Box(**crop["box"])) for crop in self.crops),
        )
