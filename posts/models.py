"""
Posts and their journey.

A Post is written as a Draft, frozen into immutable Versions, sealed by an Approval, and sent as one
Publication per channel, each try of which is an Attempt. Two fields say where things stand, and each
has one writer: `Post.status` is written by `posts.workflow`, `Publication.status` by `posts.publishing`.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.append_only import AppendOnlyModel, AppendOnlyQuerySet
from channels.models import Channel
from posts import desk
from posts.likeness import BANDS, WIDTH
from posts.manuscript import ChannelText, Crop, Manuscript, ShownMedia
from posts.media.edits import Box

if TYPE_CHECKING:
    from accounts.models import User

models.CharField.register_lookup(Length)

HEADLINE_LENGTH = 80


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


# --- prints ---------------------------------------------------------------------------------------------------


class Band(models.Func):
    """
    One band of a print (`posts.likeness`). The numbers are written out, for SQLite finds an index by an expression
    only if it is word for word the same.
    """

    template = f"((%(expressions)s >> %(shift)s) & {(1 << WIDTH) - 1})"

    def __init__(self, field: str, number: int) -> None:
        super().__init__(models.F(field), shift=WIDTH * number, output_field=models.IntegerField())


def bands(field: str, name: str) -> Iterator[models.Index]:
    """An index for each band, so that what shares one is found among all."""
    for number in range(BANDS):
        yield models.Index(Band(field, number), name=f"{name}_{number}")


# --- media ------------------------------------------------------------------------------------------------


class MediaState(models.TextChoices):
    WAITING = "waiting", _("Väntar")
    PREPARING = "preparing", _("Bearbetas")
    MAKING = "making", _("Görs")
    """By a tool, while somebody waits for it: no worker takes it over."""
    READY = "ready", _("Klar")
    REFUSED = "refused", _("Kan inte användas")


class MediaKind(models.TextChoices):
    PICTURE = "picture", _("Bild")
    FILM = "film", _("Film")


def incoming_path(media: "Media", _name: str) -> str:
    return f"incoming/{media.pk}"


def master_path(media: "Media", name: str) -> str:
    return f"masters/{media.pk}/{name}"


class Media(models.Model):
    """One picture or film that somebody sent in.

    What was uploaded waits in `incoming` until a worker has made the sanitised master; then it is gone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="media")
    state = models.CharField(max_length=10, choices=MediaState, default=MediaState.WAITING)
    kind = models.CharField(max_length=10, choices=MediaKind, blank=True)
    incoming = models.FileField(upload_to=incoming_path, blank=True)
    master = models.FileField(upload_to=master_path, blank=True)
    thumb = models.FileField(upload_to=master_path, blank=True)
    medium = models.FileField(upload_to=master_path, blank=True)
    """Pictures: 1280 px. Films: the poster frame."""
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    has_sound = models.BooleanField(default=False)
    captured_at = models.DateTimeField(null=True, blank=True)
    is_drone = models.BooleanField(default=False)
    """Taken from the air, by its maker's name, which is not kept."""
    picture_print = models.BigIntegerField(null=True, blank=True)
    """What it is found again by (`posts.likeness`); a film's is its poster's."""
    looks_like_text = models.BooleanField(default=False)
    progress = models.PositiveSmallIntegerField(default=0)
    refusal = models.CharField(max_length=40, blank=True)
    refusal_facts = models.JSONField(default=dict, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    made_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="made_of_it")
    """The picture that was sent in, where a tool made this one: the first one, however many were made in between."""
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    edits = models.JSONField(default=list, blank=True)
    """What the tools did, one entry each time that somebody saved (`posts.media.retouch`)."""
    faces = models.JSONField(null=True, blank=True)
    """Where faces may be, as boxes; None until somebody has looked."""
    superseded_at = models.DateTimeField(null=True, blank=True)
    """When something in it was blurred: from then on its files go as soon as nothing needs them (`posts.purging`)."""
    purged_at = models.DateTimeField(null=True, blank=True)
    """When its files went, or began to. Its row and its digest stay, for versions are history."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("bild eller film")
        verbose_name_plural = _("bilder och filmer")
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="ready")
                | (Q(sha256__length=64) & ~Q(kind="") & (~Q(master="") | Q(purged_at__isnull=False))),
                name="posts_media_ready_has_master",
            ),
            models.CheckConstraint(
                condition=Q(made_from=None, made_by=None) | Q(made_from__isnull=False, made_by__isnull=False),
                name="posts_media_made_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(purged_at=None) | Q(superseded_at__isnull=False),
                name="posts_media_purged_for_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(refusal=""), name="posts_media_refused_says_why"
            ),
        )
        indexes = (
            models.Index(fields=("state", "created_at"), name="posts_media_by_state"),
            models.Index(
                fields=("superseded_at",),
                condition=Q(superseded_at__isnull=False) & ~Q(master=""),
                name="posts_media_to_purge",
            ),
            *bands("picture_print", "posts_picture"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display() or 'media'} {self.pk}"

    @property
    def is_ready(self) -> bool:
        return self.state == MediaState.READY and not self.is_purged

    @property
    def is_refused(self) -> bool:
        return self.state == MediaState.REFUSED

    @property
    def is_purged(self) -> bool:
        """Its files are gone, or on their way: nobody is shown it any more."""
        return self.purged_at is not None

    @property
    def is_done(self) -> bool:
        """Nothing more will happen to it: its master is there, or the reason why not."""
        return self.is_ready or self.is_refused or self.is_purged

    @property
    def is_film(self) -> bool:
        return self.kind == MediaKind.FILM


# --- posts and versions -----------------------------------------------------------------------------------


class Status(models.TextChoices):
    """Where the editors stand with a post."""

    DRAFT = "draft", _("Utkast")
    IN_REVIEW = "in_review", _("Väntar på granskning")
    CHANGES = "changes", _("Behöver ändras")
    APPROVED = "approved", _("Godkänt")
    REJECTED = "rejected", _("Avslaget")
    WITHDRAWN = "withdrawn", _("Tillbakadraget")


class People(models.TextChoices):
    """The answer to: can anybody in the picture be recognised?"""

    NOBODY = "nobody", _("Nej")
    ALL_SAID_YES = "all_said_yes", _("Ja, alla har sagt ja")
    NOT_ASKED = "not_asked", _("Ja, men jag har inte frågat")


class Minors(models.TextChoices):
    """The answer to: is anybody under 18? Asked only when somebody can be recognised."""

    NOBODY = "nobody", _("Nej")
    GUARDIAN_SAID_YES = "guardian_said_yes", _("Ja, och vårdnadshavare har sagt ja")
    NOT_ASKED = "not_asked", _("Ja, men vårdnadshavare är inte tillfrågad")


class Site(models.TextChoices):
    """The answer to: may one take pictures here? Asked where a sign or a decision may forbid it."""

    ALLOWED = "allowed", _("Ja")
    FORBIDDEN = "forbidden", _("Nej, fotoförbud")
    UNKNOWN = "unknown", _("Vet inte")


class Captions(models.TextChoices):
    """How somebody who does not hear gets at a film's words."""

    NO_SPEECH = "no_speech", _("Inget tal i filmen")
    AUTOMATIC = "automatic", _("Automatisk text, granskad")
    FILE = "file", _("Egen undertextfil (SRT)")


