"""What is Mastodon's own: the key, how a text is measured, what a server's words mean, and servers with other limits."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from channels.adapters import sandbox_addresses
from channels.adapters.base import Connection, Content, Rest, Staged
from channels.adapters.codes import Lack, Trouble, Worry
from channels.adapters.connector import App
from channels.adapters.mastodon import Mastodon
from channels.adapters.mastodon.connecting import MastodonConnector
from channels.adapters.mastodon.text import plain, tidy, weigh
from channels.errors import NotConnected, NotReady, NotSent, RateLimited, Refused, Unconfirmed
from channels.sandbox.mastodon import as_html
from channels.sandbox.store import Store
from tests.channels.adapters.desk import LINK, TEXT, Desk, content, picture

ANSWERS = {"server": "mastodon.social"}


@pytest.fixture
def desk(sandbox) -> Desk:
    return Desk.at(sandbox, Mastodon, Content(TEXT))


@pytest.fixture
def adapter(script) -> Mastodon:
    """On a server that says what the test wants."""
    connection = Connection("7@127.0.0.1", "a-token", handle="seko", host=f"{script.url}/mastodon")
    return Mastodon(connection, sandbox_addresses(script.url))


# --- the key ----------------------------------------------------------------------------------------------------


def test_a_commit_that_is_repeated_within_the_hour_is_the_same_post(desk):
    desk.stage()
    first = desk.commit()
    assert desk.commit() == first
    assert len(desk.effects("public")) == 1


def test_the_key_is_saved_before_the_call_and_goes_along_with_it(script, adapter):
    script.on("POST v1/statuses", {"id": "1"})
    staged, kept = Staged(), []
    adapter.stage(Content(TEXT), staged, lambda handles: kept.append(dict(handles)))
    adapter.commit(Content(TEXT), staged)
    assert kept == [{"key": staged["key"]}]
    assert script.heard[0].headers["Idempotency-Key"] == staged["key"]


def test_two_posts_with_the_same_words_have_keys_of_their_own(adapter):
    one, two = Staged(), Staged()
    for staged in (one, two):
        adapter.stage(Content(TEXT), staged, lambda kept: None)
    assert one["key"] != two["key"]


def test_a_look_leaves_alone_what_is_proof_for_another(desk):
    since = datetime.now(UTC)
    desk.stage()
    receipt = desk.commit()
    found = desk.adapter.find(desk.content, desk.staged, since, taken={receipt.remote_id})
    assert (found, desk.find(since)) == (None, receipt)


# --- measuring and comparing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("åäö", 3),
        ("👍🏽", 1),
        ("👨‍👩‍👧", 1),
        ("e\u0301", 1),
        ("https://seko.se", 23),
        ("https://seko.se/" + "a" * 300, 23),
        ("Läs https://seko.se/avtal.", 28),
        ("seko.se/avtal", 13),
        ("@seko@mastodon.social", 5),
        ("@seko@mastodon.social hej", 9),
        ("seko@seko.se", 12),
        ("https://mastodon.social/@seko@annan.social", 23),
    ],
)
def test_a_text_is_measured_by_mastodons_rule(text, length):
    assert weigh(text) == length


@pytest.mark.parametrize(
    "words",
    [
        TEXT,
        f"{TEXT}\n{LINK}",
        "1 < 2 & 3 > 2",
        "Hej @seko@mastodon.social!",
        "#avtal25 är här",
        "a\n\n\nb",
        "https://seko.se/?a=1&b=2",
    ],
)
def test_words_are_found_again_in_their_html(words):
    assert tidy(plain(as_html(words))) == tidy(words)


def test_other_words_are_not_taken_for_them():
    assert tidy(plain("<p>Ett</p><p>två</p>")) == "Ett två"
    assert tidy(plain("<p>Etttvå</p>")) != tidy("Ett\n\ntvå")


def test_as_many_letters_as_the_limit_and_no_more():
    assert list(Mastodon.check(Content("👨‍👩‍👧" * 500))) == []
    (problem,) = Mastodon.check(Content("👨‍👩‍👧" * 501))
    assert (problem.code, problem.facts) == (Lack.TEXT_TOO_LONG, {"over": 1, "limit": 500})


# --- what a server's words mean ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "words", "kind", "code"),
    [
        (401, "The access token is invalid", NotConnected, Trouble.TOKEN_EXPIRED),
        (401, "The access token was revoked", NotConnected, Trouble.ACCESS_REVOKED),
        (403, "This action is outside the authorized scopes", NotConnected, Trouble.PERMISSION_MISSING),
        (403, "Your login is currently disabled", NotConnected, Trouble.ACCOUNT_SUSPENDED),
        (404, "Record not found", Refused, Trouble.REFUSED),
        (422, "Validation failed: Text character limit of 500 exceeded", Refused, Trouble.TEXT_REFUSED),
        (422, "Cannot attach more than 4 files", Refused, Trouble.MEDIA_REFUSED),
        (
            422,
            "Cannot attach files that have not finished processing. Try again in a moment!",
            NotReady,
            Trouble.PROCESSING,
        ),
        (422, "Something new", Refused, Trouble.REFUSED),
        (429, "Too many requests", RateLimited, Trouble.TOO_MANY_CALLS),
        (500, "We're sorry", Unconfirmed, Trouble.PLATFORM_DOWN),
        (503, "", Unconfirmed, Trouble.PLATFORM_DOWN),
        (404, None, Unconfirmed, Trouble.UNREADABLE),
        (302, "moved", Unconfirmed, Trouble.UNREADABLE),
        (200, "no id", Unconfirmed, Trouble.UNREADABLE),
    ],
)
def test_each_answer_to_a_commit_has_its_meaning(script, adapter, status, words, kind, code):
    script.on("POST v1/statuses", "<html>" if words is None else {"error": words}, status=status)
    with pytest.raises(kind) as raised:
        adapter.commit(Content(TEXT), Staged(key="k"))
    assert (type(raised.value), raised.value.code) == (kind, code)


@pytest.mark.parametrize("status", [400, 404, 422, 200])
def test_a_look_is_never_refused_it_only_fails(script, adapter, status):
    script.on("* *", {"error": "Something new"}, status=status)
    with pytest.raises(NotSent):
        adapter.find(Content(TEXT), Staged(key="k"), datetime.now(UTC))


def test_a_page_that_says_not_found_is_no_proof_that_a_post_is_gone(script, adapter):
    script.on("* *", "<html>404</html>", status=404)
    for step in (adapter.look_up, adapter.remove):
        with pytest.raises(NotSent):
            step("1")


def test_a_post_that_is_not_ours_to_remove_is_not_called_gone(script, adapter):
    script.on("DELETE v1/statuses/1", {"error": "Record not found"}, status=404)
    script.on("GET v1/statuses/1", {"id": "1", "account": {"id": "8"}})
    with pytest.raises(Refused) as raised:
        adapter.remove("1")
    assert raised.value.code == Trouble.NOT_OURS


def test_a_limit_that_a_good_answer_tells_of_is_honoured(script, adapter):
    reset = datetime.now(UTC) + timedelta(minutes=4)
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset.isoformat().replace("+00:00", "Z")}
    script.on("POST v1/statuses", {"id": "1"}, **headers)
    adapter.commit(Content(TEXT), Staged(key="k"))
    assert adapter.rests == [Rest(reset)]


@pytest.mark.parametrize("reset", ["", "soon", "1795638619", "2999-01-01T00:00:00Z"])
def test_a_limit_without_a_moment_that_can_be_meant_is_no_longer_than_a_day(script, adapter, reset):
    script.on("* *", {"error": "x"}, status=429, **{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset})
    with pytest.raises(RateLimited) as raised:
        adapter.commit(Content(TEXT), Staged(key="k"))
    assert datetime.now(UTC) < raised.value.until < datetime.now(UTC) + timedelta(hours=26)


def test_a_list_that_says_nothing_of_when_proves_nothing(script, adapter):
    script.on("GET 7/statuses", [{"id": "1", "content": "<p>x</p>"}])
    with pytest.raises(NotSent):
        adapter.find(Content(TEXT), Staged(key="k"), datetime.now(UTC))


def test_media_that_the_server_has_lost_is_sent_again(script, adapter):
    handles = Staged(key="k", media=[{"id": "1", "at": datetime.now(UTC).isoformat(), "is_ready": False}])
    script.on("GET v1/media/1", {"error": "Record not found"}, status=404)
    with pytest.raises(NotSent) as raised:
        adapter.stage(Content(TEXT, media=(picture(),)), handles, lambda kept: None)
    assert (raised.value.code, handles["media"]) == (Trouble.UPLOAD_LOST, [{}])


def test_media_that_lay_unused_for_most_of_a_day_is_sent_again(script, adapter):
    old = (datetime.now(UTC) - timedelta(hours=21)).isoformat()
    handles = Staged(key="k", media=[{"id": "1", "at": old, "is_ready": True}])
    script.on("POST v2/media", {"id": "2"})
    adapter.stage(Content(TEXT, media=(picture(),)), handles, lambda kept: None)
    assert (handles["key"], handles["media"][0]["id"]) == ("k", "2")


# --- the connection ---------------------------------------------------------------------------------------------


def test_a_look_at_the_connection_tells_who_it_is_and_finds_nothing(desk):
    health = desk.adapter.probe()
    assert (health.account.name, health.account.handle, health.findings) == ("Seko", "seko", ())
    assert health.account.id == f"7000001@127.0.0.1:{desk.sandbox.port}"


def test_another_accounts_token_is_noticed(desk):
    desk.adapter.connection = replace(desk.adapter.connection, account_id="9@127.0.0.1")
    with pytest.raises(NotConnected) as raised:
        desk.adapter.probe()
    assert raised.value.code == Trouble.WRONG_ACCOUNT


@pytest.mark.parametrize(
    ("limits", "is_less"),
    [
        ({"characters": 499}, True),
        ({"pictures": 3}, True),
        ({"characters": 5000, "pictures": 16}, False),
        ({}, False),
    ],
)
def test_a_server_that_takes_less_is_told_of_and_one_that_takes_more_is_not(desk, limits, is_less):
    with Store(desk.sandbox.data_dir) as store:
        store.set("mastodon_limits", json.dumps(limits))
    found = [(finding.code, dict(finding.facts)) for finding in desk.adapter.probe().findings]
    told = {"characters": limits.get("characters", 500), "pictures": limits.get("pictures", 4)}
    assert found == ([(Worry.SERVER_TAKES_LESS, told)] if is_less else [])


def test_an_older_server_that_tells_no_limits_is_no_worry(script, adapter):
    script.on("GET v1/accounts/verify_credentials", {"id": "7", "username": "seko"})
    script.on("GET v2/instance", {"error": "Record not found"}, status=404)
    assert adapter.probe().findings == ()


def test_a_trial_leaves_nothing_and_shows_nothing(desk):
    desk.adapter.try_out(picture())
    assert (desk.shown(), desk.effects("public")) == ([], [])
    with Store(desk.sandbox.data_dir) as store:
        assert store.things("mastodon", "media", "7000001") == []


def test_on_an_older_server_a_trial_leaves_what_the_server_throws_away_itself(script, adapter):
    script.on("POST v2/media", {"id": "1"})
    script.on("DELETE v1/media/1", {"error": "The page you are looking for isn't here."}, status=404)
    adapter.try_out(picture())
    assert script.calls() == ["POST /mastodon/api/v2/media", "DELETE /mastodon/api/v1/media/1"]


def test_a_token_goes_to_its_own_server_only(script):
    connection = Connection("7", "a-token", handle="seko", host="https://mastodon.social")
    with pytest.raises(NotConnected) as raised:
        Mastodon(connection, sandbox_addresses(script.url)).probe()
    assert (raised.value.code, script.heard) == (Trouble.SERVER_UNKNOWN, [])


# --- connecting -------------------------------------------------------------------------------------------------


def connector(base: str) -> MastodonConnector:
    return MastodonConnector(App(""), sandbox_addresses(base), "http://127.0.0.1:8000/tillbaka/")


def test_we_register_ourselves_with_the_way_back_and_all_that_we_ask_for(script):
    script.on("POST v1/apps", {"client_id": "id", "client_secret": "secret"})
    one = connector(script.url)
    address = one.dialog("state", "v" * 43, answers=ANSWERS)
    (heard,) = script.heard
    assert heard.form["redirect_uris"] == one.redirect_uri
    assert heard.form["scopes"] == "write:statuses write:media read:accounts read:statuses"
    assert one.app == App("id", "secret")
    assert address.startswith(f"{script.url}/mastodon/oauth/authorize?")
    assert "code_challenge_method=S256" in address
    assert "force_login" not in address
    assert "force_login=true" in one.dialog("state", "v" * 43, again=True, answers=ANSWERS)


@pytest.mark.parametrize(("status", "told"), [(404, {}), (405, "no"), (200, {"hello": 1}), (404, "<html>")])
def test_a_server_of_another_kind_is_unknown(script, status, told):
    script.on("POST v1/apps", told, status=status)
    with pytest.raises(NotConnected) as raised:
        connector(script.url).dialog("state", "v" * 43, answers=ANSWERS)
    assert raised.value.code == Trouble.SERVER_UNKNOWN


def test_without_a_token_nobody_is_told_that_we_are_done(script):
    connector(script.url).revoke({"host": f"{script.url}/mastodon"})
    assert script.heard == []


def test_all_pictures_of_a_post_are_found_by_their_ids_and_no_other_post_is(sandbox):
    desk = Desk.at(sandbox, Mastodon, content("pictures", Mastodon))
    other = Desk.at(sandbox, Mastodon, content("pictures", Mastodon))
    since = datetime.now(UTC)
    for each in (desk, other):
        each.stage()
    receipt = other.commit()
    assert (desk.find(since), other.find(since)) == (None, receipt)
