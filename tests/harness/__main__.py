"""
`python -m tests.harness`: every test on SQLite with the embedded broker, then those that touch the
database once more on PostgreSQL with Redis. Ends with one line that counts both.
"""

import os
import re
import subprocess
import sys

from tests.harness import beginnings
from tests.harness.postgresql import postgresql
from tests.harness.redis import redis_server

ON_POSTGRESQL = [
    "tests/accounts",
    "tests/approvals",
    "tests/audit",
    "tests/channels",
    "tests/posts",
    *(f"tests/faults/test_{name}.py" for name in ("broker", "database", "deaths", "same_words")),
    *(f"tests/faults/test_{name}.py" for name in ("soak", "stops", "takeovers", "tokens")),
    "tests/e2e/test_death.py",
    "tests/e2e/test_story.py",
    # These never touch the site's database: once is enough.
    "--ignore=tests/channels/adapters",
    "--ignore=tests/channels/sandbox",
    "--ignore=tests/posts/media",
    # What a page shows, to whom, and what it lets out, is the same on every database.
    *(f"--ignore=tests/channels/test_{name}.py" for name in ("canary", "permissions", "pictures")),
    *(
        f"--ignore=tests/channels/test_{name}.py"
        for name in ("channel_views", "connecting_views", "app_keys")
    ),
]
AT_ONCE = ["--numprocesses", "3", "--dist", "loadscope", "--no-loadscope-reorder"]
"""Most tests wait for another process now and then. A module stays together: what it starts is started once."""
COUNTED = re.compile(r"(\d+) (passed|failed|error|errors|skipped)\b")


def main() -> int:
    totals: dict[str, int] = {}
    with beginnings.shared():
        codes = [pytest("SQLite and the embedded broker", [], {}, totals)]
        with postgresql() as database, redis_server() as broker:
            servers = {"DATABASE_URL": database, "REDIS_URL": broker}
            codes.append(pytest("PostgreSQL and Redis", ON_POSTGRESQL, servers, totals))
    failed = totals.get("failed", 0) + totals.get("error", 0) + totals.get("errors", 0)
    sys.stdout.write(f"{totals.get('passed', 0)} passed, {failed} failed\n")
    return max(codes)


def pytest(title: str, chosen: list[str], servers: dict[str, str], totals: dict[str, int]) -> int:
    """Run pytest with these servers, show what it says, and add up its counts."""
    sys.stdout.write(f"\n== {title}\n")
    sys.stdout.flush()
    command = [sys.executable, "-m", "pytest", "-q", "-ra", *AT_ONCE, *chosen]
    with subprocess.Popen(command, env=os.environ | servers, stdout=subprocess.PIPE, text=True) as process:
        last = ""
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            last = line if COUNTED.search(line) else last
    for number, word in COUNTED.findall(last):
        totals[word] = totals.get(word, 0) + int(number)
    return process.returncode


if __name__ == "__main__":
    raise SystemExit(main())
