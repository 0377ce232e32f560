"""
Connecting pages of Facebook: the person signs in, we get a token of theirs that lasts, and with it the pages' own tokens.

Only the page's token is kept (`Account.access_token`). It has no date of expiry when it was got with a long-lived token
of the person, and needs no renewal. The person's own token could do far more, and is needed for nothing afterwards: the
probe asks with the page's token and as the app, and what a person has given is given back by the app too (`revoke`),
which finds out from any token whose it was.

Facts: Meta, Manual login flow, Long-lived tokens, Permissions and Pages API references for v26.0, read 2026-11-22. The
token endpoint takes GET and POST: tokens of people and our secret travel in forms, never in addresses.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from channels.adapters import http, oauth
from channels.adapters.base import Connection
from channels.adapters.codes import Trouble
from channels.adapters.connector import Account, Connector, Grant, Right
from channels.adapters.facebook import graph as graphs
from channels.adapters.facebook import probing, tokens
from channels.adapters.facebook.graph import VERSION, Graph
from channels.adapters.http import Answer, Bearer
from channels.adapters.looking import only_looking
from channels.errors import ChannelError, NotConnected, Refused

OF_BUSINESSES = "business_management"
"""Without it the pages that a business owns are missing in the list, and that is all."""
MOST_BUSINESSES = 20
PAGE_FIELDS = f"{probing.PAGE_FIELDS},access_token"
TASKS: dict[Right, str] = {
    Right.PUBLISH: "CREATE_CONTENT",
    Right.REMOVE: "CREATE_CONTENT",
    Right.COMMENTS: "MODERATE",
    Right.STATISTICS: "ANALYZE",
}
"""What the person must be allowed on the page, as pages have it now; READ goes with any of them."""
NEW_KIND = "PROFILE_PLUS_"
"""The same tasks begin so where the page was given to the person through a business."""
ALL_TASKS = "FULL_CONTROL"

ADDRESS = {36008, 191}
CODE = {36007, 36009}
IN_WORDS = {
    "client secret": Trouble.APP_KEYS,
    "redirect_uri": Trouble.ADDRESS_REFUSED,
    "verification code": Trouble.CODE_OLD,
    "authorization code": Trouble.CODE_OLD,
}
"""The token endpoint gives codes that mean something else everywhere else; its words are its own."""


class FacebookConnector(Connector):
    platform = "facebook"
    needs = {
        Right.PUBLISH: ("pages_show_list", "pages_manage_posts", "pages_read_engagement"),
        Right.REMOVE: ("pages_manage_posts", "pages_read_engagement"),
        Right.READ: ("pages_read_engagement",),
        Right.COMMENTS: ("pages_read_engagement", "pages_read_user_content", "pages_manage_engagement"),
        Right.STATISTICS: ("pages_read_engagement", "read_insights"),
        Right.BUSINESSES: (OF_BUSINESSES,),
    }

    def dialog(
        self, state: str, verifier: str, *, again: bool = False, answers: Mapping[str, str] | None = None
    ) -> str:
        """PKCE is not documented for this flow: it rests on our secret and the state. `again` shows what was declined."""
        url = f"{self.addresses['FACEBOOK_DIALOG_URL']}/{VERSION}/dialog/oauth"
        more = {"auth_type": "rerequest"} if again else {}
        return oauth.authorization_url(
            url, self.app, self.redirect_uri, self.scopes, state, separator=",", **more
        )

    def exchange(self, code: str, verifier: str, answers: Mapping[str, str] | None = None) -> Grant:
        """
        A token of the person that lasts, who they are, and what they let us do. No end is told: what is kept is a page's
        token, which has none.

        If a later call fails, the first token is let be: it ends by itself in an hour or two (sixty days at most), and to
        revoke it would end all that the same person gave us, other pages too.
        """
        short = oauth.fetch_token(
            self.token_url, self.app, self.redirect_uri, code, in_body=True, trouble=code_refused
        )
        graph = self.graph(self.lengthened(short.access_token))
        with only_looking():
            person = graph.get("me", {"fields": "id,name"})
            scopes = tuple(granted(graph))
        return Grant(
            access_token=graph.connection.access_token,
            scopes=scopes,
            grantor=person.needed("id"),
            grantor_name=str(person.at("name") or ""),
        )

    def lengthened(self, token: str) -> str:
        """About sixty days instead of an hour or two; it is what the pages' tokens take after."""
        form = {
            "grant_type": "fb_exchange_token",
            "client_id": self.app.id,
            "client_secret": self.app.secret,
            "fb_exchange_token": token,
        }
        answer = http.send("POST", self.token_url, auth=Bearer(), data=form, secrets=(token, self.app.secret))
        if not answer.is_good or graphs.is_refusal(answer):
            raise code_refused(answer)
        return answer.needed("access_token")

    def accounts(self, grant: Grant) -> list[Account]:
        """The pages, those of businesses too, each once; then the person's own profile, which nobody may choose."""
        graph = self.graph(grant.access_token)
        pages: dict[str, Account] = {}
        with only_looking():
            for page in (*of_person(graph), *of_businesses(graph, grant)):
                pages.setdefault(page.id, page)
        profile = Account(grant.grantor, grant.grantor_name, refusal=Trouble.PERSONAL_PROFILE)
        return [*pages.values(), profile]

    def revoke(self, secrets: Mapping[str, str]) -> None:
        """
        Take our app from the person who gave us this token, and with it all that they gave us. A token of which Facebook
        does not say who gave it, or that they took the app away already, has nothing behind it.
        """
        graph = self.graph(secrets["access_token"])
        facts = tokens.facts(graph)
        if facts.person and not facts.is_removed:
            tokens.end_all(graph, facts.person)

    @property
    def token_url(self) -> str:
        return f"{self.addresses['FACEBOOK_GRAPH_URL']}/{VERSION}/oauth/access_token"

    def graph(self, token: str) -> Graph:
        return Graph(Connection("me", token, self.app.id, self.app.secret), self.addresses)


