"""Pages for those who may: the others are told why not."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

if TYPE_CHECKING:
    from django.utils.functional import Promise

View = Callable[..., HttpResponse]


def for_those_who_may(why_not: "Callable[[Any], Promise | str | None]") -> Callable[[View], View]:
    """`why_not` gives the sentence of a refusal (403), whether there is such a thing or not; None lets through."""

    def guard(view: View) -> View:
        @wraps(view)
        def answer(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if refusal := why_not(request.user):
                raise PermissionDenied(refusal)
            return view(request, *args, **kwargs)

        return answer

    return guard
