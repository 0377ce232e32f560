"""One picture of a post in review: as large as the screen, and with the tools that make it fit to be shown."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approvals.picture_forms import ROWS_WITHOUT_SCRIPT, EditsForm
from approvals.views import ReviewRequest, may_review, sent_in, told, version_of
from posts import retouching, tasks, wording
from posts.media.edits import Box, Edits
from posts.media.errors import MediaRefused
from posts.models import Media, People, Post, Version, VersionMedia
from posts.workflow import Action, NoLongerSoError


@dataclass(frozen=True)
class Place:
    """A picture on its place in the version that is reviewed now."""

    post: Post
    version: Version
    shown: VersionMedia
    pictures: list[VersionMedia]

    @property
    def media(self) -> Media:
        return self.shown.media

    @property
    def number(self) -> int:
        return self.pictures.index(self.shown) + 1

    @property
    def before(self) -> VersionMedia | None:
        return self.pictures[self.number - 2] if self.number > 1 else None

    @property
    def after(self) -> VersionMedia | None:
        return self.pictures[self.number] if self.number < len(self.pictures) else None

    @cached_property
    def shapes(self) -> list[tuple[str, str]]:
        """What the chosen channels show whole, each with their names."""
        wanted: dict[str, list[str]] = {}
        for choice in self.version.chosen_channels.all():
            for shape in choice.channel.adapter_class.limits.shapes:
                names = wanted.setdefault(shape, [])
                if choice.channel.platform_name not in names:
                    names.append(choice.channel.platform_name)
        return [(shape, f"{shape.replace('.', ',')} ({', '.join(names)})") for shape, names in wanted.items()]


def place_of(post_id: int, media_id: UUID) -> Place | None:
    """None when it is no longer reviewed, or not yet."""
    post = sent_in(post_id)
    version = version_of(post)
    if version is None or not post.is_in_review:
        return None
    pictures = [item for item in version.shown_media.all() if not item.media.is_film and item.media.is_ready]
    shown = next((item for item in pictures if item.media_id == media_id), None)
    if shown is None:
        return None if was_here(post, media_id) else missing()
    return Place(post, version, shown, pictures)


def was_here(post: Post, media_id: UUID) -> bool:
    """It has been made anew since, or taken out: then the post's page is the place to go on."""
    return VersionMedia.objects.filter(version__post=post, media=media_id).exists()


def missing() -> Any:
    raise Http404


# --- looking --------------------------------------------------------------------------------------------------


@require_GET
@may_review
def full(request: ReviewRequest, post_id: int, media_id: UUID) -> HttpResponse:
    """As large as the screen, with what to look for."""
    place = place_of(post_id, media_id)
    if place is None:
        return redirect("approvals:review", post_id)
    return render(request, "approvals/full.html", {"place": place, "post": place.post})


# --- changing -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@may_review
@told
def picture(request: ReviewRequest, post_id: int, media_id: UUID) -> HttpResponse:
    """Crop, turn and blur. Nothing is done until it is saved."""
    place = place_of(post_id, media_id)
    if place is None:
        if request.method == "POST":
            raise NoLongerSoError(sent_in(post_id), Action.EDIT)
        return redirect("approvals:review", post_id)
    form = EditsForm(place.version, place.media, place.shapes, request.POST or None)
    if request.method == "POST" and form.is_valid():
        if request.POST.get("intent") == "show":
            return show(request, place, form)
        return save(request, place, form)
    if "version" in form.errors:
        raise NoLongerSoError(place.post, Action.EDIT)
    return show(request, place, form, status=422 if form.errors else 200)


def save(request: ReviewRequest, place: Place, form: EditsForm) -> HttpResponse:
    edits = form.edits()
    if edits.is_empty:
        form.add_error(None, _("Inget är ändrat än. Rita en ruta, beskär eller vrid."))
        return show(request, place, form, status=422)
    try:
        seen = form.cleaned_data["version"]
        version = retouching.save(place.post, request.user, seen, place.media, edits)
    except MediaRefused as refusal:
        form.add_error(None, refused(refusal))
        return show(request, place, form, status=422)
    tasks.make_renditions_soon(version)
    messages.success(request, after(version, edits))
    return redirect("approvals:review", place.post.pk)


