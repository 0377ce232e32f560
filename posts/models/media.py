"""Pictures and films: what was sent in, what is made of it for a channel, and what a link shows."""

import uuid
from collections.abc import Iterator

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from posts.likeness import BANDS, WIDTH

models.CharField.register_lookup(Length)

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
    erased_at = models.DateTimeField(null=True, blank=True)
    """When somebody said that it may not exist (`posts.purging.erase`): then its files go, whatever needs them."""
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
                condition=Q(erased_at=None) | Q(superseded_at__isnull=False, purged_at__isnull=False),
                name="posts_media_erased_is_purged",
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
            models.Index(
                fields=("erased_at",),
                condition=Q(erased_at__isnull=False) & (~Q(master="") | ~Q(incoming="")),
                name="posts_media_to_erase",
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
    def is_erased(self) -> bool:
        """It may not exist: nothing is made or shown of it any more."""
        return self.erased_at is not None

    @property
    def is_done(self) -> bool:
        """Nothing more will happen to it: its master is there, or the reason why not."""
        return self.is_ready or self.is_refused or self.is_purged

    @property
    def is_film(self) -> bool:
        return self.kind == MediaKind.FILM


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
    progress = models.PositiveSmallIntegerField(default=0)
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
