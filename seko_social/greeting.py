"""What `make run` says once everything answers: where the site is, and who can sign in."""

import threading
import time
import urllib.request

from django.conf import settings
from django.db import connection

from seko_social import health
from seko_social.demo import story
from seko_social.models import Heartbeat
from seko_social.terminal import Terminal

PATIENCE = 60
"""Seconds after which we say what is still missing."""


def forget_last_time() -> None:
    """What was heard before this start says nothing about it."""
    Heartbeat.objects.all().delete()
    connection.close()


def when_ready(terminal: Terminal) -> None:
    threading.Thread(target=wait_and_greet, args=(terminal,), daemon=True).start()


def wait_and_greet(terminal: Terminal) -> None:
    deadline = time.monotonic() + PATIENCE
    silent = [settings.SITE_URL + "/healthz"]
    if settings.IS_TRAINING:
        silent.append(settings.SANDBOX_URL + "/ovning/api/health")
    while (missing := what_is_missing(silent)) and time.monotonic() < deadline:
        time.sleep(0.3)
    connection.close()
    for sentence in missing or greeting():
        terminal.say(sentence)


def what_is_missing(silent: list[str]) -> list[str]:
    """Who has answered once is not asked again: each question would be a line in the terminal."""
    silent[:] = [address for address in silent if not answers(address)]
    missing = [f"{address} does not answer." for address in silent]
    return missing or health.why_not_ready(health.ages_of_heartbeats())


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=10):  # noqa: S310  (our own loopback address)
            return True
    except OSError:
        return False


def greeting() -> list[str]:
    lines = ["", f"Seko Social is ready: {settings.SITE_URL}"]
    if settings.IS_TRAINING:
        lines += [f"The make-believe platforms: {settings.SANDBOX_URL}", ""]
        lines += [f"Sign in with the password {story.PASSWORD} as"]
        lines += [f"  {email:<16} {name}, {', '.join(roles)}" for email, name, _, roles in story.PEOPLE]
    return [line or " " for line in [*lines, "", "Ctrl-C ends everything.", ""]]
