"""One contact: its page, and one POST for each act on it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from customers import permissions
from customers.contacts.models import Contact
from customers.feedback import services as feedback
from customers.permissions import Read
from customers.routing import queries, services
from customers.routing.forms import HandOverForm, NoteForm, ResolveForm
from cxportal.core.htmx import back_to, render, say, wants_fragment
from cxportal.core.http import guarded, verb
from cxportal.core.violations import Denied, Invalid, Refused
from teams.pods.models import Pod
from teams.pods.queries import standing

PAGE = "customers/contacts/contact.html"


def _page(request: HttpRequest, read: Read, *, status: int = 200, **forms: object) -> HttpResponse:
    page = queries.contact_page(
        read.contact, read.user, works=read.works, helper=read.helper, everything="all" in request.GET
    )
    contact = read.contact
    context = {
        "page": page,
        "contact": contact,
        "helper": read.helper,
        "own_pod": _own_pod(read),
        "customer_url": _customer_url(read),
        "survey_path": request.session.pop(f"survey-{contact.pk}", ""),
        "note_form": NoteForm(),
        **forms,
    }
    if page.can.work:
        context.setdefault("resolve_form", ResolveForm(instance=contact))
        context.setdefault("hand_form", HandOverForm(contact=contact, viewer=read.user))
    return render(request, PAGE, context, status=status)


def _customer_url(read: Read) -> str:
    """The customer's own page, for who may open it: a customer who moved belongs to another pod now."""
    if read.contact.customer_id is None:
        return ""
    try:
        permissions.customer_read(read.user, read.contact.customer_id)
    except (Http404, Denied):
        return ""
    return reverse("customer", args=[read.contact.customer_id])


def _here(request: HttpRequest, contact: Contact) -> HttpResponse:
    return back_to(request, reverse("contact", args=[contact.pk]))


def _queue(request: HttpRequest, read: Read) -> HttpResponse:
    """Back to the queue from which the person works: the contact's pod, else the own."""
    pod = _own_pod(read)
    return back_to(request, reverse("queue", args=[pod.slug]) if pod else "/")


def _own_pod(read: Read) -> Pod | None:
    """The pod in which the person works, of the one that serves the contact and its home; None when in neither."""
    own = standing(read.user).member_of
    pods = (read.contact.serving_pod, read.contact.home_pod)
    return next((pod for pod in pods if pod is not None and pod.pk in own), None)


def _slower(request: HttpRequest, read: Read, refused: Refused) -> HttpResponse:
    """A lost race from the board brings the fresh board and names who was faster; any other refusal its reasons."""
    pod = _own_pod(read)
    if refused.codes != {"taken"} or pod is None or not wants_fragment(request):
        raise refused
    (violation,) = refused.violations
    say(request, f"{violation.message} {violation.way_out}".strip(), tone=messages.INFO)
    context = {"pod": pod, "works": True, "board": queries.board(pod, read.user, works=True)}
    response = render(request, "customers/routing/queue.html", context, status=409, partial="board")
    response["HX-Retarget"], response["HX-Reswap"] = "#board", "outerHTML"
    return response


@guarded(permissions.contact_read)
def contact(request: HttpRequest, read: Read) -> HttpResponse:
    """The page of a contact."""
    return _page(request, read)


@verb
@guarded(permissions.contact_work)
def accept(request: HttpRequest, read: Read) -> HttpResponse:
    """Take the offer."""
    try:
        return _here(request, services.accept(by=read.user, contact_id=read.contact.pk))
    except Refused as refused:
        return _slower(request, read, refused)


@verb
@guarded(permissions.contact_work)
def take(request: HttpRequest, read: Read) -> HttpResponse:
    """Take a waiting contact."""
    try:
        return _here(request, services.take(by=read.user, contact_id=read.contact.pk))
    except Refused as refused:
        return _slower(request, read, refused)


@verb
@guarded(permissions.contact_work)
def decline(request: HttpRequest, read: Read) -> HttpResponse:
    """Say no to the offer."""
    services.decline(by=read.user, contact_id=read.contact.pk)
    say(request, _("It keeps its place. You are not asked for it again for 2 minutes."))
    return _queue(request, read)


@verb
@guarded(permissions.contact_work)
def end(request: HttpRequest, read: Read) -> HttpResponse:
    """The conversation is over; write up."""
    return _here(request, services.end(by=read.user, contact_id=read.contact.pk))


@verb
@guarded(permissions.contact_work)
def resolve(request: HttpRequest, read: Read) -> HttpResponse:
    """Close it with its reason; the survey link is shown once on the page."""
    form = ResolveForm(request.POST, instance=read.contact)
    if not form.is_valid():
        return _page(request, read, status=422, resolve_form=form)
    done = services.resolve(by=read.user, contact_id=read.contact.pk, **form.answers())
    if done.survey is not None:
        request.session[f"survey-{read.contact.pk}"] = request.build_absolute_uri(done.survey.path)
    say(request, _("Resolved."), undo=reverse("contact_reopen", args=[read.contact.pk]))
    return _here(request, done.contact)


@verb
@guarded(permissions.contact_work)
def survey_link(request: HttpRequest, read: Read) -> HttpResponse:
    """A new survey link for a resolved contact, when the first was lost."""
    link = feedback.new_link(by=read.user, contact=read.contact)
    request.session[f"survey-{read.contact.pk}"] = request.build_absolute_uri(link.path)
    return _here(request, read.contact)


@verb
@guarded(permissions.contact_work)
def reopen(request: HttpRequest, read: Read) -> HttpResponse:
    """Bring a closed contact back."""
    services.reopen(by=read.user, contact_id=read.contact.pk)
    say(request, _("Reopened. It is in the queue again, first for who had it."))
    return _here(request, read.contact)


@verb
@guarded(permissions.contact_work)
def abandon(request: HttpRequest, read: Read) -> HttpResponse:
    """The customer hung up or left."""
    return _here(request, services.abandon(by=read.user, contact_id=read.contact.pk))


@verb
@guarded(permissions.contact_work)
def hand_over(request: HttpRequest, read: Read) -> HttpResponse:
    """Pass it on with a reason."""
    form = HandOverForm(request.POST, contact=read.contact, viewer=read.user)
    if not form.is_valid():
        return _page(request, read, status=422, hand_form=form)
    services.hand_over(by=read.user, contact_id=read.contact.pk, **form.receiver())
    words = _("Handed over to %(who)s. It keeps its age.") % {"who": form.receiver_name}
    say(request, words, undo=reverse("contact_take_back", args=[read.contact.pk]))
    return _queue(request, read)


@verb
@guarded(permissions.contact_handed)
def take_back(request: HttpRequest, read: Read) -> HttpResponse:
    """Undo one's own hand-over while nobody took it."""
    contact = services.take_back(by=read.user, contact_id=read.contact.pk)
    say(request, _("It is in your hands again. It counts as no hand-over."))
    return _here(request, contact)


@verb
@guarded(permissions.contact_work)
def note(request: HttpRequest, read: Read) -> HttpResponse:
    """Write a note for the next person."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, read, status=422, note_form=form)
    try:
        services.add_note(by=read.user, contact_id=read.contact.pk, text=form.cleaned_data["text"])
    except Invalid as refusal:
        form.add_error("text", refusal.fields.get("text", [""])[0])
        return _page(request, read, status=422, note_form=form)
    return _here(request, read.contact)
