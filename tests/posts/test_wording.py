import pytest

from posts.media.errors import RefusalCode
from posts.models import Media
from posts.wording import REFUSALS, refusal_sentence


@pytest.mark.parametrize("code", RefusalCode)
def test_every_refusal_has_a_sentence(code):
    assert code in REFUSALS
    sentence = refusal_sentence(Media(refusal=code, refusal_facts={}))
    assert sentence.endswith(".")
    assert "%" not in sentence


def test_a_sentence_names_the_limit():
    media = Media(refusal="too_large_bytes", refusal_facts={"limit_mb": 60})
    assert refusal_sentence(media) == "Filen är för stor. Den får vara högst 60 MB."
