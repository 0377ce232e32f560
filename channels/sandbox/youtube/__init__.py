"""
YouTube's Data API v3, as far as a channel needs it: resumable uploads, processing, updates, lists, and Google's OAuth.

Facts: Google, Resumable uploads, Videos, PlaylistItems, Thumbnails, Captions, Errors and Quota references and the
discovery document of revision 20261104, read 2026-11-22.
"""

from channels.sandbox.youtube import captions, channel, comments, films, signing_in, uploads
from channels.sandbox.youtube.answers import youtube

__all__ = ["captions", "channel", "comments", "films", "signing_in", "uploads", "youtube"]
