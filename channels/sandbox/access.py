"""
The page where a person, at the platform, looks after what they have allowed: throws the application out, changes the
password, loses a role. All that ends a connection from the other side, for people in training.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from channels.sandbox import people
from channels.sandbox.context import store
from channels.sandbox.store import PLATFORMS, Account

access = Blueprint("access", __name__)


@dataclass(frozen=True)
class Holder:
    """Somebody at a platform, whether the application may do anything for them, and what can happen to them."""

    platform: str
    id: str
    name: str
    has_let_in: bool
    acts: list[tuple[str, str]]
    pages: list[tuple[Account, bool]]
    """Facebook: each page, and whether the person has a role on it."""


@access.get("/konton")
def holders() -> ResponseReturnValue:
    every = [(platform, giver) for platform in PLATFORMS for giver in people.givers(store(), platform)]
    return render_template("konton.html", innehavare=[holder(platform, *giver) for platform, giver in every])


def holder(platform: str, id: str, name: str) -> Holder:
    has_let_in = bool(store().tokens(platform, id))
    acts = [("remove", "Ta bort Seko Social")] if has_let_in else []
    if platform != "facebook":
        return Holder(platform, id, name, has_let_in, acts + lock_acts(platform, id), [])
    checked = people.person_facts(store(), id).get("checkpoint")
    acts += [("password", "Byt lösenord")]
    acts += [("free", "Bekräfta kontot")] if checked else [("check", "Låt Facebook kräva en kontroll")]
    pages = [(page, bool(people.tasks(store(), page, id))) for page in store().accounts("facebook")]
    return Holder(platform, id, name, has_let_in, acts, pages)


def lock_acts(platform: str, id: str) -> list[tuple[str, str]]:
    account = store().account(platform, id)
    if platform not in {"x", "youtube"} or account is None:
        return []
    if people.facts(store(), account)["state"]:
        return [("unlock", "Lås upp kontot")]
    return [("lock", "Lås kontot")]


@access.post("/konton")
def act() -> ResponseReturnValue:
    platform, id = request.form.get("platform", ""), request.form.get("id", "")
    known = platform in PLATFORMS and id in {giver for giver, _ in people.givers(store(), platform)}
    does = acts_of(platform).get(request.form.get("act", ""))
    if does is None or not known:
        abort(404)
    does(platform, id)
    return redirect(url_for("access.holders"), 303)


def remove(platform: str, id: str) -> None:
    people.remove_app(store(), platform, id)


def password(platform: str, id: str) -> None:
    people.change_password(store(), id)


def state(value: str) -> Callable[[str, str], None]:
    return lambda platform, id: people.describe(store(), platform, id, state=value)


def checkpoint(*, on: bool) -> Callable[[str, str], None]:
    return lambda platform, id: people.describe_person(store(), id, checkpoint=on)


def role(tasks: tuple[str, ...]) -> Callable[[str, str], None]:
    return lambda platform, id: people.give_role(store(), request.form.get("page", ""), id, tasks)


Act = Callable[[str, str], None]
OF_PEOPLE: dict[str, Act] = {
    "remove": remove,
    "password": password,
    "check": checkpoint(on=True),
    "free": checkpoint(on=False),
    "role_away": role(()),
    "role_back": role(people.TASKS),
}
OF_ACCOUNTS: dict[str, Act] = {"remove": remove, "lock": state("locked"), "unlock": state("")}


def acts_of(platform: str) -> dict[str, Act]:
    """On Facebook a person acts, elsewhere the account itself."""
    return OF_PEOPLE if platform == "facebook" else OF_ACCOUNTS
