"""Connecting pages, at the sandbox's dialog and against answers that are written here. The contract has the rest."""

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from channels.adapters import sandbox_addresses
from channels.adapters.base import Connection
from channels.adapters.codes import Trouble
from channels.adapters.connector import Account, App, Grant, Right
from channels.adapters.facebook import Facebook, connecting
from channels.adapters.facebook.connecting import FacebookConnector
from channels.errors import NotConnected, NotSent, RateLimited
from channels.sandbox.apps import APPS
from channels.sandbox.store import PERSON
from tests.channels.adapters.visitor import VERIFIER, Visit, echo

PAGE = "7000001"
OWNED, CLIENT = "7000003", "7000004"
USER, PAGE_TOKEN = "the-token-of-the-person", "the-token-of-the-page"
SHORT = "the-short-token"
EVERY_TASK = ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MANAGE", "MESSAGING", "MODERATE"]
TOKENS = "POST oauth/access_token"
ALL_BUT_BUSINESS = tuple(
    scope for scope in FacebookConnector(App("1"), {}).scopes if scope != connecting.OF_BUSINESSES
)


@pytest.fixture
def visit(sandbox) -> Visit:
    return Visit.at(sandbox, FacebookConnector)


@pytest.fixture
def connector(script) -> FacebookConnector:
    """At the script's address."""
    return FacebookConnector(
        App("1234", "app-secret"), sandbox_addresses(script.url), "https://here.example/back/"
    )


@pytest.fixture
def grant() -> Grant:
    return Grant(USER, grantor=PERSON, grantor_name="Maria Lind", scopes=ALL_BUT_BUSINESS)


def page(id: str = PAGE, **more: object) -> dict[str, object]:
    return {"id": id, "name": "Seko", "access_token": PAGE_TOKEN, "tasks": EVERY_TASK, **more}


def graph_error(code: int, subcode: int | None = None, message: str = "No.") -> dict[str, object]:
    return {"error": {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode}}


def refused(step, *given) -> str:
    with pytest.raises(NotConnected) as raised:
        step(*given)
    return raised.value.code


# --- the dialog


def test_permissions_are_asked_for_with_commas_and_declined_ones_only_when_asked_again(connector):
    asked = parse_qs(urlsplit(connector.dialog("state", VERIFIER)).query)
    again = parse_qs(urlsplit(connector.dialog("state", VERIFIER, again=True)).query)
    assert asked["scope"] == [",".join(connector.scopes)]
    assert "auth_type" not in asked
    assert again["auth_type"] == ["rerequest"]
    assert connector.dialog("state", VERIFIER).startswith(
        f"{connector.addresses['FACEBOOK_DIALOG_URL']}/v26.0/dialog/oauth?"
    )


def test_what_was_declined_stays_so_until_it_is_asked_for_again(visit):
    assert "read_insights" not in visit.grant(declined=["read_insights"]).scopes
    assert "read_insights" not in visit.grant().scopes
    assert "read_insights" in visit.grant(again=True).scopes


def test_a_channel_can_be_without_the_pages_of_businesses():
    every = FacebookConnector(App("1"), {}).scopes
    assert connecting.OF_BUSINESSES in every
    assert FacebookConnector.needs[Right.BUSINESSES] == (connecting.OF_BUSINESSES,)
    assert Right.BUSINESSES not in FacebookConnector.required
    assert {*FacebookConnector.needs} - {*FacebookConnector.rights(ALL_BUT_BUSINESS)} == {Right.BUSINESSES}


def test_an_address_that_is_not_registered_is_shown_by_facebook_itself(visit):
    visit.sandbox.register_redirects("https://somewhere.example/")
    with pytest.raises(AssertionError, match="URL:en är blockerad"):
        visit.come_back()


# --- the code


def test_the_grant_is_lasting_and_tells_who_gave_what(visit):
    grant = visit.grant()
    facts = told_of(visit, grant.access_token)
    assert facts["type"] == "USER"
    assert facts["expires_at"] - facts["issued_at"] == 60 * 24 * 3600
    assert (grant.grantor, grant.grantor_name) == (PERSON, "Övningspersonen")
    assert set(grant.scopes) == set(visit.connector.scopes)


