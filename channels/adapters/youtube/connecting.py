"""
Connecting a YouTube channel: Google's OAuth 2.0 with PKCE and offline access.

The person chooses the channel in Google's dialog, and may untick any permission. A refresh token comes the first time,
and later only when the consent is asked for anew. Revoking one token ends all that this person has given our app.

Facts: Google, OAuth 2.0 for web server applications, and the scopes of each method of the YouTube Data and Analytics
APIs, read 2026-11-22.
"""

from collections.abc import Mapping
from datetime import datetime

from channels.adapters import http, oauth
from channels.adapters.base import Connection
from channels.adapters.codes import Trouble
from channels.adapters.connector import Account, Connector, Grant, Right
from channels.adapters.http import Bearer, later
from channels.adapters.youtube.api import API
from channels.adapters.youtube.channels import own_channels
from channels.errors import NotConnected

SCOPE = "https://www.googleapis.com/auth/"
UPLOAD, MANAGE, LOOK = f"{SCOPE}youtube.upload", f"{SCOPE}youtube.force-ssl", f"{SCOPE}youtube.readonly"
ANALYTICS = f"{SCOPE}yt-analytics.readonly"
TOKEN_SECONDS = 3599


class YouTubeConnector(Connector):
    platform = "youtube"
    needs = {
        Right.PUBLISH: (UPLOAD, MANAGE),  # a film is uploaded as private and made public by an update
        Right.REMOVE: (MANAGE,),
        Right.READ: (MANAGE,),
        Right.COMMENTS: (MANAGE,),
        Right.STATISTICS: (ANALYTICS, LOOK),
        Right.STAY: (),  # not a permission: the refresh token is there, or `exchange` says that it is not
    }
    required = frozenset({Right.PUBLISH, Right.READ})

    def dialog(
        self, state: str, verifier: str, *, again: bool = False, answers: Mapping[str, str] | None = None
    ) -> str:
        """
        Whoever has several channels must get to choose. The consent is asked for only when it has to be: else Google
        would give a new refresh token each time, and at some number drop the oldest one, of a channel that works.
        """
        return oauth.authorization_url(
            self.addresses["GOOGLE_AUTHORIZE_URL"],
            self.app,
            self.redirect_uri,
            self.scopes,
            state,
            verifier=verifier,
            access_type="offline",
            include_granted_scopes="true",
            prompt="consent select_account" if again else "select_account",
        )

    def exchange(self, code: str, verifier: str, answers: Mapping[str, str] | None = None) -> Grant:
        given = oauth.fetch_token(
            self.addresses["GOOGLE_TOKEN_URL"],
            self.app,
            self.redirect_uri,
            code,
            verifier=verifier,
            in_body=True,
            seconds=TOKEN_SECONDS,
        )
        if not given.refresh_token:
            raise NotConnected(Trouble.NO_LASTING_ACCESS, "no refresh token came")
        return Grant(
            access_token=given.access_token,
            refresh_token=given.refresh_token,
            expires_at=given.expires_at,
            connection_ends_at=connection_end(given),
            scopes=self.scopes if given.scopes is None else given.scopes,
        )

    def accounts(self, grant: Grant) -> list[Account]:
        return own_channels(API(Connection("", grant.access_token), self.addresses))[0]

    def revoke(self, secrets: Mapping[str, str]) -> None:
        token = secrets.get("refresh_token") or secrets.get("access_token")
        if not token:
            return
        form = {"token": token}
        answer = http.send(
            "POST", self.addresses["GOOGLE_REVOKE_URL"], auth=Bearer(), data=form, secrets=(token,)
        )
        if not answer.is_good and answer.at("error") != "invalid_token":
            raise oauth.refusal(answer)


def connection_end(given: oauth.Given) -> datetime | None:
    """Told where the access is for a time only: chosen by the person, or while the app is in testing (seven days)."""
    seconds = http.whole_number(given.told.get("refresh_token_expires_in"))
    return later(seconds) if seconds and seconds > 0 else None
