"""The pages for people: what followers see, and the page that makes the sandbox misbehave. Swedish, as the product."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from channels.sandbox import below, faults, liking, mails, people, portraits, shown
from channels.sandbox.apps import BLUESKY_APP_PASSWORD
from channels.sandbox.context import mail_folder, store
from channels.sandbox.store import Account

HERE = ZoneInfo("Europe/Stockholm")
FONT = Path(__file__).resolve().parents[2] / "static" / "fonts" / "source-sans-3-latin-wght-normal.woff2"
POSTS_SHOWN, EVENTS_SHOWN = 100, 30
MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november",
    "december",
)  # fmt: skip
HOMES = {
    "x": "/sidor/x/{0.handle}",
    "mastodon": "/mastodon/@{0.handle}",
    "bluesky": "/sidor/bluesky/profile/{0.id}",
}
PLATFORMS = {
    "facebook": "Facebook", "x": "X", "youtube": "YouTube", "mastodon": "Mastodon", "bluesky": "Bluesky"
}  # fmt: skip
SHORT = {"facebook": "Fb", "x": "X", "youtube": "Yt", "mastodon": "Ma", "bluesky": "Bs"}
EFFECTS = {"staged": "Förberett", "public": "Publicerat", "changed": "Ändrat", "removed": "Borttaget"}
FAULTS = {
    "error_after": "Tar emot, men svarar med fel",
    "reset_after": "Tar emot, men bryter förbindelsen utan svar",
    "truncated": "Tar emot, men svaret tar slut mitt i",
    "delay_after": "Tar emot, men svarar sent",
    "error_before": "Tar inte emot, svarar med fel",
    "reset_before": "Tar inte emot, bryter förbindelsen",
    "delay_before": "Väntar innan anropet tas emot",
    "rate_limited": "För många anrop, vänta",
    "limit_reached": "Tar emot, och säger att det var det sista för nu",
    "expired_token": "Anslutningen har gått ut",
    "forbidden": "Behörighet saknas",
    "out_of_credit": "Pengarna på kontot är slut (X)",
    "refuse": "Säger nej till innehållet",
    "duplicate": "Säger att inlägget redan finns",
    "lag": "Listor visar inte det senaste",
    "slow_processing": "Filmen blir klar långsamt",
    "failed_processing": "Filmen går inte att behandla",
    "short_range": "Behåller bara början av det skickade (YouTube)",
    "session_gone": "Glömmer uppladdningen (YouTube)",
}
CALLS = {
    "feed": "publicera inlägg", "comment": "kommentera", "comments": "lista kommentarer",
    "photo": "ladda upp bild", "video_start": "börja med film",
    "video_transfer": "skicka film", "video_finish": "publicera film", "published_posts": "lista inlägg",
    "edit": "ändra inlägg", "delete": "ta bort", "post": "publicera inlägg", "media_upload": "ladda upp bild",
    "media_initialize": "börja med bild eller film", "media_append": "skicka bild eller film",
    "media_finalize": "avsluta bild eller film", "media_metadata": "beskriva bild", "timeline": "lista inlägg",
    "token": "förnya anslutningen", "open_session": "börja med film", "put_chunk": "skicka film",
    "videos_update": "göra filmen synlig", "videos_list": "fråga om filmen", "playlist_items": "lista filmer",
    "statuses": "lista inlägg", "status": "fråga om inlägget", "media": "ladda upp bild eller film",
    "media_status": "fråga om filmen", "apps": "anmäla appen", "instance": "fråga om servern",
    "upload_blob": "ladda upp bild eller film", "put_record": "publicera inlägg", "get_record": "fråga om inlägget",
    "delete_record": "ta bort", "get_posts": "fråga hur inlägg togs emot",
    "create_session": "logga in", "session": "fråga vilket kontot är",
    "videos_delete": "ta bort film", "thumbnails_set": "sätta omslagsbild", "captions_insert": "lägga till undertext",
    "dialog": "be om lov (anslutningens sida)", "revoke": "koppla från", "me": "fråga vilket kontot är",
    "accounts": "fråga vilka sidor som finns", "channels_list": "fråga vilken kanal det är",
    "permissions": "fråga vad den får", "debug_token": "fråga om anslutningen gäller",
}  # fmt: skip

pages = Blueprint("pages", __name__)


@pages.app_context_processor
def words() -> dict[str, Any]:
    return {
        "plattformar": PLATFORMS, "korta": SHORT, "sida": home_of, "antal_visas": POSTS_SHOWN, "bild": portrait_of,
        "app_password": BLUESKY_APP_PASSWORD,
    }  # fmt: skip


def portrait_of(platform: str, id: str) -> str:
    """The address of the account's or person's picture."""
    return f"/bild/{platform}/{id}.png"


def home_of(account: Account) -> str:
    """The address of the account's page."""
    return HOMES.get(account.platform, "/sidor/{0.platform}/{0.id}").format(account)


