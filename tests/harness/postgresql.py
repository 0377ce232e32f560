"""A private PostgreSQL: own directory, unix socket only, gone afterwards."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

MISSING = (
    "PostgreSQL's programs (initdb, pg_ctl) were not found. Install them, for example with: "
    "apt-get install postgresql"
)
SETTINGS = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=100"


@contextmanager
def postgresql() -> Iterator[str]:
    """Yields the DATABASE_URL of an empty server."""
    programs = find_programs()
    with tempfile.TemporaryDirectory(prefix="seko-pg-") as folder:
        data = Path(folder) / "data"
        run(
            programs / "initdb",
            "-D",
            data,
            "-U",
            "seko",
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        options = f"-k {folder} -c listen_addresses='' {SETTINGS}"
        run(programs / "pg_ctl", "-D", data, "-l", f"{folder}/log", "-o", options, "-w", "start")
        try:
            run(programs / "createdb", "-h", folder, "-U", "seko", "seko")
            yield f"postgresql://seko@{quote(folder, safe='')}/seko"
        finally:
            run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def find_programs() -> Path:
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    raise SystemExit(MISSING)


def run(program: Path, *arguments: object) -> None:
    # The server refuses to run as root: then it runs as somebody else who exists only inside the call.
    disguise = ["unshare", "--user", "--map-user=1000"] if os.geteuid() == 0 else []
    command = [*disguise, str(program), *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{program.name} failed: {done.stderr}")
