"""
Files of the site in production: named by their content and packed, and so are those that a script of ours imports. What a
script says to its readers stays here: on a phone with two bars it would be a quarter of the way.
"""

import re
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORTS = (
    (r'(?P<matched>from "(?P<url>\.[^"]+\.js)")', 'from "%(url)s"'),
    (r'(?P<matched>import\("(?P<url>\.[^"]+\.js)"\))', 'import("%(url)s")'),
)
"""As we write them. Without it, a script of one version could import another one of the next."""
COMMENT = re.compile(rb"^[ \t]*//.*$", re.MULTILINE)
"""A line for its own; what follows a statement stays."""
OWN_SCRIPT = re.compile(r"js/.+\.js")


class NamedByContent(CompressedManifestStaticFilesStorage):
    # Scripts that packages bring may import what they do not bring.
    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", IMPORTS))

    def _save(self, name: str, content: Any) -> str:
        return super()._save(name, ContentFile(as_sent(name, b"".join(content.chunks()))))


def as_sent(name: str, content: bytes) -> bytes:
    """What leaves this machine in production. Lines keep their numbers, for whoever is told of a fault in one."""
    return COMMENT.sub(b"", content) if OWN_SCRIPT.fullmatch(name) else content
