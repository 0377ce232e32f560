"""What was decided about a post and said of it, by whom and when; and by when an answer was promised."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from audit.append_only import AppendOnlyModel, AppendOnlyQuerySet
from posts.models.post import Post, Status
from posts.models.version import Version


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
