"""What the log says, and what it never says."""

import logging
import sys

import pytest

from seko_social import logs

FORMAT = logs.Formatter("%(levelname)s %(name)s: %(message)s")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("url: /v23.0/me?access_token=EAAhemligt&fields=id", "url: /v23.0/me?access_token=…&fields=id"),
        ("{'refresh_token': '1//hemligt', 'expires': 3599}", "{'refresh_token': '…', 'expires': 3599}"),
        ('{"client_secret": "hemligt"}', '{"client_secret": "…"}'),
        ("GET /oauth?code=hemligt&state=hemligt", "GET /oauth?code=…&state=…"),
        ("Authorization: Bearer hemligt.x-y_z", "Authorization: Bearer …"),
        ("Not Found: /samtycke/kV9bq2hemligthemligt77aa/", "Not Found: /samtycke/…/"),
        ("Unprocessable Entity: /inbjudan/kV9bq2hemligthemligt77/", "Unprocessable Entity: /inbjudan/…/"),
        ("Gone: /konto/password/reset/key/3-cq2b1x-0a5d8e0a5d8e/", "Gone: /konto/password/reset/key/…/"),
        ("Not Found: /inbjudan/12/dra-tillbaka/", "Not Found: /inbjudan/12/dra-tillbaka/"),
        ("Not Found: /inlagg/12/samtycke/lank/", "Not Found: /inlagg/12/samtycke/lank/"),
        ("cannot reach postgresql://seko:hemligt@host/seko", "cannot reach postgresql://seko:…@host/seko"),
        (
            "The post was refused, code 190: the page said no.",
            "The post was refused, code 190: the page said no.",
        ),
    ],
)
def test_a_secret_never_reaches_the_log(said, written):
    assert logs.without_secrets(said) == written


def test_a_traceback_is_cleaned_like_any_line():
    try:
        raise ConnectionError("Max retries exceeded with url: /me?access_token=EAAhemligt")
    except ConnectionError:
        record = logging.LogRecord("posts", logging.ERROR, "", 1, "broken", (), sys.exc_info())
    line = FORMAT.format(record)
    assert line.startswith("ERROR posts: broken\nTraceback")
    assert "hemligt" not in line
    assert "access_token=…" in line


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/inlagg/12/", "/inlagg/12/"),
        ("/inbjudan/kV9bq2hemligthemligt77/", "/inbjudan/…/"),
        ("/konto/password/reset/key/3-cq2b1x-0a5d8e0a5d8e0a5d8e/", "/konto/password/reset/key/…/"),
    ],
)
def test_what_may_be_a_key_is_left_out_of_a_path(path, written):
    assert logs.path_for_log(path) == written


@pytest.mark.parametrize("mark", ["\n", "\r", "\x1b", "\x00", "\x85", "\u2028", "\u202e"])
def test_a_path_adds_no_line_to_the_log_and_steers_no_terminal(mark):
    assert logs.path_for_log(f"/x{mark}ERROR root: ja/") == "/x…ERROR root: ja/"
