"""The applications "registered" at the make-believe platforms: their id and their secret, known to everybody."""

APPS = {
    "facebook": ("100200300400500", "ovning-facebook-hemlighet"),
    "x": ("b3ZuaW5nLXgtY2xpZW50", "ovning-x-hemlighet"),
    "youtube": ("ovning.apps.googleusercontent.com", "ovning-google-hemlighet"),
}
"""On Mastodon an application registers itself; on Bluesky there are none."""
BLUESKY_APP_PASSWORD = "ovni-ngsl-osen-ord1"  # noqa: S105 - known to everybody, as all of this
BLUESKY_PASSWORD = "kontots-eget-losenord"  # noqa: S105
"""The account's own, which is nobody's business."""
