"""Who is asked for: the person, the pages and what the person may do there, also through a business."""

from typing import Any

from channels.sandbox import people
from channels.sandbox.context import base, picture_of, store
from channels.sandbox.facebook.graph import Answer, call, caller, missing, paged, param, refused
from channels.sandbox.graph_fields import names
from channels.sandbox.store import Account, Token

SHORT_TOKEN, LONG_TOKEN = 2 * 3600, 60 * 24 * 3600  # Long-lived tokens page: one to two hours, about 60 days
USUAL = "access_token,category,category_list,name,id,tasks"


def own_node(token: Token) -> dict[str, Any]:
    """What `me` is: a person, or the page that the token acts as."""
    page = store().account("facebook", token.account)
    if token.kind == "page" and page:
        return page_node(page, token)
    person = people.person(store(), token.account)
    name = person.name if person else ""
    return {"id": token.account, "name": name, "picture": picture(token.account)}


def picture(id: str) -> dict[str, Any]:
    return {"data": {"height": 200, "width": 200, "is_silhouette": False, "url": picture_of("facebook", id)}}


def page_node(page: Account, token: Token) -> dict[str, Any]:
    about = people.facts(store(), page)
    told = {
        "id": page.id, "name": page.name, "link": f"{base()}/sidor/facebook/{page.id}", "category": "Labor Union",
        "category_list": [{"id": "2235", "name": "Labor Union"}], "picture": picture(page.id),
        "followers_count": about["followers"], "fan_count": about["followers"], "is_published": True,
        "verification_status": "blue_verified" if about["verified"] else "not_verified",
    }  # fmt: skip
    return told | ({"username": page.handle} if page.handle else {}) | role(page, token)


def role(page: Account, token: Token) -> dict[str, Any]:
    """What the person may do there; whoever may nothing gets no token."""
    may = people.tasks(store(), page, people.giver(token))
    if not may or (token.kind == "page" and token.account != page.id):
        return {}
    if token.kind == "page":
        return {"tasks": may}
    wants_token = "access_token" in names(param("fields") or USUAL) and page.id in token.data["accounts"]
    return {"tasks": may} | ({"access_token": page_token(page, token)} if wants_token else {})


def page_token(page: Account, user: Token) -> str:
    """A page token got from a long-lived user token has no date of expiry."""
    left = None if user.expires and user.expires - user.issued >= LONG_TOKEN else SHORT_TOKEN
    about = {"person": people.giver(user), "accounts": user.data["accounts"]}
    return store().mint("facebook", "page", page.id, user.scopes, prefix="EAA", seconds=left, **about)


def person_caller(person: str) -> Token:
    """The token of the person who is named, as "me" or by number."""
    token = caller()
    if token.kind != "user" or person not in {"me", token.account}:
        raise missing(person)
    return token


@call("accounts")
def accounts(person: str) -> Answer:
    """The chosen pages on which the person has a task; those of a business have an edge of their own."""
    token = person_caller(person)
    if "pages_show_list" not in token.scopes:
        return {"data": []}
    pages = [page for page in people.pages_of(store(), token.account) if page.id in token.data["accounts"]]
    own = [page for page in pages if not people.facts(store(), page)["business"]]
    return paged(own, lambda page: page_node(page, token), USUAL)


# -- businesses


@call("businesses")
def businesses(person: str) -> Answer:
    check_business(person_caller(person))
    found = {about["business"]["id"]: about["business"] for _, about in of_businesses()}
    return paged(list(found.values()), lambda one: {"id": one["id"], "name": one["name"]}, "id,name")


def check_business(token: Token) -> None:
    if "business_management" not in token.scopes:
        raise refused(200, "(#200) Requires business_management permission to manage the object", status=403)


def of_businesses() -> list[tuple[Account, dict[str, Any]]]:
    """The pages that belong to a business, with all that is true of them."""
    every = ((page, people.facts(store(), page)) for page in store().accounts("facebook"))
    return [(page, about) for page, about in every if about["business"]]


@call("business_pages")
def owned_pages(business: str) -> Answer:
    return pages_of_business(business, "owned")


@call("business_pages")
def client_pages(business: str) -> Answer:
    return pages_of_business(business, "client")


def pages_of_business(id: str, kind: str) -> Answer:
    token = caller()
    if token.kind != "user":
        raise missing(id)
    check_business(token)
    theirs = [(page, about["business"]) for page, about in of_businesses() if about["business"]["id"] == id]
    if not theirs:
        raise missing(id)
    found = [
        page for page, business in theirs if business.get("kind", "owned") == kind and is_shown(page, token)
    ]
    return paged(found, lambda page: page_node(page, token), "id,name")


def is_shown(page: Account, token: Token) -> bool:
    """The chosen ones, and those on which the person has no task and that could not be chosen."""
    return page.id in token.data["accounts"] or not people.tasks(store(), page, token.account)
