"""Where the work on a file is done, and what a killed worker leaves there."""

import os
import tempfile

import pytest

from posts.media import workplace as module
from posts.media.workplace import PREFIX, occupied, workplace


@pytest.fixture(autouse=True)
def temporary(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left_by_the_dead(temporary, name="left", age=3600):
    folder = temporary / f"{PREFIX}{name}"
    folder.mkdir()
    (folder / "upload").write_bytes(b"somebody's original")
    moment = folder.stat().st_mtime - age
    os.utime(folder, (moment, moment))
    return folder


def test_it_is_gone_when_the_work_ends(temporary):
    with workplace() as folder:
        (folder / "upload").write_bytes(b"x")
        assert list(temporary.iterdir()) == [folder]

    assert list(temporary.iterdir()) == []


def test_it_is_gone_when_the_work_fails(temporary):
    with pytest.raises(KeyError), workplace():
        raise KeyError

    assert list(temporary.iterdir()) == []


def test_what_a_killed_worker_left_is_gone_when_the_next_one_begins(temporary):
    left = left_by_the_dead(temporary)

    with workplace() as folder:
        assert (left.exists(), list(temporary.iterdir())) == (False, [folder])


def test_where_somebody_still_works_nothing_is_touched(temporary):
    left = left_by_the_dead(temporary)

    with occupied(left) as is_ours:
        assert is_ours
        with workplace():
            assert (left / "upload").exists()
    with workplace():
        assert not left.exists()


def test_a_place_that_was_made_just_now_is_left_alone(temporary):
    left = left_by_the_dead(temporary, age=module.SECONDS_TO_LOCK - 10)

    with workplace():
        assert (left / "upload").exists()


def test_what_is_not_ours_to_clear_is_left_alone(temporary, monkeypatch):
    left = left_by_the_dead(temporary)

    def deny(_folder):
        raise PermissionError

    monkeypatch.setattr(module, "clear_if_abandoned", deny)
    with workplace():
        assert left.exists()
