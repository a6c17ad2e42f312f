"""The pages Notices (everybody) and Mail (administrators)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import found_or_404, guarded, signed_in, verb
from teams import permissions
from teams.notifications import queries, services
from teams.notifications.models import Mail, Notice
from teams.people.models import User


@signed_in
def notices(request: HttpRequest) -> HttpResponse:
    """What happened to the person's shifts, pod and contacts, newest first."""
    told = queries.notices_of(request.user)  # type: ignore[arg-type]
    context = {"told": told, "unread": sum(notice.unread for notice in told)}
    return render(request, "teams/notifications/notices.html", context)


@verb
@signed_in
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark every notice as read."""
    services.mark_read(by=request.user)  # type: ignore[arg-type]
    return back_to(request, reverse("notices"))


@verb
@signed_in
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one notice as read and go where it points."""
    notice = found_or_404(Notice.objects.filter(pk=pk, recipient=request.user).first())  # type: ignore[misc]
    services.mark_read(by=request.user, notices=[notice.pk])  # type: ignore[arg-type]
    return redirect(notice.url or reverse("notices"))


@guarded(permissions.administrator)
def outbox(request: HttpRequest, _by: User) -> HttpResponse:
    """Every message, and why those that were kept could not be mailed."""
    state = request.GET.get("state", "")
    state = state if state in Mail.State.values else ""
    context = {
        "mails": queries.outbox(state)[:200],
        "state": state,
        "states": Mail.State.choices,
        "kept": queries.kept_count(),
    }
    return render(request, "teams/notifications/outbox.html", context)


@guarded(permissions.administrator)
def mail(request: HttpRequest, _by: User, pk: int) -> HttpResponse:
    """One message with its text, to be copied to its receiver."""
    found = found_or_404(queries.outbox().filter(pk=pk).first())
    return render(request, "teams/notifications/mail.html", {"mail": found})


@verb
@guarded(permissions.administrator)
def pass_on(request: HttpRequest, by: User, pk: int) -> HttpResponse:
    """The administrator has given the message to its receiver."""
    services.pass_on(mail=found_or_404(Mail.objects.filter(pk=pk).first()), by=by)
    say(request, _("Marked as passed on. The text was removed from here."))
    return back_to(request, reverse("outbox"))


@verb
@guarded(permissions.administrator)
def try_again(request: HttpRequest, by: User, pk: int) -> HttpResponse:
    """Let the mail server have it once more."""
    services.try_again(mail=found_or_404(Mail.objects.filter(pk=pk).first()), by=by)
    say(request, _("The message is on its way to the mail server."))
    return back_to(request, reverse("outbox"))