def test_no_end_is_told_since_the_pages_token_has_none(visit):
    grant = visit.grant()
    assert (grant.expires_at, grant.connection_ends_at, grant.refresh_token) == (None, None, "")
    chosen = visit.connector.accounts(grant)[0]
    assert told_of(visit, chosen.access_token)["expires_at"] == 0


def told_of(visit: Visit, token: str) -> dict[str, Any]:
    url = f"{visit.sandbox.url}/facebook/v26.0/debug_token"
    form = {"input_token": token, "access_token": "|".join(APPS["facebook"])}
    return requests.post(url, data=form, timeout=10).json()["data"]


def exchanging(script, *, short: object = None, long: object = None):
    script.on(TOKENS, short or {"access_token": SHORT, "token_type": "bearer", "expires_in": 3600})
    script.on(TOKENS, long or {"access_token": USER, "token_type": "bearer", "expires_in": 5_183_944})
    script.on("GET me", {"id": PERSON, "name": "Maria Lind"})
    granted = [{"permission": scope, "status": "granted"} for scope in ALL_BUT_BUSINESS]
    declined = {"permission": connecting.OF_BUSINESSES, "status": "declined"}
    return script.on("GET me/permissions", {"data": [*granted, declined]})


def test_the_code_is_exchanged_in_four_calls_without_a_secret_in_any_address(connector, script):
    exchanging(script)
    grant = connector.exchange("the-code", VERIFIER)
    assert grant == Grant(USER, scopes=ALL_BUT_BUSINESS, grantor=PERSON, grantor_name="Maria Lind")
    code, longer, me, permissions = script.heard
    assert code.form == {
        "grant_type": "authorization_code",
        "client_id": "1234",
        "client_secret": "app-secret",
        "code": "the-code",
        "redirect_uri": "https://here.example/back/",
    }
    assert longer.form == {
        "grant_type": "fb_exchange_token",
        "client_id": "1234",
        "client_secret": "app-secret",
        "fb_exchange_token": SHORT,
    }
    assert (code.query, longer.query) == ({}, {})
    for heard in (me, permissions):
        assert heard.headers["Authorization"] == f"Bearer {USER}"
        assert not {USER, SHORT, "app-secret", "the-code"} & set(heard.query.values())


def test_the_proof_of_our_secret_goes_along_with_every_call(visit, script, connector, grant):
    visit.sandbox.demand_proof()
    given = visit.grant()
    assert visit.connector.accounts(given)[0].id == PAGE
    visit.connector.revoke({"access_token": given.access_token})
    script.on("GET me/accounts", {"data": []})
    connector.accounts(grant)
    right = hmac.new(b"app-secret", USER.encode(), hashlib.sha256).hexdigest()
    assert [heard.query["appsecret_proof"] for heard in script.heard] == [right]


REFUSALS = [
    ({"code": 100, "error_subcode": 36008, "message": "..."}, Trouble.ADDRESS_REFUSED),
    ({"code": 100, "message": "Invalid redirect_uri: Given URL is not allowed"}, Trouble.ADDRESS_REFUSED),
    ({"code": 191, "message": "The specified URL is not owned by the application"}, Trouble.ADDRESS_REFUSED),
    ({"code": 100, "error_subcode": 36009, "message": "..."}, Trouble.CODE_OLD),
    ({"code": 100, "error_subcode": 36007, "message": "..."}, Trouble.CODE_OLD),
    ({"code": 100, "message": "Invalid verification code format."}, Trouble.CODE_OLD),
    ({"code": 100, "message": "This authorization code has been used."}, Trouble.CODE_OLD),
    ({"code": 1, "message": "Error validating client secret."}, Trouble.APP_KEYS),
    ({"code": 101, "message": "Error validating application. Invalid application ID."}, Trouble.APP_KEYS),
    ({"code": 190, "error_subcode": 459, "message": "..."}, Trouble.CHECKPOINT),
    ({"code": 100, "message": "Missing client_id parameter."}, Trouble.DIALOG_FAILED),
    ({"code": 987_654, "message": "Something new"}, Trouble.DIALOG_FAILED),
]