WITH_AUTHOR = (Status.DRAFT, Status.CHANGES)
"""While its author writes."""


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

    def showing(self, media: Media) -> "PostQuerySet":
        """Those with this picture or film in a version, or in what was sent in and is being prepared."""
        frozen = Version.objects.filter(shown_media__media=media).order_by()
        sent_in = Draft.objects.filter(shown_media__media=media, post__status=Status.IN_REVIEW)
        # From the picture to its few posts: asked the other way, every picture on a page would look through all posts.
        return self.filter(pk__in=frozen.values("post").union(sent_in.values("post")))

    def out(self) -> "PostQuerySet":
        """Those that are public on at least one channel."""
        return self.filter(is_out())

    def in_progress(self) -> "PostQuerySet":
        """Sent in, and not yet public anywhere."""
        return self.filter(status__in=(Status.IN_REVIEW, Status.CHANGES, Status.APPROVED)).exclude(is_out())

    def closed(self) -> "PostQuerySet":
        return self.filter(status__in=(Status.REJECTED, Status.WITHDRAWN))

    def for_chips(self) -> "PostQuerySet":
        """With a picture, who wrote it, and what became of it."""
        related = self.select_related("author", "current_version", "draft")
        return related.annotate(is_looked_at=desk.site.desk.looks_at()).prefetch_related(
            Prefetch("current_version__shown_media", VersionMedia.objects.select_related("media")),
            Prefetch("draft__shown_media", DraftMedia.objects.select_related("media")),
            Prefetch("publications", Publication.objects.select_related("channel")),
        )

    def for_list(self) -> "PostQuerySet":
        """With everything that a row in a list shows."""
        related = self.select_related("author", "category", "current_version", "draft")
        return related.annotate(is_looked_at=desk.site.desk.looks_at()).prefetch_related(
            *parts_of("current_version"),
            Prefetch("draft__shown_media", DraftMedia.objects.select_related("media")),
            Prefetch("publications", Publication.objects.select_related("channel")),
        )


