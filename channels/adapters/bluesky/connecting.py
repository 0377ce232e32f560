"""
Connecting a Bluesky account.

There is no dialog: the person makes an app password in their own settings and gives it to us with the account's name.
It opens a session, and is thrown away; what is kept is the session's tokens. Each renewal brings a new refresh token,
and one that lies unused for about three months ends: the daily look keeps it alive.

Facts: lexicons com.atproto.server.createSession and deleteSession; docs.bsky.app, App passwords. Read 2026-11-25.
OAuth with DPoP is the protocol's newer way; a server of ours would have to publish its metadata to the whole Internet
for it, which a house behind a wall cannot.
"""

from collections.abc import Mapping
from dataclasses import replace

from channels.adapters import hosts
from channels.adapters.bluesky.api import API, claims, error, tokens, trouble
from channels.adapters.bluesky.probing import account, own_session
from channels.adapters.codes import Trouble
from channels.adapters.connector import Account, Connector, Grant, Question, Right
from channels.adapters.http import Answer
from channels.errors import ChannelError, NotConnected, Refused

APP_PASSWORD = "com.atproto.appPass"  # noqa: S105 - the scope of one
FULL_ACCESS = "com.atproto.access"
"""The scope that the account's own password gives. We want no such thing."""
SIGN_IN = {"AuthenticationRequired", "AuthFactorTokenRequired", "InvalidRequest"}
ENDED = {"ExpiredToken", "InvalidToken", "AuthenticationRequired", "AuthMissing"}


class BlueskyConnector(Connector):
    platform = "bluesky"
    needs = {
        Right.PUBLISH: (APP_PASSWORD,),
        Right.REMOVE: (APP_PASSWORD,),
        Right.READ: (APP_PASSWORD,),
        Right.COMMENTS: (APP_PASSWORD,),
        Right.STAY: (APP_PASSWORD,),
    }
    """
    An app password may do all of this or nothing. Nobody counts views there, so that there are no statistics to read.
    """
    has_app_keys = False
    has_dialog = False
    questions = (
        Question("server", default="https://bsky.social"),
        Question("handle"),
        Question("app_password", is_secret=True),
    )
    ends_only_this = True

    def dialog(
        self, state: str, verifier: str, *, again: bool = False, answers: Mapping[str, str] | None = None
    ) -> str:
        raise NotImplementedError("Bluesky has no dialog")

    def exchange(self, code: str, verifier: str, answers: Mapping[str, str] | None = None) -> Grant:
        raise NotImplementedError("Bluesky has no dialog")

    def sign_in(self, answers: Mapping[str, str]) -> Grant:
        """Raises NotConnected(SIGN_IN_REFUSED) also for the account's own password: that one is not for us to have."""
        host, password = (
            hosts.server(answers.get("server", ""), self.home),
            answers.get("app_password", "").strip(),
        )
        body = {"identifier": answers.get("handle", "").strip().removeprefix("@"), "password": password}
        answer = API(host, "", self.home).send(
            "POST", "com.atproto.server.createSession", json=body, secrets=(password,)
        )
        if not answer.is_good:
            raise not_in(answer)
        grant = granted(answer, host)
        if claims(grant.access_token).get("scope") == FULL_ACCESS:
            self.revoke({"refresh_token": grant.refresh_token, "host": host})
            raise NotConnected(Trouble.SIGN_IN_REFUSED, answer.detail("not an app password"))
        return grant

    def accounts(self, grant: Grant) -> list[Account]:
        """The one that the session is of."""
        api = API(grant.host, grant.access_token, self.home)
        found = account(api, own_session(api).told)
        return [replace(found, url=f"{self.addresses['BLUESKY_PUBLIC_URL']}/profile/{found.id}")]

    def revoke(self, secrets: Mapping[str, str]) -> None:
        """Ends the session. The app password lives on until the person takes it away; we have not kept it."""
        if not (token := secrets.get("refresh_token", "")):
            return
        api = API(secrets.get("host", ""), token, self.home)
        answer = api.send("POST", "com.atproto.server.deleteSession")
        if not answer.is_good and error(answer) not in ENDED:
            raise trouble(answer)

    @property
    def home(self) -> str:
        return self.addresses["BLUESKY_URL"]


def granted(answer: Answer, host: str) -> Grant:
    given = tokens(answer)
    return Grant(
        access_token=given.access_token,
        refresh_token=given.refresh_token,
        expires_at=given.expires_at,
        scopes=(APP_PASSWORD,),
        grantor=answer.needed("did"),
        grantor_name=answer.needed("handle"),
        host=host,
    )


def not_in(answer: Answer) -> ChannelError:
    """A server that knows no sessions is none of this protocol's kind."""
    if answer.status in (404, 405, 501):
        return NotConnected(Trouble.SERVER_UNKNOWN, answer.detail())
    if error(answer) in SIGN_IN:
        return NotConnected(Trouble.SIGN_IN_REFUSED, answer.detail(error(answer)))
    told = trouble(answer)
    return answer.unreadable() if isinstance(told, Refused) else told
