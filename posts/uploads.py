"""
Receiving a file in parts, however often the line is cut: the rows and rules behind `posts.tus`.

    begin ──▶ claim ──▶ keep, keep, keep … ──▶ (the last byte) a Media that waits for a worker
                ▲                │
                └── the line is cut, the server is killed: what was kept counts, and the client asks where to go on

Of what comes, a part is put into the storage whenever there is enough of it or some seconds have passed, and counts from
the transaction that writes its row and moves the offset. So the offset is true whatever dies, memory holds one part of
each request, and neither a disk of this machine nor the same machine is needed to go on.

One request at a time writes: it claims the upload with a lease. Its number in the row is the fence: a request that was
held up, and whose lease another has taken, finds that it may not count any more and takes its last part away.

What can go wrong, named by what the client has to do next, each with the status of tus and a sentence for a person:

* UploadError
  x SignedOutError sign in
  x ForbiddenError they may not
  x UnknownError   it is not there, or not theirs: begin anew
  x ExpiredError   it was there and has been given up: begin anew
  x MovedError     it has come further, or not so far: ask for the offset
  x BusyError      another request writes: wait a little
  x TooLargeError  it will never be taken
  x TooManyError   wait until the others are there
  x NoRoomError    wait until somebody has made room
  x UsedError      it is part of a post, and is not taken back here
"""

import errno
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple, Protocol
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Sum, When
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from posts import incoming, joining, preparation, rules, unused
from posts.media.detect import HEAD, kind_of
from posts.media.limits import MB
from posts.models import Media, Upload, UploadPart
from posts.publishing.rows import LostLeaseError
from posts.tus import Checksum

if TYPE_CHECKING:
    from django.utils.functional import Promise

PART = 4 * MB
"""What one request holds in memory at most."""
PART_SECONDS = 4.0
"""How long it holds it: a server that is killed takes no more with it than what came in so much time."""
BIT = 64 * 1024
LEASE = timedelta(seconds=30)
"""How long a request may be silent before another may go on in its place."""
SILENT_AFTER = timedelta(hours=1)
"""Whose next byte has not come for so long stands in nobody's way: only what is here of it counts."""
AT_ONCE = 50


class UploadError(Exception):
    status = 400

    def __init__(self, sentence: "Promise | str" = "") -> None:
        super().__init__(sentence)
        self.sentence = str(sentence)


class SignedOutError(UploadError):
    status = 401


class ForbiddenError(UploadError):
    status = 403


class UnknownError(UploadError):
    status = 404


class ExpiredError(UploadError):
    status = 410


class MovedError(UploadError):
    status = 409


class BusyError(UploadError):
    status = 423


class TooLargeError(UploadError):
    status = 413


class TooManyError(UploadError):
    status = 429


class NoRoomError(UploadError):
    status = 507


class UsedError(UploadError):
    status = 403


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Part(NamedTuple):
    begin: int
    size: int
    name: str


# --- beginning ------------------------------------------------------------------------------------------------


def begin(owner: User, upload_id: UUID | None, length: int, metadata: str) -> Upload:
    """
    The upload with this number, made the first time: whoever missed the answer asks again, and gets the same. Raises
    UploadError.
    """
    if length > settings.FILM_MAX_BYTES:
        raise TooLargeError(too_large(settings.FILM_MAX_BYTES))
    try:
        with transaction.atomic():
            # The race: two begin at once. Each waits for the other here, and is counted by it.
            User.objects.select_for_update(no_key=True).get(pk=owner.pk)
            return known(owner, upload_id, length) or begin_anew(owner, upload_id, length, metadata)
    except IntegrityError as error:
        # Somebody else has begun one with the same number.
        raise UnknownError(another_file()) from error


def known(owner: User, upload_id: UUID | None, length: int) -> Upload | None:
    if upload_id is None:
        return None
    upload = Upload.objects.filter(pk=upload_id).first()
    if upload and upload.owner_id != owner.pk:
        raise UnknownError(another_file())
    if upload and has_expired(upload):
        upload.delete()
        return None
    if upload is None:
        return received_at_once(owner, upload_id, length)
    if upload.length != length:
        raise MovedError(another_file())
    return upload


def another_file() -> str:
    return _("Det är en annan fil än den som började skickas. Välj den igen.")


def received_at_once(owner: User, upload_id: UUID, length: int) -> Upload | None:
    """It came whole, by the form: nothing is left to send."""
    media = Media.objects.filter(pk=upload_id).first()
    if media is None:
        return None
    if media.owner_id != owner.pk:
        raise UnknownError(another_file())
    return Upload.objects.create(
        pk=upload_id, owner=owner, length=length, offset=length, expires_at=timezone.now()
    )


def begin_anew(owner: User, upload_id: UUID | None, length: int, metadata: str) -> Upload:
    check_quota(owner, length)
    upload = Upload.objects.create(
        pk=upload_id or uuid4(),
        owner=owner,
        length=length,
        metadata=metadata,
        expires_at=timezone.now() + lifetime(),
    )
    if upload.is_complete:
        become_media(upload, "")
    return upload


