"""The words of a post, and the answers that go with them: what a draft and a version have in common."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from posts.models.media import Media

HEADLINE_LENGTH = 80


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
    photographer_said_yes = models.BooleanField(default=False)
    """By the word of whoever sent it in, where somebody else took the picture."""
    site = models.CharField(max_length=20, choices=Site, blank=True)
    permit = models.CharField(_("Tillstånd"), max_length=200, blank=True)
    """What allows a picture where a sign forbids it, in the sender's words. Read by reviewers, never published."""
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
