"""What somebody in a picture was asked, what they answered, and when: the proof of a yes, and of a no."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.append_only import AppendOnlyModel, ForgettableQuerySet


class Method(models.TextChoices):
    """How somebody was asked."""

    READ_ALOUD = "read_aloud", _("Frågade på plats")
    PHONE = "phone", _("Svarade på inskickarens telefon")
    LINK = "link", _("Svarade på egen telefon")
    IN_OFFICE = "in_office", _("Företrädare i tjänsten")
    """Nobody was asked: they speak for the union in their office, as its president does."""
    BEFORE = "before", _("Sagt av den som skickade in, innan svaren sparades")
    """Posts from before there were answers: their sender's word, as it was taken then."""


class Answer(models.TextChoices):
    YES = "yes", _("Ja")
    NO = "no", _("Nej")
    WITHDRAWN = "withdrawn", _("Har ändrat sig")


AGAINST = (Answer.NO, Answer.WITHDRAWN)


class ConsentQuerySet(models.QuerySet["ConsentRequest"]):
    def in_force(self) -> "ConsentQuerySet":
        return self.filter(taken_back_at=None)

    def of_words(self) -> "ConsentQuerySet":
        """With what a page says of them."""
        return self.select_related("post", "made_by")


class ConsentRequest(models.Model):
    """
    A question to one person in a post's pictures, or to several at once who heard it read aloud. Its answers are rows of
    their own and never changed; here stands the last of them. `posts.consent` and `posts.answering` are the only writers.
    """

    post = models.ForeignKey("posts.Post", models.PROTECT, related_name="consents")
    method = models.CharField(max_length=10, choices=Method)
    pictures = models.JSONField()
    """What was shown: the masters' digests by the ids of the media."""
    platforms = models.JSONField(default=list, blank=True)
    """Where it was said that they will be seen. Empty where nobody was told, or it was not kept (*before*)."""
    words = models.PositiveSmallIntegerField(default=0)
    """The version of the words (`posts.consent_words`); 0 where none were kept."""
    count = models.PositiveSmallIntegerField(default=1)
    """How many people it is about: more than one where they were asked together."""
    called = models.CharField(max_length=60, blank=True)
    """A first name or initials, if somebody gave them. Swept away with its case (`posts.cases`), or with all of this."""
    token_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    """Of what the link ends with, which is kept nowhere."""
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    """Until when it can be answered. What was answered can be taken back for as long as it is kept."""
    taken_back_at = models.DateTimeField(null=True, blank=True)
    """Its sender asks no more: by another link, or because the person is in no picture any longer."""
    answer = models.CharField(max_length=10, choices=Answer, blank=True)
    is_guardians = models.BooleanField(default=False)
    """Somebody under 18 is in the picture, and their guardian answered."""
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("samtycke")
        verbose_name_plural = _("samtycken")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="posts_consent_answered_has_answer",
            ),
            models.CheckConstraint(
                condition=~Q(method="link") | Q(token_hash__length=64, expires_at__isnull=False),
                name="posts_consent_link_has_token",
            ),
            models.CheckConstraint(condition=Q(count__gte=1), name="posts_consent_is_about_somebody"),
            models.CheckConstraint(
                condition=Q(taken_back_at=None) | Q(answer=""), name="posts_consent_answered_stands"
            ),
        )

    def __str__(self) -> str:
        return f"consent {self.pk} for post {self.post_id}"

    @property
    def is_yes(self) -> bool:
        return self.answer == Answer.YES

    @property
    def is_against(self) -> bool:
        return self.answer in AGAINST

    @property
    def is_withdrawn(self) -> bool:
        return self.answer == Answer.WITHDRAWN

    @property
    def is_open(self) -> bool:
        """Asked, and not answered."""
        return self.answer == "" and self.taken_back_at is None

    def is_over(self, now: datetime) -> bool:
        """Nobody can answer it any more."""
        return self.taken_back_at is not None or (
            self.answer == "" and self.expires_at is not None and self.expires_at <= now
        )


class ConsentAnswer(AppendOnlyModel):
    """
    One answer, as it was given: to which words, in which language, and how. It names nobody. Long after its post is gone
    it is forgotten (`posts.consent.sweep`), and the database lets none go that is younger than a year.
    """

    request = models.ForeignKey(ConsentRequest, models.PROTECT, related_name="answers")
    answer = models.CharField(max_length=10, choices=Answer)
    method = models.CharField(max_length=10, choices=Method)
    count = models.PositiveSmallIntegerField(default=1)
    is_guardians = models.BooleanField(default=False)
    words = models.PositiveSmallIntegerField(default=0)
    language = models.CharField(max_length=5, blank=True)
    pictures = models.JSONField(default=dict)
    platforms = models.JSONField(default=list)
    at = models.DateTimeField(default=timezone.now)

    objects = ForgettableQuerySet.as_manager()  # type: ignore[misc]  # its own

    class Meta:
        verbose_name = _("svar om samtycke")
        verbose_name_plural = _("svar om samtycke")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.answer} to {self.request_id}"
