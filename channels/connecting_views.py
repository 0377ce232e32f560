"""
Connecting a channel, step by step, and the app keys.

A row is reached only by the person who began it, in the session in which they did: it keeps a digest of that, and of the
state that the platform is to bring back. The address to which the platform sends the person answers with a redirect
whatever happens, so that neither code nor state stays in the browser's history.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.guards import for_those_who_may
from accounts.models import User
from accounts.views import shell_for
from channels import appkeys, connecting, rules, tasks
from channels.adapters import ADAPTERS
from channels.adapters.codes import Trouble
from channels.adapters.connectors import CONNECTORS
from channels.connecting import Choice, GoneError, UnfitError
from channels.connecting_forms import (
    ALARM_DAYS,
    PROPOSED,
    AccountForm,
    AppKeysForm,
    ByHandForm,
    PlatformForm,
    QuestionsForm,
    SettleForm,
)
from channels.connecting_notes import Notes
from channels.connecting_words import Words, sentence, status_for, words_for
from channels.errors import ChannelError
from channels.models import Channel, Connecting
from channels.wording import RIGHTS

BY_HAND = "by_hand"

may_connect = for_those_who_may(rules.why_not_connect)
may_keep_app_keys = for_those_who_may(rules.why_not_keep_app_keys)


class SignedInRequest(HttpRequest):
    user: User
    htmx: Any


# --- whose row it is --------------------------------------------------------------------------------------------


def session_of(request: HttpRequest) -> str:
    """Nothing is written into the session, which another window may be writing at the same time."""
    return connecting.digest(request.session.session_key or "")


def begun_here(request: SignedInRequest) -> list[Connecting]:
    """What this person can go on with."""
    rows = Connecting.objects.ongoing().filter(person=request.user, session=session_of(request))
    return list(rows.select_related("channel").order_by("-touched_at"))


def mine(request: SignedInRequest, connecting_id: UUID) -> Connecting:
    """
    May raise Http404 for what is somebody else's, and GoneError for what is over: whoever presses twice is told, and not
    turned away.
    """
    row = Connecting.objects.filter(pk=connecting_id).select_related("channel", "person").first()
    if row and (row.person != request.user or row.session != session_of(request)):
        raise Http404
    if row is None or row.left_at or (row.channel and row.channel.disconnected_at):
        raise GoneError
    if refusal := why_not_go_on(request.user, row):
        raise PermissionDenied(refusal)
    return row


def why_not_go_on(user: User, row: Connecting) -> Any:
    return rules.why_not_reconnect(user, row.channel) if row.channel else rules.why_not_connect(user)


Step = Callable[[SignedInRequest, Connecting], HttpResponse]


def step(view: Step) -> Callable[..., HttpResponse]:
    """A page of a row. When it is over, the person is told so where the channels are."""

    @wraps(view)
    def answer(request: SignedInRequest, connecting_id: UUID) -> HttpResponse:
        try:
            return view(request, mine(request, connecting_id))
        except GoneError:
            messages.info(request, _("Den anslutningen är redan klar eller avbruten."))
            if request.htmx:
                return HttpResponseClientRedirect(out_of_here(request))
            return redirect(out_of_here(request))

    return answer


def out_of_here(request: SignedInRequest) -> str:
    """Where the channels are; for who may not see them, their own page."""
    may_see = request.user.has_perm("channels.view_channel")
    return reverse("channels:index" if may_see else "accounts:me")


# --- what every page of it shows --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stage:
    """One line of the steps at the side."""

    title: str
    meta: str = ""


def page(
    request: SignedInRequest,
    name: str,
    number: int,
    row: Connecting | None,
    notes: Notes | None,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    stages = stages_of(row, notes)
    shown = {
        "shell": shell_for(request),
        "row": row,
        "notes": notes,
        "words": words_for(row.platform) if row else None,
        "platform_name": platform_name(row.platform) if row else "",
        "stages": stages,
        "number": number,
        "total": len(stages),
        "way_out": out_of_here(request),
        **context,
    }
    return render(request, f"channels/connect/{name}.html", shown, status=status)


def platform_name(platform: str) -> str:
    return _(ADAPTERS[platform].name)


def stages_of(row: Connecting | None, notes: Notes | None) -> list[Stage]:
    if row and row.platform == BY_HAND:
        return [Stage(_("Välj kanal"), _("För hand")), Stage(_("Namn och adress")), Stage(_("Ansvarig"))]
    words = words_for(row.platform) if row else None
    account = connecting.chosen(row, notes) if row and notes else None
    grantor = notes.grant.grantor_name if notes and notes.grant else ""
    return [
        Stage(_("Välj kanal"), str(words.thing) if words else ""),
        Stage(_("Logga in"), _("Som %(name)s") % {"name": grantor} if grantor else ""),
        Stage(_("Välj konto"), account.name if account else ""),
        Stage(_("Provkörning") if row and row.channel_id else _("Ansvarig och provkörning")),
    ]


def redirect_uri(request: HttpRequest, platform: str) -> str:
    """What is pasted at the platform, and what is sent to it: letter by letter the same."""
    return request.build_absolute_uri(reverse("channels:callback", args=[platform]))


# --- 1: which kind ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    platform: str
    words: Words
    has_keys: bool


@require_http_methods(["GET", "POST"])
@may_connect
def connect(request: SignedInRequest) -> HttpResponse:
    """What one needs for each kind, and what was begun and not ended."""
    kinds = [
        Kind(platform, words_for(platform), connecting.has_keys(platform))
        for platform in (*CONNECTORS, BY_HAND)
    ]
    form = PlatformForm([kind.platform for kind in kinds if kind.has_keys], request.POST or None)
    if request.method == "POST" and form.is_valid():
        row = connecting.begin(request.user, form.cleaned_data["platform"], session=session_of(request))
        return redirect("channels:sign_in", row.pk)
    begun = [(row, platform_name(row.platform)) for row in begun_here(request)]
    status = 422 if form.errors else 200
    return page(request, "kind", 1, None, None, status=status, form=form, kinds=kinds, begun=begun)


@require_GET
def reconnect(request: SignedInRequest, channel_id: int) -> HttpResponse:
    """
    Straight to the platform's dialog, if nothing must be asked before. A link, since browsers let no form lead there.
    """
    channel = Channel.objects.open().filter(pk=channel_id).first()
    if refusal := rules.why_not_reconnect(request.user, channel):
        raise PermissionDenied(refusal)
    if channel is None or channel.is_by_hand:
        raise Http404
    again = [row for row in begun_here(request) if row.channel_id == channel.pk]
    row = again[0] if again else begun_again(request, channel)
    return redirect("channels:dialog" if may_go(row, connecting.opened(row)) else "channels:sign_in", row.pk)


def begun_again(request: SignedInRequest, channel: Channel) -> Connecting:
    return connecting.begin(request.user, channel.platform, channel, session=session_of(request))


@require_GET
@step
def resume(request: SignedInRequest, row: Connecting) -> HttpResponse:
    """To where the person was."""
    notes = connecting.opened(row)
    if row.platform == BY_HAND:
        return redirect("channels:settle" if "name" in notes.answers else "channels:sign_in", row.pk)
    if notes.grant is None:
        return redirect("channels:sign_in", row.pk)
    return redirect("channels:settle" if row.account_id else "channels:choose", row.pk)


# --- 2: signing in ----------------------------------------------------------------------------------------------


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@step
def sign_in(request: SignedInRequest, row: Connecting) -> HttpResponse:
    """The link to the platform's dialog, after what must be known first."""
    notes = connecting.opened(row)
    form = questions(row, notes, request)
    if request.method == "POST" and form and form.is_valid():
        return answered(request, row, form.cleaned_data)
    status = 422 if form and form.errors else 200
    context = {
        "form": form,
        "trouble": sentence(notes.trouble),
        "is_calm": status_for(notes.trouble) == 200,
        "rights": [RIGHTS[right] for right in CONNECTORS[row.platform].needs]
        if row.platform != BY_HAND
        else [],
        "may_go": may_go(row, notes),
        "has_keys": connecting.has_keys(row.platform),
        "has_dialog": row.platform != BY_HAND and CONNECTORS[row.platform].has_dialog,
    }
    return page(request, "sign_in", 2, row, notes, status=status, **context)


