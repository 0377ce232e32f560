"""What an application asks a platform for when it sends somebody there to say yes, and what comes of it."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from requests import Response

from channels.sandbox.store import APPS, FACEBOOK_SCOPES, X_SCOPES, YOUTUBE_SCOPES
from channels.sandbox.testing import LiveSandbox

SECONDS = 20

BACK = "http://127.0.0.1:8000/kanaler/tillbaka/"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
AUTHORIZE = {
    "facebook": "facebook/v26.0/dialog/oauth",
    "x": "x/i/oauth2/authorize",
    "youtube": "google/o/oauth2/v2/auth",
}
SCOPES = {"facebook": FACEBOOK_SCOPES, "x": X_SCOPES, "youtube": YOUTUBE_SCOPES}

TOKEN = {"facebook": "facebook/v26.0/oauth/access_token", "x": "x/2/oauth2/token", "youtube": "google/token"}
ACCOUNTS = {"facebook": "1000001", "x": "2000001", "youtube": "UC" + "s" * 22}


def question(platform: str, **changed: str) -> dict[str, str]:
    """What an application asks for; an empty change leaves it out."""
    asked = {
        "client_id": APPS[platform][0], "redirect_uri": BACK, "state": "tillstånd", "response_type": "code",
        "scope": " ".join(SCOPES[platform]), "code_challenge": CHALLENGE, "code_challenge_method": "S256",
        "access_type": "offline", **changed,
    }  # fmt: skip
    return {name: value for name, value in asked.items() if value}


def answered(sandbox: LiveSandbox, platform: str, answer: Any = None, **changed: str) -> dict[str, str]:
    """What the browser brings back to the application after the person has answered."""
    form = {"answer": "yes", "account": ACCOUNTS[platform]} if answer is None else answer
    told = requests.post(
        f"{sandbox.url}/{AUTHORIZE[platform]}", params=question(platform, **changed), data=form, timeout=SECONDS,
        allow_redirects=False,
    )  # fmt: skip
    assert (told.status_code, told.headers["Location"].partition("?")[0]) == (303, BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(told.headers["Location"]).query).items()}


def exchanged(sandbox: LiveSandbox, platform: str, auth: Any = None, **changed: Any) -> Response:
    fields = {"grant_type": "authorization_code", "redirect_uri": BACK, "code_verifier": VERIFIER, **changed}
    url = f"{sandbox.url}/{TOKEN[platform]}"
    return requests.post(
        url, data=fields, auth=APPS[platform] if auth is None else auth or None, timeout=SECONDS
    )


def signed_in(sandbox: LiveSandbox, platform: str, answer: Any = None, **changed: str) -> dict[str, Any]:
    told = exchanged(sandbox, platform, code=answered(sandbox, platform, answer, **changed)["code"])
    assert told.status_code == 200
    return told.json()
