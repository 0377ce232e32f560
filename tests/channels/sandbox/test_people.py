"""Facebook's people: what they may do on which page, what they allowed and declined, and each way that it ends."""

import hashlib
import hmac
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from channels.sandbox.store import APPS, FACEBOOK_SCOPES, PERSON
from channels.sandbox.testing import LiveSandbox
from tests.channels.sandbox.callers import SECONDS, Facebook, graph_error
from tests.channels.sandbox.consenting import AUTHORIZE, answered, exchanged, question, signed_in

PAGE, OTHER = "1000001", "1000002"
APP_TOKEN = "|".join(APPS["facebook"])
DAY = 24 * 3600


@pytest.fixture
def page(sandbox: LiveSandbox) -> LiveSandbox:
    """A sandbox with one page."""
    sandbox.connect_facebook(PAGE, "Seko")
    return sandbox


def person(sandbox: LiveSandbox, *pages: str, **asked: Any) -> Facebook:
    """Somebody who has just said yes, with these pages."""
    form = {"answer": "yes", "account": pages or (PAGE,), **asked.pop("form", {})}
    return Facebook(sandbox, "me", signed_in(sandbox, "facebook", form, **asked)["access_token"])


def lasting(caller: Facebook) -> Facebook:
    exchange = {"grant_type": "fb_exchange_token", "fb_exchange_token": caller.token}
    return Facebook(
        caller.sandbox, "me", exchanged(caller.sandbox, "facebook", **exchange).json()["access_token"]
    )


def as_page(caller: Facebook, id: str = PAGE) -> Facebook:
    (token,) = [one["access_token"] for one in caller.get("me/accounts").json()["data"] if one["id"] == id]
    return Facebook(caller.sandbox, id, token)


def dialog(sandbox: LiveSandbox, **asked: str) -> str:
    return requests.get(
        f"{sandbox.url}/{AUTHORIZE['facebook']}", params=question("facebook", **asked), timeout=SECONDS
    ).text


# -- who is asked, and which pages there are to choose


def test_the_dialog_shows_the_person_beside_the_pages(page):
    shown = dialog(page)
    assert "Du är inloggad som <strong>Övningspersonen</strong>" in shown
    assert shown.count('name="account"') == 1
    assert f'value="{PERSON}"' in shown
    assert f'name="account" value="{PERSON}"' not in shown


def test_the_person_is_told_by_name_and_picture_and_is_no_page(page):
    caller = person(page)
    told = caller.get("me", fields="id,name,picture{url,is_silhouette}").json()
    picture = told.pop("picture")["data"]
    assert told == {"id": PERSON, "name": "Övningspersonen"}
    assert picture["is_silhouette"] is False
    assert requests.get(picture["url"], timeout=SECONDS).content.startswith(b"\x89PNG")
    assert PERSON not in [one["id"] for one in caller.get("me/accounts").json()["data"]]


def test_where_there_are_several_people_one_of_them_signs_in(page):
    page.person("77", name="Bo Ek")
    assert ("Vem loggar in på Facebook?" in dialog(page), 'name="account"' in dialog(page)) == (True, False)
    assert "Du är inloggad som <strong>Bo Ek</strong>" in dialog(page, person="77")
    assert "Du har ingen sida." in dialog(page, person="77")
    caller = person(page, form={"person": "77"})
    assert caller.get("me").json() == {"id": "77", "name": "Bo Ek"}
    assert caller.get("me/accounts").json() == {"data": []}


def test_a_page_is_told_with_all_that_an_application_asks_for(page):
    page.describe("facebook", PAGE, followers=1234, verified=True)
    fields = (
        "id,name,username,link,picture{url},followers_count,fan_count,tasks,access_token,verification_status"
    )
    (told,) = person(page).get("me/accounts", fields=fields).json()["data"]
    assert told.pop("access_token").startswith("EAA")
    assert (
        requests.get(told.pop("picture")["data"]["url"], timeout=SECONDS).headers["Content-Type"]
        == "image/png"
    )
    assert told == {
        "id": PAGE, "name": "Seko", "link": f"{page.url}/sidor/facebook/{PAGE}", "followers_count": 1234,
        "fan_count": 1234, "verification_status": "blue_verified",
        "tasks": ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MANAGE", "MESSAGING", "MODERATE"],
    }  # fmt: skip


