"""
The account that a token is for.

Facts: X, Users look-up (me) and Profile images, read 2026-11-22.
"""

import re

from channels.adapters.connector import Account
from channels.adapters.http import Answer, whole_number
from channels.adapters.looking import only_looking
from channels.adapters.x.api import API

FIELDS = "profile_image_url,public_metrics,username,name"
SMALL = re.compile(r"_normal(\.\w+)$")


def own_account(api: API) -> tuple[Account, Answer]:
    """The account, and the answer that told of it."""
    answer = asked(api)
    id, handle = answer.needed("data", "id"), answer.needed("data", "username")
    account = Account(
        id=id,
        name=str(answer.at("data", "name") or handle),
        handle=handle,
        url=f"{api.addresses['X_PUBLIC_URL']}/{handle}",
        picture_url=picture(answer.at("data", "profile_image_url")),
        followers=whole_number(answer.at("data", "public_metrics", "followers_count")),
    )
    return account, answer


def asked(api: API) -> Answer:
    with only_looking():
        return api.get("users/me", **{"user.fields": FIELDS})


def picture(address: object) -> str:
    """X names its smallest, 48 pixels wide. The same name with another size in it is a larger one."""
    return SMALL.sub(r"_400x400\1", address) if isinstance(address, str) else ""
