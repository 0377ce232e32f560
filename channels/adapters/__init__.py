"""The registry of adapters and the platforms' base addresses."""

from channels.adapters.base import Adapter

LIVE_ADDRESSES: dict[str, str] = {
    "FACEBOOK_DIALOG_URL": "https://www.facebook.com",
    "FACEBOOK_GRAPH_URL": "https://graph.facebook.com",
    "FACEBOOK_VIDEO_URL": "https://graph-video.facebook.com",
    "X_AUTHORIZE_URL": "https://x.com/i/oauth2/authorize",
    "X_API_URL": "https://api.x.com",
    "X_PUBLIC_URL": "https://x.com",
    "GOOGLE_AUTHORIZE_URL": "https://accounts.google.com/o/oauth2/v2/auth",
    "GOOGLE_TOKEN_URL": "https://oauth2.googleapis.com/token",
    "GOOGLE_REVOKE_URL": "https://oauth2.googleapis.com/revoke",
    "YOUTUBE_API_URL": "https://www.googleapis.com",
    "YOUTUBE_PUBLIC_URL": "https://www.youtube.com",
}
ADAPTERS: dict[str, type[Adapter]] = {}


def sandbox_addresses(base: str) -> dict[str, str]:
    return {}
