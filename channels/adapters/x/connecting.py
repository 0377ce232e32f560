"""
Connecting an X account: OAuth 2.0 with PKCE and a lasting refresh token.

X takes the person's yes to all of it or to nothing, and the account is the one that they are signed in with. The code
lives for thirty seconds.

Facts: X, OAuth 2.0 authorization code flow with PKCE, and Users look-up, read 2026-11-22.
"""

from collections.abc import Mapping

from requests.auth import AuthBase, HTTPBasicAuth

from channels.adapters import http, oauth
from channels.adapters.base import Connection
from channels.adapters.codes import Trouble
from channels.adapters.connector import Account, App, Connector, Grant, Right
from channels.adapters.http import Answer, Bearer
from channels.adapters.x.accounts import own_account
from channels.adapters.x.api import API
from channels.errors import NotConnected

TOKEN_SECONDS = 7200
DEAD = frozenset({"invalid_request", "invalid_grant", "invalid_token"})
"""What X calls a token that is used up, or that it never gave."""


class XConnector(Connector):
    platform = "x"
    needs = {
        Right.PUBLISH: ("tweet.read", "tweet.write", "users.read", "media.write"),
        Right.REMOVE: ("tweet.read", "tweet.write", "users.read"),
        Right.READ: ("tweet.read", "users.read"),
        Right.COMMENTS: ("tweet.read", "tweet.write", "users.read"),
        Right.STATISTICS: ("tweet.read", "users.read"),
        Right.STAY: ("offline.access",),
    }
    required = frozenset({Right.PUBLISH, Right.READ, Right.STAY})
    ends_only_this = True

    def dialog(
        self, state: str, verifier: str, *, again: bool = False, answers: Mapping[str, str] | None = None
    ) -> str:
        """X asks each time, so that `again` changes nothing."""
        return oauth.authorization_url(
            self.addresses["X_AUTHORIZE_URL"],
            self.app,
            self.redirect_uri,
            self.scopes,
            state,
            verifier=verifier,
        )

    def exchange(self, code: str, verifier: str, answers: Mapping[str, str] | None = None) -> Grant:
        url = f"{self.addresses['X_API_URL']}/2/oauth2/token"
        given = oauth.fetch_token(
            url, self.app, self.redirect_uri, code, verifier=verifier, seconds=TOKEN_SECONDS
        )
        if not given.refresh_token:
            raise NotConnected(Trouble.NO_LASTING_ACCESS, "no refresh token came")
        return Grant(
            access_token=given.access_token,
            refresh_token=given.refresh_token,
            expires_at=given.expires_at,
            scopes=self.scopes if given.scopes is None else given.scopes,
        )

    def accounts(self, grant: Grant) -> list[Account]:
        return [own_account(API(Connection("", grant.access_token), self.addresses))[0]]

    def revoke(self, secrets: Mapping[str, str]) -> None:
        """Each token by itself; the lasting one first, so that nobody can renew what is ended."""
        for name in ("refresh_token", "access_token"):
            if token := secrets.get(name):
                self.end(token)

    def end(self, token: str) -> None:
        form, auth = identified(self.app, {"token": token})
        url = f"{self.addresses['X_API_URL']}/2/oauth2/revoke"
        answer = http.send("POST", url, auth=auth, data=form, secrets=(token, self.app.secret))
        if not answer.is_good and not is_dead(answer):
            raise oauth.refusal(answer)


def is_dead(answer: Answer) -> bool:
    return answer.status == 400 and str(answer.at("error")) in DEAD


def identified(app: App, form: Mapping[str, str]) -> tuple[dict[str, str], AuthBase]:
    """Who we are, at the endpoints for tokens: with HTTP Basic, or by our id alone where there is no secret."""
    if app.secret:
        return dict(form), HTTPBasicAuth(app.id, app.secret)
    return {**form, "client_id": app.id}, Bearer()