def granted(graph: Graph) -> Iterator[str]:
    """The person may have unticked some in the dialog."""
    for item in graph.listed("me/permissions", {}):
        if item.get("status") == "granted":
            yield str(item.get("permission"))


# --- the pages --------------------------------------------------------------------------------------------------


def of_person(graph: Graph) -> Iterator[Account]:
    """Those where the person has a role. Only here Facebook tells which tasks it gives."""
    for page in graph.listed("me/accounts", {"fields": f"{PAGE_FIELDS},tasks"}):
        yield page_of(page, tasks_of(page))


def of_businesses(graph: Graph, grant: Grant) -> Iterator[Account]:
    """Those of the businesses that the person belongs to, which may be missing among their own."""
    if OF_BUSINESSES not in grant.scopes:
        return
    for business in islice(allowed(graph, "me/businesses", "id"), MOST_BUSINESSES):
        for edge in ("owned_pages", "client_pages"):
            for page in allowed(graph, f"{business.get('id')}/{edge}", PAGE_FIELDS):
                yield page_of(page, None)


def allowed(graph: Graph, path: str, fields: str) -> list[dict[str, Any]]:
    """The list, or nothing where the person may not see it: they still have their own pages."""
    try:
        return list(graph.listed(path, {"fields": fields}))
    except NotConnected as error:
        if error.code != Trouble.PERMISSION_MISSING:
            raise
    except Refused:
        pass
    return []


def page_of(page: dict[str, Any], tasks: frozenset[str] | None) -> Account:
    """`tasks` is None where Facebook does not tell: then a token must do, which only those get who have some role."""
    token = page.get("access_token")
    missing = tuple(right for right, task in TASKS.items() if tasks is not None and task not in tasks)
    is_ours = isinstance(token, str) and bool(token) and Right.PUBLISH not in missing
    return probing.account(
        page,
        access_token=token if is_ours else "",
        refusal="" if is_ours else Trouble.ROLE_MISSING,
        missing=missing,
    )


def tasks_of(page: dict[str, Any]) -> frozenset[str] | None:
    told = page.get("tasks")
    if not isinstance(told, list):
        return None
    tasks = frozenset(str(task).removeprefix(NEW_KIND) for task in told)
    return tasks | frozenset(TASKS.values()) if ALL_TASKS in tasks else tasks


# --- what refusals mean -----------------------------------------------------------------------------------------


def code_refused(answer: Answer) -> ChannelError:
    """What the token endpoint means. Nothing of ours is judged here: what has no other meaning, the dialog may mend."""
    message = str(answer.at("error", "message") or "")
    codes = graphs.codes(answer)
    detail = answer.detail(message)
    if codes & ADDRESS:
        return NotConnected(Trouble.ADDRESS_REFUSED, detail)
    if codes & CODE:
        return NotConnected(Trouble.CODE_OLD, detail)
    if named := next((IN_WORDS[words] for words in IN_WORDS if words in message), None):
        return NotConnected(named, detail)
    error = graphs.trouble(answer)
    return NotConnected(Trouble.DIALOG_FAILED, error.detail) if isinstance(error, Refused) else error
