"""`python -m tests.posts.media.trial FOLDER`: try every file in it, in this one process, and tell what came of each."""

import json
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from posts.media.detect import Kind, detect
from posts.media.errors import MediaRefused
from posts.media.films import make_film_master, make_poster
from posts.media.pictures import make_picture_master, make_picture_sizes
from tests.posts.media.phones import CANARY, PLACE

TELLTALES = (CANARY.encode(), PLACE.encode(), b"ISO6709", b"<script", b"<html", b"PK\x03\x04", b"Exif\0\0")


def outcome_of(source: Path, folder: Path) -> dict[str, Any]:
    """What was made, or the code of the refusal, or an error that should not have been."""
    try:
        return {"made": made_of(source, folder)}
    except MediaRefused as refusal:
        return {
            "refused": str(refusal.code),
            "facts": refusal.facts,
            "left": [path.name for path in folder.iterdir()],
        }
    except Exception:  # noqa: BLE001  (finding these is what the trial is for)
        return {"error": traceback.format_exc()}


def made_of(source: Path, folder: Path) -> dict[str, Any]:
    master = folder / "master"
    if detect(source) is Kind.PICTURE:
        facts = make_picture_master(source, master)
        make_picture_sizes(master, folder)
    else:
        facts = make_film_master(source, master)
        make_poster(master, folder / "poster.jpg")
    told = [mark.decode() for path in folder.iterdir() for mark in TELLTALES if mark in path.read_bytes()]
    return {"width": facts.width, "height": facts.height, "told": told}


def peak_megabytes() -> int:
    """Of this process alone; `getrusage` would count what the parent had at the fork."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) // 1024


def main() -> None:
    outcomes, worst, before = {}, ("", 0), peak_megabytes()
    for source in sorted(Path(sys.argv[1]).iterdir()):
        with tempfile.TemporaryDirectory() as folder:
            outcomes[source.name] = outcome_of(source, Path(folder))
        if peak_megabytes() > before:
            worst, before = (source.name, peak_megabytes()), peak_megabytes()
    json.dump({"outcomes": outcomes, "worst": worst}, sys.stdout)


if __name__ == "__main__":
    main()
