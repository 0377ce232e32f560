"""
The policy, and who has read it: the only writer of its versions and of what people said about them.

One version is written at a time, and published by an administrator. From then on it is never changed, and everybody reads
it once more before they send something in (`posts.rules.why_not_submit`). Before the first one is published, there is
nothing to have read.
"""

from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import first_policy, notices
from accounts.models import Acknowledgement, PolicyVersion, User
from audit import log

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.functional import Promise

WORDS = ("text", "text_en", "news", "news_en")


class WrittenMeanwhileError(Exception):
    """Somebody saved or published it since the page was opened: `latest` is how it stands now."""

    def __init__(self, latest: PolicyVersion) -> None:
        super().__init__(str(latest))
        self.latest = latest


# --- reading ----------------------------------------------------------------------------------------------------


def in_force() -> PolicyVersion | None:
    return PolicyVersion.objects.published().first()


def to_read_by(person: User) -> PolicyVersion | None:
    """The version that they have not said yet that they read."""
    found = in_force()
    if found is None or found.acknowledgements.filter(person=person).exists():
        return None
    return found


def has_read_any(person: User) -> bool:
    return Acknowledgement.objects.filter(person=person).exists()


def why_not_send_in(person: User) -> "Promise | str | None":
    if to_read_by(person) is None:
        return None
    if has_read_any(person):
        return _("Policyn har ändrats. Läs den innan du skickar in. Det du skrev är sparat.")
    return _("Läs policyn innan du skickar in ditt första inlägg. Det du skrev är sparat.")


def unread() -> "QuerySet[User]":
    """Those who may sign in and have not read the version that is in force."""
    people, found = User.objects.filter(is_active=True), in_force()
    if found is None:
        return people.none()
    return people.exclude(acknowledgements__version=found)


def acknowledge(person: User, number: int) -> PolicyVersion | None:
    """
    They have read this version. None: it is not the one in force any more, and that one is read instead.

    Twice says no more than once.
    """
    found = in_force()
    if found is None or found.number != number:
        return None
    with transaction.atomic():
        _known, is_new = Acknowledgement.objects.get_or_create(person=person, version=found)
        if is_new:
            log.record("policy.acknowledged", found, actor=person, number=found.number)
    return found


def words_of(version: PolicyVersion) -> tuple[str, str]:
    """Its text and what is new in it, in the reader's language where it was written in it."""
    if get_language() == "en" and version.text_en:
        return version.text_en, version.news_en or version.news
    return version.text, version.news


# --- writing ----------------------------------------------------------------------------------------------------


def being_written() -> PolicyVersion:
    """The next version as it stands; not saved yet where nobody has begun: then it says what the last one says."""
    if draft := PolicyVersion.objects.filter(published_at=None).first():
        return draft
    last = in_force()
    if last is None:
        return PolicyVersion(number=1, text=first_policy.TEXT, text_en=first_policy.TEXT_EN)
    return PolicyVersion(number=last.number + 1, text=last.text, text_en=last.text_en)


def save(by: User, number: int, revision: int, words: dict[str, str]) -> PolicyVersion:
    """Write the next version down. Raises WrittenMeanwhileError."""
    with transaction.atomic():
        draft = opened(number, revision)
        for name in WORDS:
            setattr(draft, name, words[name])
        draft.revision += 1
        draft.saved_by = by
        draft.save()
        log.record("policy.saved", draft, actor=by, number=draft.number)
    return draft


def publish(by: User, number: int, revision: int, words: dict[str, str]) -> PolicyVersion:
    """From now on it is the one in force; everybody is told that there is something to read."""
    with transaction.atomic():
        draft = save(by, number, revision, words)
        draft.published_at, draft.published_by = timezone.now(), by
        draft.save()
        log.record("policy.published", draft, actor=by, number=draft.number)
        # Whoever publishes it has read it.
        Acknowledgement.objects.create(person=by, version=draft)
        notices.tell(
            unread(),
            "policy_changed",
            f"policy:{draft.number}",
            reverse("accounts:policy"),
            first=draft.number == 1,
        )
    return draft


def opened(number: int, revision: int) -> PolicyVersion:
    """
    The next version, its row locked, if it is still as it was seen.

    The race: two people begin on the same number. The second finds the first one's row, with a newer revision.
    """
    if revision == 0 and not PolicyVersion.objects.filter(number__gte=number).exists():
        seen = being_written()
        row = {name: getattr(seen, name) for name in WORDS}
        PolicyVersion.objects.get_or_create(number=number, defaults=row)
    latest = PolicyVersion.objects.select_for_update().order_by("-number").first()
    if latest is None or latest.published_at or (latest.number, latest.revision) != (number, revision):
        raise WrittenMeanwhileError(being_written())
    return latest
