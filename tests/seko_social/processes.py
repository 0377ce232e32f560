"""Starting the site's programs from a test, with nothing set but what the test sets."""

import os
import subprocess
import sys

from seko_social.processes import ROOT

INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")


def environment(folder, **variables):
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return kept | {"VAR_DIR": str(folder), "PYTHONWARNINGS": "error"} | variables


def python(folder, *arguments, **variables):
    """Run Python to its end; its exit code, its words and its complaints are in the result."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(folder, **variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
