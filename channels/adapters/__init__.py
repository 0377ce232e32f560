"""The registry of adapters and the platforms' base addresses. A new platform is one more line here, and its module."""

from channels.adapters.base import Adapter
from channels.adapters.bluesky import Bluesky
from channels.adapters.by_hand import ByHand
from channels.adapters.facebook import Facebook
from channels.adapters.mastodon import Mastodon
from channels.adapters.x import X
from channels.adapters.youtube import YouTube

ADAPTERS: dict[str, type[Adapter]] = {
    adapter.platform: adapter for adapter in (Facebook, X, YouTube, Mastodon, Bluesky, ByHand)
}

LIVE_ADDRESSES: dict[str, str] = {
    "FACEBOOK_DIALOG_URL": "https://www.facebook.com",
    "FACEBOOK_GRAPH_URL": "https://graph.facebook.com",
    "FACEBOOK_VIDEO_URL": "https://graph-video.facebook.com",
    "FACEBOOK_PUBLIC_URL": "https://www.facebook.com",
    "X_AUTHORIZE_URL": "https://x.com/i/oauth2/authorize",
    "X_API_URL": "https://api.x.com",
    "X_PUBLIC_URL": "https://x.com",
    "GOOGLE_AUTHORIZE_URL": "https://accounts.google.com/o/oauth2/v2/auth",
    "GOOGLE_TOKEN_URL": "https://oauth2.googleapis.com/token",
    "GOOGLE_REVOKE_URL": "https://oauth2.googleapis.com/revoke",
    "YOUTUBE_API_URL": "https://www.googleapis.com",
    "YOUTUBE_PUBLIC_URL": "https://www.youtube.com",
    "MASTODON_URL": "https://mastodon.social",
    "BLUESKY_URL": "https://bsky.social",
    "BLUESKY_PUBLIC_URL": "https://bsky.app",
}
"""
Meta, Graph API overview and Video upload; X, OAuth 2.0 and Posts; Google, OAuth 2.0 for web servers and YouTube Data API;
all read 2026-11-22. Mastodon and Bluesky are many servers, and theirs here are those that most people mean. The PUBLIC
ones are where people find what was published.
"""


def sandbox_addresses(base: str) -> dict[str, str]:
    """The same names on the sandbox at `base` (its address without a stroke at the end)."""
    return {
        "FACEBOOK_DIALOG_URL": f"{base}/facebook",
        "FACEBOOK_GRAPH_URL": f"{base}/facebook",
        "FACEBOOK_VIDEO_URL": f"{base}/facebook",
        "FACEBOOK_PUBLIC_URL": f"{base}/sidor/facebook",
        "X_AUTHORIZE_URL": f"{base}/x/i/oauth2/authorize",
        "X_API_URL": f"{base}/x",
        "X_PUBLIC_URL": f"{base}/sidor/x",
        "GOOGLE_AUTHORIZE_URL": f"{base}/google/o/oauth2/v2/auth",
        "GOOGLE_TOKEN_URL": f"{base}/google/token",
        "GOOGLE_REVOKE_URL": f"{base}/google/revoke",
        "YOUTUBE_API_URL": f"{base}/google",
        "YOUTUBE_PUBLIC_URL": f"{base}/sidor/youtube",
        "MASTODON_URL": f"{base}/mastodon",
        "BLUESKY_URL": f"{base}/bluesky",
        "BLUESKY_PUBLIC_URL": f"{base}/sidor/bluesky",
    }