class Post(models.Model):
    """Something from the field on its way to the public. The words are in its draft and its versions."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts")
    client_id = models.UUIDField(default=uuid.uuid4, editable=False)
    """Made by the sender's device: the same submission twice is one post."""
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name=_("kategori"))
    is_urgent = models.BooleanField(_("brådskar"), default=False)
    is_political = models.BooleanField(_("politiskt"), default=False)
    """Said by a reviewer. While there is an election, two of them have to say okay (`posts.elections`)."""
    earliest = models.DateTimeField(_("tidigast"), null=True, blank=True)
    latest = models.DateTimeField(_("senast"), null=True, blank=True)
    """Not before, and not after: what the post itself asks for, whatever time somebody plans."""
    best_before = models.DateField(_("bäst före"), null=True, blank=True)
    """The last day on which it is as good as today, while it lies in the reserve. Nothing forbids it after that."""
    current_version = models.ForeignKey(
        "Version", models.PROTECT, null=True, blank=True, related_name="+", editable=False
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


def headline_of(text: str) -> str:
    """The first sentence, or as many whole words of it as fit a row."""
    sentence = text.strip().split("\n")[0].split(". ")[0].rstrip(".")
    if len(sentence) <= HEADLINE_LENGTH:
        return sentence
    return sentence[:HEADLINE_LENGTH].rsplit(" ", 1)[0] + " …"


class Wording(models.Model):
    """The fields that a draft and a version share."""

    text = models.TextField(_("Text till inlägget"), blank=True)
    link = models.URLField(_("Länk"), max_length=1000, blank=True)
    credit = models.CharField(_("Fotograf"), max_length=120, blank=True)
    site = models.CharField(max_length=20, choices=Site, blank=True)
    people = models.CharField(max_length=20, choices=People, blank=True)
    minors = models.CharField(max_length=20, choices=Minors, blank=True)
    captions = models.CharField(max_length=20, choices=Captions, blank=True)

    class Meta:
        abstract = True

    @property
    def headline(self) -> str:
        return headline_of(self.text)

    @property
    def media(self) -> list[Media]:
        return [shown.media for shown in self.shown_media.all()]  # type: ignore[attr-defined]


class Draft(Wording):
    """What the author is writing. It exists while the post is with its author, and becomes a version."""

    post = models.OneToOneField(Post, models.CASCADE, related_name="draft")
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

    post = models.ForeignKey(Post, models.PROTECT, related_name="versions")
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


class Transition(AppendOnlyModel):
    """A walk along one edge of the editorial map: who, when, from where to where, and what was said."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="transitions")
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=20)
    from_status = models.CharField(max_length=10, choices=Status)
    to_status = models.CharField(max_length=10, choices=Status)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    """None when the software acted by itself."""
    at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=40, blank=True)
    message = models.TextField(blank=True)
    anchor = models.CharField(max_length=60, blank=True)
    """Which part of the post was meant (`posts.anchors`)."""

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.action} on {self.post_id}"


class MessageQuerySet(AppendOnlyQuerySet):
    def unanswered(self) -> "MessageQuerySet":
        """What authors wrote to the group, and nobody has answered since, by words or by a decision."""
        later = {"post": OuterRef("post"), "at__gt": OuterRef("at")}
        said = Message.objects.filter(**later).exclude(by=OuterRef("post__author"))
        decided = Transition.objects.filter(**later).exclude(by=OuterRef("post__author")).exclude(message="")
        return self.filter(~Exists(said), ~Exists(decided), by=F("post__author"))


class Message(AppendOnlyModel):
    """What the group and whoever sent the post in say to each other, apart from any decision."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="messages")
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")
    """The one that was current when it was said."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    anchor = models.CharField(max_length=60, blank=True)
    text = models.TextField()

    objects = MessageQuerySet.as_manager()  # type: ignore[misc]  # a queryset with more to it

    class Meta:
        ordering = ("at", "id")
        constraints = (models.CheckConstraint(condition=~Q(text=""), name="posts_message_says_something"),)

    def __str__(self) -> str:
        return f"message {self.pk} about post {self.post_id}"


class Approval(AppendOnlyModel):
    """The okay: one person, one version, and the digest of what they saw. Nothing is sent without one."""

    version = models.OneToOneField(Version, models.PROTECT, related_name="approval")
    digest = models.CharField(max_length=64)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(digest__length=64), name="posts_approval_has_digest"),
        )

    def __str__(self) -> str:
        return f"approval of {self.version_id}"


class AuthorsYes(AppendOnlyModel):
    """Its author's yes to a version that a reviewer said means something else now: to these words, and no others."""

    version = models.OneToOneField(Version, models.PROTECT, related_name="authors_yes")
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(digest__length=64), name="posts_authors_yes_has_digest"),
        )

    def __str__(self) -> str:
        return f"its author's yes to {self.version_id}"