def test_a_page_token_is_only_made_for_those_who_ask_for_it(page):
    (told,) = person(page).get("me/accounts", fields="id,name").json()["data"]
    assert told == {"id": PAGE, "name": "Seko"}


def test_pages_come_page_by_page(sandbox):
    ids = [f"10000{n}" for n in range(10, 15)]
    for id in ids:
        sandbox.connect_facebook(id, f"Sida {id}")
    caller, found, after = person(sandbox, *ids), [], ""
    while True:
        told = caller.get("me/accounts", limit=2, fields="id", after=after or None).json()
        found += [one["id"] for one in told["data"]]
        if "next" not in told["paging"]:
            break
        after = told["paging"]["cursors"]["after"]
    assert found == ids


# -- what the person may do there


@pytest.mark.parametrize(
    ("tasks", "says", "answers"),
    [(["CREATE_CONTENT"], 200, 403), (["MODERATE"], 403, 200), (["ANALYZE"], 403, 403)],
)
def test_a_task_that_is_lacking_is_a_right_that_is_lacking(page, tasks, says, answers):
    post = Facebook(page, PAGE, page.connect_facebook(PAGE, "Seko")["page_token"]).say("Hej").json()["id"]
    page.describe("facebook", PAGE, roles={PERSON: tasks})
    caller = as_page(person(page))
    assert [one["tasks"] for one in person(page).get("me/accounts").json()["data"]] == [tasks]
    assert (caller.say("Hallå").status_code, caller.post(f"{post}/comments", message="Ja").status_code) == (
        says,
        answers,
    )
    assert caller.get(post).status_code == 200
    assert len(caller.seen()) == (2 if says == 200 else 1)


def test_the_dialog_says_where_the_person_may_not_publish(page):
    page.describe("facebook", PAGE, roles={PERSON: ["ANALYZE"]})
    assert "Du får inte publicera på den här sidan." in dialog(page)


def test_a_page_without_any_task_is_not_there(page):
    page.describe("facebook", PAGE, roles={PERSON: []})
    assert person(page).get("me/accounts").json() == {"data": []}


# -- businesses

BUSINESS = {"id": "900", "name": "Förbundet"}


@pytest.fixture
def business(page) -> LiveSandbox:
    """One page of the person's own, one that the business owns, one that it is lent, and one without a task."""
    for id, kind in ((OTHER, "owned"), ("1000003", "client"), ("1000004", "owned")):
        page.connect_facebook(id, f"Sida {id}")
        page.describe("facebook", id, business=BUSINESS | {"kind": kind})
    page.describe("facebook", "1000004", roles={PERSON: []})
    return page


def test_pages_of_a_business_have_edges_of_their_own(business):
    caller = person(business, PAGE, OTHER, "1000003")
    assert [one["id"] for one in caller.get("me/accounts").json()["data"]] == [PAGE]
    assert caller.get("me/businesses").json()["data"] == [BUSINESS]
    owned = caller.get("900/owned_pages", fields="id,tasks,access_token").json()["data"]
    assert [(one["id"], "access_token" in one, "tasks" in one) for one in owned] == [
        (OTHER, True, True), ("1000004", False, False)
    ]  # fmt: skip
    client = caller.get("900/client_pages", fields="id").json()["data"]
    assert client == [{"id": "1000003"}]
    assert Facebook(business, OTHER, owned[0]["access_token"]).say("Hej").status_code == 200


