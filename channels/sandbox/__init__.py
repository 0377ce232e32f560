"""
The platform sandbox: a small web server on loopback that speaks Facebook's, X's, YouTube's, Mastodon's and
Bluesky's own protocols.

    python -m channels.sandbox --port 8001 --data var/sandbox

It keeps what was published and shows it as followers would see it, refuses what the platforms would refuse
with their own error bodies, and can be told to misbehave. It knows neither Django nor the rest of the
product.

Where things are, below http://127.0.0.1:8001 (BASE):

    /facebook[/v26.0]/...                Graph API, video host and login dialog (/facebook/v26.0/dialog/oauth)
    /x/2/..., /x/i/oauth2/authorize      X API v2, its token and revoke calls, and the consent page
    /google/...                          youtube/v3, upload/youtube/v3, token, revoke, o/oauth2/v2/auth
    /mastodon/api/..., /mastodon/oauth/...   one Mastodon server; what people see there too: /mastodon/@<handle>[/<id>]
    /bluesky/xrpc/...                    one server of the AT Protocol
    /                                    overview for people
    /sidor/facebook/<page>[/posts/<post>]    the page, and one post; one film: /sidor/facebook/<page>/videos/<id>/
    /sidor/x/<handle>[/status/<id>]      the timeline, and one post
    /sidor/bluesky/profile/<name>[/post/<key>]    the account's posts, and one of them
    /sidor/youtube/<channel>             the channel's public films; one film: /sidor/youtube/watch?v=<id>
    /mail/                               the mails that people would have had (--mail says where they lie)
    /konton                              what was allowed, and all that a person can do to it at the platform
    /ovning                              the page that makes it misbehave
    /ovning/api/...                      the same for programs, JSON

The control API (all JSON):

    GET    /ovning/api/health            {"ok": true}
    GET    /ovning/api/faults            the rules that still wait
    POST   /ovning/api/faults            [rule, ...]: added after those that wait
    DELETE /ovning/api/faults            forget all rules
    GET    /ovning/api/ledger            every call that staged, changed, published or removed something
    GET    /ovning/api/posts             what followers see now: platform, account, id, text, media, url
    GET    /ovning/api/media/<sha256>    the exact bytes that were received
    POST   /ovning/api/tokens            {"platform", "id", "name", "handle"?}: connect and mint credentials
    POST   /ovning/api/clock             {"offset": seconds}: move the sandbox's clock
    POST   /ovning/api/limits            {"enforced": bool}: the platforms' own call limits and quotas
    POST   /ovning/api/repeats           {"taken": bool}: the same words and pictures are taken twice
    POST   /ovning/api/demands           {"appsecret_proof": bool}: Facebook refuses calls without the proof
    POST   /ovning/api/accounts          {"platform", "id", ...}: what is true of an account: followers, verified,
                                         phone_verified, has_channel, business, roles, state (people.py)
    POST   /ovning/api/people            {"id", ...}: who signs in to Facebook: name, checkpoint, unconfirmed,
                                         password_changed
    POST   /ovning/api/removals          {"platform", "id"}: somebody throws the application out at the platform
    POST   /ovning/api/comments          {"platform", "on", "text", "author"?, "name"?}: the public says something
    POST   /ovning/api/redirects         {"registered": [address, ...]}: only these are good to go back to; none: all
    POST   /ovning/api/settings          google_testing ("on": what is allowed ends after a week),
                                         facebook_data_access_seconds, x_spelling ("tweet", "post" or "both")
    POST   /ovning/api/reset             forget everything

A rule of misbehaviour is {"platform", "call", "fault"} and, where wanted, "times", "skip", "seconds",
"status", "polls", "code" and "pool". `times` (1 if not given; 0: until cleared) calls are hit after `skip`
calls have passed.
`platform` and `call` may be "*".

    fault               what happens
    delay_before        waits `seconds` before the call is taken in
    delay_after         takes the call in, waits `seconds`, then answers
    reset_before        breaks the connection (TCP RST) before anything was taken in
    reset_after         takes the call in, then breaks the connection
    error_before        answers `status` (500 if not given; 502, 503, 504) without taking it in
    error_after         takes the call in, then answers `status`
    truncated           takes the call in, then breaks off in the middle of the answer
    rate_limited        the platform's own "too many calls", for `seconds` (900); Facebook: `code` 80001, 32 or 4
                        (`pool` app); X: `pool` user or app, of a day, or month
    limit_reached       takes the call in and answers well, but tells that it was the last one for `seconds` (900); `pool`
                        as above. Not on YouTube, which tells only when it refuses
    expired_token       the platform's own answer to an expired token
    forbidden           the platform's own answer to a missing permission
    out_of_credit       X: 402; elsewhere as `refuse`
    refuse              the content is refused for good
    duplicate           the platform says that it has it already
    lag                 (lists) leaves out what became public in the last `seconds`; YouTube videos_delete: does not
                        know the film yet
    slow_processing     the next film is not ready before `polls` looks, or `seconds`, have passed; whatever `call`
    failed_processing   the next film fails in processing; whatever `call`
    short_range         YouTube put_chunk: keeps only the first 256 KiB of what was sent
    session_gone        YouTube put_chunk, query_session: the upload session is forgotten

Names of calls, which never change:

    facebook  feed photo video video_start video_transfer video_finish video_cancel video_status
              published_posts posts node edit delete comments comment comment_edit comment_delete me accounts
              businesses business_pages permissions debug_token dialog token revoke
    x         post delete tweet timeline mentions search hide me user media_upload media_initialize media_append
              media_finalize media_status media_metadata dialog token revoke
    youtube   open_session put_chunk query_session videos_list videos_update videos_delete channels_list
              playlist_items thumbnails_set captions_insert threads_list threads_insert comments_list
              comments_insert comments_update comments_moderate comments_delete dialog token revoke
    mastodon  apps app dialog token revoke instance me media media_status media_update media_delete post status
              statuses context delete
    bluesky   create_session token session revoke profile upload_blob get_blob put_record create_record get_record
              list_records delete_record

On `dialog`, `refuse` sends the person back with error=server_error, and `forbidden` keeps them on an error page.

A line of the ledger is {"n", "platform", "call", "effect", "account", "ids", "text", "digest", "media", "at",
"received_at"}. `effect` is staged, public, changed or removed; `digest` is a SHA-256 over the request without
its secrets and files; `media` lists the SHA-256 of the bytes concerned; `at` is the sandbox's clock and
`received_at` the machine's when the request came in (epoch seconds).
"""