@pytest.mark.parametrize(("error", "code"), REFUSALS)
def test_a_refused_code_says_what_to_do_next(connector, script, error, code):
    exchanging(script.on(TOKENS, {"error": error}, status=400))
    assert refused(connector.exchange, "the-code", VERIFIER) == code
    assert len(script.heard) == 1


@pytest.mark.parametrize(("error", "code"), REFUSALS)
def test_so_does_a_token_that_is_not_made_to_last(connector, script, error, code):
    script.on(TOKENS, {"access_token": SHORT}).on(TOKENS, {"error": error}, status=400)
    assert refused(connector.exchange, "the-code", VERIFIER) == code
    assert len(script.heard) == 2


def test_what_facebook_repeats_of_a_token_is_blotted_out(connector, script):
    script.on(TOKENS, {"access_token": SHORT}).on(TOKENS, echo, status=400)
    with pytest.raises(NotConnected) as raised:
        connector.exchange("the-code", VERIFIER)
    assert "fb_exchange_token" in str(raised.value)
    assert [secret for secret in (SHORT, "app-secret") if secret in str(raised.value)] == []


def test_so_is_the_token_that_is_to_be_ended(connector, script):
    script.on("POST debug_token", echo, status=400)
    with pytest.raises(NotConnected) as raised:
        connector.revoke({"access_token": PAGE_TOKEN})
    assert "debug_token" in str(raised.value)
    assert [secret for secret in (PAGE_TOKEN, "app-secret") if secret in str(raised.value)] == []


def test_a_refusal_may_come_with_a_good_status(connector, script):
    script.on(TOKENS, {"access_token": SHORT}).on(TOKENS, graph_error(190, 460))
    assert refused(connector.exchange, "the-code", VERIFIER) == Trouble.ACCESS_REVOKED


def test_an_outage_of_the_token_endpoint_is_no_refusal(connector, script):
    script.on(TOKENS, graph_error(1, message="An unknown error occurred"), status=500)
    with pytest.raises(NotSent) as raised:
        connector.exchange("the-code", VERIFIER)
    assert raised.value.code == Trouble.PLATFORM_DOWN


def test_a_throttled_app_waits(connector, script):
    script.on(TOKENS, graph_error(4), status=400)
    with pytest.raises(RateLimited) as raised:
        connector.exchange("the-code", VERIFIER)
    assert raised.value.whole_app is True
    assert raised.value.until > datetime.now(UTC)


def test_a_grant_of_nobody_is_no_grant(connector, script):
    script.answers[("GET", "me")] = [(200, {"name": "Nobody"}, {})]
    with pytest.raises(NotSent) as raised:
        exchanging(script) and connector.exchange("the-code", VERIFIER)
    assert raised.value.code == Trouble.UNREADABLE


# --- the pages


def test_a_page_is_listed_as_it_looks_and_the_persons_own_profile_cannot_be_chosen(visit):
    visit.sandbox.describe("facebook", PAGE, followers=1234)
    grant = visit.grant()
    found, profile = visit.connector.accounts(grant)
    url = f"{visit.sandbox.url}/sidor/facebook/{PAGE}"
    assert replace(found, access_token="", picture_url="") == Account(PAGE, "Seko", url=url, followers=1234)
    assert found.picture_url.startswith(visit.sandbox.url)
    assert profile == Account(PERSON, "Övningspersonen", refusal=Trouble.PERSONAL_PROFILE)


def test_the_pages_token_publishes_and_is_not_the_persons(visit):
    grant = visit.grant()
    chosen = visit.connector.accounts(grant)[0]
    assert chosen.access_token not in {"", grant.access_token}
    connection = Connection(PAGE, chosen.access_token, *APPS["facebook"])
    assert Facebook(connection, visit.sandbox.addresses).probe().account.id == PAGE