def lifetime() -> timedelta:
    return timedelta(hours=settings.UPLOAD_HOURS)


def too_large(most: int) -> str:
    return _("Filen är för stor. Den får vara högst %(limit_mb)s MB.") % {"limit_mb": most // MB}


# --- what there is room for -----------------------------------------------------------------------------------


def check_quota(owner: User, length: int) -> None:
    now = timezone.now()
    mine = unfinished().filter(owner=owner)
    if refusal := rules.why_not_upload(owner):
        raise TooManyError(refusal)
    if mine.filter(is_active(now)).count() >= settings.UPLOADS_AT_ONCE:
        raise TooManyError(_("Dina andra filer är på väg. Den här skickas när de är framme."))
    if promised(mine, now) + length > settings.UPLOAD_BYTES_OPEN:
        raise TooManyError(
            _("Det du skickar just nu är för stort tillsammans. Vänta tills en fil är framme.")
        )
    if length + still_to_come(now) > incoming.room():
        raise NoRoomError(no_room())


def no_room() -> str:
    return _("Det är fullt hos oss just nu. Filen är kvar på telefonen. Försök igen om en stund.")


def unfinished() -> QuerySet[Upload]:
    return Upload.objects.filter(offset__lt=F("length"))


def is_active(now: datetime) -> Q:
    """Each part that is kept moves the end of its time."""
    return Q(expires_at__gt=now + lifetime() - SILENT_AFTER)


def promised(uploads: QuerySet[Upload], now: datetime) -> int:
    size = Case(When(is_active(now), then=F("length")), default=F("offset"))
    return uploads.aggregate(sum=Sum(size))["sum"] or 0


def still_to_come(now: datetime) -> int:
    """What others were promised room for."""
    return unfinished().filter(is_active(now)).aggregate(sum=Sum(F("length") - F("offset")))["sum"] or 0


# --- finding and claiming -------------------------------------------------------------------------------------


def of(owner: User, upload_id: UUID) -> Upload:
    upload = Upload.objects.filter(pk=upload_id, owner=owner).first()
    if upload is None:
        raise UnknownError
    if has_expired(upload):
        raise ExpiredError
    return upload


def has_expired(upload: Upload) -> bool:
    return not upload.is_complete and upload.expires_at <= timezone.now()


def claim(owner: User, upload_id: UUID, offset: int) -> Upload:
    """Take it for this request, which goes on from this offset. The race: of two at once, one changes the row."""
    now = timezone.now()
    mine = Upload.objects.filter(preparation.free(now), pk=upload_id, owner=owner, offset=offset)
    taken = mine.filter(Q(expires_at__gt=now) | Q(offset=F("length"))).update(
        claimed_until=now + LEASE, fence=F("fence") + 1
    )
    upload = of(owner, upload_id)
    if upload.offset != offset:
        raise MovedError
    if not taken:
        raise BusyError
    return upload


def release(upload: Upload) -> None:
    held(upload).update(claimed_until=None)


def held(upload: Upload) -> QuerySet[Upload]:
    """While this request has it."""
    return Upload.objects.filter(pk=upload.pk, fence=upload.fence, offset=upload.offset)


# --- receiving ------------------------------------------------------------------------------------------------


def receive(upload: Upload, source: Source, size: int | None, checksum: Checksum | None = None) -> None:
    """
    Keep what comes, up to `size` or all that is left. Where the line is cut, what came before counts; with a checksum,
    all of it or nothing. Raises UploadError, ChecksumError.
    """
    most = upload.left if size is None else size
    try:
        check_room(upload, most)
        if checksum:
            keep_checked(upload, source, most, checksum)
        else:
            keep_all(upload, source, most)
    except LostLeaseError as error:
        raise MovedError from error
    finally:
        release(upload)


def check_room(upload: Upload, most: int) -> None:
    if most > upload.left:
        raise TooLargeError(_("Det kom mer än vad filen skulle innehålla. Välj den igen."))
    if most > incoming.room():
        raise NoRoomError(no_room())
    if is_silent(upload):
        # Others were let in meanwhile: it waits its turn as one that begins.
        check_quota(upload.owner, upload.left)


def is_silent(upload: Upload) -> bool:
    return (
        not upload.is_complete and not Upload.objects.filter(is_active(timezone.now()), pk=upload.pk).exists()
    )


def keep_all(upload: Upload, source: Source, most: int) -> None:
    for piece in pieces(source, most):
        part = store(upload, upload.offset, piece)
        count_or_forget(upload, [part])


def keep_checked(upload: Upload, source: Source, most: int, checksum: Checksum) -> None:
    parts: list[Part] = []
    try:
        for piece in pieces(source, most):
            checksum.count(piece)
            renew(upload)
            parts.append(store(upload, upload.offset + sum(part.size for part in parts), piece))
        checksum.check()
    except BaseException:
        preparation.forget(*(part.name for part in parts))
        raise
    count_or_forget(upload, parts)


def pieces(source: Source, most: int) -> Iterator[bytes]:
    """What comes, cut so that neither much of it nor much time is lost at once; what came before a break, too."""
    is_over = False
    while most and not is_over:
        piece, is_over = fill(source, min(most, PART))
        most -= len(piece)
        if piece:
            yield piece


def fill(source: Source, size: int) -> tuple[bytes, bool]:
    piece, until = bytearray(), time.monotonic() + PART_SECONDS
    # A line that is cut ends what is read, or says that it was cut.
    with suppress(OSError):
        while bit := source.read(min(BIT, size - len(piece))):
            piece += bit
            if len(piece) == size or time.monotonic() > until:
                return bytes(piece), False
    return bytes(piece), True


def store(upload: Upload, begin: int, piece: bytes) -> Part:
    """Under a name of this request: whoever comes late writes over nobody's part."""
    name = f"{joining.folder_of(upload.pk)}/{begin}-{upload.fence}"
    try:
        return Part(begin, len(piece), default_storage.save(name, File(BytesIO(piece))))
    except FileExistsError as error:
        # The same number came whole, by the form: a file has the folder's name.
        raise MovedError(another_file()) from error
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise NoRoomError(no_room()) from error
        raise


# --- counting -------------------------------------------------------------------------------------------------


def count_or_forget(upload: Upload, parts: list[Part]) -> None:
    try:
        count(upload, parts)
    except BaseException:
        preparation.forget(*(part.name for part in parts))
        raise


def count(upload: Upload, parts: list[Part]) -> None:
    """From here on they are here. With the last one the file is a Media, in the same transaction."""
    size = sum(part.size for part in parts)
    kind = look_at(upload, parts)
    with transaction.atomic():
        renew(upload, offset=upload.offset + size, expires_at=timezone.now() + lifetime())
        UploadPart.objects.bulk_create(
            UploadPart(upload=upload, begin=part.begin, name=part.name) for part in parts
        )
        upload.offset += size
        if upload.is_complete:
            become_media(upload, kind)


def renew(upload: Upload, **facts: object) -> None:
    if not held(upload).update(claimed_until=timezone.now() + LEASE, **facts):
        raise LostLeaseError(str(upload))


def look_at(upload: Upload, parts: list[Part]) -> str:
    """
    What it is, as soon as its first bytes are here, and again when it is complete: who sends a picture that is as large
    as a film hears it before all of it has come.
    """
    here = upload.offset + sum(part.size for part in parts)
    is_first_look = upload.offset < HEAD <= here
    if not is_first_look and here < upload.length:
        return ""
    names = [*upload.parts.values_list("name", flat=True), *(part.name for part in parts)]
    media = Media(kind=kind_of(joining.head(names, HEAD)) or "")
    if upload.length > (most := preparation.most_bytes(media)):
        raise TooLargeError(too_large(most))
    return media.kind


def become_media(upload: Upload, kind: str) -> None:
    """A worker prepares it as one that came by the form. The name that it had on the phone is forgotten."""
    media, _is_new = Media.objects.get_or_create(
        pk=upload.pk, defaults={"owner_id": upload.owner_id, "kind": kind}
    )
    if media.owner_id != upload.owner_id:
        raise UnknownError
    Upload.objects.filter(pk=upload.pk).update(metadata="")


# --- taking back ----------------------------------------------------------------------------------------------


def terminate(owner: User, upload_id: UUID) -> None:
    """Its sender does not want it any more. What a post shows is taken out of the post, and not here."""
    upload = of(owner, upload_id)
    media = Media.objects.filter(pk=upload.pk).first()
    if media and not unused.forget(media):
        raise UsedError(_("Bilden eller filmen är med i ett inlägg. Ta bort den där."))
    forget(upload)


def forget(upload: Upload) -> None:
    """The row first: whoever is writing may not count any more. A folder without a row is found by the sweep."""
    Upload.objects.filter(pk=upload.pk).delete()
    joining.forget(upload.pk)


# --- what was given up ----------------------------------------------------------------------------------------


def sweep(now: datetime) -> None:
    for upload in unfinished().filter(expires_at__lte=now).order_by("expires_at")[:AT_ONCE]:
        forget(upload)
    for upload_id in joined_already()[:AT_ONCE]:
        joining.forget(upload_id)
    forget_strays()


def joined_already() -> QuerySet[Upload, UUID]:
    """Whose Media is prepared, and whose parts are still here: somebody died in between."""
    waiting = Media.objects.filter(pk=OuterRef("pk"), state__in=preparation.UNFINISHED)
    parts = UploadPart.objects.filter(upload=OuterRef("pk"))
    complete = Upload.objects.filter(Exists(parts), ~Exists(waiting), offset=F("length"))
    return complete.values_list("pk", flat=True)


def forget_strays() -> None:
    """Folders that no row needs: a part is only ever put where a row has been before."""
    for name in joining.folders():
        needed = Upload.objects.filter(Q(offset__lt=F("length")) | Q(parts__isnull=False), pk=name)
        if not needed.exists():
            joining.forget(name)
