"""The live board of a pod, and entering a contact by hand."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from customers import permissions
from customers.routing import queries, services
from customers.routing.forms import NewContactForm
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import guarded, verb
from cxportal.core.violations import Denied, Invalid
from teams.people.models import User
from teams.pods.models import Pod


@guarded(permissions.queue_of)
def queue(request: HttpRequest, access: permissions.Board) -> HttpResponse:
    """The board; for who oversees the pod, its numbers."""
    board = queries.board(access.pod, access.user, works=access.works)
    context = {"pod": access.pod, "works": access.works, "board": board}
    return render(request, "customers/routing/queue.html", context)


@verb
@guarded(permissions.works_in)
def take_next(request: HttpRequest, pod: Pod) -> HttpResponse:
    """Take what is most due and fits; the contact's page opens."""
    assert isinstance(request.user, User)
    contact = services.take_next(by=request.user, pod=pod)
    return back_to(request, reverse("contact", args=[contact.pk]))


@guarded(permissions.works_in)
def new_contact(request: HttpRequest, pod: Pod) -> HttpResponse:
    """Enter a contact that reached the pod outside the portal."""
    assert isinstance(request.user, User)
    form = NewContactForm(request.POST or None, pod=pod, initial={"customer": request.GET.get("customer")})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.arrive(by=request.user, arrival=form.arrival())
            except Invalid as refusal:
                form.add_refusal(refusal)
            else:
                return _entered(request, request.user, form, made)
    return render(request, "customers/routing/new_contact.html", {"pod": pod, "form": form}, status=status)


def _entered(request: HttpRequest, user: User, form: NewContactForm, made: services.Arrived) -> HttpResponse:
    """Mine at once when I said so, else where the routing put it; another pod's customer waits in that pod."""
    try:
        permissions.contact_work(user, made.contact_id)
    except (Http404, Denied):
        home = Pod.objects.get(contacts=made.contact_id)
        say(request, _("Contact entered. It waits in %(pod)s, whose customer it is.") % {"pod": home})
        return back_to(request, reverse("queue", args=[form.pod.slug]))
    if form.cleaned_data["mine"]:
        services.take(by=user, contact_id=made.contact_id)
    say(request, _("Contact entered."))
    return back_to(request, reverse("contact", args=[made.contact_id]))