def test_a_business_is_not_told_without_the_permission(business):
    caller = person(business, PAGE, OTHER, form={"declined": "business_management"})
    for edge in ("me/businesses", "900/owned_pages", "900/client_pages"):
        error = graph_error(caller.get(edge))
        assert (error["code"], "business_management" in error["message"]) == (200, True)
    again = person(business, auth_type="rerequest")
    assert graph_error(again.get("17/owned_pages"))["error_subcode"] == 33


# -- what was declined


def declined(caller: Facebook) -> list[str]:
    told = caller.get("me/permissions").json()["data"]
    return [one["permission"] for one in told if one["status"] == "declined"]


def test_what_was_declined_stays_so_and_is_not_asked_for_again(page):
    person(page, form={"declined": "pages_manage_engagement"})
    assert 'value="pages_manage_engagement"' not in dialog(page)
    assert "Du har redan sagt nej till att svara på kommentarer." in dialog(page)
    again = person(page)
    assert declined(again) == ["pages_manage_engagement"]
    post = as_page(again).say("Hej").json()["id"]
    assert graph_error(as_page(again).post(f"{post}/comments", message="Ja"))["code"] == 10


def test_asking_anew_shows_it_and_a_yes_is_a_yes(page):
    person(page, form={"declined": "pages_manage_engagement"})
    assert 'value="pages_manage_engagement"' in dialog(page, auth_type="rerequest")
    again = person(page, auth_type="rerequest")
    assert declined(again) == []
    assert [one["permission"] for one in again.get("me/permissions").json()["data"]] == list(FACEBOOK_SCOPES)


def test_another_person_has_declined_nothing(page):
    page.person("77", name="Bo Ek")
    page.describe("facebook", PAGE, roles={"77": ["CREATE_CONTENT"]})
    person(page, form={"declined": "pages_manage_engagement"})
    assert declined(person(page, form={"person": "77"})) == []


def test_one_permission_is_taken_back_also_from_the_tokens_that_are_out(page):
    caller = person(page)
    publisher = as_page(caller)
    assert caller.delete("me/permissions/pages_manage_posts").json() == {"success": True}
    assert declined(caller) == ["pages_manage_posts"]
    assert graph_error(publisher.say("Hej"))["code"] == 200
    assert (publisher.get("me").status_code, publisher.seen()) == (200, [])


# -- every way that it ends


def change_password(sandbox: LiveSandbox) -> None:
    sandbox.person(password_changed=time.time() + 1)


def be_checked(sandbox: LiveSandbox) -> None:
    sandbox.person(checkpoint=True)


def be_unconfirmed(sandbox: LiveSandbox) -> None:
    sandbox.person(unconfirmed=True)


def throw_out(sandbox: LiveSandbox) -> None:
    sandbox.remove_app("facebook")


def wait(sandbox: LiveSandbox) -> None:
    sandbox.clock(61 * DAY)


def lose_the_role(sandbox: LiveSandbox) -> None:
    sandbox.describe("facebook", PAGE, roles={PERSON: []})


ENDS: dict[int, tuple[Callable[[LiveSandbox], None], bool, bool]] = {
    # subcode: what happens, whether the person's token dies of it, whether the page's does
    458: (throw_out, True, True),
    459: (be_checked, True, True),
    460: (change_password, True, True),
    463: (wait, True, False),
    464: (be_unconfirmed, True, True),
    492: (lose_the_role, False, True),
}


@pytest.mark.parametrize("subcode", ENDS)
def test_each_end_has_its_own_words_for_a_call_and_for_an_examination(page, subcode):
    happens, ends_person, ends_page = ENDS[subcode]
    caller = lasting(person(page))
    publisher = as_page(caller)
    happens(page)
    for one, ended in ((caller, ends_person), (publisher, ends_page)):
        answer = one.get("me")
        told = one.get("debug_token", access_token=APP_TOKEN, input_token=one.token).json()["data"]
        assert (answer.status_code, told["is_valid"], told["user_id"]) == (
            (400, False, PERSON) if ended else (200, True, PERSON)
        )
        if ended:
            error = graph_error(answer)
            assert (error["code"], error["error_subcode"], error["type"]) == (190, subcode, "OAuthException")
            assert (told["error"]["code"], told["error"]["subcode"]) == (190, subcode)
    assert publisher.say("Hej").ok is not ends_page
    assert len(publisher.seen()) == (0 if ends_page else 1)