@pytest.mark.parametrize(
    ("tasks", "refusal", "missing"),
    [
        (EVERY_TASK, "", ()),
        (["CREATE_CONTENT", "MODERATE", "ANALYZE"], "", ()),
        (["CREATE_CONTENT", "ANALYZE"], "", (Right.COMMENTS,)),
        (["CREATE_CONTENT", "MODERATE"], "", (Right.STATISTICS,)),
        (["MODERATE", "ANALYZE"], Trouble.ROLE_MISSING, (Right.PUBLISH, Right.REMOVE)),
        ([], Trouble.ROLE_MISSING, tuple(connecting.TASKS)),
        (["PROFILE_PLUS_CREATE_CONTENT", "PROFILE_PLUS_MODERATE"], "", (Right.STATISTICS,)),
        (["PROFILE_PLUS_FULL_CONTROL"], "", ()),
    ],
)
def test_the_tasks_that_the_person_has_on_the_page_are_told(
    connector, script, grant, tasks, refusal, missing
):
    script.on("GET me/accounts", {"data": [page(tasks=tasks)]})
    found, _ = connector.accounts(grant)
    assert (found.refusal, found.missing) == (refusal, missing)
    assert bool(found.access_token) == (not refusal)


@pytest.mark.parametrize("token", [None, "", 17])
def test_a_page_without_a_token_cannot_be_chosen(connector, script, grant, token):
    script.on("GET me/accounts", {"data": [page(access_token=token)]})
    found, _ = connector.accounts(grant)
    assert (found.refusal, found.access_token) == (Trouble.ROLE_MISSING, "")


def test_of_a_page_whose_tasks_are_not_told_nothing_is_said(connector, script, grant):
    untold = page()
    del untold["tasks"]
    script.on("GET me/accounts", {"data": [untold]})
    found, _ = connector.accounts(grant)
    assert (found.refusal, found.missing, found.access_token) == ("", (), PAGE_TOKEN)


def test_all_pages_are_read_however_many(connector, script, grant):
    more = {"paging": {"next": "https://graph/next", "cursors": {"after": "A"}}}
    script.on("GET me/accounts", {"data": [page("1"), page("2")], **more}).on(
        "GET me/accounts", {"data": [page("3")]}
    )
    assert [account.id for account in connector.accounts(grant)] == ["1", "2", "3", PERSON]
    assert [heard.query.get("after") for heard in script.heard] == [None, "A"]
    assert {heard.query["limit"] for heard in script.heard} == {"100"}


def test_a_list_without_a_list_in_it_is_not_taken_for_an_empty_one(connector, script, grant):
    script.on("GET me/accounts", {"something": "else"})
    with pytest.raises(NotSent) as raised:
        connector.accounts(grant)
    assert raised.value.code == Trouble.UNREADABLE


@pytest.mark.parametrize("call", ["GET me", "GET me/permissions"])
def test_a_no_that_is_about_no_connection_is_a_reason_to_try_again(connector, script, call):
    exchanging(script.on(call, graph_error(987_654), status=400))
    with pytest.raises(NotSent) as raised:
        connector.exchange("the-code", VERIFIER)
    assert raised.value.code == Trouble.UNREADABLE


def test_so_it_is_where_the_pages_are_listed(connector, script, grant):
    script.on("GET me/accounts", graph_error(987_654), status=400)
    with pytest.raises(NotSent) as raised:
        connector.accounts(grant)
    assert raised.value.code == Trouble.UNREADABLE


def test_somebody_without_pages_has_only_the_profile(connector, script, grant):
    script.on("GET me/accounts", {"data": []})
    assert [account.refusal for account in connector.accounts(grant)] == [Trouble.PERSONAL_PROFILE]


def test_a_pages_name_in_addresses_is_its_handle_where_it_has_one(connector, script, grant):
    script.on("GET me/accounts", {"data": [page("1", username="seko.se"), page("2")]})
    assert [account.handle for account in connector.accounts(grant)[:-1]] == ["seko.se", ""]