def refused(refusal: MediaRefused) -> str:
    return str(wording.REFUSALS[refusal.code] % wording.Facts(refusal.facts))


def after(version: Version, edits: Edits) -> str:
    if not edits.blur:
        return _("Bilden är ändrad.")
    done = ngettext("Rutan är suddad.", "Rutorna är suddade.", len(edits.blur))
    sentences = [done, _("Den gamla bilden går inte att få tillbaka.")]
    if version.people != People.NOBODY:
        sentences.append(_("Kan ingen kännas igen längre? Svara då Nej på frågan om det."))
    return " ".join(map(str, sentences))


def show(request: ReviewRequest, place: Place, form: EditsForm, status: int = 200) -> HttpResponse:
    context = {
        "post": place.post,
        "place": place,
        "form": form,
        "stage": stage_of(place, form),
        "faces": faces_of(place.media),
        "crop_rows": form.shown_rows("crop", 1)[:1],
        "blur_rows": form.shown_rows("blur", ROWS_WITHOUT_SCRIPT),
    }
    return render(request, "approvals/picture.html", context, status=status)


@dataclass(frozen=True)
class Stage:
    """What the page draws: the picture, turned, and the boxes on it, in its own pixels."""

    width: int
    height: int
    turn: int
    blur: list[dict[str, int]]
    crop: dict[str, int] | None

    @property
    def is_on_its_side(self) -> bool:
        return self.turn in (90, 270)

    @property
    def shown(self) -> tuple[int, int]:
        return (self.height, self.width) if self.is_on_its_side else (self.width, self.height)

    @property
    def transform(self) -> str:
        moves = {
            0: "",
            90: f"translate({self.height} 0) rotate(90)",
            180: f"translate({self.width} {self.height}) rotate(180)",
            270: f"translate(0 {self.width}) rotate(270)",
        }
        return moves[self.turn]


def stage_of(place: Place, form: EditsForm) -> Stage:
    media = place.media
    edits = form.edits() if form.is_bound and form.is_valid() else Edits()
    size = media.width, media.height
    return Stage(
        *size,
        turn=edits.turn,
        blur=[drawn(box.within(size)) for box in edits.blur],
        crop=drawn(edits.crop.within(size)) if edits.crop else None,
    )


def drawn(corners: tuple[int, int, int, int]) -> dict[str, int]:
    left, top, right, bottom = corners
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


@require_POST
@may_review
@told
def faces(request: ReviewRequest, post_id: int, media_id: UUID) -> HttpResponse:
    """Look for faces on this machine. What is found is suggested, and never blurred by itself."""
    place = place_of(post_id, media_id)
    if place is None:
        raise NoLongerSoError(sent_in(post_id), Action.EDIT)
    if place.media.faces is None:
        try:
            retouching.look_for_faces(place.media)
        except MediaRefused:
            messages.error(request, _("Det gick inte att leta efter ansikten i bilden."))
    place.media.refresh_from_db()
    if request.htmx:
        context = {"post": place.post, "place": place, "faces": faces_of(place.media), "has_looked": True}
        return render(request, "approvals/_faces.html", context)
    return redirect("approvals:picture", post_id, media_id)


@dataclass(frozen=True)
class Face:
    """A suggestion: its place in the list, in hundredths for the form, and in pixels for the drawing."""

    index: int
    box: Box
    drawn: dict[str, int]

    @property
    def typed(self) -> str:
        return " ".join(
            str(value) for value in (self.box.left, self.box.top, self.box.width, self.box.height)
        )


def faces_of(media: Media) -> list[Face]:
    boxes = [Box(**face) for face in media.faces or []]
    size = media.width, media.height
    return [Face(index, box, drawn(box.within(size))) for index, box in enumerate(boxes)]
