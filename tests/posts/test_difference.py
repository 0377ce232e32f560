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
