"""What the public says under a post or a film, and what the account answers, hides and takes away."""

from typing import Any

import pytest
from requests import Response

from tests.channels.sandbox.callers import Facebook, YouTube, graph_error, reason

# -- Facebook


@pytest.fixture
def post(facebook: Facebook) -> str:
    return facebook.say("Vad tycker ni?").json()["id"]


def test_a_comment_on_facebook_is_told_with_its_author(facebook, post):
    id = facebook.sandbox.comment("facebook", post, "Bra!", author="55", name="Kim")
    fields = "id,message,from{id,name},parent{id},is_hidden,can_hide,can_remove,can_comment,comment_count"
    assert facebook.get(f"{post}/comments", fields=fields, summary="true").json()["data"] == [
        {"id": id, "message": "Bra!", "from": {"id": "55", "name": "Kim"}, "is_hidden": False, "can_hide": True,
         "can_remove": True, "can_comment": True, "comment_count": 0}
    ]  # fmt: skip
    assert id.startswith(f"{post.partition('_')[2]}_")


def test_an_answer_stands_under_its_comment_and_in_the_stream(facebook, post):
    first = facebook.sandbox.comment("facebook", post, "Fråga?")
    second = facebook.sandbox.comment("facebook", post, "Bra!")
    answer = facebook.post(f"{first}/comments", message="Svar").json()["id"]

    def listed(**asked: str) -> tuple[list[str], int]:
        told = facebook.get(f"{post}/comments", summary="true", fields="id", **asked).json()
        return [one["id"] for one in told["data"]], told["summary"]["total_count"]

    assert listed() == ([first, second], 2)
    assert listed(order="reverse_chronological") == ([second, first], 2)
    assert listed(filter="stream") == ([first, second, answer], 3)
    (told,) = facebook.get(f"{first}/comments", fields="message,from,parent").json()["data"]
    assert told == {
        "id": answer, "message": "Svar", "from": {"id": "1000001", "name": "Seko"}, "parent": {"id": first}
    }  # fmt: skip
    assert facebook.done()[-1] == ("comment", "public")


def test_the_page_hides_others_words_and_rewrites_only_its_own(facebook, post):
    others = facebook.sandbox.comment("facebook", post, "Dumheter")
    own = facebook.post(f"{post}/comments", message="Skrivfle").json()["id"]
    assert facebook.post(others, is_hidden="true").json() == {"success": True}
    assert facebook.get(others, fields="is_hidden").json()["is_hidden"] is True
    assert facebook.post(own, message="Skrivfel").json() == {"success": True}
    assert facebook.get(own, fields="message").json()["message"] == "Skrivfel"
    assert graph_error(facebook.post(others, message="Klokheter"))["code"] == 200
    assert facebook.get(others, fields="message").json()["message"] == "Dumheter"


def test_a_comment_goes_with_its_answers_and_all_go_with_the_post(facebook, post):
    first = facebook.sandbox.comment("facebook", post, "Fråga?")
    answer = facebook.post(f"{first}/comments", message="Svar").json()["id"]
    other = facebook.sandbox.comment("facebook", post, "Bra!")
    assert facebook.delete(first).json() == {"success": True}
    assert [graph_error(facebook.get(id))["error_subcode"] for id in (first, answer)] == [33, 33]
    assert facebook.get(other).status_code == 200
    facebook.delete(post)
    assert graph_error(facebook.get(other))["error_subcode"] == 33


def test_another_page_sees_and_says_nothing(facebook, other_page, post):
    id = facebook.sandbox.comment("facebook", post, "Bra!")
    for answer in (other_page.get(f"{post}/comments"), other_page.post(f"{id}/comments", message="Nej")):
        assert graph_error(answer)["error_subcode"] == 33
    assert other_page.done() == []


@pytest.mark.parametrize("message", ["", " ", "å" * 8001])
def test_a_comment_without_words_or_with_too_many_is_refused(facebook, post, message):
    assert graph_error(facebook.post(f"{post}/comments", message=message))["code"] == 100
    assert facebook.get(f"{post}/comments").json() == {"data": []}


# -- X: an answer is a post of its own


@pytest.fixture
def asked(x) -> tuple[str, str]:
    """Our post, and what somebody answered."""
    post = x.say("Vad tycker ni?").json()["data"]["id"]
    return post, x.sandbox.comment("x", post, "@seko Bra!")


