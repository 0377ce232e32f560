"""What devices saved of a post: in which order, and what one wrote while another did not know of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Save(models.Model):
    """
    How far one device has come with a post. Saves travel, and may arrive twice, late, or in another order: what a device
    counted lower than this is older than what we have.
    """

    post = models.ForeignKey("posts.Post", models.CASCADE, related_name="saves")
    device = models.UUIDField()
    counter = models.PositiveIntegerField()
    sent_in = models.PositiveIntegerField(null=True, blank=True)
    """The save that the post was sent in with: the same, told again, sends nothing in that was taken back since."""

    class Meta:
        verbose_name = _("sparning")
        verbose_name_plural = _("sparningar")
        constraints = (models.UniqueConstraint(fields=("post", "device"), name="posts_save_of_device"),)

    def __str__(self) -> str:
        return f"save {self.counter} of {self.post_id}"


class OtherVersion(models.Model):
    """A text that another device wrote over without having seen it: its author may take it back, or throw it away."""

    post = models.ForeignKey("posts.Post", models.CASCADE, related_name="other_versions")
    text = models.TextField()
    media = models.JSONField(default=list, blank=True)
    """Ids of pictures and films that only this one showed."""
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = _("annan version")
        verbose_name_plural = _("andra versioner")
        ordering = ("-written_at", "-id")

    def __str__(self) -> str:
        return f"other version of {self.post_id}"
