"""Every verb that is written to the log has its words, and a code is not what people read."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit import wording
from posts.models import RemovalStatus
from posts.workflow import RULES
from seko_social.processes import ROOT

ROOMS = ("accounts", "approvals", "audit", "channels", "posts", "seko_social", "inbox")
NOT_THE_LOG = "channels/sandbox/"
"""The sandbox keeps a record of its own."""
MADE = {
    "accounts/admin.py": {"person.changed", "person.second_step_taken_away"},
    "approvals/discussion.py": {
        "post.noted",
        "post.note_taken_back",
        "post.opinion_asked",
        "post.opinion_given",
    },
    "posts/messages.py": {"post.asked", "post.answered"},
    "posts/publishing/removing.py": {"removal.removed", "removal.not_out"},
    "accounts/duty.py": {"duty.given", "duty.changed"},
    "posts/workflow.py": {rule.verb for rule in RULES.values()} | {"post.media_refused"},
}
"""Where a verb is put together or handed on, and what comes of it."""


def calls() -> Iterator[tuple[str, ast.expr]]:
    """The verb of each `log.record(…)`, and the module that it stands in."""
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        module = str(Path(path).relative_to(ROOT))
        if module.startswith(NOT_THE_LOG):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "log.record":
                yield module, node.args[0]


def test_every_verb_that_is_written_anywhere_has_its_words():
    written = {verb.value for _module, verb in calls() if isinstance(verb, ast.Constant)}
    made = set().union(*MADE.values())
    assert len(written) > 30
    assert (written | made) - wording.WORDS.keys() == set()


def test_no_words_are_left_over_from_a_verb_that_is_written_no_more():
    written = {verb.value for _module, verb in calls() if isinstance(verb, ast.Constant)}
    assert wording.WORDS.keys() - written - set().union(*MADE.values()) == set()


def test_a_verb_that_is_put_together_is_known_here():
    found = {module for module, verb in calls() if not isinstance(verb, ast.Constant)}
    assert found == set(MADE)
    assert {f"removal.{status}" for status in (RemovalStatus.REMOVED, RemovalStatus.NOT_OUT)} == MADE[
        "posts/publishing/removing.py"
    ]


def test_a_verb_stands_once_and_its_kind_has_a_name():
    verbs = [verb for of_kind in wording.VERBS.values() for verb in of_kind]
    assert len(verbs) == len(set(verbs))
    assert wording.VERBS.keys() == wording.KINDS.keys()


def test_a_verb_older_than_the_words_is_called_as_it_was_written_down():
    assert wording.sentence("post.carved_in_stone") == "post.carved_in_stone"


@pytest.mark.parametrize(
    ("verb", "facts", "told"),
    [
        ("post.approved", {"version": {"number": 2, "digest": "ab" * 32}, "reason": ""}, ["version: 2"]),
        ("post.frozen", {"version": 1, "digest": "ab" * 32}, ["version: 1"]),
        ("post.changes_requested", {"reason": "shorter"}, ["skäl: Kortare text"]),
        ("post.rejected", {"reason": "too_old"}, ["skäl: För gammalt"]),
        ("post.rejected", {"reason": "of_old"}, ["skäl: of_old"]),
        ("post.take_down", {"reason": "consent"}, ["skäl: Någon på bilden vill inte synas"]),
        (
            "consent.answered",
            {"answer": "withdrawn", "how": "link"},
            ["svar: Har ändrat sig", "hur: Svarade på egen telefon"],
        ),
        ("case.opened", {"reason": "group"}, ["skäl: Någon hörde av sig"]),
        ("post.wished", {"earliest": None, "latest": "2026-11-26T11:00:00Z"}, ["senast: 2026-11-26 12.00"]),
        (
            "publication.failed",
            {"post": 3, "channel": 1, "code": "no_answer"},
            ["orsak: Plattformen svarade inte i tid."],
        ),
        ("publication.released", {"late": True}, ["efter sin tid: ja"]),
        ("publication.held", {"hold": "reserve"}, ["hur: I reserven"]),
        (
            "publishing.stopped",
            {"reason": "intrusion", "message": "Ring mig"},
            ["skäl: Misstänkt intrång", "meddelande: Ring mig"],
        ),
        ("post.picture_changed", {"how": ["blur", "turn"]}, ["hur: suddad och vriden"]),
        ("publishing.resumed", {"how": "spread"}, ["hur: ett i taget på varje kanal"]),
        (
            "channel.connected",
            {"platform": "x", "scopes": ["tweet.read", "tweet.write"]},
            ["plattform: X (Twitter)", "rättigheter hos plattformen: tweet.read och tweet.write"],
        ),
        (
            "channel.changed",
            {"changes": {"name": ["Seko", "Seko Nord"], "owner": [1, 2]}},
            ["ändrat: Namn (Seko → Seko Nord), Kontoansvarig"],
        ),
        ("media.refused", {"code": "truncated"}, ["orsak: Slutet av filen saknas. Skicka den igen."]),
        (
            "person.changed",
            {"roles": ["läsbehörig"], "is_active": False},
            ["roller: läsbehörig", "får logga in: nej"],
        ),
        ("person.second_step_taken_away", {"type": "totp"}, ["slag: app i telefonen"]),
        (
            "log.read",
            {"chosen": "verb=post.approved&first=2026-11-01"},
            ["urval: vad Godkände inlägget, från och med 2026-11-01"],
        ),
        ("log.read", {"chosen": ""}, []),
    ],
)
def test_facts_are_told_in_words(verb, facts, told):
    assert wording.facts_of(verb, facts, with_content=True) == told


def test_an_unknown_fact_is_told_to_nobody():
    assert wording.facts_of("post.approved", {"token": "abc", "text_of_post": "…"}, with_content=True) == []


def test_the_choice_lists_every_verb_under_its_kind():
    offered = [value for _kind, options in list(wording.choices())[1:] for value, _words in options]
    assert set(wording.WORDS) <= set(offered)
    assert set(wording.verbs_of("removal")) == {
        "removal.removed",
        "removal.not_out",
        "removal.by_hand",
        "removal.confirmed",
    }
    assert wording.verbs_of("post.approved") == ["post.approved"]
