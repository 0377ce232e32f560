from difflib import SequenceMatcher

import pytest

from posts import difference
from posts.difference import Change, Piece, words


def test_words_are_kept_added_and_removed():
    assert words("Vi ses på torsdag", "Vi ses på fredag") == (
        Piece(Change.SAME, "Vi ses på "),
        Piece(Change.REMOVED, "torsdag"),
        Piece(Change.ADDED, "fredag"),
    )


def test_nothing_is_lost_in_a_difference():
    old, new = "Ett  tåg\n\nsom går", "Ett tåg\nsom alltid går i tid"
    pieces = words(old, new)
    assert "".join(piece.text for piece in pieces if piece.change != Change.ADDED) == old
    assert "".join(piece.text for piece in pieces if piece.change != Change.REMOVED) == new


def test_space_that_changed_is_told_and_the_words_around_it_stay():
    assert words("Ett  tåg", "Ett tåg") == (
        Piece(Change.SAME, "Ett"),
        Piece(Change.REMOVED, "  "),
        Piece(Change.ADDED, " "),
        Piece(Change.SAME, "tåg"),
    )


@pytest.fixture
def compared(monkeypatch):
    """What the matcher was given: how many words before and after, and how many pairs of the same word."""
    given: list[tuple[int, int, int]] = []

    def matcher(junk, before, after, **options):
        given.append((len(before), len(after), sum(after.count(word) for word in before if not junk(word))))
        return SequenceMatcher(junk, before, after, **options)

    monkeypatch.setattr(difference, "SequenceMatcher", matcher)
    return given


def test_one_word_in_a_long_monotonous_text_is_found_without_comparing_the_rest(compared):
    before, after = "a b " * 1200 + "slut " + "b a " * 1200, "a b " * 1200 + "klart " + "b a " * 1200
    assert words(before, after) == (
        Piece(Change.SAME, "a b " * 1200),
        Piece(Change.REMOVED, "slut"),
        Piece(Change.ADDED, "klart"),
        Piece(Change.SAME, " " + "b a " * 1200),
    )
    assert compared == [(1, 1, 0)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a b " * 2500, "b " + "a a b b " * 1249),
        ("a " * 5000, "b  " + "a  " * 3332),
        (" ".join(f"ord{n} x" for n in range(1200)), "nej " + " ".join(f"ord{n} y" for n in range(1200))),
    ],
)
def test_texts_made_to_be_hard_to_compare_differ_as_a_whole(compared, before, after):
    pieces = words(before, after)
    assert [piece.change for piece in pieces if piece.change != Change.SAME] == [Change.REMOVED, Change.ADDED]
    assert "".join(piece.text for piece in pieces if piece.change != Change.ADDED) == before
    assert "".join(piece.text for piece in pieces if piece.change != Change.REMOVED) == after
    assert compared == []