@pages.app_template_filter("tid")
def as_time(at: float) -> str:
    """29 april 2026 kl. 10.30"""
    then = datetime.fromtimestamp(at, HERE)
    return f"{then.day} {MONTHS[then.month - 1]} {then.year} kl. {then:%H.%M}"


@pages.app_errorhandler(HTTPException)
def show_error(error: HTTPException) -> ResponseReturnValue:
    sentences = {
        403: "Sandlådan svarar bara på den här datorn.",
        404: "Här finns inget inlägg och ingen sida. Det kan vara borttaget eller inte synligt för allmänheten.",
    }
    sentence = sentences.get(error.code or 500, "Det gick inte att svara på det.")
    return render_template("fel.html", mening=sentence), error.code or 500


@pages.get("/")
def overview() -> ResponseReturnValue:
    accounts = [(account, len(shown.posts(store(), account))) for account in people.ours(store())]
    return render_template("oversikt.html", konton=accounts)


@pages.get("/sidor/<any(facebook, x, youtube):platform>/<id>")
def account_page(platform: str, id: str) -> ResponseReturnValue:
    account = found(platform, id)
    posts = [post for post in shown.posts(store(), account, limit=POSTS_SHOWN) if not is_answer(post)]
    return render_template("konto.html", konto=account, inlagg=posts, under=below.below(store(), account))


def is_answer(post: shown.Shown) -> bool:
    """Followers see it with the post that it answers."""
    thing = store().get(post.platform, "post", post.id) if post.platform in below.AS_POSTS else None
    return thing is not None and below.is_below(store(), thing)


@pages.get("/sidor/facebook/<id>/<number>")
@pages.get("/sidor/facebook/<id>/posts/<number>")
def facebook_post(id: str, number: str) -> ResponseReturnValue:
    return one(found("facebook", id), f"{id}_{number}")


@pages.get("/sidor/facebook/<id>/videos/<film>/")
def facebook_film(id: str, film: str) -> ResponseReturnValue:
    """The address that Graph tells for a film (permalink_url), before its post has one."""
    kept = store().get("facebook", "video", film) or abort(404)
    return one(found("facebook", id), kept.data["post"])


@pages.get("/sidor/x/<handle>/status/<id>")
@pages.get("/sidor/x/<handle>/status/<id>/<any(photo, video):kind>/<int:n>")
def x_post(handle: str, id: str, kind: str = "", n: int = 0) -> ResponseReturnValue:
    return one(found("x", handle), id)


@pages.get("/mastodon/@<handle>")
def mastodon_account(handle: str) -> ResponseReturnValue:
    """On Mastodon people and programs come to the same server."""
    return account_page("mastodon", handle)


@pages.get("/mastodon/@<handle>/<id>")
def mastodon_post(handle: str, id: str) -> ResponseReturnValue:
    return one(found("mastodon", handle), id)


@pages.get("/sidor/bluesky/profile/<name>")
def bluesky_account(name: str) -> ResponseReturnValue:
    return account_page("bluesky", name)


@pages.get("/sidor/bluesky/profile/<name>/post/<key>")
def bluesky_post(name: str, key: str) -> ResponseReturnValue:
    account = found("bluesky", name)
    return one(account, f"{account.id} {key}")


@pages.get("/sidor/youtube/watch")
def watch() -> ResponseReturnValue:
    film = store().get("youtube", "video", request.args.get("v", "")) or abort(404)
    return one(found("youtube", film.account), film.id)


def found(platform: str, id: str) -> Account:
    by_handle = store().account_by_handle(platform, id) if platform in HOMES else None
    return by_handle or (platform != "x" and store().account(platform, id)) or abort(404)


def one(account: Account, id: str) -> ResponseReturnValue:
    post = shown.post(store(), account, id) or abort(404)
    return render_template("inlagg.html", konto=account, post=post, under=below.below(store(), account))


