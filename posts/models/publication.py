"""What happens to a version on a channel: publications, their attempts, take-downs and removals, and the stop of all."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.append_only import AppendOnlyModel, AppendOnlyQuerySet
from channels.models import Channel
from posts.models.media import Media
from posts.models.version import Version


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

    post = models.ForeignKey("posts.Post", models.PROTECT, related_name="publications")
    version = models.ForeignKey(Version, models.PROTECT, related_name="publications")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="publications")
    approval = models.ForeignKey("posts.Approval", models.PROTECT, related_name="publications")
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
    reactions = models.JSONField(null=True, blank=True, editable=False)
    """How many people liked, commented, shared and saw it, as far as the platform tells. `posts.reactions` writes it."""
    reactions_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When the platform told so."""
    reactions_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When to ask again; None: nobody has asked yet."""
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

    def carried_out(self) -> "TakeDownQuerySet":
        """Those that found something out, or on its way. The others only rule out that anything comes."""
        return self.filter(Exists(Removal.objects.filter(takedown=OuterRef("pk"))))


class TakeDown(AppendOnlyModel):
    """The order to remove a post from every channel: who, when and why."""

    post = models.ForeignKey("posts.Post", models.PROTECT, related_name="takedowns")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    """None when somebody in the picture did it, by the link that is theirs."""
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
