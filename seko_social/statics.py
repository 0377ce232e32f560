"""Files of the site in production: named by their content and packed, and so are those that a script of ours imports."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORTS = (
    (r'(?P<matched>from "(?P<url>\.[^"]+\.js)")', 'from "%(url)s"'),
    (r'(?P<matched>import\("(?P<url>\.[^"]+\.js)"\))', 'import("%(url)s")'),
)
"""As we write them. Without it, a script of one version could import another one of the next."""


class NamedByContent(CompressedManifestStaticFilesStorage):
    # Scripts that packages bring may import what they do not bring.
    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", IMPORTS))
