"""
Facebook's Graph API, as far as a page needs it: publishing, staging, reading back, comments, deleting, and signing in.

Facts: Meta, Page posts, Page photos, Page videos, Resumable upload, Error handling and Rate limiting references for
v26.0, read 2026-11-22.
"""

from channels.sandbox.facebook.ways import facebook

__all__ = ["facebook"]
