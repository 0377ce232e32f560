"""
Renewing an access token with OAuth 2.0, the same for all platforms (RFC 6749, sections 5.2 and 6).

What an unclear end means differs: where the refresh token works once, it may be used up.
"""

from collections.abc import Mapping
from datetime import datetime

from requests.auth import AuthBase

from channels.adapters import http
from channels.adapters.base import Tokens
from channels.adapters.codes import Trouble
from channels.adapters.http import Answer, Unclear, later, whole_number
from channels.adapters.oauth import detail, unanswered
from channels.errors import ChannelError, NotConnected


def renew(
    url: str, form: Mapping[str, str], auth: AuthBase, secrets: tuple[str, ...], *, unclear: Unclear, seconds: int
) -> Tokens:  # fmt: skip
    """The renewed credential; `seconds` is how long it lasts if the platform does not tell."""
    if not form.get("refresh_token"):
        raise NotConnected(Trouble.TOKEN_EXPIRED, "there is no refresh token")
    answer = http.send("POST", url, auth=auth, data=dict(form), unclear=unclear, secrets=secrets)
    if not answer.is_good:
        raise trouble(answer)
    refresh = answer.at("refresh_token")
    return Tokens(
        answer.needed("access_token"), refresh if isinstance(refresh, str) else "", end(answer, seconds)
    )


def end(answer: Answer, seconds: int) -> datetime:
    given = whole_number(answer.at("expires_in"))
    return later(seconds if given is None else given)


def trouble(answer: Answer) -> ChannelError:
    return unanswered(answer) or NotConnected(Trouble.TOKEN_EXPIRED, detail(answer))