class FirstOkay(AppendOnlyModel):
    """The first of two okays. Nothing is sent for it alone; another version has none."""

    version = models.OneToOneField(Version, models.PROTECT, related_name="first_okay")
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(digest__length=64), name="posts_first_okay_has_digest"),
        )

    def __str__(self) -> str:
        return f"first okay of {self.version_id}"


class Override(AppendOnlyModel):
    """Why somebody approved their own post with nobody else's eyes on it."""

    approval = models.OneToOneField(Approval, models.PROTECT, related_name="override")
    reason = models.TextField()

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="posts_override_says_why"),)

    def __str__(self) -> str:
        return f"override for {self.approval_id}"


class PromiseQuerySet(models.QuerySet["Promise"]):
    def open(self) -> "PromiseQuerySet":
        """Those that somebody still waits for."""
        return self.filter(closed_at=None)

    def answered(self) -> "PromiseQuerySet":
        return self.filter(worked_minutes__isnull=False)


class Promise(models.Model):
    """
    What somebody was told when they sent a post in: by when there is an answer. One for each time that it is sent in.
    `posts.promise` is the only writer.
    """

    post = models.ForeignKey(Post, models.CASCADE, related_name="promises")
    sent_in_at = models.DateTimeField()
    half_at = models.DateTimeField()
    """When half of the time to answer has gone."""
    answer_by = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    """When it was answered, or its author took the post back."""
    worked_minutes = models.PositiveIntegerField(null=True, blank=True)
    """How long the answer took, in working time; None while there is none."""

    objects = PromiseQuerySet.as_manager()

    class Meta:
        ordering = ("-sent_in_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("post",), condition=Q(closed_at=None), name="posts_one_open_promise"
            ),
            models.CheckConstraint(
                condition=Q(worked_minutes=None) | Q(closed_at__isnull=False), name="posts_answered_is_closed"
            ),
        )
        indexes = (
            models.Index(fields=("half_at",), condition=Q(closed_at=None), name="posts_to_remind"),
            models.Index(
                fields=("closed_at",), condition=Q(worked_minutes__isnull=False), name="posts_answered"
            ),
        )

    def __str__(self) -> str:
        return f"promise of {self.answer_by:%Y-%m-%d %H:%M} for post {self.post_id}"


# --- publishing -------------------------------------------------------------------------------------------


class StopReason(models.TextChoices):
    """Why all publishing is stopped."""

    EVENT = "event", _("Allvarlig händelse")
    WRONG_POST = "wrong_post", _("Fel inlägg på väg ut")
    INTRUSION = "intrusion", _("Misstänkt intrång")
    OTHER = "other", _("Annat")