def test_the_number_of_followers_is_told_or_else_of_those_who_like_it(connector, script, grant):
    pages = [
        page("1", followers_count=7, fan_count=5),
        page("2", fan_count=5),
        page("3"),
        page("4", fan_count="5"),
    ]
    script.on("GET me/accounts", {"data": pages})
    assert [account.followers for account in connector.accounts(grant)[:-1]] == [7, 5, None, None]


# --- the pages of businesses


@pytest.fixture
def with_business(visit) -> Visit:
    for id, kind in ((OWNED, "owned"), (CLIENT, "client")):
        visit.sandbox.connect_facebook(id, f"Seko {kind}")
        visit.sandbox.describe("facebook", id, business={"id": "900", "name": "Seko AB", "kind": kind})
    return visit


def test_pages_that_a_business_owns_or_works_for_are_found_too(with_business):
    found = with_business.connector.accounts(with_business.grant())
    assert [account.id for account in found] == [PAGE, OWNED, CLIENT, PERSON]
    assert all(account.access_token for account in found[:-1])


def test_without_the_permission_there_are_simply_fewer(with_business):
    grant = with_business.grant(declined=[connecting.OF_BUSINESSES])
    assert [account.id for account in with_business.connector.accounts(grant)] == [PAGE, PERSON]


def of_business(script, *, owned: object, client: object, status: int = 200):
    script.on("GET me/accounts", {"data": [page(PAGE, name="As the person sees it")]})
    script.on("GET me/businesses", {"data": [{"id": "900"}]})
    return script.on("GET 900/owned_pages", owned, status=status).on(
        "GET 900/client_pages", client, status=status
    )


def test_no_page_is_listed_twice_and_the_persons_own_word_goes_before(connector, script, grant):
    found = {"data": [page(PAGE, name="As the business sees it"), page(OWNED)]}
    of_business(script, owned=found, client=found)
    accounts = connector.accounts(replace(grant, scopes=connector.scopes))
    assert [(account.id, account.name) for account in accounts[:-1]] == [
        (PAGE, "As the person sees it"),
        (OWNED, "Seko"),
    ]


def test_tasks_are_not_asked_for_where_pages_do_not_have_them(connector, script, grant):
    of_business(script, owned={"data": []}, client={"data": []})
    connector.accounts(replace(grant, scopes=connector.scopes))
    asked = {heard.path.rpartition("/")[2]: heard.query["fields"].split(",") for heard in script.heard}
    assert "tasks" in asked["accounts"]
    assert not {"tasks"} & {*asked["owned_pages"], *asked["client_pages"]}


@pytest.mark.parametrize(
    "error",
    [graph_error(200, message="(#200) Requires business_management"), graph_error(100, 33), graph_error(100)],
)
def test_a_business_that_may_not_be_seen_hides_none_of_the_other_pages(connector, script, grant, error):
    of_business(script, owned=error, client=error, status=400)
    accounts = connector.accounts(replace(grant, scopes=connector.scopes))
    assert [account.id for account in accounts] == [PAGE, PERSON]


def test_a_token_that_dies_meanwhile_is_no_lack_of_pages(connector, script, grant):
    of_business(script, owned=graph_error(190, 460), client={"data": []}, status=400)
    assert refused(connector.accounts, replace(grant, scopes=connector.scopes)) == Trouble.ACCESS_REVOKED


def test_not_more_businesses_are_looked_at_than_a_person_would_wait_for(
    connector, script, grant, monkeypatch
):
    monkeypatch.setattr(connecting, "MOST_BUSINESSES", 1)
    of_business(script, owned={"data": []}, client={"data": []})
    script.answers[("GET", "me/businesses")] = [(200, {"data": [{"id": "900"}, {"id": "901"}]}, {})]
    connector.accounts(replace(grant, scopes=connector.scopes))
    assert not [call for call in script.calls() if "901" in call]


# --- ending it


def debugged(**data: object) -> dict[str, object]:
    return {"data": {"app_id": "1234", "type": "PAGE", "is_valid": True, "user_id": PERSON, **data}}


def test_the_pages_token_is_enough_to_give_back_all_that_the_person_gave(visit):
    grant = visit.grant()
    chosen = visit.connector.accounts(grant)[0]
    visit.connector.revoke({"access_token": chosen.access_token})
    for token in (grant.access_token, chosen.access_token):
        assert told_of(visit, token)["error"]["subcode"] == 458