def test_a_new_sign_in_after_a_changed_password_is_good(page):
    page.person(password_changed=time.time() - 60)
    assert as_page(person(page)).say("Hej").status_code == 200


def test_a_token_that_has_ended_cannot_be_made_to_last(page):
    short = person(page)
    be_checked(page)
    exchange = {"grant_type": "fb_exchange_token", "fb_exchange_token": short.token}
    assert graph_error(exchanged(page, "facebook", **exchange))["error_subcode"] == 459


# -- saying goodbye


def test_the_application_itself_ends_it_with_its_own_token(page):
    caller = person(page)
    publisher = as_page(caller)
    assert caller.delete(f"{PERSON}/permissions", access_token=APP_TOKEN).json() == {"success": True}
    assert [graph_error(one.get("me"))["error_subcode"] for one in (caller, publisher)] == [458, 458]
    assert caller.delete(f"{PERSON}/permissions", access_token=APP_TOKEN).json() == {"success": True}


def test_nobody_ends_what_is_anothers(page):
    page.person("77", name="Bo Ek")
    caller = person(page)
    other = person(page, form={"person": "77"})
    assert graph_error(caller.delete("77/permissions"))["error_subcode"] == 33
    assert (caller.get("me").status_code, other.get("me").status_code) == (200, 200)
    caller.delete("me/permissions")
    assert (caller.get("me").status_code, other.get("me").status_code) == (400, 200)


def test_a_page_token_says_no_goodbye(page):
    publisher = as_page(person(page))
    assert graph_error(publisher.delete("me/permissions"))["code"] == 100
    assert publisher.get("me").status_code == 200


def test_who_was_thrown_out_and_comes_back_is_asked_everything_again(page):
    person(page, form={"declined": "pages_manage_engagement"})
    throw_out(page)
    assert 'value="pages_manage_engagement"' in dialog(page)


# -- what a token is worth


def test_an_examination_tells_what_each_permission_reaches(page):
    page.connect_facebook(OTHER, "Annan sida")
    caller = person(page, PAGE, OTHER)
    publisher = as_page(caller, OTHER)
    for one in (caller, publisher):
        told = one.get("debug_token", access_token=APP_TOKEN, input_token=one.token).json()["data"]
        reach = {item["scope"]: item.get("target_ids") for item in told["granular_scopes"]}
        assert list(reach) == told["scopes"] == list(FACEBOOK_SCOPES)
        assert (reach["pages_manage_posts"], reach["business_management"]) == ([PAGE, OTHER], None)
        assert told["data_access_expires_at"] - told["issued_at"] == 90 * DAY


def test_the_end_of_data_access_can_be_set(page):
    page.set(facebook_data_access_seconds=5 * DAY)
    caller = person(page)
    told = caller.get("debug_token", access_token=APP_TOKEN, input_token=caller.token).json()["data"]
    assert told["data_access_expires_at"] - told["issued_at"] == 5 * DAY


def test_an_examination_may_be_asked_for_without_a_token_in_the_address(page):
    caller = person(page)
    answer = requests.post(
        f"{page.url}/facebook/v26.0/debug_token", headers={"Authorization": f"Bearer {APP_TOKEN}"},
        data={"input_token": caller.token, "method": "get"}, timeout=SECONDS,
    )  # fmt: skip
    assert answer.json()["data"]["user_id"] == PERSON


def test_a_post_may_stand_for_another_method(page):
    publisher = as_page(person(page))
    id = publisher.say("Hej").json()["id"]
    fields = {"method": "delete", "access_token": publisher.token}
    answer = requests.post(f"{page.url}/facebook/v26.0/{id}", data=fields, timeout=SECONDS)
    assert answer.json() == {"success": True}
    assert publisher.seen() == []


