"""Work on a file in a process of its own: facts come back, refusals come back, and so does the end of the process."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from posts.media import jobs, sandboxed
from posts.media.detect import Kind
from posts.media.errors import MediaRefused, RefusalCode
from posts.media.limits import MB
from posts.media.sandboxed import WorkInterruptedError, run_isolated
from tests.posts.media import phones
from tests.posts.media.phones import CORNERS, written

FULL = Path("/dev/full")
PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "text": True}


@pytest.fixture
def picture(tmp_path):
    return written(tmp_path, "upload", phones.phone_jpeg(800, 600))


def a_process_that(code, monkeypatch):
    """Instead of the media work, a process that runs this."""
    real = subprocess.Popen

    def start(_command, **about):
        return real([sys.executable, "-c", f"import os, signal, sys, time\n{code}"], **about)

    monkeypatch.setattr(sandboxed.subprocess, "Popen", start)


def run(seconds=30, progress=None):
    return run_isolated("prepare_picture", {}, 512 * MB, seconds, progress)


def test_a_picture_is_prepared(tmp_path, picture):
    prepared = jobs.prepare(picture, tmp_path)

    assert (prepared.kind, prepared.width, prepared.height) == (Kind.PICTURE, 600, 800)
    assert prepared.size == prepared.master.stat().st_size
    assert prepared.captured_at.isoformat() == "2026-11-20T14:03:59+01:00"
    for path in (prepared.master, prepared.medium, prepared.thumb):
        with Image.open(path) as image:
            assert phones.corners(image) == list(CORNERS)


def test_a_picture_is_made_smaller(tmp_path):
    made = jobs.smaller_picture(written(tmp_path, "master.jpg", phones.grainy(1280, 960)), tmp_path, 200_000)

    assert (made.kind, made.seconds, made.size) == (Kind.PICTURE, 0.0, made.master.stat().st_size)
    assert made.size <= 200_000
    with Image.open(made.master) as image:
        assert image.size == (made.width, made.height)


def test_a_film_is_prepared_with_its_poster_and_tells_how_far_it_is(tmp_path):
    heard = []

    prepared = jobs.prepare(
        written(tmp_path, "upload", phones.turned_film(90)), tmp_path, progress=heard.append
    )

    assert (prepared.kind, prepared.width, prepared.height) == (Kind.FILM, 240, 320)
    assert (prepared.seconds, prepared.has_sound) == (pytest.approx(1.0, abs=0.05), True)
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    with Image.open(prepared.medium) as poster:
        assert phones.corners(poster) == list(CORNERS)


def test_a_film_is_made_of_a_picture_and_made_smaller(tmp_path, picture):
    prepared = jobs.prepare(picture, tmp_path)

    film = jobs.film_of_pictures([prepared.master], "Hej på er.", 2, tmp_path)
    smaller = jobs.smaller_film(film.master, tmp_path, 1280, 1024)

    assert (film.width, film.height, film.seconds) == (1080, 1920, 2.0)
    assert (smaller.width, smaller.height, smaller.seconds) == (720, 1280, 2.0)


def test_the_settings_limits_hold_in_the_other_process(tmp_path, picture):
    with pytest.raises(MediaRefused) as refused:
        jobs.prepare(picture, tmp_path, {"picture_bytes": 1000})

    assert (refused.value.code, refused.value.facts) == (RefusalCode.TOO_LARGE_BYTES, {"limit_mb": 0})


def test_a_refusal_comes_back_with_its_facts(tmp_path):
    upload = written(tmp_path, "upload", phones.png_of_size(50_000, 50_000))

    with pytest.raises(MediaRefused) as refused:
        jobs.prepare(upload, tmp_path)

    assert refused.value.code == RefusalCode.TOO_MANY_PIXELS
    assert refused.value.facts["limit_megapixels"] == 40


def test_what_is_no_media_costs_no_process(tmp_path, monkeypatch):
    monkeypatch.setattr(
        sandboxed.subprocess, "Popen", lambda *_args, **_about: pytest.fail("A process was started.")
    )

    with pytest.raises(MediaRefused) as refused:
        jobs.prepare(written(tmp_path, "upload", b"%PDF-1.7"), tmp_path)

    assert refused.value.code == RefusalCode.UNSUPPORTED_FORMAT


def test_more_memory_than_given_is_a_refusal(tmp_path):
    upload = written(tmp_path, "upload", phones.encoded(phones.scene(5000, 5000), "PNG", compress_level=1))

    with pytest.raises(MediaRefused) as refused:
        run_isolated(
            "prepare_picture", {"source": str(upload), "folder": str(tmp_path), "limits": {}}, 160 * MB, 30
        )

    assert refused.value.code == RefusalCode.TOO_HEAVY
    assert not (tmp_path / "master.jpg").exists()


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", RefusalCode.DAMAGED),
        ("os.abort()", RefusalCode.DAMAGED),
        ("os.kill(os.getpid(), signal.SIGKILL)", RefusalCode.TOO_HEAVY),
        ("os.kill(os.getpid(), signal.SIGXCPU)", RefusalCode.TOO_HEAVY),
        ("raise MemoryError", RefusalCode.TOO_HEAVY),
        ("raise KeyError('a bug of ours')", RefusalCode.DAMAGED),
        ("sys.exit(0)", RefusalCode.DAMAGED),
    ],
)
def test_a_death_in_the_middle_is_a_refusal(monkeypatch, caplog, code, refusal):
    a_process_that(code, monkeypatch)

    with pytest.raises(MediaRefused) as refused:
        run()

    assert refused.value.code == refusal
    assert "A media process ended with" in caplog.text


@pytest.mark.parametrize("code", ["os.kill(os.getpid(), signal.SIGTERM)", "sys.exit(os.EX_TEMPFAIL)"])
def test_being_stopped_from_outside_is_not_the_files_fault(monkeypatch, code):
    a_process_that(code, monkeypatch)

    with pytest.raises(WorkInterruptedError):
        run()


def test_a_process_that_does_not_come_to_an_end_is_ended(monkeypatch):
    a_process_that("time.sleep(600)", monkeypatch)

    with pytest.raises(MediaRefused) as refused:
        run(seconds=1)

    assert refused.value.code == RefusalCode.TOO_HEAVY


def test_if_nobody_listens_any_more_the_process_is_ended(monkeypatch):
    started = []
    a_process_that("print('{\"progress\": 0.5}', flush=True); time.sleep(600)", monkeypatch)
    start = sandboxed.subprocess.Popen
    monkeypatch.setattr(
        sandboxed.subprocess,
        "Popen",
        lambda *args, **about: started.append(start(*args, **about)) or started[0],
    )

    def lose_the_lease(_part):
        raise LookupError

    with pytest.raises(LookupError):
        run(progress=lose_the_lease)

    assert started[0].wait() == -signal.SIGKILL


def test_a_missing_file_is_our_own_trouble(tmp_path):
    with pytest.raises(WorkInterruptedError):
        run_isolated(
            "prepare_picture",
            {"source": str(tmp_path / "gone"), "folder": str(tmp_path), "limits": {}},
            512 * MB,
            30,
        )


@pytest.mark.parametrize(
    ("make", "master"),
    [
        (lambda: phones.phone_jpeg(800, 600), "master.jpg"),
        (lambda: phones.film(), "master.mp4"),
        (lambda: phones.turned_film(90), "master.mp4"),
    ],
    ids=["picture", "film that is copied", "film that is coded anew"],
)
def test_a_full_disk_is_our_own_trouble(tmp_path, make, master):
    if not FULL.exists():
        pytest.skip("Only Linux has a device that is always full.")
    upload = written(tmp_path, "upload", make())
    (tmp_path / master).symlink_to(FULL)

    with pytest.raises(WorkInterruptedError):
        jobs.prepare(upload, tmp_path)


def test_a_process_that_ends_before_it_has_heard_its_job_is_a_refusal(monkeypatch):
    a_process_that("sys.exit(1)", monkeypatch)
    start = sandboxed.subprocess.Popen

    def start_and_wait(*args, **about):
        process = start(*args, **about)
        process.wait()
        return process

    monkeypatch.setattr(sandboxed.subprocess, "Popen", start_and_wait)
    with pytest.raises(MediaRefused) as refused:
        run()

    assert refused.value.code == RefusalCode.DAMAGED


def test_the_real_process_ends_when_its_worker_is_gone(tmp_path):
    upload = written(tmp_path, "upload", phones.turned_film(90, seconds=4))
    args = {"source": str(upload), "folder": str(tmp_path), "limits": {}}
    job = {"function": "prepare_film", "args": args, "memory_bytes": 2048 * MB, "seconds": 60}
    with subprocess.Popen([sys.executable, "-m", "posts.media"], cwd=sandboxed.ROOT, **PIPES) as process:
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.close()

        assert process.wait() == os.EX_TEMPFAIL
    assert not (tmp_path / "poster.jpg").exists()


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("posts.media.__main__", {"django", "celery", "PIL", "av", "pillow_heif"}),
        ("posts.media.picture_jobs", {"django", "celery", "av"}),
        ("posts.media.film_jobs", {"django", "celery"}),
    ],
)
def test_the_process_imports_no_more_than_its_job_needs(module, unwanted):
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=sandboxed.ROOT, capture_output=True, check=True, text=True
    )

    assert unwanted & set(said.stdout.split()) == set()


def test_no_secret_is_handed_on(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "hemligt")
    a_process_that(
        "print('{\"result\": ' + ('true' if 'SECRET_KEY' in os.environ else 'false') + '}')", monkeypatch
    )

    assert run() is False


def test_the_limits_hold_in_the_other_process(tmp_path):
    """Asked of the real one: its limits as the kernel has them."""
    code = (
        "import json, resource; from posts.media.__main__ import limit; limit(300_000_000, 7);"
        "print(json.dumps([resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU)]))"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=sandboxed.ROOT, capture_output=True, check=True)

    assert json.loads(said.stdout) == [300_000_000, 7]
