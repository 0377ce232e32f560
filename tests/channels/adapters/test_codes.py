"""Adapters speak in codes, and every code has its sentence for people."""

import ast
from pathlib import Path

import pytest

from channels import adapters, connecting_words, errors, wording
from channels.adapters.codes import Lack, Trouble, Worry
from channels.adapters.connector import Right
from channels.wording import RIGHTS, WORRIES
from posts.blockers import Blocker
from posts.wording import THEN, TROUBLES, blocker_sentence, trouble_sentence

UNKNOWN = blocker_sentence(Blocker("no such code"))
LIMITS = {"over": 2, "limit": 2, "characters": "< >"}


@pytest.mark.parametrize("code", Trouble)
def test_every_trouble_has_a_sentence(code):
    assert code in TROUBLES
    sentence = trouble_sentence(code)
    assert sentence[0].isupper()
    assert sentence.endswith(".")


@pytest.mark.parametrize("code", THEN)
def test_what_becomes_of_a_post_is_said_of_posts_only(code):
    what_happened = wording.trouble_sentence(code)
    assert "nlägget" not in what_happened
    assert trouble_sentence(code) == f"{what_happened} {THEN[code]}"
    assert "nlägget" not in connecting_words.sentence(code)


def test_every_right_and_every_worry_has_its_words():
    assert set(RIGHTS) == set(Right)
    assert set(WORRIES) == {str(worry) for worry in Worry}


@pytest.mark.parametrize("code", Lack)
def test_every_lack_has_a_sentence_that_fits_into_a_list(code):
    sentence = blocker_sentence(Blocker(code, facts=LIMITS))
    assert sentence != UNKNOWN
    assert sentence[0].islower()
    assert "%" not in sentence


def raised_codes() -> list[str]:
    """The first argument of everything in the adapters' code that makes an error or a problem."""
    names = {*vars(errors), "Problem", "unclear"}
    calls = [
        node
        for path in Path(adapters.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and called(node) in names and node.args
    ]
    return [ast.unparse(node.args[0]) for node in calls]


def called(node: ast.Call) -> str:
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def test_adapters_say_no_code_that_is_not_listed():
    assert [code for code in raised_codes() if code.startswith(("'", '"'))] == []
    assert sum(code.startswith(("Trouble.", "Lack.")) for code in raised_codes()) > 50