@pytest.mark.parametrize(
    ("token", "told"),
    [
        (f"{APPS['facebook'][0]}|fel", (190, "Invalid OAuth access token signature.")),
        (
            APP_TOKEN,
            (2500, "An active access token must be used to query information about the current user."),
        ),
    ],
)
def test_the_applications_own_token_is_nobodys(page, token, told):
    error = graph_error(Facebook(page, "me", token).get("me"))
    assert (error["code"], error["message"]) == told
    wrong = graph_error(
        Facebook(page, "me", f"{APPS['facebook'][0]}|fel").get("debug_token", input_token="x")
    )
    assert wrong["code"] == 190


# -- the proof of the secret


def proof(token: str, secret: str = APPS["facebook"][1]) -> str:
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


CALLS: dict[str, Callable[[Facebook, Facebook], Any]] = {
    "me": lambda caller, page: caller.get("me", **proven(caller)),
    "accounts": lambda caller, page: caller.get("me/accounts", **proven(caller)),
    "businesses": lambda caller, page: caller.get("me/businesses", **proven(caller)),
    "permissions": lambda caller, page: caller.get("me/permissions", **proven(caller)),
    "say": lambda caller, page: page.say("Hej", **proven(page)),
    "list": lambda caller, page: page.get(f"{PAGE}/published_posts", **proven(page)),
    "examine": lambda caller, page: page.get(
        "debug_token", input_token=page.token, access_token=APP_TOKEN, **proven(page, APP_TOKEN)
    ),
    "revoke": lambda caller, page: caller.delete("me/permissions", **proven(caller)),
}
PROOF: dict[str, Any] = {"made": lambda token: proof(token)}


def proven(caller: Facebook, token: str = "") -> dict[str, Any]:
    return {"appsecret_proof": PROOF["made"](token or caller.token)}


@pytest.mark.parametrize("name", CALLS)
def test_every_call_wants_the_right_proof_where_it_is_demanded(page, monkeypatch, name):
    caller = person(page)
    publisher = as_page(caller)
    page.demand_proof()
    for made, message in (
        (lambda token: None, "API calls from the server require an appsecret_proof argument"),
        (lambda token: proof(token, "fel"), "Invalid appsecret_proof provided in the API argument"),
        (lambda token: proof("en annan"), "Invalid appsecret_proof provided in the API argument"),
    ):
        monkeypatch.setitem(PROOF, "made", made)
        error = graph_error(CALLS[name](caller, publisher))
        assert (error["code"], error["type"], error["message"]) == (100, "GraphMethodException", message)
    assert page.posts() == []
    monkeypatch.setitem(PROOF, "made", proof)
    assert CALLS[name](caller, publisher).status_code == 200


# -- the clock


def test_every_answer_tells_the_platforms_time(page):
    page.clock(5000)
    for path in ("facebook/v26.0/me", "x/2/users/me", "google/youtube/v3/channels", ""):
        told = parsedate_to_datetime(requests.get(f"{page.url}/{path}", timeout=SECONDS).headers["Date"])
        assert 4900 < told.timestamp() - time.time() < 5100


def test_every_answer_of_facebook_tells_the_use(page):
    refused = requests.get(f"{page.url}/facebook/v26.0/me", timeout=SECONDS)
    dead = Facebook(page, "me", "hittepa").get("me")
    for answer in (refused, dead, person(page).get("me/accounts")):
        assert {"X-App-Usage", "X-Business-Use-Case-Usage", "facebook-api-version"} <= set(answer.headers)


def test_the_cancel_of_somebody_who_signs_in_brings_no_code(page):
    told = answered(page, "facebook", {"answer": "no", "person": PERSON})
    assert ("code" in told, told["error"], told["error_reason"]) == (False, "access_denied", "user_denied")
