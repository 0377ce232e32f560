"""`python -m tests.posts.media.trial FOLDER`: do to every file in it what a worker would, in this one process.

One line of JSON for each file, as soon as it is known: if the process dies, the next file is the one that killed it.
"""

import json
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from posts.media.detect import Kind, detect
from posts.media.errors import MediaRefused
from posts.media.film_jobs import prepare_film
from posts.media.picture_jobs import prepare_picture
from posts.media.sandboxed import ROOT
from tests.posts.media.hostile import EITHER, MADE, REFUSED
from tests.posts.media.phones import CANARY, PLACE

TELLTALES = (CANARY.encode(), PLACE.encode(), b"ISO6709", b"<script", b"<html", b"PK\x03\x04", b"Exif\0\0")
WORK = {Kind.PICTURE: prepare_picture, Kind.FILM: prepare_film}
STATUS, FORGET_PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")
MEASURES_MEMORY = FORGET_PEAK.exists()
"""Only Linux tells, and forgets, how much memory this process has held."""


def main() -> None:
    for source in sorted(Path(sys.argv[1]).iterdir()):
        forget_peak()
        with tempfile.TemporaryDirectory() as folder:
            outcome = outcome_of(source, Path(folder))
        print(json.dumps({"name": source.name, "megabytes": peak_megabytes(), **outcome}), flush=True)  # noqa: T201


def outcome_of(source: Path, folder: Path) -> dict[str, Any]:
    """What was made, or the code of the refusal, or an error that should not have been."""
    try:
        made = WORK[detect(source)](str(source), str(folder), {}, progress=unheard)
    except MediaRefused as refusal:
        left = [path.name for path in folder.iterdir()]
        return {"refused": refusal.code, "facts": refusal.facts, "left": left}
    except Exception:  # noqa: BLE001  (finding these is what the trial is for)
        return {"error": traceback.format_exc()}
    return {
        "made": {name: made.get(name, 0) for name in ("width", "height", "seconds")},
        "told": told_in(folder),
    }


def unheard(_part: float) -> None:
    """Nobody asked how far it is."""


def told_in(folder: Path) -> list[str]:
    """What should have been left behind, and is in what was made."""
    return [
        f"{mark!r} in {path.name}"
        for path in folder.iterdir()
        for mark in TELLTALES
        if mark in path.read_bytes()
    ]


def forget_peak() -> None:
    if MEASURES_MEMORY:
        FORGET_PEAK.write_text("5")


def peak_megabytes() -> int:
    """Of this process alone; `getrusage` would count what the parent had at the fork."""
    if not MEASURES_MEMORY:
        return 0
    return (
        int(next(line.split()[1] for line in STATUS.read_text().splitlines() if line.startswith("VmHWM")))
        // 1024
    )


# --- from outside ---------------------------------------------------------------------------------------------


def tried(folder: Path, files: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    """What came of each file, by its name; all of them in one other process."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    command = [sys.executable, "-m", "tests.posts.media.trial", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, len(lines)) == (0, len(files)), f"{lines[-1:]} and then {done.stderr[-2000:]}"
    return {line["name"]: line for line in lines}


def in_a_word(outcome: dict[str, Any]) -> str:
    if "made" in outcome:
        return MADE
    return outcome.get("refused", outcome.get("error"))


def is_as_expected(outcome: dict[str, Any], expected: str) -> bool:
    word = in_a_word(outcome)
    refused = "refused" in outcome
    return {MADE: word == MADE, REFUSED: refused, EITHER: refused or word == MADE}.get(
        expected, word == expected
    )


if __name__ == "__main__":
    main()
