"""What a trial run sends is what every platform takes."""

from pathlib import Path

import av
import pytest

from channels import trial
from channels.adapters import ADAPTERS
from channels.adapters.base import Content, Kind
from channels.sandbox.media import inspect

TRYING = [adapter for adapter in ADAPTERS.values() if adapter.publishes]


@pytest.mark.parametrize("kind", list(Kind))
def test_it_is_what_it_says(kind, tmp_path: Path):
    media = trial.media(kind)
    path = tmp_path / media.file_name
    path.write_bytes(media.open().read())
    found = inspect(path)
    assert (found.kind, found.content_type) == (kind.value, media.content_type)
    assert (found.width, found.height, found.seconds) == (media.width, media.height, media.seconds)
    assert path.stat().st_size == media.size < 8 * 1024


def test_the_film_has_the_codecs_that_every_platform_takes():
    with av.open(trial.media(Kind.FILM).open()) as film:
        assert [stream.codec_context.name for stream in film.streams] == ["h264", "aac"]


def test_it_can_be_read_again_and_again():
    media = trial.media(Kind.PICTURE)
    assert media.open().read() == media.open().read() != b""


@pytest.mark.parametrize("adapter", TRYING, ids=[adapter.platform for adapter in TRYING])
def test_each_platform_takes_what_its_trial_sends(adapter):
    content = Content(text="Provkörning", title="Provkörning", media=(trial.media(adapter.trial_kind),))
    assert list(adapter.check(content)) == []
