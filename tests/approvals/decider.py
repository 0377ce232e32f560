"""
`python -m tests.approvals.decider`: somebody at a desk, as a process of its own.

It reads who presses what, a line of JSON each, makes the browser ready, says so, and presses when it is told to.
"""

import json
import sys
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402  (models need django.setup() first)

from accounts.models import User  # noqa: E402
from tests.pages import signed_in, text_of  # noqa: E402

settings.ALLOWED_HOSTS.append("testserver")


def press(order: dict[str, Any]) -> dict[str, Any]:
    client = signed_in(User.objects.get(pk=order["by"]))
    tell({"is_ready": True})
    sys.stdin.readline()
    response = client.post(order["path"], order["data"], follow=order["follows"])
    return {"status": response.status_code, "text": text_of(response)}


def tell(fact: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    for line in sys.stdin:
        tell(press(json.loads(line)))