def questions(row: Connecting, notes: Notes, request: SignedInRequest) -> ByHandForm | QuestionsForm | None:
    posted = request.POST if request.method == "POST" else None
    if row.platform == BY_HAND:
        return ByHandForm(posted, initial=notes.answers)
    kind = CONNECTORS[row.platform]
    if not kind.questions:
        return None
    known = {"server": row.channel.host, "handle": row.channel.handle} if row.channel else {}
    return QuestionsForm(kind, posted, initial={**known, **notes.answers})


def may_go(row: Connecting, notes: Notes) -> bool:
    """Whether there is a dialog that can be opened now."""
    if row.platform == BY_HAND:
        return False
    kind = CONNECTORS[row.platform]
    asked = {question.name for question in kind.questions}
    return kind.has_dialog and asked.issubset(notes.answers) and connecting.has_keys(row.platform)


@sensitive_variables("answers")
def answered(request: SignedInRequest, row: Connecting, answers: dict[str, str]) -> HttpResponse:
    if row.platform == BY_HAND:
        connecting.answer(row, answers)
        return redirect("channels:settle", row.pk)
    if CONNECTORS[row.platform].has_dialog:
        connecting.answer(row, answers)
        return redirect("channels:sign_in", row.pk)
    trouble = connecting.sign_in(row, answers)
    return redirect("channels:sign_in" if trouble else "channels:choose", row.pk)


