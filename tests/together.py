"""Several people press at the same moment: each in a thread and with a connection to the database of their own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


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
