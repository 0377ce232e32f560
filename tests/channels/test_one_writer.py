"""Who seals, who holds the ring of keys, and who writes to a channel: few enough to be read in one go."""

import re
from pathlib import Path

import pytest

import channels

ROOM = Path(channels.__file__).parent
SEALING = {"appkeys", "connecting", "connections", "models", "rotating"}
WRITING = {"connecting", "connections", "keeping"}
"""What is said of a channel in its docstring: who makes one, who writes its state, and what it carries beside."""
HOLDING_THE_RING = {"keyring", "models", "rotating", "management/commands/rotate_credentials"}


@pytest.mark.parametrize(
    ("deed", "doers"),
    [
        (r"\.seal\(", SEALING),
        (r"\bKeyRing\b", HOLDING_THE_RING),
        (r"\bChannel\.objects\b.*\.(update|create)\(", WRITING),
    ],
    ids=["seal", "ring", "channel"],
)
def test_nobody_else_does(deed, doers):
    files = [path for path in ROOM.rglob("*.py") if "sandbox" not in path.parts]
    found = {
        str(path.relative_to(ROOM).with_suffix("")) for path in files if re.search(deed, path.read_text())
    }
    assert found == doers
