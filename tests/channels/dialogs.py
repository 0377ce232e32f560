"""A connector that does what a test says: the whole interface in memory, and what was asked of it."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import pytest

from channels import connecting, tasks
from channels.adapters.connector import Account, Connector, Grant, Question, Right
from channels.adapters.connectors import CONNECTORS
from channels.adapters.facebook import Facebook
from channels.models import Connecting
from tests.scripted import Scripted

RETURN = "https://seko.test/kanaler/anslut/facebook/tillbaka/"
SEKO = Account("1", "Seko", "seko", "https://example.test/seko", followers=41200, access_token="page-token-1")
NORTH = Account("2", "Seko Region Norr", access_token="page-token-2")
PROFILE = Account("9", "Anna Lind", refusal="personal_profile")
ALL = ("publish", "remove", "read", "comments")


class Played(Connector):
    platform = "facebook"
    needs: ClassVar[Mapping[Right, tuple[str, ...]]] = {
        Right.PUBLISH: ("publish",),
        Right.REMOVE: ("remove",),
        Right.READ: ("read",),
        Right.COMMENTS: ("comments",),
    }
    granted: ClassVar[tuple[str, ...]] = ALL
    reached: ClassVar[list[Account]] = []
    grantor: ClassVar[str] = "anna"
    script: ClassVar[dict[str, Callable[[], None]]] = {}
    """Runs in the middle of a call, and may raise."""
    asked: ClassVar[list[dict[str, Any]]] = []
    exchanged: ClassVar[list[tuple[str, str, str]]] = []
    revoked: ClassVar[list[dict[str, str]]] = []

    def play(self, call: str) -> None:
        self.script.get(call, lambda: None)()

    def dialog(
        self, state: str, verifier: str, *, again: bool = False, answers: Mapping[str, str] | None = None
    ) -> str:
        self.play("dialog")
        self.asked.append(
            {"state": state, "verifier": verifier, "again": again, "answers": dict(answers or {})}
        )
        return f"https://platform.test/dialog?state={state}&redirect_uri={self.redirect_uri}"

    def exchange(self, code: str, verifier: str, answers: Mapping[str, str] | None = None) -> Grant:
        self.exchanged.append((code, verifier, self.redirect_uri))
        self.play("exchange")
        return self.given()

    def sign_in(self, answers: Mapping[str, str]) -> Grant:
        self.play("sign_in")
        return self.given()

    def given(self) -> Grant:
        number = len(self.exchanged)
        return Grant(
            f"user-token-{number}",
            f"refresh-{number}",
            scopes=self.granted,
            grantor=self.grantor,
            grantor_name="Anna",
        )

    def accounts(self, grant: Grant) -> list[Account]:
        self.play("accounts")
        return list(self.reached)

    def revoke(self, secrets: Mapping[str, str]) -> None:
        self.play("revoke")
        self.revoked.append(dict(secrets))


@pytest.fixture
def dialogs(monkeypatch, settings):
    """`Played` stands where Facebook's connector stands, and knows our app."""
    played = type("PlayedHere", (Played,), {"reached": [SEKO, NORTH, PROFILE], "script": {}, "asked": [],
                                            "exchanged": [], "revoked": []})  # fmt: skip
    monkeypatch.setitem(CONNECTORS, "facebook", played)
    settings.APP_KEYS = {**settings.APP_KEYS, "facebook": ("app-id", "app-secret")}
    return played


@pytest.fixture
def asks_for_password(dialogs):
    """No dialog: a name and an app password."""
    dialogs.has_dialog, dialogs.has_app_keys = False, False
    dialogs.questions = (Question("handle"), Question("password", is_secret=True))
    return dialogs


@pytest.fixture
def trials(monkeypatch):
    """What trial runs are told to do; nothing is called."""
    script: dict[str, Callable[[], None]] = {"try_out": lambda: None}
    monkeypatch.setattr(Scripted, "try_out", lambda self, media: script["try_out"]())
    monkeypatch.setattr(Scripted, "trial_kind", Facebook.trial_kind)
    return script


@pytest.fixture
def in_broker(monkeypatch):
    """What would have been put into the broker."""
    put: list[tuple[Any, ...]] = []
    monkeypatch.setattr(tasks, "put", lambda task, *args, **how: put.append((task.name, *args)))
    return put


def signed_in_row(person: Any, **fields: Any) -> Connecting:
    """A person who has come back from the dialog."""
    row = connecting.begin(person, "facebook", **fields)
    come_back(row)
    return fresh(row)


def come_back(row: Connecting, **answer: str) -> str:
    _, state = connecting.dialog(row, RETURN)
    return connecting.come_back(row, state, RETURN, **(answer or {"code": "a-code"}))


def fresh(row: Connecting) -> Connecting:
    return Connecting.objects.get(pk=row.pk)
