"""
A person who connects a channel: in our pages as a browser would, and in the platform's own dialog at the sandbox.

What our worker has to do meanwhile is done at once, by whoever holds `tasks`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from channels.adapters.connectors import CONNECTORS
from channels.models import Channel, Connecting
from channels.sandbox.testing import LiveSandbox
from tests.channels.adapters.visitor import ANSWERS, filled_in

HOST = {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000"}
"""Platforms send people back to https, or to this machine."""


@dataclass
class Walk:
    person: User
    platform: str
    sandbox: LiveSandbox
    client: Client = field(default_factory=lambda: Client(**HOST))
    at: Callable[[str], None] = lambda place: None
    """Told where the person is, for those who want to look around."""

    def __post_init__(self) -> None:
        self.client.force_login(self.person)

    @property
    def row(self) -> Connecting:
        return Connecting.objects.filter(person=self.person, platform=self.platform).latest("created_at")

    @property
    def kind(self) -> Any:
        return CONNECTORS[self.platform]

    def address(self, name: str) -> str:
        return reverse(f"channels:{name}", args=[self.row.pk])

    # --- the steps

    def all_the_way(self) -> Channel:
        self.begin()
        self.sign_in()
        self.choose()
        return self.finish()

    def begin(self) -> None:
        self.client.get(reverse("channels:connect"))
        moved(self.client.post(reverse("channels:connect"), {"platform": self.platform}))
        self.client.get(self.address("sign_in"))
        self.at("begun")

    def sign_in(self, answer: str = "yes") -> HttpResponse:
        if self.kind.questions:
            moved(self.client.post(self.address("sign_in"), self.answers()))
        if not self.kind.has_dialog:
            return self.client.get(self.address("choose"))
        return self.client.get(moved(self.come_back(self.dialog(answer))))

    def answers(self) -> Mapping[str, str]:
        return ANSWERS[self.platform](self.sandbox)

    def dialog(self, answer: str = "yes", *, again: bool = False) -> str:
        """Where the platform sends the person back to."""
        url = moved(self.client.get(self.address("dialog"), {"igen": ""} if again else {}))
        self.at("at the platform")
        with requests.Session() as browser:
            form = {**filled_in(browser.get(url, timeout=10).text), "answer": answer}
            return browser.post(url, data=form, allow_redirects=False, timeout=10).headers["Location"]

    def come_back(self, url: str) -> HttpResponse:
        """What our page for it says."""
        parts = urlsplit(url)
        response = self.client.get(f"{parts.path}?{parts.query}")
        self.at("back")
        return response

    def choose(self) -> None:
        page = self.client.get(self.address("choose")).content.decode()
        account = re.search(r'name="account" value="([^"]+)"', page)
        assert account, page
        moved(self.client.post(self.address("choose"), {"account": account[1]}))
        self.at("chosen")

    def try_out(self, work: Callable[[str], None]) -> None:
        moved(self.client.post(self.address("settle"), {"try": "", **self.carried()}))
        self.client.get(self.address("settle"))
        work(str(self.row.pk))
        self.client.get(self.address("settle"))
        self.at("tried out")

    def finish(self) -> Channel:
        moved(self.client.post(self.address("settle"), self.carried()))
        self.at("connected")
        return Channel.objects.get(platform=self.platform, disconnected_at=None)

    def carried(self) -> dict[str, str]:
        return {"owner": str(self.person.pk), "goal_period": "week", "goal": "3", "audience": "Alla"}


def moved(response: HttpResponse) -> str:
    """Where it leads."""
    assert response.status_code == 302, (response.status_code, response.content.decode())
    return response.headers["Location"]