@pages.post("/gilla/<any(facebook, x, youtube, mastodon, bluesky):platform>/<account>/<id>")
def like(platform: str, account: str, id: str) -> ResponseReturnValue:
    """What followers do below a post."""
    whose = store().account(platform, account) or abort(404)
    post = shown.post(store(), whose, id) or abort(404)
    kind = "video" if platform == "youtube" else "post"
    liking.like(store().get(platform, kind, post.id) or abort(404))
    return redirect(post.path, 303)


@pages.get("/mail/")
def mail() -> str:
    """What people would have been told."""
    return render_template("mail.html", mejl=mails.latest(mail_folder(), POSTS_SHOWN))


@pages.get("/typsnitt.woff2")
def font() -> ResponseReturnValue:
    """The product's own; without it the pages make do with what the machine has."""
    return send_file(FONT, mimetype="font/woff2", max_age=3600) if FONT.exists() else abort(404)


@pages.get("/media/<sha256>")
def media(sha256: str) -> ResponseReturnValue:
    kept = store().kept(sha256) or abort(404)
    return send_file(
        store().media_path(kept.sha256).resolve(), mimetype=kept.content_type, conditional=True, max_age=3600
    )


@pages.get("/bild/<platform>/<id>.png")
def portrait(platform: str, id: str) -> ResponseReturnValue:
    """The picture of an account or a person, drawn here."""
    account = store().account(platform, id) if platform in PLATFORMS else None
    person = people.person(store(), id) if platform == "facebook" else None
    name = (account or person or abort(404)).name
    answer = make_response(portraits.draw(id, name))
    answer.headers["Content-Type"] = "image/png"
    answer.headers["Cache-Control"] = "max-age=3600"
    return answer


# -- the page that makes it misbehave


@pages.get("/ovning")
def exercise(problem: str = "") -> str:
    return render_template(
        "ovning.html", regler=[rule_in_words(rule) for rule in store().faults()], fel=FAULTS, anrop=calls_in_words(),
        handelser=latest(), problem=problem,
    )  # fmt: skip


def rule_in_words(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule and what it waits for: "Facebook, när det gäller att publicera inlägg, 3 gånger"."""
    words = [PLATFORMS.get(rule["platform"], "Alla plattformar"), CALLS.get(rule["call"], rule["call"])]
    if rule["call"] == faults.ANYTHING:
        words[1] = "alla anrop"
    if rule["times"] != 1:
        words.append(f"{rule['times']} gånger" if rule["times"] else "tills vidare")
    if rule["skip"]:
        words.append(f"efter {rule['skip']} till")
    if rule["seconds"] is not None:
        words.append(f"{rule['seconds']:g} sekunder".replace(".", ","))
    return {"n": rule["n"], "fel": FAULTS[rule["fault"]], "om": ", ".join(words)}


def calls_in_words() -> dict[str, list[tuple[str, str]]]:
    """The calls of each platform, those with a name in plain words first."""
    return {
        platform: sorted(
            ((call, CALLS.get(call, call)) for call in names), key=lambda pair: pair[0] not in CALLS
        )
        for platform, names in faults.CALLS.items()
    }


def latest() -> list[dict[str, object]]:
    """The last calls that did something, in words."""
    return [
        line | {"vad": EFFECTS[line["effect"]], "om": CALLS.get(line["call"], line["call"])}
        for line in store().latest(EVENTS_SHOWN)
    ]


@pages.post("/ovning/regler")
def add_rule() -> ResponseReturnValue:
    try:
        rule = rule_in_form()
    except ValueError:  # includes faults.BadRuleError
        return exercise("Det anropet och den händelsen går inte ihop, eller så är ett tal fel."), 400
    store().add_fault(rule)
    return redirect(url_for("pages.exercise"), 303)


def rule_in_form() -> dict[str, object]:
    platform, _, call = request.form.get("anrop", "").partition(".")
    raw: dict[str, object] = {
        "platform": platform, "call": call, "fault": request.form.get("fel", ""),
        "times": int(request.form.get("ganger") or 1), "status": int(request.form.get("status") or 500),
    }  # fmt: skip
    if seconds := request.form.get("sekunder"):
        raw["seconds"] = float(seconds)
    return asdict(faults.Rule.read(raw))


@pages.post("/ovning/regler/bort")
def remove_rules() -> ResponseReturnValue:
    if n := request.form.get("n", type=int):
        store().forget_fault(n)
    else:
        store().forget_faults()
    return redirect(url_for("pages.exercise"), 303)
