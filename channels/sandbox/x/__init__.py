"""
X's API v2, as far as an account needs it: publishing, media, reading back, deleting, and OAuth 2.0 with PKCE.

Facts: X, Manage posts, Media upload, Timelines, Rate limits, Response codes and OAuth 2.0 pages, read 2026-11-22.
"""

from channels.sandbox.x import media, old_media, posts, signing_in, users
from channels.sandbox.x.answers import x

__all__ = ["media", "old_media", "posts", "signing_in", "users", "x"]
