"""
Sealing everything anew with the newest key, while the site runs.

Row by row, each with one conditional update and nothing between two of them: it may be stopped anywhere, be run twice, or
by two at once. Whatever somebody else writes meanwhile wins, and is looked at again. That a credential has another
ciphertext means nothing to a renewal that is under way (`connections.still_ours`); a refusal of the token that was read
before is taken for that of an older one, and the call is made once more.
"""

from collections import Counter
from collections.abc import Iterator
from enum import Enum

from django.apps import apps
from django.conf import settings

from channels.keyring import CannotOpenError, KeyRing
from channels.models import Sealed


class End(Enum):
    """What became of a row."""

    RESEALED = "resealed"
    CURRENT = "current"
    LOST = "lost"
    """It cannot be opened with any key that we have."""
    GONE = "gone"


class Rotation:
    """One round over all rows: how many ended how, and which cannot be opened, by their place."""

    def __init__(self) -> None:
        self.ends: Counter[End] = Counter()
        self.lost: list[str] = []

    def run(self) -> None:
        for kind, pk in places():
            self.turn(kind, pk)

    def turn(self, kind: type[Sealed], pk: object) -> None:
        row, end = reseal(kind, pk)
        self.ends[end] += 1
        if row and end is End.LOST:
            self.lost.append(row.place)


def kinds() -> list[type[Sealed]]:
    """All tables with secrets in them, those of other rooms among them."""
    return [model for model in apps.get_models() if issubclass(model, Sealed)]


def places() -> Iterator[tuple[type[Sealed], object]]:
    """What is written from now on is sealed with the newest key already."""
    for kind in kinds():
        for pk in kind._default_manager.order_by("pk").values_list("pk", flat=True):
            yield kind, pk


def reseal(kind: type[Sealed], pk: object) -> tuple[Sealed | None, End]:
    """The row and what became of it, looked at until nobody has written it in between."""
    while row := kind._default_manager.filter(pk=pk).first():
        before = row.sealed
        if (end := sealed_anew(row)) is not End.RESEALED:
            return row, end
        # The race: it is renewed, or connected again, since we read it. Theirs is the newer one, and stays.
        if kind._default_manager.filter(pk=pk, sealed=before).update(sealed=row.sealed):
            return row, end
    return None, End.GONE


def sealed_anew(row: Sealed) -> End:
    """Whether it must be written; then it is ready for that. Opened it is in any case: a key's id proves nothing."""
    try:
        secrets = row.open()
    except CannotOpenError:
        return End.LOST
    if KeyRing(settings.CREDENTIAL_KEYS).is_newest(row.sealed):
        return End.CURRENT
    row.seal(secrets)
    return End.RESEALED
