"""
`python -m tests.channels.dying_rotation before|after 3`: seal everything anew, and die with -9 at the third row: before
it is written, or after. A real process, and a real signal.
"""

import os
import signal
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402  (it needs django.setup() first)
from django.db.models import QuerySet  # noqa: E402

real = QuerySet.update
written = 0


def update(rows: QuerySet, **values: object) -> int:
    global written
    written += 1
    if written == number and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    done = real(rows, **values)
    if written == number:
        os.kill(os.getpid(), signal.SIGKILL)
    return done


if __name__ == "__main__":
    when, number = sys.argv[1], int(sys.argv[2])
    QuerySet.update = update
    call_command("rotate_credentials")
