"""
What a post shows, in one word: a film, a picture, only a link to our own pages, or anything else. A publication keeps it
from its okay on, since nothing of it changes after that; so that thousands can be counted without being read again.
"""

import re

from django.conf import settings

from posts.models import MediaKind, Shows, Version, VersionMedia


def shown_by(version: Version) -> Shows:
    """A film before a picture; and a link only where there is neither."""
    kinds = set(VersionMedia.objects.filter(version=version).values_list("media__kind", flat=True))
    if kinds:
        return Shows.FILM if MediaKind.FILM in kinds else Shows.PICTURE
    return Shows.LINK if leads_home(version.link, version.text) else Shows.OTHER


def leads_home(link: str, text: str) -> bool:
    """The link is to one of our own pages; where there is none, an address in the text."""
    ours = own_domains()
    if link:
        return bool(re.search(rf"^https?://{ours}([:/?#]|$)", link, re.IGNORECASE))
    return bool(re.search(rf"(https?://|www\.){ours}([:/?#,;!)]|\s|\.(\s|$)|$)", text, re.IGNORECASE))


def own_domains() -> str:
    """Our own domains and what lies under them, as a regular expression."""
    names = "|".join(map(re.escape, settings.OWN_DOMAINS))
    return rf"([a-z0-9-]+\.)*({names})" if names else r"[^\s\S]"
