"""Who seals, and who holds the ring of keys: few enough to be read in one go."""

import re
from pathlib import Path

import pytest

import channels

ROOM = Path(channels.__file__).parent
SEALING = {"appkeys", "connecting", "connections", "models", "rotating"}
HOLDING_THE_RING = {"keyring", "models", "rotating", "management/commands/rotate_credentials"}


@pytest.mark.parametrize(
    ("deed", "doers"), [(r"\.seal\(", SEALING), (r"\bKeyRing\b", HOLDING_THE_RING)], ids=["seal", "ring"]
)
def test_nobody_else_does(deed, doers):
    files = [path for path in ROOM.rglob("*.py") if "sandbox" not in path.parts]
    found = {
        str(path.relative_to(ROOM).with_suffix("")) for path in files if re.search(deed, path.read_text())
    }
    assert found == doers
