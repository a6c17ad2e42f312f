"""The directory of a pod, and one customer: read, added and changed by hand."""

from __future__ import annotations

import time
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from customers import permissions
from customers.directory import queries as directory
from customers.directory import services
from customers.directory.models import Customer, Segment
from customers.permissions import Book, Known
from customers.profile import listing
from customers.profile.forms import CustomerForm
from customers.profile.queries import profile
from cxportal.core.attempts import attempt
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import found_or_404, guarded
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import standing


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def signed(request: HttpRequest) -> User:
    """The person behind a guarded request."""
    return cast("User", request.user)


def _asked(request: HttpRequest) -> listing.Asked:
    """What the address asks for; values that mean nothing are left out."""
    silent = _number(request.GET.get("silent", ""))
    return listing.Asked(
        text=request.GET.get("q", "").strip()[:160],
        everywhere=request.GET.get("where") == "all",
        segment=_number(request.GET.get("segment", "")),
        silent=silent if silent in listing.MONTHS else None,
        after=request.GET.get("after", ""),
    )


@guarded(permissions.customers_of)
def customers(request: HttpRequest, book: Book) -> HttpResponse:
    """The customers of a pod, found by what is typed; counts alone for who oversees the pod."""
    if not book.works:
        context: dict[str, Any] = {"book": book, "size": listing.size_of(book.pod), "counts": listing.counts(book.pod)}
        return render(request, "customers/directory/counts.html", context)
    asked = _asked(request)
    began = time.perf_counter()
    found = listing.listing(asked, book.pod, standing(book.user).member_of)
    query = request.GET.copy()
    query["after"] = found.after
    context = {
        "book": book,
        "asked": asked,
        "found": found,
        "took": f"{time.perf_counter() - began:.2f}",
        "size": listing.size_of(book.pod),
        "pods": Pod.objects.filter(closed_at__isnull=True).count(),
        "segments": Segment.objects.all(),
        "months": listing.MONTHS,
        "more": query.urlencode() if found.after else "",
    }
    return render(request, "customers/directory/customers.html", context)


@guarded(permissions.customer_read)
def customer(request: HttpRequest, known: Known) -> HttpResponse:
    """One customer with one timeline over all channels."""
    everything = request.GET.get("all") == "1"
    shown = profile(known.customer, known.home, known.user, everything=everything)
    return render(request, "customers/directory/customer.html", {"shown": shown, "known": known})


@guarded(permissions.works_in)
def new_customer(request: HttpRequest, pod: Pod) -> HttpResponse:
    """A customer entered by hand; the rules say whose it is."""
    form = CustomerForm(request.POST or None, initial={"name": request.GET.get("name", "")})
    status = 200
    if request.method == "POST":
        made, status = attempt(form, lambda values: services.create_customer(by=signed(request), **values))
        if made is not None:
            return _made(request, made, pod)
    return render(request, "customers/directory/form.html", {"form": form, "pod": pod}, status=status)


def _made(request: HttpRequest, made: Customer, pod: Pod) -> HttpResponse:
    """On to the new customer when the own pod owns it; else back, with words whose it is."""
    owner = found_or_404(directory.home_pod_at(made.pk)).pod
    say(request, _("%(name)s is added. Home pod: %(pod)s.") % {"name": made, "pod": owner})
    if owner.pk == pod.pk:
        return back_to(request, reverse("customer", kwargs={"customer": made.pk}))
    return back_to(request, reverse("customers", kwargs={"slug": pod.slug}))


@guarded(permissions.customer_change)
def change_customer(request: HttpRequest, known: Known) -> HttpResponse:
    """Change what is known of a customer."""
    form = CustomerForm.of(known.customer, request.POST or None)
    status = 200
    if request.method == "POST":
        done, status = attempt(
            form, lambda values: services.change_customer(by=known.user, customer=known.customer, **values)
        )
        if done is not None:
            say(request, _("%(name)s is saved.") % {"name": done})
            return _made_on(request, done, known)
    context = {"form": form, "pod": known.home, "known": known}
    return render(request, "customers/directory/form.html", context, status=status)


def _made_on(request: HttpRequest, done: Customer, known: Known) -> HttpResponse:
    """Back to the page; a customer who moved to another pod is left behind with words."""
    owner = found_or_404(directory.home_pod_at(done.pk)).pod
    if owner.pk != known.home.pk:
        say(request, _("%(name)s belongs to %(pod)s now; open contacts stay with you.") % {"name": done, "pod": owner})
        return back_to(request, reverse("customers", kwargs={"slug": known.home.slug}))
    return back_to(request, reverse("customer", kwargs={"customer": done.pk}))
