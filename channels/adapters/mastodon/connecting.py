"""
Connecting an account on a Mastodon server.

Nobody registers us by hand: each server gives us an id and a secret when we ask, and they go along with the grant. Tokens
do not end.

Facts: docs.joinmastodon.org, apps and oauth API methods and OAuth scopes; read 2026-11-25. PKCE is known from version
4.3; older servers let it be, as they must with parameters that they do not know (RFC 6749, section 3.1).
"""

from collections.abc import Mapping

from channels.adapters import hosts, http, oauth
from channels.adapters.codes import Trouble
from channels.adapters.connector import Account, App, Connector, Grant, Question, Right
from channels.adapters.http import Bearer
from channels.adapters.mastodon.api import API, looked
from channels.adapters.mastodon.probing import account, own_account
from channels.errors import NotConnected

NAME = "Seko Social"


class MastodonConnector(Connector):
    platform = "mastodon"
    needs = {
        Right.PUBLISH: ("write:statuses", "write:media"),
        Right.REMOVE: ("write:statuses",),
        Right.READ: ("read:accounts", "read:statuses"),
        Right.COMMENTS: ("read:statuses", "write:statuses"),
        Right.STATISTICS: ("read:statuses",),
        Right.STAY: (),
    }
    required = frozenset({Right.PUBLISH, Right.READ})
    has_app_keys = False
    questions = (Question("server"),)
    ends_only_this = True

    def dialog(
        self, state: str, verifier: str, *, again: bool = False, answers: Mapping[str, str] | None = None
    ) -> str:
        """Registers us at the server first: `app` is what it gave, and belongs to the code that will come."""
        host = self.host(answers)
        self.app = self.registered(host)
        more = {"force_login": "true"} if again else {}
        return oauth.authorization_url(
            f"{host}/oauth/authorize",
            self.app,
            self.redirect_uri,
            self.scopes,
            state,
            verifier=verifier,
            lang="sv",
            **more,
        )

    def exchange(self, code: str, verifier: str, answers: Mapping[str, str] | None = None) -> Grant:
        host = self.host(answers)
        with hosts.reach(host, self.home):
            given = oauth.fetch_token(
                f"{host}/oauth/token", self.app, self.redirect_uri, code, verifier=verifier, in_body=True
            )
        return Grant(
            access_token=given.access_token,
            expires_at=given.expires_at,
            scopes=self.scopes if given.scopes is None else given.scopes,
            host=host,
            app_id=self.app.id,
            app_secret=self.app.secret,
        )

    def accounts(self, grant: Grant) -> list[Account]:
        """The one that the token is of."""
        answer = own_account(API(grant.host, grant.access_token, self.home))
        return [account(answer.told, grant.host)]

    def revoke(self, secrets: Mapping[str, str]) -> None:
        """A token that is ended already is ended once more."""
        if not (token := secrets.get("access_token", "")):
            return
        host = secrets.get("host", "")
        id, secret = secrets.get("app_id", self.app.id), secrets.get("app_secret", self.app.secret)
        form = {"client_id": id, "client_secret": secret, "token": token}
        with hosts.reach(host, self.home):
            answer = http.send(
                "POST", f"{host}/oauth/revoke", auth=Bearer(), data=form, secrets=(token, secret)
            )
        if not answer.is_good:
            raise oauth.refusal(answer)

    # --- the server

    @property
    def home(self) -> str:
        return self.addresses["MASTODON_URL"]

    def host(self, answers: Mapping[str, str] | None) -> str:
        return hosts.server((answers or {}).get("server", ""), self.home)

    def registered(self, host: str) -> App:
        """Who we are there. A server that has no such call is none of Mastodon's kind."""
        form = {"client_name": NAME, "redirect_uris": self.redirect_uri, "scopes": " ".join(self.scopes)}
        answer = API(host, "", self.home).send("POST", "v1/apps", data=form)
        if answer.status in (404, 405, 410) or (answer.is_good and answer.at("client_id") is None):
            raise NotConnected(Trouble.SERVER_UNKNOWN, answer.detail())
        looked(answer)
        return App(answer.needed("client_id"), answer.needed("client_secret"))
