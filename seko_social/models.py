"""What the site knows about its own processes."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """When the clock, or a worker of a queue, was last seen alive; in the database, where every machine can read it."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("livstecken")
        verbose_name_plural = _("livstecken")

    def __str__(self) -> str:
        return f"{self.name} {self.at:%H:%M:%S}"

    @classmethod
    def of(cls, name: str) -> None:
        """Write down that it is alive now."""
        cls.objects.update_or_create(name=name, defaults={"at": timezone.now()})
