"""What an application asks a platform for when it sends somebody there to say yes."""

import base64
import hashlib

from channels.sandbox.store import APPS, FACEBOOK_SCOPES, X_SCOPES, YOUTUBE_SCOPES

BACK = "http://127.0.0.1:8000/kanaler/tillbaka/"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
AUTHORIZE = {
    "facebook": "facebook/v26.0/dialog/oauth",
    "x": "x/i/oauth2/authorize",
    "youtube": "google/o/oauth2/v2/auth",
}
SCOPES = {"facebook": FACEBOOK_SCOPES, "x": X_SCOPES, "youtube": YOUTUBE_SCOPES}


def question(platform: str, **changed: str) -> dict[str, str]:
    """What an application asks for; an empty change leaves it out."""
    asked = {
        "client_id": APPS[platform][0], "redirect_uri": BACK, "state": "tillstånd", "response_type": "code",
        "scope": " ".join(SCOPES[platform]), "code_challenge": CHALLENGE, "code_challenge_method": "S256",
        "access_type": "offline", **changed,
    }  # fmt: skip
    return {name: value for name, value in asked.items() if value}
