"""What is Bluesky's own: keys, facets, sessions, what a server's words mean."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time

from channels.adapters import sandbox_addresses
from channels.adapters.base import Connection, Content, Rest, Staged
from channels.adapters.bluesky import Bluesky
from channels.adapters.bluesky.api import claims
from channels.adapters.bluesky.connecting import BlueskyConnector
from channels.adapters.bluesky.records import KEY, new_key, post
from channels.adapters.bluesky.text import facets
from channels.adapters.codes import Lack, Trouble
from channels.adapters.connector import App
from channels.errors import Duplicate, NotConnected, NotSent, RateLimited, Refused, Unconfirmed
from channels.sandbox.apps import BLUESKY_APP_PASSWORD, BLUESKY_PASSWORD
from tests.channels.adapters.desk import ACCOUNTS, LINK, TEXT, Desk, picture

DID = ACCOUNTS["bluesky"]
AT = "2026-11-25T20:00:00.000+00:00"
RKEY = "3mvwrtq2k7c2x"
NOW = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)


@pytest.fixture
def desk(sandbox) -> Desk:
    return Desk.at(sandbox, Bluesky, Content(TEXT, media=(picture(),)))


@pytest.fixture
def adapter(script) -> Bluesky:
    """On a server that says what the test wants."""
    connection = Connection(DID, "a-token", handle="seko.test", host=f"{script.url}/bluesky")
    return Bluesky(connection, sandbox_addresses(script.url))


def staged() -> Staged:
    return Staged(key=RKEY, at=AT, blobs=[])


# --- keys and records -------------------------------------------------------------------------------------------


def test_keys_are_of_the_right_form_and_in_the_order_of_time():
    keys = [new_key(NOW + timedelta(microseconds=number)) for number in range(50)]
    assert [key for key in keys if not KEY.fullmatch(key)] == []
    assert sorted(keys) == keys
    assert len({new_key(NOW) for _ in range(50)}) > 1


def test_a_commit_that_is_repeated_writes_the_very_same_record(desk):
    desk.stage()
    first = desk.commit()
    assert desk.commit() == first
    assert [line["effect"] for line in desk.sandbox.ledger(call="put_record")] == ["public"]


def test_the_key_is_saved_with_the_moment_before_anything_is_sent(script, adapter):
    script.on("POST com.atproto.repo.uploadBlob", {"blob": {"size": picture().size}})
    kept = []
    adapter.stage(
        Content(TEXT, media=(picture(),)),
        Staged(),
        lambda handles: kept.append((dict(handles), len(script.heard))),
    )
    assert [(sorted(handles), calls) for handles, calls in kept] == [
        (["at", "blobs", "key"], 0),
        (["at", "blobs", "key"], 1),
    ]


def test_what_was_staged_long_ago_is_staged_anew_under_the_same_key(desk):
    desk.stage()
    before = desk.staged
    with freeze_time(datetime.now(UTC) + timedelta(minutes=31), tick=True):
        desk.stage()
    assert desk.staged["key"] == before["key"]
    assert desk.staged["at"] > before["at"]
    assert desk.staged_calls() == {"upload_blob": 2}
    desk.commit()
    assert len(desk.effects("public")) == 1


def test_a_post_says_how_pictures_are_described_and_what_shape_they_have():
    item = picture()
    record = post("Hej", [item], [{"$type": "blob"}], AT)
    assert record["langs"] == ["sv"]
    assert record["embed"]["images"] == [
        {"image": {"$type": "blob"}, "alt": item.alt_text, "aspectRatio": {"width": 301, "height": 200}}
    ]
    assert post("Hej", [replace(item, alt_text="")], [{}], AT)["embed"]["images"][0]["alt"] == ""


def shown(text: str) -> list[tuple[str, str]]:
    """What each facet covers, and where it leads."""
    found = []
    for facet in facets(text):
        span, (feature,) = facet["index"], facet["features"]
        covered = text.encode()[span["byteStart"] : span["byteEnd"]].decode()
        found.append((covered, feature.get("uri") or f"#{feature['tag']}"))
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Inget här. 3.14 och t.ex.", []),
        (f"👍🏽 åäö {LINK}", [(LINK, LINK)]),
        ("Läs seko.se/avtal.", [("seko.se/avtal", "https://seko.se/avtal")]),
        (
            "👨‍👩‍👧 https://seko.se, https://lo.se!",
            [("https://seko.se", "https://seko.se"), ("https://lo.se", "https://lo.se")],
        ),
        ("#avtal25 och #Järnväg!", [("#avtal25", "#avtal25"), ("#Järnväg", "#Järnväg")]),
        ("#1 #2026 ## nr#3 &#39;", []),
        ("https://seko.se/#avtal", [("https://seko.se/#avtal", "https://seko.se/#avtal")]),
        ("#före https://seko.se", [("#före", "#före"), ("https://seko.se", "https://seko.se")]),
    ],
)
def test_links_and_hashtags_are_marked_by_their_bytes(text, found):
    assert shown(text) == found


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("👍🏽" * 300, []),
        ("å" * 301, [(Lack.TEXT_TOO_LONG, {"over": 1, "limit": 300})]),
        ("👨‍👩‍👧" * 166, []),
        ("👨‍👩‍👧" * 167, [(Lack.TEXT_TOO_LONG, {"over": 1, "limit": 300})]),
    ],
    ids=["300", "301", "2988 bytes", "3006 bytes"],
)
def test_a_text_has_two_limits(text, lacks):
    assert [(problem.code, problem.facts) for problem in Bluesky.check(Content(text))] == lacks


# --- what a server's words mean ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "error", "message", "kind", "code"),
    [
        (400, "ExpiredToken", "Token has expired", NotConnected, Trouble.TOKEN_EXPIRED),
        (400, "InvalidToken", "Token could not be verified", NotConnected, Trouble.TOKEN_EXPIRED),
        (400, "InvalidToken", "Bad token scope", NotConnected, Trouble.PERMISSION_MISSING),
        (401, "SomethingNew", "", NotConnected, Trouble.TOKEN_EXPIRED),
        (400, "AccountTakedown", "Account has been taken down", NotConnected, Trouble.ACCOUNT_SUSPENDED),
        (403, "AccountNotFound", "Account not found", NotConnected, Trouble.PERMISSION_MISSING),
        (400, "RepoNotFound", "", NotConnected, Trouble.NO_CHANNEL),
        (400, "InvalidSwap", "Record was at ...", Duplicate, Trouble.DUPLICATE),
        (400, "BlobNotFound", "Could not find blob", NotSent, Trouble.UPLOAD_LOST),
        (400, "InvalidRequest", "grapheme too big at $.record.text", Refused, Trouble.TEXT_REFUSED),
        (
            400,
            "InvalidRequest",
            "blob too big at $.record.embed.images[0].image",
            Refused,
            Trouble.MEDIA_REFUSED,
        ),
        (400, "InvalidRequest", "Something new", Refused, Trouble.REFUSED),
        (413, "PayloadTooLarge", "request entity too large", Refused, Trouble.MEDIA_REFUSED),
        (429, "RateLimitExceeded", "", RateLimited, Trouble.TOO_MANY_CALLS),
        (500, "InternalServerError", "", Unconfirmed, Trouble.PLATFORM_DOWN),
        (502, "UpstreamFailure", "", Unconfirmed, Trouble.PLATFORM_DOWN),
        (400, "", "", Unconfirmed, Trouble.UNREADABLE),
        (200, "", "no uri", Unconfirmed, Trouble.UNREADABLE),
    ],
)
def test_each_answer_to_a_commit_has_its_meaning(script, adapter, status, error, message, kind, code):
    script.on("POST com.atproto.repo.putRecord", {"error": error, "message": message}, status=status)
    with pytest.raises(kind) as raised:
        adapter.commit(Content(TEXT), staged())
    assert (type(raised.value), raised.value.code) == (kind, code)


def test_a_receipt_for_another_key_is_no_receipt(script, adapter):
    script.on(
        "POST com.atproto.repo.putRecord", {"uri": f"at://{DID}/app.bsky.feed.post/3aaaaaaaaaaaa", "cid": "x"}
    )
    with pytest.raises(Unconfirmed):
        adapter.commit(Content(TEXT), staged())


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (404, "<html>"),
        (400, {"error": "InvalidRequest", "message": "Could not find repo"}),
        (200, {"uri": "x"}),
        (200, "RecordNotFound"),
        (200, {"error": "RecordNotFound"}),
    ],
)
def test_only_the_servers_own_word_proves_that_a_post_is_not_there(script, adapter, status, told):
    script.on("GET com.atproto.repo.getRecord", told, status=status)
    with pytest.raises(NotSent):
        adapter.find(Content(TEXT), staged(), NOW)


def test_a_post_that_is_not_there_is_not_found(script, adapter):
    script.on("GET com.atproto.repo.getRecord", {"error": "RecordNotFound", "message": "x"}, status=400)
    assert adapter.find(Content(TEXT), staged(), NOW) is None


def test_a_blob_of_another_size_is_no_upload(script, adapter):
    script.on("POST com.atproto.repo.uploadBlob", {"blob": {"size": 1}})
    with pytest.raises(NotSent):
        adapter.stage(Content(TEXT, media=(picture(),)), Staged(), lambda kept: None)


def test_a_limit_that_a_good_answer_tells_of_is_honoured(script, adapter):
    reset = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=4)
    headers = {"RateLimit-Remaining": "0", "RateLimit-Reset": str(int(reset.timestamp()))}
    script.on("POST com.atproto.repo.putRecord", {"uri": f"at://{DID}/x/{RKEY}"}, **headers)
    adapter.commit(Content(TEXT), staged())
    assert adapter.rests == [Rest(reset)]


# --- the account's own list -------------------------------------------------------------------------------------

BEGUN = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)


def listed(begun: datetime, **said: object) -> dict[str, object]:
    uri = f"at://{DID}/app.bsky.feed.post/{new_key(begun)}"
    return {"uri": uri, "cid": "x", "value": {"text": "Hej", "createdAt": begun.isoformat(), **said}}


def pages(script, *records: list[dict[str, object]]) -> None:
    for number, page in enumerate(records, 1):
        more = {"cursor": str(number)} if number < len(records) else {}
        script.on("GET com.atproto.repo.listRecords", {"records": page, **more})


def test_the_list_is_read_until_its_posts_are_too_old(script, adapter):
    days = [BEGUN - timedelta(days=days) for days in range(4)]
    pages(script, [listed(days[0]), listed(days[1])], [listed(days[2]), listed(days[3])], [])
    assert [item.at for item in adapter.recent(days[2])] == days[:3]
    assert [heard.query.get("cursor") for heard in script.heard] == [None, "1"]


def test_a_list_that_is_none_is_no_proof_that_posts_are_gone(script, adapter):
    script.on("GET com.atproto.repo.listRecords", {"cursor": "x"})
    with pytest.raises(NotSent):
        list(adapter.recent(BEGUN))


@pytest.mark.parametrize("said", ["2026-11-26T09:00:00Z", "2031-01-01T00:00:00Z", "nonsens", 7, None])
def test_a_post_is_no_younger_than_its_key(script, adapter, said):
    pages(script, [listed(BEGUN, createdAt=said)])
    assert [item.at for item in adapter.recent(BEGUN - timedelta(days=1))] == [BEGUN]


def test_a_post_that_was_brought_from_elsewhere_is_as_old_as_it_says(script, adapter):
    pages(script, [listed(BEGUN, createdAt="2019-05-01T08:00:00Z")])
    assert [item.at.year for item in adapter.recent(BEGUN - timedelta(days=1))] == [2019]


@pytest.mark.parametrize(
    ("said", "link", "has_media"),
    [
        ({}, "", False),
        ({"embed": {"$type": "app.bsky.embed.external", "external": {"uri": LINK}}}, LINK, False),
        ({"facets": facets(f"Läs {LINK} nu")}, LINK, False),
        ({"facets": facets("#avtal25")}, "", False),
        ({"embed": {"$type": "app.bsky.embed.images"}}, "", True),
        ({"embed": {"$type": "app.bsky.embed.video"}}, "", True),
        ({"embed": {"$type": "app.bsky.embed.recordWithMedia"}}, "", True),
        ({"embed": {"$type": "app.bsky.embed.record"}}, "", False),
    ],
    ids=["words", "card", "link", "hashtag", "pictures", "film", "quoted beside a picture", "quoted"],
)
def test_what_a_post_shows_and_where_it_leads(script, adapter, said, link, has_media):
    pages(script, [listed(BEGUN, **said)])
    (item,) = adapter.recent(BEGUN - timedelta(days=1))
    assert (item.text, item.link, item.has_media) == ("Hej", link, has_media)


# --- sessions ---------------------------------------------------------------------------------------------------


def jwt(**said: object) -> str:
    parts = ({"alg": "HS256"}, said)
    return ".".join(
        [*(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts), "x"]
    )


@pytest.mark.parametrize(
    "token", ["", "a.b", "a.b.c", "a.!!.c", f"a.{base64.b64encode(b'[1]').decode()}.c", "a.ÿ.c"]
)
def test_a_token_that_says_nothing_is_still_a_token(token):
    assert claims(token) == {}


def test_a_session_lasts_as_long_as_its_token_says(script, adapter):
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=90)
    told = {"did": DID, "accessJwt": jwt(exp=int(end.timestamp())), "refreshJwt": "next"}
    script.on("POST com.atproto.server.refreshSession", told)
    tokens = Bluesky.refresh("old", adapter.connection, adapter.addresses)
    assert (tokens.expires_at, tokens.refresh_token) == (end, "next")
    assert script.heard[0].headers["Authorization"] == "Bearer old"


def test_a_renewal_that_is_unclear_may_have_used_the_token_up(script, adapter):
    script.on("POST com.atproto.server.refreshSession", "", status=502)
    with pytest.raises(Unconfirmed):
        Bluesky.refresh("old", adapter.connection, adapter.addresses)


def test_a_renewal_for_somebody_else_is_not_kept(script, adapter):
    told = {"did": "did:plc:annan", "accessJwt": "a", "refreshJwt": "b"}
    script.on("POST com.atproto.server.refreshSession", told)
    with pytest.raises(NotConnected) as raised:
        Bluesky.refresh("old", adapter.connection, adapter.addresses)
    assert raised.value.code == Trouble.WRONG_ACCOUNT


@pytest.mark.parametrize("status", ["takendown", "deactivated"])
def test_an_account_that_is_closed_for_a_time_is_noticed(script, adapter, status):
    script.on(
        "GET com.atproto.server.getSession",
        {"did": DID, "handle": "seko.test", "active": False, "status": status},
    )
    with pytest.raises(NotConnected) as raised:
        adapter.probe()
    assert raised.value.code == Trouble.ACCOUNT_SUSPENDED


def test_a_look_tells_the_name_and_the_picture(script, adapter):
    script.on("GET com.atproto.server.getSession", {"did": DID, "handle": "seko.test", "active": True})
    profile = {"displayName": "Seko", "avatar": {"ref": {"$link": "bafk"}}}
    script.on("GET com.atproto.repo.getRecord", {"value": profile})
    account = adapter.probe().account
    assert (account.name, account.handle) == ("Seko", "seko.test")
    assert account.picture_url == f"{script.url}/bluesky/xrpc/com.atproto.sync.getBlob?did={DID}&cid=bafk"


def test_a_trial_shows_nothing(desk):
    desk.adapter.try_out(picture())
    assert (desk.shown(), desk.effects("public"), dict(desk.staged_calls())) == ([], [], {"upload_blob": 1})


# --- connecting -------------------------------------------------------------------------------------------------


def sign_in(desk: Desk, **other: str):
    answers = {"server": "bsky.social", "handle": " @seko ", "app_password": f" {BLUESKY_APP_PASSWORD} "}
    return BlueskyConnector(App(""), desk.sandbox.addresses).sign_in(answers | other)


def test_the_password_is_thrown_away_and_the_session_is_kept(desk):
    grant = sign_in(desk)
    assert (grant.grantor, grant.grantor_name, grant.host) == (DID, "seko", f"{desk.sandbox.url}/bluesky")
    assert timedelta(hours=1) < grant.expires_at - datetime.now(UTC) <= timedelta(hours=2)
    assert BLUESKY_APP_PASSWORD not in repr(vars(grant))


@pytest.mark.parametrize(
    "wrong", [{"app_password": "x"}, {"app_password": ""}, {"handle": "nobody.test"}, {"handle": ""}]
)
def test_who_is_not_known_does_not_get_in(desk, wrong):
    with pytest.raises(NotConnected) as raised:
        sign_in(desk, **wrong)
    assert raised.value.code == Trouble.SIGN_IN_REFUSED


def test_the_accounts_own_password_is_not_taken_and_its_session_is_ended_at_once(script):
    told = {
        "did": DID,
        "handle": "seko.test",
        "accessJwt": jwt(scope="com.atproto.access"),
        "refreshJwt": "dangerous",
    }
    script.on("POST com.atproto.server.createSession", told).on("POST com.atproto.server.deleteSession", "")
    answers = {"server": "bsky.social", "handle": "seko.test", "app_password": BLUESKY_PASSWORD}
    with pytest.raises(NotConnected) as raised:
        BlueskyConnector(App(""), sandbox_addresses(script.url)).sign_in(answers)
    assert raised.value.code == Trouble.SIGN_IN_REFUSED
    assert [heard.headers.get("Authorization") for heard in script.heard] == [None, "Bearer dangerous"]


@pytest.mark.parametrize(
    ("status", "told"), [(404, "<html>"), (405, ""), (501, {"error": "MethodNotImplemented"})]
)
def test_a_server_of_another_kind_is_unknown(script, status, told):
    script.on("* *", told, status=status)
    with pytest.raises(NotConnected) as raised:
        BlueskyConnector(App(""), sandbox_addresses(script.url)).sign_in({"server": "x.test"})
    assert raised.value.code == Trouble.SERVER_UNKNOWN


def test_there_is_no_dialog(script):
    connector = BlueskyConnector(App(""), sandbox_addresses(script.url))
    for step in (lambda: connector.dialog("s", "v"), lambda: connector.exchange("c", "v")):
        with pytest.raises(NotImplementedError):
            step()
