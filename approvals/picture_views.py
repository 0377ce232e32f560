"""One picture of a post in review: as large as the screen, and with the tools that make it fit to be shown."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approvals.picture_forms import ROWS_WITHOUT_SCRIPT, EditsForm, Target, row_of
from approvals.views import ReviewRequest, may_review, sent_in, told, version_of
from channels.models import Channel
from channels.wording import name_of
from posts import content, retouching, tasks, wording
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
    def channels(self) -> list[Channel]:
        return [choice.channel for choice in self.version.chosen_channels.all()]

    @cached_property
    def shapes(self) -> list[tuple[str, str]]:
        """What the chosen channels show whole, each with their names."""
        wanted: dict[str, list[str]] = {}
        for channel in self.channels:
            for shape in channel.adapter_class.limits.shapes:
                names = wanted.setdefault(shape, [])
                if channel.platform_name not in names:
                    names.append(channel.platform_name)
        return [(shape, f"{shape.replace('.', ',')} ({', '.join(names)})") for shape, names in wanted.items()]

    @cached_property
    def targets(self) -> list[Target]:
        """The chosen channels that may show a part of it."""
        return [
            Target(
                choice.channel,
                self.name_of(choice.channel),
                choice.channel.adapter_class.limits.shapes,
                choice.as_text().crop_of(self.media.sha256),
            )
            for choice in self.version.chosen_channels.all()
            if content.may_crop(choice.channel)
        ]

    def name_of(self, channel: Channel) -> str:
        """Its own where two are of one platform."""
        is_alone = sum(name_of(other) == name_of(channel) for other in self.channels) == 1
        return name_of(channel) if is_alone else channel.name


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
    asked = request.GET.get("kanal", "")
    form = EditsForm(
        place.version, place.media, place.shapes, place.targets, request.POST or None, asked=asked
    )
    if request.method == "POST" and form.is_valid():
        if request.POST.get("intent") == "show":
            return show(request, place, form)
        return save(request, place, form)
    if "version" in form.errors:
        raise NoLongerSoError(place.post, Action.EDIT)
    return show(request, place, form, status=422 if form.errors else 200)


def save(request: ReviewRequest, place: Place, form: EditsForm) -> HttpResponse:
    edits, target = form.edits(), form.target
    if why := why_not_save(form, edits, target):
        return show_again(request, place, form, why)
    seen = form.cleaned_data["version"]
    try:
        if target:
            version = retouching.crop_for(
                target.channel, place.post, request.user, seen, place.media, form.part()
            )
        else:
            version = retouching.save(place.post, request.user, seen, place.media, edits)
    except MediaRefused as refusal:
        return show_again(request, place, form, refused(refusal))
    tasks.make_renditions_soon(version)
    messages.success(request, after_crop(target, form.part()) if target else after(place, version, edits))
    return redirect("approvals:review", place.post.pk)


def why_not_save(form: EditsForm, edits: Edits, target: Target | None) -> str:
    """What is done to the picture itself is done for everybody, and makes another picture: one thing at a time."""
    if target and (edits.blur or edits.turn):
        words = _(
            "Sudda och vrid gäller alla kanaler. Ta bort beskärningen, välj Alla kanaler och spara. "
            "Beskär sedan för %(channel)s."
        )
        return words % {"channel": target.name}
    if edits.is_empty if target is None else form.part() == target.box:
        return _("Inget är ändrat än. Rita en ruta, beskär eller vrid.")
    return ""


def show_again(request: ReviewRequest, place: Place, form: EditsForm, why: str) -> HttpResponse:
    form.add_error(None, why)
    return show(request, place, form, status=422)


def after_crop(target: Target, part: Box | None) -> str:
    words = _("Bilden är beskuren för %(channel)s.") if part else _("%(channel)s visar hela bilden igen.")
    return words % {"channel": target.name}


def refused(refusal: MediaRefused) -> str:
    return str(wording.REFUSALS[refusal.code] % wording.Facts(refusal.facts))


def after(place: Place, version: Version, edits: Edits) -> str:
    whole_again = [target.name for target in place.targets if target.box and not edits.keeps_frame]
    sentences = of_blur(version, edits) if edits.blur else [_("Bilden är ändrad.")]
    if whole_again:
        words = _("Den egna beskärningen för %(channels)s gällde den förra bilden, och är borttagen.")
        sentences.append(words % {"channels": get_text_list(whole_again, _("och"))})
    return " ".join(map(str, sentences))


def of_blur(version: Version, edits: Edits) -> list[str]:
    done = ngettext("Rutan är suddad.", "Rutorna är suddade.", len(edits.blur))
    sentences = [done, _("Den gamla bilden går inte att få tillbaka.")]
    if version.people != People.NOBODY:
        sentences.append(_("Kan ingen kännas igen längre? Svara då Nej på frågan om det."))
    return sentences


def show(request: ReviewRequest, place: Place, form: EditsForm, status: int = 200) -> HttpResponse:
    context = {
        "post": place.post,
        "place": place,
        "form": form,
        "stage": stage_of(place, form),
        "faces": faces_of(place.media, form.faces_ticked()),
        "crop_row": form.shown_crop(),
        "target": form.target,
        "shapes": shapes_of(place, form),
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
    media, edits = place.media, form.shown()
    size = media.width, media.height
    return Stage(
        *size,
        turn=edits.turn,
        blur=[drawn(box.within(size)) for box in edits.blur],
        crop=drawn(edits.crop.within(size)) if edits.crop else None,
    )


@dataclass(frozen=True)
class Shape:
    """A form to crop to; hidden where the one channel that is cropped for has it not."""

    value: str
    label: str
    keys: str
    is_hidden: bool


def shapes_of(place: Place, form: EditsForm) -> list[Shape]:
    return [
        Shape(
            value,
            label,
            " ".join(target.key for target in place.targets if value in target.shapes),
            is_hidden=bool(value and form.target and value not in form.target.shapes),
        )
        for value, label in form.fields["shape"].choices  # type: ignore[attr-defined]
    ]


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
    is_chosen: bool = False

    @property
    def typed(self) -> str:
        return " ".join(row_of(self.box))


def faces_of(media: Media, chosen: Collection[str] = ()) -> list[Face]:
    boxes = [Box(**face) for face in media.faces or []]
    size = media.width, media.height
    return [
        Face(index, box, drawn(box.within(size)), str(index) in chosen) for index, box in enumerate(boxes)
    ]