class PublishingStop(models.Model):
    """Stop everything, in one row: while `stopped_at` is set no commit call begins."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=20, choices=StopReason, blank=True)
    message = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(id=1), name="posts_one_stop"),
            models.CheckConstraint(
                condition=Q(stopped_at=None) | (Q(stopped_by__isnull=False) & ~Q(reason="")),
                name="posts_stop_says_who_and_why",
            ),
        )

    def __str__(self) -> str:
        return "stopped" if self.stopped_at else "running"


class PublicationStatus(models.TextChoices):
    """What happened to one post on one channel."""

    QUEUED = "queued", _("Ska publiceras")
    STAGING = "staging", _("Publiceras")
    COMMITTING = "committing", _("Publiceras")
    UNCONFIRMED = "unconfirmed", _("Vi kontrollerar om det kom ut")
    NEEDS_DECISION = "needs_decision", _("Vi vet inte om inlägget kom ut")
    PUBLISHED = "published", _("Publicerat")
    REMOVED = "removed", _("Nedtaget")
    HELD = "held", _("Väntar")
    CANCELLED = "cancelled", _("Inställt")
    FAILED = "failed", _("Misslyckades")
    BY_HAND = "by_hand", _("Publiceras för hand")


WAITING = (PublicationStatus.QUEUED, PublicationStatus.HELD, PublicationStatus.BY_HAND)
"""Approved, and nothing has happened yet."""
OVER = (PublicationStatus.CANCELLED, PublicationStatus.FAILED, PublicationStatus.REMOVED)
"""Nothing of it is public and nothing more will happen: the channel is free for another version."""


class Shows(models.TextChoices):
    """What there is to see of it (`posts.showing`)."""

    FILM = "film", _("Film")
    PICTURE = "picture", _("Bild")
    LINK = "link", _("Bara länk till vår webb")
    OTHER = "other", _("Annat")


class Hold(models.TextChoices):
    """Why an approved post waits without a time."""

    RESERVE = "reserve", _("I reserven")
    PERSON = "person", _("Väntar")
    STOPPED = "stopped", _("Väntar")
    """Left lying when publishing was started again."""
    EXPIRED = "expired", _("Utgången")
    """Its latest time went by: it is never sent late."""


class PublicationQuerySet(models.QuerySet["Publication"]):
    def heads(self) -> "PublicationQuerySet":
        """The posts themselves, which people list and count: without what follows them, or stands under them."""
        return self.filter(part=0)

    def in_turn(self) -> "PublicationQuerySet":
        """Those that nothing has to come before: the posts themselves, and what follows something that is out."""
        return self.filter(is_in_turn())

    def due(self, now: datetime) -> "PublicationQuerySet":
        """What a worker may take now: first tries, retries and looks alike."""
        may_be_sent = ~stopped_now() & ~is_to_be_removed() & (Q(not_after=None) | Q(not_after__gt=now))
        return self.filter(
            Q(status=PublicationStatus.UNCONFIRMED)
            | (Q(status=PublicationStatus.QUEUED) & may_be_sent & is_in_turn()),
            not_before__lte=now,
            claimed_until=None,
            channel__in=Channel.objects.publishing(now),
        )

    def overdue(self, now: datetime) -> "PublicationQuerySet":
        """Those that wait, and whose latest time has gone by."""
        waiting = self.waiting().exclude(status=PublicationStatus.BY_HAND)
        return waiting.filter(not_after__lte=now).exclude(hold=Hold.EXPIRED)

    def waiting(self) -> "PublicationQuerySet":
        """Nothing of them is out or on its way."""
        return self.filter(status__in=WAITING, claimed_until=None)

    def with_dead_lease(self, now: datetime) -> "PublicationQuerySet":
        return self.filter(claimed_until__lt=now)

    def showing(self, media: Media) -> "PublicationQuerySet":
        """Those of a version with this picture or film."""
        return self.filter(version__in=Version.objects.filter(shown_media__media=media).order_by())

    def published(self) -> "PublicationQuerySet":
        return self.filter(status=PublicationStatus.PUBLISHED)

    def held_back(self, now: datetime) -> "PublicationQuerySet":
        """Those that only a stop or a pause keeps from going out at once, also what is being made ready."""
        due = Q(status=PublicationStatus.QUEUED, claimed_until=None, not_before__lte=now)
        return self.in_turn().filter(due | Q(status=PublicationStatus.STAGING))

    def on_the_way(self) -> "PublicationQuerySet":
        """Those that would go out by themselves, now or at their time; no call that publishes them has begun."""
        return self.in_turn().filter(status__in=(PublicationStatus.QUEUED, PublicationStatus.STAGING))

    def unsure(self) -> "PublicationQuerySet":
        """Those that may be out, and that no worker looks for right now."""
        return self.filter(status=PublicationStatus.UNCONFIRMED, claimed_until=None)

    def unannounced(self, since: datetime) -> "PublicationQuerySet":
        """Out since then at least, and nobody has been told."""
        return self.published().filter(announced_at=None, published_at__lt=since)


def is_out() -> Exists:
    return Exists(Publication.objects.published().filter(post=OuterRef("pk")))


def is_in_turn() -> Q:
    """What has to come before it is out, if there is such a thing; and so is the post itself, to be sure."""
    place = {name: OuterRef(name) for name in ("version", "channel")}
    head = Publication.objects.heads().published().filter(**place)
    return Q(after=None) | Q(Exists(head), after__status=PublicationStatus.PUBLISHED)


def is_to_be_removed() -> Exists:
    """Somebody has asked for it to be taken down: it is never sent from then on."""
    return Exists(Removal.objects.unfinished().filter(publication=OuterRef("pk")))


def stopped_now() -> Exists:
    return Exists(PublishingStop.objects.filter(stopped_at__isnull=False))


class Publication(models.Model):
    """
    One version on one channel; or one of those that follow it there, each with a receipt of its own: the answers that
    make a thread of it, and the first comment. `posts.publishing` is the only writer of its status.
    """

    post = models.ForeignKey(Post, models.PROTECT, related_name="publications")
    version = models.ForeignKey(Version, models.PROTECT, related_name="publications")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="publications")
    approval = models.ForeignKey(Approval, models.PROTECT, related_name="publications")
    status = models.CharField(
        max_length=15, choices=PublicationStatus, default=PublicationStatus.QUEUED, editable=False
    )
    part = models.PositiveSmallIntegerField(default=0)
    """0 is the post itself; what follows it is numbered in its order."""
    after = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followers", editable=False
    )
    """What it answers, or stands under: nothing of it is sent before that has its receipt."""
    has_film = models.BooleanField(default=False)
    """Films have a queue of their own, so that a long upload never delays a text."""
    shows = models.CharField(max_length=7, choices=Shows, default=Shows.OTHER, editable=False)
    planned_for = models.DateTimeField(null=True, blank=True)
    """The time that somebody chose; None is as soon as possible."""
    not_before = models.DateTimeField(default=timezone.now)
    """The next time that a worker may take it: after the undo window, the planned time, and every back-off."""
    not_after = models.DateTimeField(null=True, blank=True)
    hold = models.CharField(max_length=10, choices=Hold, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    """Raised by every claim: a worker that wakes late holds an old number and cannot disturb a newer one."""
    woken_at = models.DateTimeField(null=True, blank=True)
    """When a task was last put in the broker for it."""
    staged = models.JSONField(default=dict, blank=True)
    """The handles that the platform gave (`channels.adapters.base.Staged`)."""
    tries = models.PositiveIntegerField(default=0)
    looks = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=60, blank=True)
    """The code of the last thing that went wrong; the page has the words."""
    trouble_detail = models.TextField(blank=True)
    remote_id = models.CharField(max_length=200, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    announced_at = models.DateTimeField(null=True, blank=True)
    """When it was written in the log, and told, that it is out: the receipt is saved first, and alone."""
    declared_absent_at = models.DateTimeField(null=True, blank=True)
    """When a person looked on the platform and said that it is not there."""
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("publicering")
        verbose_name_plural = _("publiceringar")
        ordering = ("channel__position", "channel_id", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("version", "channel", "part"), name="posts_version_on_channel_once"
            ),
            models.UniqueConstraint(
                fields=("post", "channel", "part"),
                condition=~Q(status__in=OVER),
                name="posts_post_on_channel_once",
            ),
            models.CheckConstraint(
                condition=Q(part=0, after=None) | Q(part__gt=0, after__isnull=False),
                name="posts_part_follows_another",
            ),
            models.UniqueConstraint(
                fields=("channel", "remote_id"), condition=~Q(remote_id=""), name="posts_receipt_is_of_one"
            ),
            models.CheckConstraint(
                condition=Q(status__in=PublicationStatus.values), name="posts_publication_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("staging", "committing")) | Q(claimed_until__isnull=False),
                name="posts_sending_is_claimed",
            ),
            models.CheckConstraint(
                condition=Q(status="held", hold__in=Hold.values) | (~Q(status="held") & Q(hold="")),
                name="posts_held_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | (Q(published_at__isnull=False) & ~Q(url="")),
                name="posts_published_has_receipt",
            ),
        )
        indexes = (
            models.Index(fields=("status", "not_before"), name="posts_due"),
            models.Index(
                fields=("claimed_until",), condition=Q(claimed_until__isnull=False), name="posts_claimed"
            ),
            models.Index(fields=("status", "published_at"), name="posts_out"),
            models.Index(fields=("channel", "not_before"), name="posts_in_calendar"),
            # The three that follow are counted in thousands: all that is asked of them stands in the index.
            models.Index(
                fields=("channel", "published_at", "status"),
                condition=Q(published_at__isnull=False, part=0),
                name="posts_days_out",
            ),
            models.Index(
                fields=("channel", "published_at"),
                condition=Q(status="published", part=0),
                name="posts_seen_on",
            ),
            models.Index(
                fields=("published_at", "shows", "version"),
                condition=Q(status="published", part=0),
                name="posts_shown",
            ),
            models.Index(
                fields=("created_at",), condition=Q(status="held", hold="reserve"), name="posts_reserve"
            ),
            models.Index(
                fields=("not_after",), condition=Q(not_after__isnull=False), name="posts_has_latest"
            ),
            models.Index(
                fields=("published_at",),
                condition=Q(announced_at=None, status="published"),
                name="posts_not_announced",
            ),
        )

    def __str__(self) -> str:
        return f"publication {self.pk}: {self.version} on channel {self.channel_id}"

    @property
    def is_head(self) -> bool:
        """The post itself, and nothing that follows it."""
        return self.part == 0

    @property
    def is_in_turn(self) -> bool:
        """What has to come before it is out, if there is such a thing; and so is the post itself, to be sure."""
        if self.after is None or not self.after.is_published:
            return self.after is None
        head = Publication.objects.heads().filter(version=self.version_id, channel=self.channel_id)
        return self.after.is_head or head.published().exists()

    @property
    def is_published(self) -> bool:
        return self.status == PublicationStatus.PUBLISHED

    @property
    def is_by_hand(self) -> bool:
        return self.status == PublicationStatus.BY_HAND

    @property
    def has_failed(self) -> bool:
        return self.status == PublicationStatus.FAILED


class Outcome(models.TextChoices):
    """How one try ended. An open attempt has no outcome yet."""

    OPEN = "", _("Pågår")
    RECEIPT = "receipt", _("Kvitto")
    FOUND = "found", _("Hittades på plattformen")
    ABSENT = "absent", _("Kom inte ut")
    NOT_SENT = "not_sent", _("Skickades inte")
    RATE_LIMITED = "rate_limited", _("Plattformen bad oss vänta")
    NOT_READY = "not_ready", _("Plattformen bearbetar")
    NOT_CONNECTED = "not_connected", _("Anslutningen är trasig")
    OUT_OF_CREDIT = "out_of_credit", _("Kontot saknar medel")
    REFUSED = "refused", _("Plattformen sa nej")
    UNCONFIRMED = "unconfirmed", _("Oklart")
    DUPLICATE = "duplicate", _("Plattformen säger att det redan finns")


class Attempt(models.Model):
    """One commit call. The row is there before the call, so that a dead worker leaves a trace."""

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="attempts")
    fence = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=500)
    sent = models.JSONField(default=dict)
    """What the public sees of it: text, link, media digests and descriptions, title, privacy."""
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=15, choices=Outcome, default=Outcome.OPEN, blank=True)
    code = models.CharField(max_length=60, blank=True)
    detail = models.TextField(blank=True)

    class Meta:
        verbose_name = _("försök")
        verbose_name_plural = _("försök")
        ordering = ("-fence",)
        constraints = (
            models.UniqueConstraint(fields=("publication", "fence"), name="posts_attempt_per_fence"),
            models.UniqueConstraint(
                fields=("publication",), condition=Q(outcome=""), name="posts_one_open_attempt"
            ),
        )

    def __str__(self) -> str:
        return f"attempt {self.fence} of publication {self.publication_id}"


# --- taking down --------------------------------------------------------------------------------------------


class Regret(models.TextChoices):
    """Why a post is taken down."""

    CONSENT = "consent", _("Någon på bilden vill inte synas")
    WRONG = "wrong", _("Det är fel i inlägget")
    HARM = "harm", _("Någon kan råka illa ut")
    UNLAWFUL = "unlawful", _("Innehållet får inte visas")
    OTHER = "other", _("Annat")


class TakeDownQuerySet(AppendOnlyQuerySet):
    def since(self, okay: datetime | OuterRef, *, post: int | OuterRef) -> "TakeDownQuerySet":
        """Orders that came after an okay: what was approved then is wanted away now. Takes values and outer fields."""
        return self.filter(post=post, requested_at__gte=okay)


class TakeDown(AppendOnlyModel):
    """The order to remove a post from every channel: who, when and why."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="takedowns")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20, choices=Regret)
    message = models.TextField(blank=True)
    requested_at = models.DateTimeField(auto_now_add=True)

    objects = TakeDownQuerySet.as_manager()  # type: ignore[misc]  # its own

    class Meta:
        ordering = ("-requested_at", "-id")

    def __str__(self) -> str:
        return f"take-down of post {self.post_id}"


