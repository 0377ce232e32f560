"""
OAuth 2.0 with a code (RFC 6749, section 4.1; PKCE, RFC 7636), by `requests_oauthlib`, the same for all platforms.

The library makes the dialog's address and the form, and reads the tokens. Its call goes over the line that all our calls
take (`channels.adapters.http`), so that time limits, redirects and *not sent* are the same. What it would raise becomes
one of `channels.errors`: its own exceptions tell of the protocol, not of what a person must do next.

A platform may grant less than was asked for. That is an answer, not an error: whoever asked compares.
"""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from oauthlib.oauth2 import MissingTokenError, WebApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from channels.adapters import http
from channels.adapters.codes import Trouble
from channels.adapters.connector import App
from channels.adapters.hosts import is_loopback
from channels.adapters.http import Answer, Bearer, later
from channels.errors import ChannelError, NotConnected, RateLimited

OUR_FAULT = frozenset({"invalid_client", "unauthorized_client", "deleted_client", "disabled_client"})
"""The platform does not know our app, or its secret: no person can mend that by connecting again."""
WAIT_SECONDS = 15 * 60
"""Token endpoints send no header that tells how long."""
CODE = re.compile(r"authori[sz]ation.code|code.verifier", re.IGNORECASE)
ADDRESS = re.compile("redirect.?ur[il]", re.IGNORECASE)
"""X says `invalid_request` of everything: the description tells what is wrong."""

# The library writes codes, secrets and tokens into its own log, at the level for developers.
logging.getLogger("requests_oauthlib.oauth2_session").addFilter(lambda record: False)


@dataclass(frozen=True)
class Given:
    """What came for the code."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime | None
    scopes: tuple[str, ...] | None
    """What was granted; None where the platform does not tell."""
    told: Mapping[str, Any] = field(repr=False)
    """The whole answer, with what is the platform's own."""


# --- the two steps ----------------------------------------------------------------------------------------------


def authorization_url(
    url: str,
    app: App,
    redirect_uri: str,
    scopes: Iterable[str],
    state: str,
    *,
    verifier: str = "",
    separator: str = " ",
    **more: str,
) -> str:
    """The dialog's address. With a `verifier` its S256 challenge goes along; `more` are the platform's own parameters."""
    session = OAuth2Session(app.id, redirect_uri=redirect_uri, scope=separator.join(scopes))
    if verifier:
        more |= {"code_challenge": challenge(verifier), "code_challenge_method": "S256"}
    made, _ = session.authorization_url(secured(url), state=state, **more)
    return made.replace(secured(url), url, 1)


def fetch_token(
    url: str,
    app: App,
    redirect_uri: str,
    code: str,
    *,
    verifier: str = "",
    in_body: bool = False,
    seconds: int | None = None,
    trouble: Callable[[Answer], ChannelError] | None = None,
    **more: str,
) -> Given:
    """
    The tokens for the code.

    The secret goes into the HTTP Basic header, or into the form where the platform wants it `in_body`; without a secret
    only our id goes. `seconds` is how long the token lasts if the platform does not tell; None: for ever. `trouble` says
    what a refusal means on platforms that do not speak OAuth's words.
    """
    secrets = tuple(filter(None, (code, verifier, app.secret)))
    with Session(app, redirect_uri, url, secrets, trouble or refusal) as session:
        return session.fetch(code, verifier, in_body, seconds, more)


# --- the session ------------------------------------------------------------------------------------------------