@require_GET
@step
def dialog(request: SignedInRequest, row: Connecting) -> HttpResponse:
    """On to the platform."""
    if row.platform == BY_HAND or not CONNECTORS[row.platform].has_dialog:
        raise Http404
    try:
        address, _state = connecting.dialog(
            row, redirect_uri(request, row.platform), again="igen" in request.GET
        )
    except ChannelError as error:
        connecting.tell_trouble(row, error.code)
        return redirect("channels:sign_in", row.pk)
    return redirect(address)


@login_not_required
@require_GET
@sensitive_variables()
def callback(request: SignedInRequest, platform: str) -> HttpResponse:
    """
    Back from the platform. Who was signed out meanwhile begins anew: the way through the sign-in would leave the code in
    its address.
    """
    if not request.user.is_authenticated:
        return redirect("channels:connect")
    state = request.GET.get("state", "")
    row = connecting.asked_with(state, request.user, platform, session_of(request))
    if row is None or why_not_go_on(request.user, row):
        return lost(request)
    try:
        connecting.come_back(
            row,
            state,
            redirect_uri(request, platform),
            code=request.GET.get("code", ""),
            error=request.GET.get("error", ""),
        )
    except GoneError:
        return lost(request)
    return redirect("channels:choose" if connecting.opened(row).grant else "channels:sign_in", row.pk)


def lost(request: SignedInRequest) -> HttpResponse:
    """Nobody asked, or it was answered already."""
    messages.error(request, _("Den inloggningen gäller inte längre. Fortsätt där du var, eller börja om."))
    begun = begun_here(request)
    if begun and not request.user.has_perm("channels.add_channel"):
        return redirect("channels:connecting", begun[0].pk)
    return redirect("channels:connect")


# --- 3: which account -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One account to choose, or not."""

    choice: Choice
    why_not: str
    lacks: list[str]