class RemovalStatus(models.TextChoices):
    """How far a removal from one channel has come."""

    WAITING = "waiting", _("Tas ned")
    REMOVING = "removing", _("Tas ned")
    REMOVED = "removed", _("Nedtaget")
    BY_HAND = "by_hand", _("Ta ned för hand")
    """The platform does not let us: a person does it, and says so."""
    NOT_OUT = "not_out", _("Kom aldrig ut")


LAST_FIRST = timedelta(minutes=2)
"""How long a post waits, when it is taken down, for what follows it to be gone."""


class RemovalQuerySet(models.QuerySet["Removal"]):
    def unfinished(self) -> "RemovalQuerySet":
        return self.filter(finished_at=None)

    def due(self, now: datetime) -> "RemovalQuerySet":
        """
        What a worker may take now. A publication that is being sent is waited for. The last of a thread goes first, for a
        while and unless it gives trouble: nobody has to be seen for longer because of what was said below.
        """
        below = Removal.objects.unfinished().filter(
            publication__after=OuterRef("publication"),
            publication__status=PublicationStatus.PUBLISHED,
            status__in=(RemovalStatus.WAITING, RemovalStatus.REMOVING),
            not_before__lte=now,
            tries=0,
            takedown__requested_at__gt=now - LAST_FIRST,
        )
        return self.unfinished().filter(
            ~Exists(below),
            status=RemovalStatus.WAITING,
            not_before__lte=now,
            claimed_until=None,
            publication__claimed_until=None,
            publication__status__in=(PublicationStatus.PUBLISHED, *WAITING, *OVER),
            publication__channel__in=Channel.objects.rested(now),
        )

    def with_dead_lease(self, now: datetime) -> "RemovalQuerySet":
        return self.filter(claimed_until__lt=now)

    def by_hand(self) -> "RemovalQuerySet":
        """Those that wait for a person to do it on the platform."""
        return self.unfinished().filter(status=RemovalStatus.BY_HAND)


