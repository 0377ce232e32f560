"""
What the communications group writes down for itself about a post: notes, and what colleagues think of it; and who looks
at one right now.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.append_only import AppendOnlyModel
from channels.models import Channel
from posts.models import Post, Version


class NoteKind(models.TextChoices):
    NOTE = "note", _("anteckning")
    TAKEN_BACK = "taken_back", _("tillbakatagen")
    QUESTION = "question", _("fråga om en andra bedömning")
    OPINION = "opinion", _("andra bedömning")


class Answer(models.TextChoices):
    """What a colleague thinks. It is advice: the decision is another's."""

    YES = "yes", pgettext_lazy("andra bedömning", "Ja, godkänn")
    NO = "no", pgettext_lazy("andra bedömning", "Nej")
    OTHER = "other", pgettext_lazy("andra bedömning", "Annat")


class Note(AppendOnlyModel):
    """
    One line of the group's own about a post. Its author never sees it.

    Nothing is changed afterwards: a note is taken back by another line about it, and a question is answered by one.
    """

    post = models.ForeignKey(Post, models.PROTECT, related_name="notes")
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")
    """The one that was on the page when it was written."""
    kind = models.CharField(max_length=10, choices=NoteKind, default=NoteKind.NOTE)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    anchor = models.CharField(max_length=60, blank=True)
    """Which part of the post is meant (`posts.anchors`)."""
    text = models.TextField(blank=True)
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    """A colleague whom it concerns. A question without one is for anybody in the group."""
    about = models.ForeignKey("self", models.PROTECT, null=True, related_name="followed_by")
    answer = models.CharField(max_length=10, choices=Answer, blank=True)

    class Meta:
        ordering = ("at", "id")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=NoteKind.values), name="approvals_note_kind_known"),
            models.CheckConstraint(
                condition=Q(kind__in=("note", "question")) ^ Q(about__isnull=False),
                name="approvals_note_follows_another",
            ),
            models.CheckConstraint(
                condition=~Q(kind="opinion") ^ Q(answer__in=Answer.values),
                name="approvals_opinion_has_answer",
            ),
            models.CheckConstraint(
                condition=~Q(kind="note") | ~Q(text=""), name="approvals_note_says_something"
            ),
            models.UniqueConstraint(
                fields=("about",), condition=Q(kind="taken_back"), name="approvals_note_taken_back_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} about post {self.post_id}"


# --- who looks at it ------------------------------------------------------------------------------------------

LAPSES_AFTER = timedelta(minutes=10)
"""So long after a page was last heard of, nobody is at it any more."""
GIVEN_FOR = timedelta(days=1)
"""So long a post that was given to somebody waits for them to open it."""


class ClaimQuerySet(models.QuerySet["Claim"]):
    def live(self, now: datetime) -> "ClaimQuerySet":
        """Those that still say something. Who may not sign in any more looks at nothing."""
        seen = Q(seen_at__gt=now - LAPSES_AFTER)
        given = Q(given_by__isnull=False, taken_at__gt=now - GIVEN_FOR)
        return self.filter(seen | given, by__is_active=True)

    def at_it(self, now: datetime) -> "ClaimQuerySet":
        """Those whose page is open."""
        return self.filter(seen_at__gt=now - LAPSES_AFTER, by__is_active=True)

    def lapsed(self, now: datetime) -> "ClaimQuerySet":
        return self.exclude(pk__in=self.live(now).values("pk"))


class Claim(models.Model):
    """Who reviews a post right now. It is soft: it tells the others, and keeps nobody from deciding."""

    post = models.OneToOneField(Post, models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    taken_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    """When their page was last heard of; None until they open what was given to them."""
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    """The colleague who gave it to them; None where they took it themselves."""

    objects = ClaimQuerySet.as_manager()

    def __str__(self) -> str:
        return f"claim of {self.by_id} on {self.post_id}"

    @property
    def is_waiting(self) -> bool:
        """It was given to somebody, who has not opened it, or not for a while."""
        return self.seen_at is None or self.seen_at <= timezone.now() - LAPSES_AFTER


# --- the calendar -----------------------------------------------------------------------------------------------


class ImportantDate(models.Model):
    """A day that the group wants to see coming: an election, a congress, a day of one's own. Written by `dates_views`."""

    name = models.CharField(_("namn"), max_length=80)
    day = models.DateField(_("dag"))
    is_yearly = models.BooleanField(_("varje år"), default=False)

    class Meta:
        verbose_name = _("viktigt datum")
        verbose_name_plural = _("viktiga datum")
        ordering = ("day", "id")

    def __str__(self) -> str:
        return f"{self.day}: {self.name}"


class Filling(models.Model):
    """Gaps that were filled out of the reserve with one press, so that the press can be undone. Written by `reserve`."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    moves = models.JSONField()
    """`[[a publication, its new time], ...]`"""
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("by", "-at"), name="approvals_fillings"),)

    def __str__(self) -> str:
        return f"filling {self.pk}"


class Feed(models.Model):
    """A private address of the calendar, for a person's own calendar program. Written by `feed`."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of what the address ends with, which is shown once and kept nowhere."""
    made_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    window_at = models.DateTimeField(null=True, blank=True)
    """When the hour began in which it is counted how often it is read."""
    reads = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person",), condition=Q(revoked_at=None), name="approvals_one_feed_each"
            ),
        )

    def __str__(self) -> str:
        return f"feed {self.pk} of {self.person_id}"


# --- what was published elsewhere -------------------------------------------------------------------------------


class OutsidePost(models.Model):
    """A post on one of our channels that did not go through here, so that the figures stay true. Written by `outside`."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="outside_posts")
    remote_id = models.CharField(max_length=200)
    url = models.URLField(max_length=1000)
    published_at = models.DateTimeField()
    words = models.CharField(max_length=200, blank=True)
    """The first of them."""
    has_media = models.BooleanField(default=False)
    leads_home = models.BooleanField(default=False)
    """It shows nothing of its own and leads to our own pages."""
    gone_at = models.DateTimeField(null=True, blank=True)
    """When it was seen to be there no more."""

    class Meta:
        ordering = ("-published_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("channel", "remote_id"), name="approvals_outside_post_once"),
        )
        indexes = (
            models.Index(
                fields=("channel", "published_at"), condition=Q(gone_at=None), name="approvals_outside_seen"
            ),
        )

    def __str__(self) -> str:
        return f"post {self.remote_id} on channel {self.channel_id}"


class OutsideLook(models.Model):
    """When a channel's own list was last read, and is to be read next. Written by `outside`."""

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="outside_look")
    due_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=60, blank=True)
    """Why it could not be read the last time."""

    class Meta:
        indexes = (models.Index(fields=("due_at",), name="approvals_to_look_outside"),)

    def __str__(self) -> str:
        return f"look at channel {self.channel_id}"
