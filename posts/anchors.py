"""
The parts of a post that a note or a message may be about. Each has a name, which is also the id of its place on the
review page, and is called something in a sentence: *Gäller: bilden 2*.
"""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from channels.wording import name_of

if TYPE_CHECKING:
    from posts.models import Draft, Media, Version

TEXT, LINK, CHANNELS = "text", "lank", "kanaler"
PEOPLE, SITE, CAPTIONS = "samtycke", "platsen", "undertexter"
MEDIA, CHANNEL = "bild-", "kanal-"


def of_media(media: "Media") -> str:
    return f"{MEDIA}{media.pk}"


def of_channel(channel_id: int) -> str:
    return f"{CHANNEL}{channel_id}"


def parts(wording: "Draft | Version | None") -> dict[str, str]:
    """What there is to point at in these words, in the page's order."""
    if wording is None:
        return {}
    found = dict(shown(wording)) | {TEXT: _("texten")}
    if wording.link:
        found[LINK] = _("länken")
    found[CHANNELS] = _("valet av kanaler")
    if chosen := getattr(wording, "chosen_channels", None):
        names = {of_channel(item.channel_id): name_of(item.channel) for item in chosen.all()}
        found |= {name: _("texten på %(channel)s") % {"channel": channel} for name, channel in names.items()}
    if media := wording.media:
        found |= {PEOPLE: _("samtycket"), SITE: _("om man får fota där")}
        if any(item.is_film for item in media):
            found[CAPTIONS] = _("undertexterna")
    return found


def shown(wording: "Draft | Version") -> list[tuple[str, str]]:
    """A number only where there are several to tell apart."""
    media = wording.media
    if len(media) == 1:
        return [(of_media(media[0]), _("filmen") if media[0].is_film else _("bilden"))]
    return [
        (of_media(item), _("bilden %(number)d") % {"number": number})
        for number, item in enumerate(media, start=1)
    ]


def called(anchor: str, wording: "Draft | Version | None") -> str:
    """The part's name in a sentence; also when it is gone. Nothing for the post as a whole."""
    if not anchor:
        return ""
    if name := parts(wording).get(anchor):
        return name
    if anchor.startswith(MEDIA):
        return _("en bild som inte är med längre")
    if anchor.startswith(CHANNEL):
        return _("en kanal som inte är med längre")
    return _("något som inte är med längre")