class Removal(models.Model):
    """One publication to be removed. Deleting twice does no harm, so a lost worker's call is simply made again."""

    takedown = models.ForeignKey(TakeDown, models.PROTECT, related_name="removals")
    publication = models.ForeignKey(Publication, models.PROTECT, related_name="removals")
    status = models.CharField(
        max_length=10, choices=RemovalStatus, default=RemovalStatus.WAITING, editable=False
    )
    not_before = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    woken_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=60, blank=True)
    trouble_detail = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    """When the platform was seen to have it no more, or a person said so."""
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = RemovalQuerySet.as_manager()

    class Meta:
        ordering = ("publication__channel__position", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("publication",), condition=Q(finished_at=None), name="posts_removed_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None, status__in=("waiting", "removing", "by_hand"))
                | Q(finished_at__isnull=False, status__in=("removed", "not_out")),
                name="posts_removal_finished_or_not",
            ),
        )
        indexes = (
            models.Index(fields=("not_before",), condition=Q(finished_at=None), name="posts_to_remove"),
        )

    def __str__(self) -> str:
        return f"removal of publication {self.publication_id}"


# --- renditions -------------------------------------------------------------------------------------------


class RenditionState(models.TextChoices):
    WAITING = "waiting", _("Väntar")
    MAKING = "making", _("Görs")
    READY = "ready", _("Klar")
    FAILED = "failed", _("Misslyckades")


