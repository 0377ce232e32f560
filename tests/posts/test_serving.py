from contextlib import closing

import pytest
from django.core.files.base import ContentFile
from django.test import RequestFactory

from posts.models import Media
from posts.serving import part_wanted, serve
from tests import factories

pytestmark = pytest.mark.django_db
CONTENT = bytes(range(256)) * 40


@pytest.fixture
def film(db):
    media = factories.picture(factories.ombudsman())
    media.master.save("master.mp4", ContentFile(CONTENT))
    return Media.objects.get().master


def answer_to(film, header: str = "", **more: str):
    headers = {"Range": header} if header else {}
    return serve(RequestFactory().get("/", headers=headers | more), film, "abc-master")


def body_of(response) -> bytes:
    with closing(response):
        return b"".join(response.streaming_content)


def test_the_whole_file_is_served_privately(film):
    response = answer_to(film)
    assert (response.status_code, body_of(response)) == (200, CONTENT)
    assert response["Content-Type"] == "video/mp4"
    assert response["Cache-Control"] == "private, no-cache"
    assert response["ETag"] == '"abc-master"'
    assert response["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("header", "part", "told"),
    [
        ("bytes=0-99", slice(0, 100), "bytes 0-99/10240"),
        ("bytes=100-", slice(100, None), "bytes 100-10239/10240"),
        ("bytes=-50", slice(-50, None), "bytes 10190-10239/10240"),
        ("bytes=10000-99999", slice(10000, None), "bytes 10000-10239/10240"),
        ("bytes=-99999", slice(0, None), "bytes 0-10239/10240"),
    ],
)
def test_a_player_gets_the_part_it_asks_for(film, header, part, told):
    response = answer_to(film, header)
    assert (response.status_code, response["Content-Range"]) == (206, told)
    assert body_of(response) == CONTENT[part]
    assert response["Content-Length"] == str(len(CONTENT[part]))


def test_a_part_behind_the_end_is_refused(film):
    response = answer_to(film, "bytes=20000-")
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */10240")


@pytest.mark.parametrize("header", ["", "bytes=0-99"])
def test_what_a_browser_has_already_is_not_sent_again(film, header):
    response = answer_to(film, header, **{"If-None-Match": '"abc-master"'})
    assert (response.status_code, response.content) == (304, b"")
    assert (response["ETag"], response["Cache-Control"]) == ('"abc-master"', "private, no-cache")
    assert body_of(answer_to(film, **{"If-None-Match": '"abc-thumb"'})) == CONTENT


def test_a_part_of_another_file_is_not_put_to_what_a_player_has(film):
    part = answer_to(film, "bytes=0-99", **{"If-Range": '"abc-master"'})
    assert (part.status_code, body_of(part)) == (206, CONTENT[:100])
    whole = answer_to(film, "bytes=0-99", **{"If-Range": '"abd-master"'})
    assert (whole.status_code, body_of(whole)) == (200, CONTENT)


@pytest.mark.parametrize(
    "header", ["", "bytes=-", "bytes=a-b", "items=0-1", "bytes=0-1,5-6", f"bytes=0-{'9' * 5000}"]
)
def test_a_question_we_do_not_understand_gets_the_whole(header):
    assert part_wanted(header, 100) is None


def test_a_download_has_a_name(film):
    with closing(serve(RequestFactory().get("/"), film, "abc", download_as="seko-1.mp4")) as response:
        told = response["Content-Disposition"]
    assert told == 'attachment; filename="seko-1.mp4"'
