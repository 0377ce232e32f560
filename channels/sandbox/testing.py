"""A sandbox for tests: the real server in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from channels.adapters import sandbox_addresses as addresses
from channels.sandbox.store import PERSON, Store

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 10


class LiveSandbox:
    """The sandbox in a subprocess on a free port of 127.0.0.1, as a context manager.

    After `kill()` or `stop()`, `start()` brings it up again on the same port with the same data.
    """

    def __init__(self, data_dir: Path | str, *, limits: bool = True, mail_dir: Path | None = None) -> None:
        """With `limits` off, the platforms' own call limits and quotas are not enforced."""
        self.data_dir = Path(data_dir)
        self.mail_dir = mail_dir or self.data_dir / "mail"
        self.limits = limits
        self.port = 0
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def addresses(self) -> dict[str, str]:
        """The base addresses by the names of their settings."""
        return addresses(self.url)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with (self.data_dir / "server.log").open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "channels.sandbox", "--port", str(self.port), "--data", str(self.data_dir),
                 "--mail", str(self.mail_dir)],
                cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        self._wait_for_the_address()
        self.enforce_limits(on=self.limits)

    def _wait_for_the_address(self) -> None:
        line = self._process.stdout.readline() if self._process and self._process.stdout else ""
        if "http://" not in line:
            self.kill()
            raise RuntimeError(f"the sandbox did not start; see {self.data_dir / 'server.log'}")
        self.port = int(line.strip().rpartition(":")[2])

    def stop(self) -> None:
        """End the server politely, if it runs."""
        self._end(subprocess.Popen.terminate)

    def kill(self) -> None:
        """Kill -9, as when the machine runs out of memory."""
        self._end(subprocess.Popen.kill)

    def _end(self, how: Any) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        how(process)
        process.wait(SECONDS)
        if process.stdout:
            process.stdout.close()

    # -- steering it

    def faults(self, *rules: dict[str, Any]) -> None:
        """Add rules of misbehaviour (see the package's docstring)."""
        self._post("faults", list(rules))

    def clear_faults(self) -> None:
        requests.delete(self._api("faults"), timeout=SECONDS).raise_for_status()

    def waiting_faults(self) -> list[dict[str, Any]]:
        return self._get("faults")

    def ledger(self, **wanted: str) -> list[dict[str, Any]]:
        """The ledger's lines, or only those with these values: `ledger(platform="x", effect="public")`."""
        return [
            line for line in self._get("ledger") if all(line[key] == value for key, value in wanted.items())
        ]

    def posts(self, platform: str | None = None) -> list[dict[str, Any]]:
        """What followers see now."""
        return self._get("posts", platform=platform)

    def media(self, sha256: str) -> bytes:
        """The exact bytes that were received."""
        answer = requests.get(self._api(f"media/{sha256}"), timeout=SECONDS)
        answer.raise_for_status()
        return answer.content

    def clock(self, offset: float) -> None:
        """Move the sandbox's clock this many seconds from the machine's."""
        self._post("clock", {"offset": offset})

    def enforce_limits(self, *, on: bool) -> None:
        """The platforms' own call limits and quotas; `reset` and `start` put them back as they were made."""
        self._post("limits", {"enforced": on})

    def demand_proof(self) -> None:
        """Facebook's "Require App Secret": from now on every call needs its appsecret_proof."""
        self._post("demands", {"appsecret_proof": True})

    def describe(self, platform: str, id: str, **facts: Any) -> None:
        """What is true of an account: roles, business, followers, state, ... (see people.py)."""
        self._post("accounts", {"platform": platform, "id": id, **facts})

    def person(self, id: str = PERSON, **facts: Any) -> None:
        """Somebody who signs in to Facebook: name, checkpoint, unconfirmed, password_changed (epoch seconds)."""
        self._post("people", {"id": id, **facts})

    def remove_app(self, platform: str, id: str = PERSON) -> None:
        """Somebody throws the application out at the platform; on Facebook a person, elsewhere an account."""
        self._post("removals", {"platform": platform, "id": id})

    def comment(self, platform: str, on: str, text: str, **who: str) -> str:
        """Somebody among the public says something under a post or film (or a comment); its id."""
        return self._post("comments", {"platform": platform, "on": on, "text": text, **who})["id"]

    def like(self, platform: str, account: str, id: str) -> None:
        """A follower likes a post, on its page."""
        requests.post(f"{self.url}/gilla/{platform}/{account}/{id}", timeout=SECONDS).raise_for_status()

    def register_redirects(self, *addresses: str) -> None:
        """From now on only these addresses are good to go back to, letter by letter; none: all are."""
        self._post("redirects", {"registered": addresses})

    def set(self, **settings: Any) -> None:
        """google_testing ("on"), facebook_data_access_seconds, x_spelling ("tweet" or "post")."""
        self._post("settings", settings)

    def take_repeats(self) -> None:
        """Facebook and X take the same words and pictures twice: only the caller keeps a post from being doubled."""
        self._post("repeats", {"taken": True})

    def reset(self) -> None:
        """Forget everything, except whether limits are enforced."""
        self._post("reset", {})
        self.enforce_limits(on=self.limits)

    def connect_facebook(self, page_id: str = "1000001", name: str = "Seko") -> dict[str, str]:
        with Store(self.data_dir) as store:
            return store.connect_facebook(page_id, name)

    def connect_x(self, user_id: str = "2000001", handle: str = "seko", name: str = "Seko") -> dict[str, Any]:
        with Store(self.data_dir) as store:
            return store.connect_x(user_id, handle, name)

    def connect_youtube(self, channel_id: str = "UC" + "s" * 22, name: str = "Seko") -> dict[str, Any]:
        with Store(self.data_dir) as store:
            return store.connect_youtube(channel_id, name)

    def _api(self, path: str) -> str:
        return f"{self.url}/ovning/api/{path}"

    def _get(self, path: str, **params: str | None) -> Any:
        answer = requests.get(self._api(path), params=params, timeout=SECONDS)
        answer.raise_for_status()
        return answer.json()

    def _post(self, path: str, body: Any) -> Any:
        answer = requests.post(self._api(path), json=body, timeout=SECONDS)
        if not answer.ok:
            raise ValueError(answer.text)
        return answer.json() if answer.content else None
