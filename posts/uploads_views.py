"""
Sending a file in parts: the addresses of tus 1.0 (`posts.tus`), for the phone's outbox and any other client.

Nobody is led to a page from here: who has not signed in is told 401. Whoever changes something proves by the header
X-CSRFToken that a page of ours asked for it, as everywhere.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _

from accounts.answering import refused, wants_json
from posts import rules, tasks, tus, uploads
from posts.media.limits import MB
from posts.models import Media, Upload
from posts.views import SignedInRequest

SILENCE = 20
"""Seconds without a byte: then the line is cut, and its thread serves somebody else."""

MUCH = 8 * MB

Handler = Callable[..., HttpResponse]


@login_not_required
def all_uploads(request: HttpRequest) -> HttpResponse:
    return answer(request, {"OPTIONS": tell_of_ourselves, "POST": begin})


@login_not_required
def one_upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    handlers: dict[str, Handler] = {
        "OPTIONS": tell_of_ourselves,
        "HEAD": tell,
        "PATCH": receive,
        "DELETE": terminate,
    }
    return answer(request, handlers, upload_id)


def answer(request: HttpRequest, handlers: dict[str, Handler], *arguments: Any) -> HttpResponse:
    """What the method asks for; a refusal is a status, and a sentence."""
    try:
        response = handler_for(request, handlers)(request, *arguments)
    except tus.ProtocolError as error:
        response = say_no(request, str(error), error.status)
    except uploads.UploadError as error:
        hear_out(request)
        response = say_no(request, error.sentence, error.status)
    response["Tus-Resumable"] = tus.VERSION
    if response.status_code == 412:
        response["Tus-Version"] = tus.VERSION
    if response.status_code == 405:
        response["Allow"] = ", ".join(handlers)
    return response


def handler_for(request: HttpRequest, handlers: dict[str, Handler]) -> Handler:
    method = tus.method_of(str(request.method), request.headers)
    if method not in handlers:
        raise tus.ProtocolError(405, f"{method} is not for this address.")
    if method != "OPTIONS":
        tus.check_version(request.headers)
        check_person(request)
    return handlers[method]


def check_person(request: HttpRequest) -> None:
    if not request.user.is_authenticated:
        raise uploads.SignedOutError(_("Du är utloggad. Logga in, så skickas det."))
    if refusal := rules.why_not_begin(request.user):
        raise uploads.ForbiddenError(refusal)


def say_no(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    if wants_json(request):
        return refused(sentence, status)
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


# --- what may be asked for --------------------------------------------------------------------------------------


def tell_of_ourselves(_request: HttpRequest, _upload_id: UUID | None = None) -> HttpResponse:
    return HttpResponse(status=204, headers=tus.about(settings.FILM_MAX_BYTES))


def begin(request: SignedInRequest) -> HttpResponse:
    """201, with the first bytes if they came along."""
    length, metadata = tus.length_of(request.headers), tus.metadata_of(request.headers)
    checksum = tus.checksum_in(request.headers)
    said = request.headers.get("Upload-Metadata", "").strip()
    upload = uploads.begin(request.user, tus.id_in(metadata), length, said)
    if tus.has_body(request.headers) and not upload.offset:
        upload = take_body(request, upload.pk, 0, checksum)
    else:
        prepare_if_complete(upload)
    where = reverse("posts:upload_part", args=[upload.pk])
    return HttpResponse(status=201, headers={"Location": where, **standing(upload)})


def tell(request: SignedInRequest, upload_id: UUID) -> HttpResponse:
    upload = uploads.of(request.user, upload_id)
    headers = {"Upload-Length": str(upload.length), "Cache-Control": "no-store", **standing(upload)}
    if upload.metadata:
        headers["Upload-Metadata"] = upload.metadata
    return HttpResponse(headers=headers)


def receive(request: SignedInRequest, upload_id: UUID) -> HttpResponse:
    tus.check_body(request.headers)
    offset, checksum = tus.offset_of(request.headers), tus.checksum_in(request.headers)
    upload = take_body(request, upload_id, offset, checksum)
    size = tus.size_of_body(request.headers)
    if size is not None and upload.offset < offset + size:
        # Whoever was cut off does not hear it; whoever was only slow goes on from there.
        return HttpResponse(status=408, headers=standing(upload))
    return HttpResponse(status=204, headers=standing(upload))


def terminate(request: SignedInRequest, upload_id: UUID) -> HttpResponse:
    uploads.terminate(request.user, upload_id)
    return HttpResponse(status=204)


# --- the body ---------------------------------------------------------------------------------------------------


def take_body(
    request: SignedInRequest, upload_id: UUID, offset: int, checksum: tus.Checksum | None
) -> Upload:
    size = tus.size_of_body(request.headers)
    source = body_of(request, size)
    upload = uploads.claim(request.user, upload_id, offset)
    uploads.receive(upload, source, size, checksum)
    prepare_if_complete(upload)
    return upload


def body_of(request: HttpRequest, size: int | None) -> uploads.Source:
    """Django reads what has a length. What comes in chunks is read from a web server that knows where it ends."""
    environ = request.environ if isinstance(request, WSGIRequest) else {}
    if line := environ.get("gunicorn.socket"):
        line.settimeout(SILENCE)
    if size is not None:
        return request
    if not environ.get("wsgi.input_terminated"):
        raise tus.ProtocolError(411, "Content-Length: how much will it be?")
    return environ["wsgi.input"]


def hear_out(request: HttpRequest) -> None:
    """Read what is still coming, if it is not much: who is sending hears no answer, and takes it for a broken line."""
    with suppress(OSError, tus.ProtocolError):
        if request.user.is_authenticated and (tus.size_of_body(request.headers) or MUCH) < MUCH:
            while request.read(uploads.BIT):
                pass


def prepare_if_complete(upload: Upload) -> None:
    if upload.is_complete and (media := Media.objects.filter(pk=upload.pk).first()) and not media.is_done:
        tasks.prepare_soon(media)


def standing(upload: Upload) -> dict[str, str]:
    """How far it is, and how long it is kept if nothing more comes."""
    if upload.is_complete:
        return {"Upload-Offset": str(upload.offset)}
    return {"Upload-Offset": str(upload.offset), "Upload-Expires": http_date(upload.expires_at.timestamp())}