def test_an_answer_on_x_is_a_mention_and_is_found_by_its_conversation(x, asked):
    post, answer = asked
    fields = {
        "tweet.fields": "conversation_id,referenced_tweets,in_reply_to_user_id",
        "expansions": "author_id",
    }
    told = x.get(f"users/{x.account}/mentions", **fields).json()
    (one,) = told["data"]
    assert (one["id"], one["conversation_id"], one["in_reply_to_user_id"]) == (answer, post, x.account)
    assert one["referenced_tweets"] == [{"type": "replied_to", "id": post}]
    assert [user["name"] for user in told["includes"]["users"]] == ["Kim i publiken"]
    assert told["meta"] == {"result_count": 1, "newest_id": answer, "oldest_id": answer}
    found = x.get("tweets/search/recent", query=f"conversation_id:{post}").json()
    assert [one["id"] for one in found["data"]] == [answer]


def test_who_mentioned_us_may_be_answered_and_others_not(x, other_x, asked):
    post, answer = asked
    own = x.say("Tack!", reply={"in_reply_to_tweet_id": answer})
    assert own.status_code == 201
    told = x.get(f"tweets/{own.json()['data']['id']}", **{"tweet.fields": "conversation_id"}).json()["data"]
    assert told["conversation_id"] == post
    stranger = other_x.say("Hej alla").json()["data"]["id"]
    refused = x.say("Hej du", reply={"in_reply_to_tweet_id": stranger})
    assert (refused.status_code, "have not been mentioned" in refused.json()["detail"]) == (403, True)
    assert [post["text"] for post in x.seen()] == ["Tack!", "Vad tycker ni?"]


def test_a_mention_is_the_whole_name(x, other_x):
    for text in ("@sekofacket hej", "post@seko.se"):
        other_x.say(text)
    wanted = other_x.say("hej @SEKO!").json()["data"]["id"]
    told = x.get(f"users/{x.account}/mentions").json()
    assert [one["id"] for one in told["data"]] == [wanted]


def test_a_search_forgets_after_a_week(x, asked):
    x.sandbox.clock(8 * 24 * 3600)
    token = x.token_with("access", ("tweet.read", "users.read"))
    assert x.get("tweets/search/recent", token, query=f"conversation_id:{asked[0]}").json()["meta"] == {
        "result_count": 0
    }


def moderator(x: Any) -> str:
    return x.token_with("access", ("tweet.read", "users.read", "tweet.moderate.write"))


def test_an_answer_is_hidden_in_a_conversation_of_ones_own_only(x, other_x, asked):
    def hide(id: str, hidden: bool) -> Response:
        return x.call("PUT", f"2/tweets/{id}/hidden", token=moderator(x), json={"hidden": hidden})

    assert [hide(asked[1], hidden).json() for hidden in (True, False)] == [
        {"data": {"hidden": True}}, {"data": {"hidden": False}}
    ]  # fmt: skip
    foreign = other_x.say("Ett").json()["data"]["id"]
    theirs = x.sandbox.comment("x", foreign, "Två")
    assert [hide(id, True).status_code for id in (asked[0], theirs, "17")] == [403] * 3


# -- YouTube


@pytest.fixture
def film(youtube: YouTube, short_film) -> str:
    return youtube.upload(short_film, privacy="public")


def threads(youtube: YouTube, film: str, **asked: str) -> list[dict[str, Any]]:
    return (
        youtube.get("commentThreads", part="snippet,replies", videoId=film, **asked).json().get("items", [])
    )


def say(youtube: YouTube, film: str, text: str) -> Response:
    body = {"snippet": {"videoId": film, "topLevelComment": {"snippet": {"textOriginal": text}}}}
    return youtube.call("POST", "youtube/v3/commentThreads", params={"part": "snippet"}, json=body)


def answer(youtube: YouTube, parent: str, text: str) -> Response:
    body = {"snippet": {"parentId": parent, "textOriginal": text}}
    return youtube.call("POST", "youtube/v3/comments", params={"part": "snippet"}, json=body)


