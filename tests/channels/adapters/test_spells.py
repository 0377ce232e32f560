from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from channels import connections
from channels.adapters import http, spells
from channels.adapters.codes import Trouble
from channels.adapters.x import X, media
from channels.adapters.youtube import YouTube, uploads
from channels.errors import NotReady
from tests.channels.adapters.desk import Desk, as_shown, content, long_film


def test_a_spell_and_its_last_call_end_before_a_token_may():
    assert spells.SPELL + timedelta(seconds=http.Patience().whole) < connections.RENEW_BEFORE


def test_a_short_attempt_goes_on():
    assert spells.end_if_long(datetime.now(UTC) - timedelta(minutes=2)) is None


@pytest.mark.parametrize("adapter_class", [X, YouTube], ids=lambda adapter: adapter.platform)
def test_a_long_upload_comes_again_and_goes_on_where_it_was(sandbox, monkeypatch, adapter_class):
    monkeypatch.setattr(media, "CHUNK", 1_000_000)
    monkeypatch.setattr(uploads, "CHUNK", uploads.STEP)
    post = replace(content("film", adapter_class), media=(long_film(),))
    desk = Desk.at(sandbox, adapter_class, post)
    with monkeypatch.context() as hurry:
        hurry.setattr(spells, "SPELL", timedelta(0))
        with pytest.raises(NotReady) as raised:
            desk.stage_once()
    assert raised.value.code == Trouble.UPLOADING
    assert raised.value.until <= datetime.now(UTC)
    assert desk.effects("public") == []
    desk.stage()
    desk.commit()
    assert [as_shown(shown) for shown in desk.shown()] == [desk.as_it_should_be()]
    assert set(desk.staged_calls().values()) == {1}
