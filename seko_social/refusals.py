"""What is refused before a view has it: too much at once, or more than the disk has room for."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views import defaults

from accounts.answering import refused, wants_json
from posts.incoming import NoRoomError


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A page says that it could not be understood. The phone's outbox has to know whether to try again."""
    if not wants_json(request):
        return defaults.bad_request(request, exception)
    if isinstance(exception, NoRoomError):
        return refused(_("Servern har ont om plats. Vi försöker igen om en stund."), 507)
    if isinstance(exception, RequestDataTooBig):
        return refused(_("Filen är för stor."), 413)
    return refused(_("Det gick inte att förstå."), 400)