@require_http_methods(["GET", "POST"])
@step
def choose(request: SignedInRequest, row: Connecting) -> HttpResponse:
    if row.platform == BY_HAND:
        raise Http404
    notes = connecting.opened(row)
    if notes.grant is None:
        return redirect("channels:sign_in", row.pk)
    if request.method == "POST":
        return take_choice(request, row, notes)
    return accounts_page(request, row, notes, notes.trouble, status=200)


def take_choice(request: SignedInRequest, row: Connecting, notes: Notes) -> HttpResponse:
    if "look" in request.POST:
        connecting.look(row)
        return redirect("channels:choose", row.pk)
    form = AccountForm(request.POST)
    try:
        connecting.choose(row, form.cleaned_data["account"] if form.is_valid() else "")
    except UnfitError as error:
        return accounts_page(request, row, notes, error.code, status=status_for(error.code))
    return redirect("channels:settle", row.pk)


def accounts_page(
    request: SignedInRequest, row: Connecting, notes: Notes, trouble: str, *, status: int
) -> HttpResponse:
    found = connecting.choices(row, notes)
    can_be = [choice.account for choice in found if not choice.refusal]
    given = connecting.granted(row, notes)
    context = {
        "lines": [line_of(choice) for choice in found],
        "preselected": row.account_id or (can_be[0].id if can_be else ""),
        "only": can_be[0] if len(can_be) == 1 else None,
        "can_be": can_be,
        "rights": [(RIGHTS[right], right in given) for right in CONNECTORS[row.platform].needs],
        "is_enough": connecting.is_enough(row, notes),
        "trouble": sentence(trouble or none_fits(row, found)),
        "is_calm": status_for(trouble) == 200 and bool(can_be),
        "has_dialog": CONNECTORS[row.platform].has_dialog,
    }
    return page(request, "choose", 3, row, notes, status=status, **context)


def none_fits(row: Connecting, found: list[Choice]) -> str:
    """Why nobody can go on from here, where the platform gave accounts; "" where somebody can."""
    if not found or not all(choice.refusal for choice in found):
        return ""
    if row.channel:
        own = [choice.refusal for choice in found if choice.account.id == row.channel.remote_id]
        return own[0] if own else Trouble.WRONG_ACCOUNT
    reasons = {choice.refusal for choice in found}
    if reasons == {connecting.TAKEN, Trouble.PERSONAL_PROFILE}:
        return connecting.ALL_TAKEN
    return reasons.pop() if len(reasons) == 1 else Trouble.NO_ACCOUNTS


def line_of(choice: Choice) -> Line:
    return Line(
        choice,
        sentence(choice.refusal),
        [str(RIGHTS[right][0]).lower() for right in choice.account.missing] if not choice.refusal else [],
    )


# --- 4: who answers for it, and a trial -------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@step
def settle(request: SignedInRequest, row: Connecting) -> HttpResponse:
    notes = connecting.opened(row)
    if row.platform != BY_HAND and connecting.chosen(row, notes) is None:
        return redirect("channels:connecting", row.pk)
    if row.platform == BY_HAND and "name" not in notes.answers:
        return redirect("channels:sign_in", row.pk)
    if request.method == "GET":
        return settle_page(request, row, notes, settle_form(request, row, notes))
    connecting.note_down(row, entered(request))
    if "try" in request.POST and row.platform != BY_HAND and connecting.start_trial(row):
        tasks.try_out_soon(row)
    if "try" in request.POST or "look" in request.POST:
        return redirect(f"{reverse('channels:settle', args=[row.pk])}#prov")
    return finish(request, row, notes)


def settle_form(request: SignedInRequest, row: Connecting, notes: Notes) -> SettleForm | None:
    """None where the channel is connected again: what it carries stays as it is."""
    if row.channel:
        return None
    if request.method == "POST":
        return SettleForm(request.POST)
    proposed = {"owner": request.user.pk, **PROPOSED.get(row.platform, {})}
    return SettleForm(initial=proposed | notes.entered)


