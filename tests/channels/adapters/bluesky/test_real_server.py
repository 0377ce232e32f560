"""
The Bluesky adapter and its connector against the real server: the personal data server that Bluesky itself runs.

Optional, since it needs Node.js and its packages: `make pds` fetches them and runs this. Elsewhere it is skipped.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from channels.adapters.base import Connection, Content, Kind, Staged
from channels.adapters.bluesky import Bluesky, listing
from channels.adapters.bluesky.connecting import BlueskyConnector
from channels.adapters.bluesky.records import COLLECTION
from channels.adapters.codes import Trouble
from channels.adapters.connector import App, Grant
from channels.errors import NotConnected, Refused
from tests.channels.adapters.desk import LINK, TEXT, media, picture, short_film

MODULES = os.environ.get("PDS_MODULES", "")
OWN_PASSWORD = "kontots-eget-losenord"
pytestmark = [
    pytest.mark.atproto,
    pytest.mark.skipif(
        not (MODULES and shutil.which("node")),
        reason="needs Node.js and @atproto/pds: run `make pds`, or name their node_modules in PDS_MODULES",
    ),
]


@dataclass
class Server:
    """The real server with one account on it."""

    url: str
    did: str
    handle: str
    app_password: str
    access: str

    @property
    def addresses(self) -> dict[str, str]:
        return {"BLUESKY_URL": self.url, "BLUESKY_PUBLIC_URL": "https://bsky.app"}

    @property
    def connector(self) -> BlueskyConnector:
        return BlueskyConnector(App(""), self.addresses)

    def sign_in(self, **other: str) -> Grant:
        answers = {"server": self.url, "handle": self.handle, "app_password": self.app_password}
        return self.connector.sign_in(answers | other)

    def adapter(self, grant: Grant) -> Bluesky:
        connection = Connection(self.did, grant.access_token, handle=self.handle, host=grant.host)
        return Bluesky(connection, self.addresses)

    def records(self) -> list[dict[str, Any]]:
        query = {"repo": self.did, "collection": COLLECTION}
        answer = requests.get(f"{self.url}/xrpc/com.atproto.repo.listRecords", params=query, timeout=10)
        return [record["value"] for record in answer.json()["records"]]

    def revision(self) -> str:
        """Of the whole repository: another one after each change."""
        query = {"did": self.did}
        answer = requests.get(f"{self.url}/xrpc/com.atproto.sync.getLatestCommit", params=query, timeout=10)
        return str(answer.json()["rev"])


@pytest.fixture(scope="module")
def url(tmp_path_factory) -> Iterator[str]:
    script = Path(__file__).with_name("real_server.cjs")
    folder = tmp_path_factory.mktemp("pds")
    with subprocess.Popen(
        ["node", str(script), str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "NODE_PATH": MODULES},
    ) as process:  # fmt: skip
        yield process.stdout.readline().strip()
        process.stdin.close()
        process.wait(20)


@pytest.fixture(scope="module")
def server(url) -> Server:
    about = {"handle": "seko-provar.test", "email": "seko@demo.test", "password": OWN_PASSWORD}
    made = told(url, "com.atproto.server.createAccount", about)
    password = told(url, "com.atproto.server.createAppPassword", {"name": "Seko Social"}, made["accessJwt"])
    return Server(url, made["did"], made["handle"], password["password"], made["accessJwt"])


def told(url: str, method: str, body: dict[str, str], token: str = "") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = requests.post(f"{url}/xrpc/{method}", json=body, headers=headers, timeout=20)
    assert answer.ok, answer.text
    return dict(answer.json())


@pytest.fixture(scope="module")
def grant(server) -> Grant:
    return server.sign_in()


@pytest.fixture
def adapter(server, grant) -> Iterator[Bluesky]:
    yield (one := server.adapter(grant))
    for record in server.records():
        assert record["$type"] == COLLECTION
    keys = requests.get(
        f"{server.url}/xrpc/com.atproto.repo.listRecords",
        params={"repo": server.did, "collection": COLLECTION}, timeout=10,
    ).json()["records"]  # fmt: skip
    for record in keys:
        one.remove(record["uri"].rpartition("/")[2])
    assert server.records() == []


CONTENTS: dict[str, Callable[[], Content]] = {
    "text": lambda: Content(TEXT),
    "link": lambda: Content(TEXT, link=LINK),
    "picture": lambda: Content(TEXT, media=(picture(),)),
    "pictures": lambda: Content(TEXT, media=(picture(3), picture(1), picture(2), picture(4))),
    "film": lambda: Content(TEXT, media=(short_film(),)),
}


@pytest.mark.parametrize("what", CONTENTS)
def test_a_post_is_published_once_found_by_its_key_and_taken_away(server, adapter, what):
    content, staged, since = CONTENTS[what](), Staged(), datetime.now(UTC)
    adapter.stage(content, staged, lambda kept: None)
    assert adapter.find(content, staged, since) is None
    assert server.records() == []
    receipt = adapter.commit(content, staged)
    assert adapter.find(content, staged, since) == receipt == adapter.look_up(receipt.remote_id)
    (record,) = server.records()
    assert record["text"] == adapter.words(content)
    adapter.remove(receipt.remote_id)
    assert adapter.look_up(receipt.remote_id) is None
    adapter.remove(receipt.remote_id)


def test_the_list_is_read_page_by_page_and_answers_are_left_out(server, adapter, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 2)
    begun, ours = datetime.now(UTC) - timedelta(minutes=1), []
    for number in range(5):
        content, staged = Content(f"Nummer {number}"), Staged()
        adapter.stage(content, staged, lambda kept: None)
        ours.append(adapter.commit(content, staged).remote_id)
    answer, staged = Content("Ett svar", reply_to=ours[0]), Staged()
    adapter.stage(answer, staged, lambda kept: None)
    adapter.commit(answer, staged)
    found = list(adapter.recent(begun))
    assert [item.remote_id for item in found] == ours[::-1]
    assert [begun < item.at <= datetime.now(UTC) for item in found] == [True] * 5
    assert list(adapter.recent(datetime.now(UTC) + timedelta(minutes=1))) == []


def test_a_commit_that_is_repeated_changes_nothing(server, adapter):
    content, staged = CONTENTS["picture"](), Staged()
    adapter.stage(content, staged, lambda kept: None)
    receipt = adapter.commit(content, staged)
    before = server.revision()
    assert adapter.commit(content, staged) == receipt
    assert (len(server.records()), server.revision()) == (1, before)


def test_pictures_keep_their_order_and_their_descriptions(server, adapter):
    content, staged = CONTENTS["pictures"](), Staged()
    adapter.stage(content, staged, lambda kept: None)
    adapter.commit(content, staged)
    (record,) = server.records()
    assert [image["alt"] for image in record["embed"]["images"]] == [item.alt_text for item in content.media]
    assert [image["image"]["size"] for image in record["embed"]["images"]] == [m.size for m in content.media]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (Content("å" * 301), Trouble.TEXT_REFUSED),
        (
            Content(TEXT, media=(media(Kind.PICTURE, b"\xff\xd8\xff" + bytes(1_000_001)),)),
            Trouble.MEDIA_REFUSED,
        ),
    ],
    ids=["text", "picture"],
)
def test_what_we_say_is_too_much_is_refused(server, adapter, content, code):
    assert list(Bluesky.check(content))
    staged = Staged()
    adapter.stage(content, staged, lambda kept: None)
    with pytest.raises(Refused) as raised:
        adapter.commit(content, staged)
    assert raised.value.code == code
    assert server.records() == []


def test_as_many_letters_as_we_say_are_taken_however_many_code_points_they_have(server, adapter):
    content, staged = Content("👨‍👩‍👧" * 100 + "å" * 200), Staged()
    assert list(Bluesky.check(content)) == []
    adapter.stage(content, staged, lambda kept: None)
    adapter.commit(content, staged)
    assert len(server.records()) == 1


def test_a_post_in_somebody_elses_name_is_not_ours_to_make(server, adapter):
    other = "did:plc:" + "a" * 24
    stranger = Bluesky(replace(adapter.connection, account_id=other), server.addresses)
    staged = Staged()
    stranger.stage(Content(TEXT), staged, lambda kept: None)
    with pytest.raises(NotConnected):
        stranger.commit(Content(TEXT), staged)
    assert server.records() == []


def test_the_connection_is_looked_at_and_tried_out(server, adapter):
    health = adapter.probe()
    assert (health.account.id, health.account.handle, health.findings) == (server.did, server.handle, ())
    adapter.try_out(picture())
    assert server.records() == []


def test_another_accounts_token_is_noticed(server, adapter):
    with pytest.raises(NotConnected) as raised:
        Bluesky(replace(adapter.connection, account_id="did:plc:" + "a" * 24), server.addresses).probe()
    assert raised.value.code == Trouble.WRONG_ACCOUNT


def test_a_wrong_password_is_refused(server):
    with pytest.raises(NotConnected) as raised:
        server.sign_in(app_password="aaaa-bbbb-cccc-dddd")
    assert raised.value.code == Trouble.SIGN_IN_REFUSED


def test_the_accounts_own_password_is_not_taken(server):
    with pytest.raises(NotConnected) as raised:
        server.sign_in(app_password=OWN_PASSWORD)
    assert raised.value.code == Trouble.SIGN_IN_REFUSED


def test_a_session_goes_on_and_is_ended(server):
    grant = server.sign_in()
    connection = Connection(server.did, grant.access_token, host=grant.host)
    tokens = Bluesky.refresh(grant.refresh_token, connection, server.addresses)
    assert tokens.refresh_token not in ("", grant.refresh_token)
    assert tokens.expires_at > datetime.now(UTC)
    assert server.connector.accounts(replace(grant, access_token=tokens.access_token))[0].id == server.did
    secrets = {"refresh_token": tokens.refresh_token, "host": grant.host}
    server.connector.revoke(secrets)
    with pytest.raises(NotConnected) as raised:
        Bluesky.refresh(tokens.refresh_token, connection, server.addresses)
    assert raised.value.code == Trouble.TOKEN_EXPIRED
    server.connector.revoke(secrets)