def test_what_another_person_gave_stays(visit):
    visit.sandbox.person("300000000000002", name="Någon annan")
    visit.sandbox.describe("facebook", PAGE, roles={"300000000000002": EVERY_TASK, PERSON: EVERY_TASK})
    ours, theirs = (visit.grant(person=person, account=[PAGE]) for person in (PERSON, "300000000000002"))
    assert theirs.grantor == "300000000000002"
    visit.connector.revoke({"access_token": ours.access_token})
    assert visit.connector.accounts(theirs)[0].id == PAGE
    assert refused(visit.connector.accounts, ours) == Trouble.ACCESS_REVOKED


def test_it_is_the_app_that_gives_back_and_no_address_has_a_token_in_it(connector, script):
    script.on("POST debug_token", debugged()).on(f"DELETE {PERSON}/permissions", {"success": True})
    connector.revoke({"access_token": PAGE_TOKEN})
    asked, ended = script.heard
    assert (asked.form["input_token"], asked.form["method"]) == (PAGE_TOKEN, "get")
    proof = hmac.new(b"app-secret", b"1234|app-secret", hashlib.sha256).hexdigest()
    assert asked.form["appsecret_proof"] == ended.query["appsecret_proof"] == proof
    assert {heard.headers["Authorization"] for heard in script.heard} == {"Bearer 1234|app-secret"}
    assert (asked.query, ended.query) == ({}, {"appsecret_proof": proof})


def test_a_token_that_died_otherwise_still_tells_whose_it_was(connector, script):
    error = {"code": 190, "subcode": 460, "message": "..."}
    script.on("POST debug_token", debugged(is_valid=False, error=error)).on("DELETE *", {"success": True})
    connector.revoke({"access_token": PAGE_TOKEN})
    assert [call.partition(" ")[0] for call in script.calls()] == ["POST", "DELETE"]


@pytest.mark.parametrize(
    "data", [{"error": {"code": 190, "subcode": 458}}, {"user_id": None}, {"user_id": ""}]
)
def test_what_is_ended_already_or_belongs_to_nobody_is_left_at_that(connector, script, data):
    script.on("POST debug_token", debugged(is_valid=False, **data))
    connector.revoke({"access_token": PAGE_TOKEN})
    assert len(script.heard) == 1


@pytest.mark.parametrize("error", [graph_error(190, 458), graph_error(100, 33)])
def test_a_person_who_has_not_let_us_in_is_no_failure(connector, script, error):
    script.on("POST debug_token", debugged()).on("DELETE *", error, status=400)
    connector.revoke({"access_token": PAGE_TOKEN})
    assert len(script.heard) == 2


@pytest.mark.parametrize(
    "error",
    [graph_error(190, message="Invalid OAuth access token signature."), graph_error(101), graph_error(100)],
)
@pytest.mark.parametrize("call", ["POST debug_token", f"DELETE {PERSON}/permissions"])
def test_where_the_app_itself_is_refused_the_fault_is_ours(connector, script, call, error):
    script.on(call, error, status=400).on("POST debug_token", debugged())
    assert refused(connector.revoke, {"access_token": PAGE_TOKEN}) == Trouble.APP_KEYS


@pytest.mark.parametrize(
    "told", [{}, {"data": {}}, {"data": []}, {"data": {"is_valid": "yes", "user_id": PERSON}}]
)
def test_an_answer_that_tells_nothing_is_not_taken_for_an_end(connector, script, told):
    script.on("POST debug_token", told)
    with pytest.raises(NotSent) as raised:
        connector.revoke({"access_token": PAGE_TOKEN})
    assert raised.value.code == Trouble.UNREADABLE


def test_an_end_that_facebook_denies_is_not_taken_for_one(connector, script):
    script.on("POST debug_token", debugged()).on("DELETE *", {"success": False})
    with pytest.raises(NotSent):
        connector.revoke({"access_token": PAGE_TOKEN})
