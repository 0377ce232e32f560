"""A film that is processed slowly is waited for; one that cannot be processed fails, and is public nowhere."""

import pytest

from tests.faults.matrix import FAILED, PUBLISHED, TOLD_FAILED, films_in_processing
from tests.faults.scene import scene
from tests.faults.verdict import count, is_public_once

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("film", films_in_processing(), ids=str)
def test_a_film_in_processing(sandbox, film, record_property):
    played = scene(sandbox, film.content)
    sandbox.faults({"platform": film.platform, "call": "*", **film.rule})
    status = played.work()
    count(record_property, played, film.platform, film.name, wanted=film.public)
    assert (status, sandbox.waiting_faults()) == (film.status, [])
    if status == PUBLISHED:
        is_public_once(played, ("receipt",))
    else:
        assert (status, played.public, played.ends) == (FAILED, [], ())
        assert played.told == TOLD_FAILED
        assert (played.publication.trouble, played.log) == ("film_unprocessable", ["publication.failed"])