class Session(OAuth2Session):
    """The library's session for one call to the token endpoint, over our line."""

    def __init__(
        self,
        app: App,
        redirect_uri: str,
        url: str,
        secrets: tuple[str, ...],
        trouble: Callable[[Answer], ChannelError],
    ) -> None:
        # Without scopes: the library would raise when others were granted.
        super().__init__(app.id, redirect_uri=redirect_uri)
        self.app, self.url, self.secrets, self.trouble = app, url, secrets, trouble

    def fetch(
        self, code: str, verifier: str, in_body: bool, seconds: int | None, more: Mapping[str, str]
    ) -> Given:
        if not code:
            raise NotConnected(Trouble.DIALOG_FAILED, "there is no code")
        form = dict(more) | ({"code_verifier": verifier} if verifier else {})
        try:
            token = self.fetch_token(secured(self.url), code=code, **self.proof(in_body), **form)
        except (MissingTokenError, ValueError):
            # Without its cause, which may repeat what stands in the answer.
            raise self.answer.unreadable() from None
        self.answer.needed("access_token")
        return given(token, seconds)

    def proof(self, in_body: bool) -> dict[str, Any]:
        """How we show who we are."""
        if self.app.secret and not in_body:
            return {"auth": HTTPBasicAuth(self.app.id, self.app.secret)}
        # The library writes an empty secret into the form too, unless there is none at all.
        return {"auth": Bearer(), "include_client_id": True, "client_secret": self.app.secret or None}

    def request(self, method: str, url: str, **parts: Any) -> requests.Response:  # type: ignore[override]
        """The library's only way out. It was told an address that it likes; the true one is ours. No token exists yet."""
        wanted = {name: parts[name] for name in ("auth", "headers", "data")}
        self.answer, response = http.send_over(self, method, self.url, secrets=self.secrets, **wanted)
        if not self.answer.is_good or self.answer.at("error") is not None:
            raise self.trouble(self.answer)
        if not isinstance(self.answer.told, dict):
            raise self.answer.unreadable()
        return response


def given(token: Mapping[str, Any], seconds: int | None) -> Given:
    refresh, scopes = token.get("refresh_token"), token.get("scope")
    return Given(
        access_token=str(token["access_token"]),
        refresh_token=refresh if isinstance(refresh, str) else "",
        expires_at=end(token.get("expires_in"), seconds),
        scopes=tuple(filter(None, scopes)) if isinstance(scopes, list) else None,
        told=dict(token),
    )


def end(told: Any, seconds: int | None) -> datetime | None:
    given = http.whole_number(told)
    lasts = given if given and given > 0 else seconds
    return None if lasts is None else later(lasts)


def challenge(verifier: str) -> str:
    return str(WebApplicationClient("").create_code_challenge(verifier, "S256"))


def secured(url: str) -> str:
    """
    The library takes https only, unless a variable in the environment takes that from all of the process. Over the
    loopback nobody can listen, so that such an address alone goes by under another name.
    """
    return (
        f"https{url[4:]}" if url.startswith("http://") and is_loopback(urlsplit(url).hostname or "") else url
    )


# --- what refusals mean -----------------------------------------------------------------------------------------


def refusal(answer: Answer) -> ChannelError:
    """Of the code."""
    return unanswered(answer) or NotConnected(why(answer), detail(answer))


def unanswered(answer: Answer) -> ChannelError | None:
    """What says nothing of our code or token, with any platform that speaks OAuth's words; None if it does."""
    if answer.status == 429:
        return RateLimited(Trouble.TOO_MANY_CALLS, answer.detail(), until=later(WAIT_SECONDS))
    if answer.status >= 500:
        return answer.down()
    # What is not in OAuth's own words comes from something in front of it.
    if 300 <= answer.status < 400 or not isinstance(answer.told, dict):
        return answer.unreadable()
    error = answer.at("error")
    if not isinstance(error, str | None):
        return answer.unreadable()
    return NotConnected(Trouble.APP_KEYS, detail(answer)) if error in OUR_FAULT else None


def why(answer: Answer) -> Trouble:
    error, described = str(answer.at("error") or ""), str(answer.at("error_description") or "")
    if error == "redirect_uri_mismatch" or ADDRESS.search(described):
        return Trouble.ADDRESS_REFUSED
    if error == "invalid_grant" or CODE.search(described):
        return Trouble.CODE_OLD
    return Trouble.DIALOG_FAILED


def detail(answer: Answer) -> str:
    return answer.detail(f"{answer.at('error') or ''} {answer.at('error_description') or ''}".strip())
