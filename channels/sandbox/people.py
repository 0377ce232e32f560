"""
Who is behind the accounts: people and their roles on Facebook's pages, what they allowed the application, and what has
happened to them since.

Facts are kept as they are told (`describe`), by account: followers, verified, phone_verified, has_channel, business
({"id", "name", "kind": "owned" or "client"}), roles ({person: tasks}), state ("locked", "suspended" or "closed"),
stranger (one of the public: nobody here signs in as them); and by person: name, checkpoint, unconfirmed,
password_changed. What is not told is as `USUAL` says.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from channels.sandbox.store import PERSON, Account, Store, Token

TASKS = ("ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MANAGE", "MESSAGING", "MODERATE")
USUAL: dict[str, Any] = {
    "verified": False, "phone_verified": True, "has_channel": True, "business": None, "roles": {}, "state": "",
    "stranger": False,
}  # fmt: skip
OF_PEOPLE = {"name", "checkpoint", "unconfirmed", "password_changed"}
STATES = {"", "locked", "suspended", "closed"}


@dataclass(frozen=True)
class Person:
    """Somebody with a private profile on Facebook."""

    id: str
    name: str


class UnknownFactError(ValueError):
    """Something that no account or person here can be; the message says what."""


# -- accounts


def facts(store: Store, account: Account) -> dict[str, Any]:
    """All that is true of the account; the number of followers is made up, but always the same."""
    made_up = {"followers": 100 + zlib.crc32(account.id.encode()) % 5000}
    return USUAL | made_up | store.facts("account", account.platform, account.id)


def describe(store: Store, platform: str, id: str, **told: Any) -> None:
    """Keep what is told of an account, and leave the rest as it was."""
    unknown = set(told) - {*USUAL, "followers"}
    if unknown or told.get("state", "") not in STATES:
        raise UnknownFactError(f"no account can be this: {sorted(unknown) or told['state']}")
    store.keep_facts("account", platform, id, store.facts("account", platform, id) | told)


def ours(store: Store, platform: str | None = None) -> list[Account]:
    """The accounts that somebody here can sign in as."""
    return [account for account in store.accounts(platform) if not facts(store, account)["stranger"]]


# -- people


def people(store: Store) -> list[Person]:
    """Those who can sign in to Facebook; there is always one."""
    told = {PERSON: {"name": "Övningspersonen"}} | store.all_facts("person", "facebook")
    return [Person(id, about.get("name", "Övningspersonen")) for id, about in told.items()]


def person(store: Store, id: str) -> Person | None:
    return next((person for person in people(store) if person.id == id), None)


def person_facts(store: Store, id: str) -> dict[str, Any]:
    return store.facts("person", "facebook", id)


def describe_person(store: Store, id: str, **told: Any) -> None:
    """Make somebody, or keep what has happened to them."""
    if unknown := set(told) - OF_PEOPLE:
        raise UnknownFactError(f"nobody can be this: {sorted(unknown)}")
    store.keep_facts("person", "facebook", id, person_facts(store, id) | told)


def change_password(store: Store, id: str) -> None:
    """From now on nothing that the person has given before is good."""
    describe_person(store, id, password_changed=store.now())


def tasks(store: Store, page: Account, person: str) -> list[str]:
    """What the person may do on the page: the usual one everything, others nothing, unless told."""
    usual = TASKS if person == PERSON else ()
    return list(facts(store, page)["roles"].get(person, usual))


def give_role(store: Store, page: str, person: str, tasks: Iterable[str]) -> None:
    """Change what a person may do on a page; no tasks: the role is taken away."""
    roles = store.facts("account", "facebook", page).get("roles", {})
    describe(store, "facebook", page, roles={**roles, person: list(tasks)})


def pages_of(store: Store, person: str) -> list[Account]:
    """The pages on which the person may do something."""
    return [page for page in store.accounts("facebook") if tasks(store, page, person)]


# -- what was allowed


@dataclass(frozen=True)
class Consent:
    """What somebody has allowed the application and what they said no to, all times together."""

    granted: frozenset[str]
    declined: frozenset[str]
    is_first: bool


def consent(store: Store, platform: str, giver: str) -> Consent:
    kept = store.facts("consent", platform, giver)
    return Consent(frozenset(kept.get("granted", ())), frozenset(kept.get("declined", ())), not kept)


def agree(store: Store, platform: str, giver: str, granted: Iterable[str], declined: Iterable[str]) -> None:
    """Remember an answer: a permission that is given is no longer declined, and the other way round."""
    before, yes, no = consent(store, platform, giver), set(granted), set(declined)
    told = {"granted": sorted(before.granted - no | yes), "declined": sorted(before.declined - yes | no)}
    store.keep_facts("consent", platform, giver, told)


def withdraw(store: Store, platform: str, giver: str, scope: str) -> None:
    """Take back one permission, also from the tokens that are out."""
    with store.transaction():
        agree(store, platform, giver, (), [scope])
        for token in store.tokens(platform, giver):
            token.scopes = tuple(name for name in token.scopes if name != scope)
            store.change_token(token)


def remove_app(store: Store, platform: str, giver: str) -> bool:
    """The application is thrown out: its tokens are dead and nothing is remembered. False if it had nothing."""
    with store.transaction():
        living = store.tokens(platform, giver)
        for token in living:
            store.use_up(token.value)
        store.forget_facts("consent", platform, giver)
    return bool(living)


def giver(token: Token) -> str:
    """Who gave the token: a person on Facebook, elsewhere the account itself."""
    given: str = token.data.get("person", PERSON if token.platform == "facebook" else token.account)
    return given


def givers(store: Store, platform: str) -> list[tuple[str, str]]:
    """Everybody who can throw the application out, by id and name."""
    if platform == "facebook":
        return [(person.id, person.name) for person in people(store)]
    return [(account.id, account.name) for account in ours(store, platform)]