def entered(request: SignedInRequest) -> dict[str, Any]:
    """As it was written, right or wrong."""
    if not any(name in request.POST for name in SettleForm.Meta.fields):
        return {}
    written = {name: request.POST.get(name, "") for name in SettleForm.Meta.fields}
    return {**written, "is_preselected": "is_preselected" in request.POST}


def settle_page(
    request: SignedInRequest, row: Connecting, notes: Notes, form: SettleForm | None, trouble: str = ""
) -> HttpResponse:
    status = 422 if form and form.errors else status_for(trouble)
    context = {
        "form": form,
        "trouble": sentence(trouble),
        "account": connecting.chosen(row, notes),
        "is_running": connecting.is_running(row),
        "is_good": row.trial == connecting.GOOD,
        "trial_trouble": trial_trouble(row),
    }
    number = 3 if row.platform == BY_HAND else 4
    return page(request, "settle", number, row, notes, status=status, **context)


def trial_trouble(row: Connecting) -> str:
    if row.trial in (connecting.ASKED, connecting.RUNNING):
        return "" if connecting.is_running(row) else sentence(Trouble.TOO_LATE)
    return "" if row.trial in ("", connecting.GOOD) else sentence(row.trial)


def finish(request: SignedInRequest, row: Connecting, notes: Notes) -> HttpResponse:
    form = settle_form(request, row, notes)
    if form and not form.is_valid():
        return settle_page(request, row, notes, form)
    carried = {**form.cleaned_data, "alarm_days": ALARM_DAYS.get(row.platform)} if form else {}
    try:
        channel = connecting.finish(row, carried)
    except UnfitError as error:
        return settle_page(request, row, notes, form, error.code)
    messages.success(request, done(channel, row))
    return redirect("channels:channel", channel.pk)


def done(channel: Channel, row: Connecting) -> str:
    if row.trial == connecting.GOOD:
        return _("Klart! Vi skickade ett test som bara du ser.")
    return _("Klart! %(name)s är ansluten.") % {"name": channel.name}


# --- away -------------------------------------------------------------------------------------------------------


@require_POST
@step
def leave(request: SignedInRequest, row: Connecting) -> HttpResponse:
    connecting.leave(row)
    tasks.sweep_soon()
    messages.success(request, _("Avbrutet. Ingenting är sparat."))
    return redirect(out_of_here(request))


# --- the app keys -----------------------------------------------------------------------------------------------


@require_GET
@may_keep_app_keys
def app_keys(request: SignedInRequest) -> HttpResponse:
    rows = [(appkeys.known(platform), platform_name(platform)) for platform in appkeys.platforms()]
    return render(request, "channels/app_keys.html", {"rows": rows})


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@may_keep_app_keys
def app_keys_of(request: SignedInRequest, platform: str) -> HttpResponse:
    """One platform's: what to paste there, and what to paste here."""
    if platform not in appkeys.platforms():
        raise Http404
    known = appkeys.known(platform)
    form = AppKeysForm(request.POST if request.method == "POST" else None, initial={"app_id": known.app_id})
    if request.method == "POST" and known.is_from_environment:
        return app_keys_page(request, known, form, status=409)
    if request.method == "POST" and form.is_valid():
        appkeys.write(platform, form.cleaned_data["app_id"], form.cleaned_data["secret"], request.user)
        messages.success(request, _("Appnycklarna är sparade."))
        return redirect("channels:app_keys")
    return app_keys_page(request, known, form, status=422 if form.errors else 200)


def app_keys_page(
    request: SignedInRequest, known: appkeys.Known, form: AppKeysForm, *, status: int
) -> HttpResponse:
    context = {
        "known": known,
        "form": form,
        "name": platform_name(known.platform),
        "address": redirect_uri(request, known.platform),
        "guide": f"channels/connect/_guide_{known.platform}.html",
    }
    return render(request, "channels/app_keys_of.html", context, status=status)
