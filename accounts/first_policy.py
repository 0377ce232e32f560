"""What a policy is begun with: a summary in our own words, that an administrator changes and publishes."""

from pathlib import Path

HERE = Path(__file__).parent
TEXT = (HERE / "first_policy_sv.md").read_text(encoding="utf-8")
TEXT_EN = (HERE / "first_policy_en.md").read_text(encoding="utf-8")
