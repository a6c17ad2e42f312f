"""Pages of exchanges: an own shift on offer, one exchange, and all that concern a person."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core import periods
from cxportal.core.htmx import back_to, render, say, wants_fragment
from cxportal.core.http import guarded, verb
from cxportal.core.violations import Invalid, Refused, Violation
from teams import permissions
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling.models import Assignment, Shift
from teams.scheduling.swaps import deadlines, services, wishes
from teams.scheduling.swaps.forms import OfferForm
from teams.scheduling.swaps.lists import read_exchanges
from teams.scheduling.swaps.models import Exchange, SwapWish
from teams.scheduling.swaps.offering import Asked, read_offer
from teams.scheduling.swaps.pages import read_exchange
from teams.scheduling.swaps.services import Planned


@guarded(permissions.member_pod)
def offer(request: HttpRequest, pod: Pod, *, assignment: int) -> HttpResponseBase:
    """An own shift: who could take it and for what, and rings that fit."""
    return _show_offer(request, pod, assignment)


def _show_offer(
    request: HttpRequest, pod: Pod, assignment: int, *, status: int = 200, refused: Refused | None = None
) -> HttpResponseBase:
    assert isinstance(request.user, User)
    form = OfferForm(request.POST or request.GET)
    asked = _asked(form) if form.is_valid() else Asked()
    fresh = not (request.POST or request.GET)
    page = read_offer(pod, request.user, assignment, at=periods.now(), asked=None if fresh else asked)
    context = {"page": page, "pod": pod, "form": form, "refused": refused.violations if refused else ()}
    # What somebody is still choosing is no mistake yet: a fragment is swapped in with the reason in it.
    shown = 422 if form.errors and not wants_fragment(request) else status
    return render(request, "teams/scheduling/swap.html", context, status=shown, oob=("changes", "until"))


def _asked(form: OfferForm) -> Asked:
    found = form.cleaned_data
    return Asked(found["mode"] or "swap", found["wanted"], found["first"], found["last"], form.part())


@guarded(permissions.member_shift)
def offer_of_shift(request: HttpRequest, shift: Shift) -> HttpResponseBase:
    """From a shift to the offer of the own place on it; who has none there reads the shift."""
    held = Assignment.objects.filter(shift=shift, member=request.user.pk).order_by("period").first()
    if held is None:
        return redirect("shift", slug=shift.pod.slug, shift=shift.pk)
    return redirect("swap", slug=shift.pod.slug, assignment=held.pk)


@verb
@guarded(permissions.member_pod)
def ask(request: HttpRequest, pod: Pod, *, assignment: int) -> HttpResponseBase:
    """Ask the chosen colleagues at once, propose a ring, or keep the shift open for others to find."""
    assert isinstance(request.user, User)
    form = OfferForm(request.POST)
    if not form.is_valid():
        return _show_offer(request, pod, assignment, status=422)
    try:
        wish, made, refused = _ask_everybody(request.user, pod, assignment, request.POST, form)
    except Refused as nobody:
        return _show_offer(request, pod, assignment, status=409, refused=nobody)
    if len(made) == 1 and not refused:
        say(request, _("Asked. The shift stays yours until everybody consents."))
        return back_to(request, reverse("exchange", kwargs={"slug": pod.slug, "exchange": made[0].pk}))
    text = ngettext("Asked %(n)s colleague.", "Asked %(n)s colleagues at once; the first to accept gets it.", len(made))
    kept = _("Your wish is open: others and rings find it.") if wish else _("Nobody was chosen, so nobody was asked.")
    say(request, text % {"n": len(made)} if made else kept)
    for violation in refused:
        say(request, _("Not asked: %(reason)s") % {"reason": violation.message})
    return back_to(request, reverse("swap", kwargs={"slug": pod.slug, "assignment": assignment}))


def _open_wish(by: User, form: OfferForm, assignment: int) -> SwapWish | None:
    if form.cleaned_data["mode"] == "gift":
        return None
    asked = form.cleaned_data
    return wishes.open_wish(
        by=by,
        assignment=assignment,
        period=form.part(),
        first=asked["first"],
        last=asked["last"],
        rings=asked["rings"],
    )


def _ask_everybody(
    by: User, pod: Pod, assignment: int, posted: QueryDict, form: OfferForm
) -> tuple[SwapWish | None, list[Exchange], list[Violation]]:
    """The open wish, one exchange for each colleague that was ticked, or the ring, and why some were not asked.

    Each is asked in a transaction of its own: one who does not fit any more keeps nobody from the others.
    When nobody could be asked nothing has changed: a wish that was opened for it ends again.
    """
    planned = _planned(by, pod, assignment, posted, form)
    known = set(SwapWish.objects.filter(assignment=assignment).values_list("pk", flat=True))
    wish = _open_wish(by, form, assignment)
    made: list[Exchange] = []
    refused: list[Violation] = []
    try:
        for legs in planned:
            try:
                made.append(services.ask(by=by, pod=pod, planned=legs, wish=wish, message=form.cleaned_data["message"]))
            except Refused as error:
                refused += error.violations
    finally:
        if planned and not made and wish and wish.pk not in known:
            wishes.withdraw_wish(by=by, wish=wish.pk)
    if refused and not made:
        raise Refused(refused)
    return wish, made, refused


def _planned(by: User, pod: Pod, assignment: int, posted: QueryDict, form: OfferForm) -> list[list[Planned]]:
    """The legs of each exchange to ask for; none when the shift is only kept open."""
    if posted.get("only"):
        return []
    planned = [_ring(pod, ring)] if (ring := posted.get("ring")) else []
    return planned + [_pair(by, assignment, chosen, form) for chosen in posted.getlist("ask")]


def _pair(by: User, assignment: int, chosen: str, form: OfferForm) -> list[Planned]:
    taker, _colon, back = chosen.partition(":")
    if not taker.isdecimal() or (back and not back.isdecimal()) or len(chosen) > 36:
        raise Invalid({"ask": _("The choice could not be read.")})
    legs = [Planned(assignment, int(taker), form.part())]
    return [*legs, Planned(int(back), by.pk)] if back else legs


def _ring(pod: Pod, ring: str) -> list[Planned]:
    """The legs of a ring of open wishes, named by their numbers in order."""
    keys = [int(key) for key in ring.split(",")[: services.MOST_LEGS] if key.isdecimal() and len(key) < 19]
    rows = SwapWish.objects.in_bulk(keys)
    if len(keys) < 2 or any(key not in rows or rows[key].pod_id != pod.pk for key in keys):
        raise Http404
    if any(rows[key].assignment_id is None or rows[key].outcome != "open" for key in keys):
        raise Refused(services.gone())
    order = [rows[key] for key in keys]
    return [
        Planned(row.assignment_id or 0, order[(place + 1) % len(order)].owner_id, row.span)
        for place, row in enumerate(order)
    ]


@verb
@guarded(permissions.member_pod)
def withdraw_wish(request: HttpRequest, pod: Pod, *, wish: int) -> HttpResponseBase:
    """Take an own wish back, with everything that was asked for it."""
    assert isinstance(request.user, User)
    row = SwapWish.objects.filter(pk=wish, pod=pod, owner=request.user).first()
    if row is None:
        raise Http404
    wishes.withdraw_wish(by=request.user, wish=wish)
    say(request, _("The offer is taken back. The shift is yours as before."))
    return back_to(request, reverse("exchanges", kwargs={"slug": pod.slug}))


@guarded(permissions.member_pod)
def exchanges(request: HttpRequest, pod: Pod) -> HttpResponseBase:
    """Everything about exchanges that concerns the person in this pod."""
    assert isinstance(request.user, User)
    page = read_exchanges(pod, request.user, at=periods.now())
    return render(request, "teams/scheduling/exchanges.html", {"page": page, "pod": pod})


@guarded(permissions.member_pod)
def exchange(request: HttpRequest, pod: Pod, *, exchange: int) -> HttpResponseBase:
    """One exchange with its legs and consents."""
    return _show(request, pod, exchange)


def _show(
    request: HttpRequest, pod: Pod, exchange: int, *, status: int = 200, refused: Refused | None = None
) -> HttpResponseBase:
    assert isinstance(request.user, User)
    page = read_exchange(pod, request.user, exchange, at=periods.now())
    context = {"page": page, "pod": pod, "refused": refused.violations if refused else ()}
    return render(request, "teams/scheduling/exchange.html", context, status=status, oob=("state", "acts"))


@verb
@guarded(permissions.member_pod)
def accept(request: HttpRequest, pod: Pod, *, exchange: int) -> HttpResponseBase:
    """Consent; the last consent makes it happen."""
    assert isinstance(request.user, User)
    try:
        done = services.answer(by=request.user, exchange=_of(pod, exchange), consent=True)
    except Refused as refused:
        return _show(request, pod, exchange, status=409, refused=refused)
    url = reverse("undo_exchange", kwargs={"slug": pod.slug, "exchange": exchange})
    if done.outcome == "done":
        say(request, _("Everybody consents: the exchange has happened."), undo=url)
    else:
        say(request, _("You consent. The others are still asked; nothing has changed yet."))
    return back_to(request, reverse("exchange", kwargs={"slug": pod.slug, "exchange": exchange}))


@verb
@guarded(permissions.member_pod)
def decline(request: HttpRequest, pod: Pod, *, exchange: int) -> HttpResponseBase:
    """Decline: the exchange ends for everybody."""
    assert isinstance(request.user, User)
    services.answer(by=request.user, exchange=_of(pod, exchange), consent=False)
    say(request, _("Declined. Nothing changed, and the others are told."))
    return back_to(request, reverse("exchanges", kwargs={"slug": pod.slug}))


@verb
@guarded(permissions.member_pod)
def take_back(request: HttpRequest, pod: Pod, *, exchange: int) -> HttpResponseBase:
    """Take an own consent, or the whole question, back."""
    assert isinstance(request.user, User)
    services.take_back(by=request.user, exchange=_of(pod, exchange))
    say(request, _("Taken back. Nothing changed."))
    return back_to(request, reverse("exchange", kwargs={"slug": pod.slug, "exchange": exchange}))


@verb
@guarded(permissions.member_pod)
def remind(request: HttpRequest, pod: Pod, *, exchange: int) -> HttpResponseBase:
    """Remind who has not answered; once a day."""
    assert isinstance(request.user, User)
    count = deadlines.remind(by=request.user, exchange=_of(pod, exchange))
    say(request, ngettext("%(n)s colleague is reminded.", "%(n)s colleagues are reminded.", count) % {"n": count})
    return back_to(request, reverse("exchange", kwargs={"slug": pod.slug, "exchange": exchange}))


@verb
@guarded(permissions.member_pod)
def undo(request: HttpRequest, pod: Pod, *, exchange: int) -> HttpResponseBase:
    """Put an exchange of the last ten minutes back."""
    assert isinstance(request.user, User)
    services.undo_exchange(by=request.user, exchange=_of(pod, exchange))
    say(request, _("Undone: everybody works as before, and is told."))
    return back_to(request, reverse("exchange", kwargs={"slug": pod.slug, "exchange": exchange}))


def _of(pod: Pod, exchange: int) -> int:
    """The exchange when it is this pod's; another pod's looks unknown."""
    if not Exchange.objects.filter(pk=exchange, pod=pod).exists():
        raise Http404
    return exchange
