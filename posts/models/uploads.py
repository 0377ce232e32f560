"""What is on its way in: a file that comes in parts, however often the line is cut (`posts.uploads`)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Upload(models.Model):
    """
    One file that somebody sends by tus. Its number is that of the Media which it becomes when its last byte is here; the
    row stays beside it, so that whoever missed the answer can ask again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="uploads")
    length = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    """How many bytes are stored: those of its parts, without a gap."""
    metadata = models.TextField(blank=True)
    """As the client said it, for it may ask; a file's name in it is gone when the file has become a Media."""
    fence = models.PositiveIntegerField(default=0)
    """Which request writes. One that was held up must not write beside the next one."""
    claimed_until = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("uppladdning")
        verbose_name_plural = _("uppladdningar")
        constraints = (
            models.CheckConstraint(
                condition=Q(offset__lte=F("length")), name="posts_upload_within_its_length"
            ),
        )
        indexes = (
            models.Index(
                fields=("expires_at",), condition=Q(offset__lt=F("length")), name="posts_upload_unfinished"
            ),
        )

    def __str__(self) -> str:
        return f"upload {self.pk}"

    @property
    def is_complete(self) -> bool:
        return self.offset == self.length

    @property
    def left(self) -> int:
        return self.length - self.offset


class UploadPart(models.Model):
    """What came between two looks at the clock: a file of its own, which any storage takes from any web server."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="parts")
    begin = models.PositiveBigIntegerField()
    name = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("del av uppladdning")
        verbose_name_plural = _("delar av uppladdningar")
        ordering = ("begin",)
        constraints = (models.UniqueConstraint(fields=("upload", "begin"), name="posts_upload_part_once"),)

    def __str__(self) -> str:
        return f"{self.upload_id} from {self.begin}"