def test_a_thread_on_youtube_holds_the_comment_and_its_answers(youtube, film):
    id = youtube.sandbox.comment("youtube", film, "Bra!", author="UCkim", name="Kim")
    own = answer(youtube, id, "Tack!").json()
    assert (own["id"].startswith(f"{id}."), own["snippet"]["parentId"]) == (True, id)
    (thread,) = threads(youtube, film)
    top = thread["snippet"]["topLevelComment"]
    assert (thread["id"], top["id"], thread["snippet"]["totalReplyCount"]) == (id, id, 1)
    assert (top["snippet"]["authorChannelId"], top["snippet"]["textOriginal"]) == ({"value": "UCkim"}, "Bra!")
    assert [one["id"] for one in thread["replies"]["comments"]] == [own["id"]]
    told = youtube.get("comments", part="snippet", parentId=id).json()["items"]
    assert [one["snippet"]["authorChannelId"]["value"] for one in told] == [youtube.account]
    (item,) = youtube.get("videos", part="statistics", id=film).json()["items"]
    assert item["statistics"]["commentCount"] == "2"


def test_threads_of_a_whole_channel_come_newest_first(youtube, film, short_film):
    other = youtube.upload(short_film, privacy="public", title="Annan")
    ids = [youtube.sandbox.comment("youtube", on, "Hej") for on in (film, other, film)]
    told = youtube.get(
        "commentThreads", part="id", allThreadsRelatedToChannelId=youtube.account, maxResults=2
    ).json()
    assert ([one["id"] for one in told["items"]], told["nextPageToken"]) == ([ids[2], ids[1]], "2")
    assert [one["id"] for one in threads(youtube, film)] == [ids[2], ids[0]]


def test_what_is_rejected_is_not_shown(youtube, film):
    id = youtube.sandbox.comment("youtube", film, "Dumheter")
    params = {"id": id, "moderationStatus": "rejected"}
    done = youtube.call("POST", "youtube/v3/comments/setModerationStatus", params=params)
    assert (done.status_code, done.content) == (204, b"")
    assert threads(youtube, film) == []
    assert [one["id"] for one in threads(youtube, film, moderationStatus="rejected")] == [id]


def test_only_ones_own_words_are_changed_and_only_the_owner_takes_others_away(youtube, other_channel, film):
    others = youtube.sandbox.comment("youtube", film, "Dumheter")
    own = say(youtube, film, "Skrivfle").json()["id"]

    def change(id: str) -> Response:
        body = {"id": id, "snippet": {"textOriginal": "Nytt"}}
        return youtube.call("PUT", "youtube/v3/comments", params={"part": "snippet"}, json=body)

    def remove(caller: YouTube, id: str) -> Response:
        return caller.call("DELETE", "youtube/v3/comments", params={"id": id})

    assert change(own).json()["snippet"]["textOriginal"] == "Nytt"
    assert reason(change(others)) == (403, "forbidden")
    assert reason(remove(other_channel, others)) == (403, "forbidden")
    assert (remove(youtube, others).status_code, remove(youtube, own).status_code) == (204, 204)
    assert threads(youtube, film) == []
    assert reason(remove(youtube, own)) == (404, "commentNotFound")


def test_comments_go_with_the_film(youtube, film):
    id = youtube.sandbox.comment("youtube", film, "Bra!")
    youtube.delete(film)
    assert youtube.get("comments", part="id", id=id).json()["items"] == []
    assert reason(youtube.get("commentThreads", part="id", videoId=film)) == (404, "videoNotFound")


def test_strangers_do_not_comment_on_what_is_private(youtube, other_channel, short_film):
    hidden = youtube.upload(short_film)
    assert reason(say(other_channel, hidden, "Hej")) == (404, "videoNotFound")
    assert say(youtube, hidden, "Hej").status_code == 200
    assert other_channel.done() == []


@pytest.mark.parametrize(
    ("text", "told"), [("", (400, "commentTextRequired")), ("å" * 10_001, (400, "commentTextTooLong"))]
)
def test_youtube_refuses_no_words_and_too_many(youtube, film, text, told):
    assert reason(say(youtube, film, text)) == told
    assert reason(answer(youtube, "Ugx", "Hej")) == (404, "parentCommentNotFound")
    assert threads(youtube, film) == []


# -- the public


@pytest.mark.parametrize(
    ("platform", "on"), [("facebook", "1_1"), ("x", "17"), ("youtube", "x"), ("myspace", "1")]
)
def test_nobody_comments_on_nothing(sandbox, platform, on):
    with pytest.raises(ValueError, match="nothing to comment on"):
        sandbox.comment(platform, on, "Hej")
