"""
Files that mean harm, or are merely broken: each gets the outcome that the corpus names, and costs little.

With `HOSTILE_MUTANTS=20000` in the environment, so many damaged files are tried instead of two thousand.
"""

import os

import pytest

from posts.media import jobs
from posts.media.errors import MediaRefused, RefusalCode
from posts.media.limits import DEFAULT
from posts.models import Media
from posts.wording import refusal_sentence
from tests.posts.media import hostile
from tests.posts.media.hostile import MADE
from tests.posts.media.phones import written
from tests.posts.media.trial import MEASURES_MEMORY, TELLTALES, in_a_word, is_as_expected, told_in, tried

MOST_MEGABYTES = 400
FEW_MEGABYTES = 120
"""Little more than the libraries themselves take."""
MUTANTS = int(os.environ.get("HOSTILE_MUTANTS", "2000"))
SEED = 20261122


@pytest.fixture(scope="module")
def corpus():
    return hostile.corpus()


@pytest.fixture(scope="module")
def outcomes(corpus, tmp_path_factory):
    return tried(tmp_path_factory.mktemp("hostile"), {name: data for name, (data, _) in corpus.items()})


@pytest.fixture(scope="module")
def mutants(tmp_path_factory):
    files = {f"{number:05}": data for number, data in enumerate(hostile.mutants(MUTANTS, SEED))}
    return tried(tmp_path_factory.mktemp("mutants"), files)


def test_every_file_gets_the_outcome_that_it_should(corpus, outcomes):
    wrong = {
        name: (expected, in_a_word(outcomes[name]))
        for name, (_, expected) in corpus.items()
        if not is_as_expected(outcomes[name], expected)
    }

    assert wrong == {}


def test_every_refusal_is_told_in_a_sentence(outcomes):
    refused = [one for one in outcomes.values() if "refused" in one]
    told = [refusal_sentence(Media(refusal=one["refused"], refusal_facts=one["facts"])) for one in refused]
    assert len(told) > 100
    assert [sentence for sentence in told if not sentence.endswith(".") or "{" in sentence] == []


def test_nothing_hidden_survives_in_what_is_made(corpus, outcomes):
    hidden = [name for name, (data, _) in corpus.items() if any(mark in data for mark in TELLTALES)]
    assert sum("made" in outcomes[name] for name in hidden) > 20

    assert {name: one["told"] for name, one in outcomes.items() if one.get("told")} == {}


def test_nothing_is_left_of_what_is_refused(outcomes):
    assert {name: one["left"] for name, one in outcomes.items() if one.get("left")} == {}


def test_no_file_costs_much_memory(outcomes):
    if not MEASURES_MEMORY:
        pytest.skip("Only Linux tells how much memory a process has held.")
    assert outcomes["large-flat.png"]["megabytes"] > FEW_MEGABYTES

    assert {n: one["megabytes"] for n, one in outcomes.items() if one["megabytes"] > MOST_MEGABYTES} == {}


def test_no_film_comes_out_longer_than_films_may_be(outcomes):
    lengths = {name: one["made"]["seconds"] for name, one in outcomes.items() if "made" in one}

    assert {name: seconds for name, seconds in lengths.items() if seconds > DEFAULT.film_seconds} == {}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("bomb.png", "Bilden är för stor, 50000 × 50000 bildpunkter. Välj en mindre."),
        ("bomb.gif", "Bilden är för stor, 65535 × 65535 bildpunkter. Välj en mindre."),
        ("bomb-largest.webp", "Filen är för tung att bearbeta. Välj en enklare eller mindre."),
        ("cut-50.jpg", "Slutet av filen saknas. Skicka den igen."),
        ("cut-50.mp4", "Slutet av filen saknas. Skicka den igen."),
        (
            "html-jpeg.jpg",
            "HTML går inte att använda. Skicka en JPEG, PNG eller HEIC, eller en film som MP4.",
        ),
        ("jpeg-start-and-noise.jpg", "Slutet av filen saknas. Skicka den igen."),
        ("ten-hours.mp4", "Filmen är för lång, högst 30 minuter. Korta den eller skicka en länk."),
    ],
)
def test_the_sender_is_told_in_a_sentence_and_the_refusal_costs_little(outcomes, name, sentence):
    outcome = outcomes[name]

    assert refusal_sentence(Media(refusal=outcome["refused"], refusal_facts=outcome["facts"])) == sentence
    assert outcome["megabytes"] <= FEW_MEGABYTES


# --- through the process of its own ---------------------------------------------------------------------------

MADE_THERE = (
    "--help",
    "$(reboot).jpg",
    "concat:a|b.mp4",
    "\u202egpj.exe",
    "jpeg-zip.jpg",
    "png-html-in-text.png",
    "mp4-html-in-free.mp4",
    "exif-self.jpg",
    "animated.gif",
    "large-flat.png",
)
REFUSED_THERE = (
    "empty.jpg",
    "playlist.mp4",
    "jpeg-start-and-noise.jpg",
    "profile-bomb.png",
    "bomb.png",
    "bomb.jpg",
    "bomb.webp",
    "bomb-largest.webp",
    "bomb.heic",
    "bomb.avif",
    "cut-50.jpg",
    "cut-50.mov",
    "no-index.mp4",
    "ten-hours.mp4",
    "8k.mp4",
)


@pytest.mark.parametrize("name", MADE_THERE)
def test_what_is_made_here_is_made_in_the_process_of_its_own(tmp_path, corpus, outcomes, name):
    prepared = jobs.prepare(written(tmp_path, "upload", corpus[name][0]), folder_in(tmp_path))

    here = outcomes[name]["made"]
    assert (prepared.width, prepared.height, prepared.seconds) == (
        here["width"],
        here["height"],
        here["seconds"],
    )
    assert {prepared.master, prepared.medium, prepared.thumb} <= set(folder_in(tmp_path).iterdir())
    assert told_in(folder_in(tmp_path)) == []


@pytest.mark.parametrize("name", REFUSED_THERE)
def test_what_is_refused_here_is_refused_in_the_process_of_its_own(tmp_path, corpus, outcomes, name):
    with pytest.raises(MediaRefused) as refused:
        jobs.prepare(written(tmp_path, "upload", corpus[name][0]), folder_in(tmp_path))

    assert (refused.value.code, refused.value.facts) == (outcomes[name]["refused"], outcomes[name]["facts"])
    assert list(folder_in(tmp_path).iterdir()) == []


def folder_in(tmp_path):
    (tmp_path / "made").mkdir(exist_ok=True)
    return tmp_path / "made"


# --- mutants --------------------------------------------------------------------------------------------------


def test_no_damaged_file_meets_an_error_that_was_not_foreseen(mutants):
    assert {name: one["error"] for name, one in mutants.items() if "error" in one} == {}
    assert {in_a_word(one) for one in mutants.values()} >= {MADE, RefusalCode.DAMAGED, RefusalCode.TRUNCATED}


def test_no_damaged_file_leaves_or_tells_anything(mutants):
    assert {name: one for name, one in mutants.items() if one.get("left") or one.get("told")} == {}


def test_no_damaged_file_costs_much_memory(mutants):
    if not MEASURES_MEMORY:
        pytest.skip("Only Linux tells how much memory a process has held.")
    assert {n: one["megabytes"] for n, one in mutants.items() if one["megabytes"] > MOST_MEGABYTES} == {}
