"""Somebody wants a post gone: why, by when it has to be, how far it has come, and who is to be told."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Mail, Mailed, MailedQuerySet
from posts.models.consent import ConsentRequest
from posts.models.publication import TakeDown


class CaseReason(models.TextChoices):
    """Who asked for it."""

    WITHDRAWN = "withdrawn", _("Någon på bilden vill inte synas")
    AUTHOR = "author", _("Den som skickade in bad om det")
    GROUP = "group", _("Någon hörde av sig")
    """By mail, by telephone or in person: somebody in the group opened it by hand."""


class CaseQuerySet(models.QuerySet["TakedownCase"]):
    def open(self) -> "CaseQuerySet":
        return self.filter(closed_at=None)

    def closed(self) -> "CaseQuerySet":
        return self.filter(closed_at__isnull=False)

    def for_page(self) -> "CaseQuerySet":
        return self.select_related("post__author", "opened_by", "order", "closed_by")


class TakedownCase(models.Model):
    """A case with a clock. `posts.cases` is the only writer; it orders a `TakeDown`, with a removal per channel."""

    post = models.ForeignKey("posts.Post", models.PROTECT, related_name="cases")
    reason = models.CharField(max_length=10, choices=CaseReason)
    consent = models.ForeignKey(ConsentRequest, models.PROTECT, null=True, blank=True, related_name="cases")
    """The link that was used, where one was: its page shows how far the case has come."""
    order = models.ForeignKey(TakeDown, models.PROTECT, null=True, blank=True, related_name="cases")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    """None where it was done by the link."""
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    """None where it closed by itself: all was down."""
    message = models.TextField(blank=True)
    """What was said about it. Swept away with the rest."""
    receipt_to = models.EmailField(blank=True)
    """Where a receipt goes when all is down. Empty where nobody left an address, and from when it is written."""
    receipt_language = models.CharField(max_length=5, default="sv")
    swept_at = models.DateTimeField(null=True, blank=True)
    """When names and words about it were taken away."""

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("nedtagningsärende")
        verbose_name_plural = _("nedtagningsärenden")
        ordering = ("-opened_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(due_at__gt=models.F("opened_at")), name="posts_case_is_due_after_it_opened"
            ),
        )
        indexes = (
            models.Index(fields=("due_at",), condition=Q(closed_at=None), name="posts_cases_open"),
            models.Index(fields=("closed_at",), condition=Q(swept_at=None), name="posts_cases_to_sweep"),
        )

    def __str__(self) -> str:
        return f"case {self.pk} about post {self.post_id}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def is_late(self, now: datetime) -> bool:
        return self.is_open and self.due_at <= now


class CaseReceipt(Mailed):
    """To somebody who is no user, that what they asked for is done. `posts.cases` writes it when the case is closed."""

    FORGOTTEN = {"address": ""}

    case = models.OneToOneField(TakedownCase, models.CASCADE, related_name="receipt")
    address = models.EmailField(blank=True)
    """Forgotten as soon as nothing more is sent there."""
    language = models.CharField(max_length=5, default="sv")

    objects = MailedQuerySet["CaseReceipt"].as_manager()

    class Meta:
        verbose_name = _("kvitto på en nedtagning")
        verbose_name_plural = _("kvitton på nedtagningar")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(mail__in=Mail.values), name="posts_case_receipt_mail_known"),
        )
        indexes = (
            models.Index(
                fields=("not_before", "id"),
                condition=Q(mail__in=("waiting", "begun")),
                name="posts_case_receipts_to_mail",
            ),
        )

    def __str__(self) -> str:
        return f"the receipt of case {self.case_id}"

    @property
    def is_wanted(self) -> bool:
        return bool(self.address)
