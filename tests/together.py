"""
Several at the same moment on the test's database: people who press, each in a thread with a connection of their own, and
real processes that can be killed.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from django.db import connection

from seko_social.processes import ROOT


def press(*presses: Callable[[], Any]) -> list[Any]:
    """What each of them came to, in their order: what it returned, or the exception that it raised."""
    start, outcomes = threading.Barrier(len(presses)), [None] * len(presses)

    def run(place: int) -> None:
        try:
            start.wait()
            outcomes[place] = presses[place]()
        except Exception as error:  # noqa: BLE001  (whatever it is, the test is to see it)
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(presses))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@contextmanager
def beside(code: str, *arguments: str, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process that runs `code` on the same database. It is killed at the latest when the block ends."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "seko_social.settings",
        "DATABASE_URL": address_of_the_test_database(),
        **variables,
    }
    with subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=ROOT, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def address_of_the_test_database() -> str:
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    return f"postgresql://{known['USER']}@{quote(known['HOST'], safe='')}/{known['NAME']}"