def rendition_path(rendition: "Rendition", name: str) -> str:
    return f"renditions/{rendition.recipe}/{name}"


class Rendition(models.Model):
    """
    What is made for a channel: a film of a version's pictures and text, a film or picture that is too large for it, made
    smaller, or a part of a picture.

    The recipe is the digest of everything it is made of: the same is made once.
    """

    recipe = models.CharField(max_length=64, unique=True)
    ingredients = models.JSONField()
    """`media`: ids in order, `digests`: their masters'; then `text` and `seconds`, or the `box` that
    a film has to fit into, or the `crop` and the `picture_bytes` of a picture: which part, and how many it may have."""
    state = models.CharField(max_length=10, choices=RenditionState, default=RenditionState.WAITING)
    film = models.FileField(upload_to=rendition_path, blank=True)
    poster = models.FileField(upload_to=rendition_path, blank=True)
    """What is seen of a film before it is played."""
    picture = models.FileField(upload_to=rendition_path, blank=True)
    """Instead of film and poster."""
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("film av bild")
        verbose_name_plural = _("filmer av bilder")
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="ready") | (Q(sha256__length=64) & (~Q(film="") | ~Q(picture=""))),
                name="posts_rendition_ready_has_file",
            ),
        )
        indexes = (models.Index(fields=("state", "created_at"), name="posts_rendition_by_state"),)

    def __str__(self) -> str:
        return f"rendition {self.recipe[:12]}"

    @property
    def is_ready(self) -> bool:
        return self.state == RenditionState.READY

    @property
    def is_film(self) -> bool:
        """Known from the order, before anything is made."""
        return not {"picture_bytes", "crop"} & {*self.ingredients}


# --- what a link shows ------------------------------------------------------------------------------------------


class LinkCardState(models.TextChoices):
    WAITING = "waiting", _("Väntar")
    READY = "ready", _("Klar")
    EMPTY = "empty", _("Ingen förhandsvisning")


class LinkCard(models.Model):
    """
    What a page says of itself, fetched once by a worker (`posts.link_cards`) for the previews: about what a platform
    shows of a link. A page that says nothing, or does not answer, is no error.
    """

    digest = models.CharField(max_length=64, unique=True)
    """Of the address: addresses are longer than what an index takes."""
    url = models.TextField()
    state = models.CharField(max_length=10, choices=LinkCardState, default=LinkCardState.WAITING)
    title = models.CharField(max_length=300, blank=True)
    description = models.CharField(max_length=500, blank=True)
    jpeg = models.BinaryField(default=bytes, blank=True)
    """Its picture, drawn anew by us. Pages that only tell of the card do not carry it along."""
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    fetched_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("förhandsvisning av länk")
        verbose_name_plural = _("förhandsvisningar av länkar")
        indexes = (
            models.Index(fields=("created_at",), condition=Q(state="waiting"), name="posts_cards_waiting"),
        )

    def __str__(self) -> str:
        return f"card {self.digest[:12]}"

    @property
    def is_ready(self) -> bool:
        return self.state == LinkCardState.READY

    @property
    def is_waiting(self) -> bool:
        return self.state == LinkCardState.WAITING
