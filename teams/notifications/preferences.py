"""The person's page of emails, and the page that stops them by one press."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from cxportal.core.attempts import attempt
from cxportal.core.fields import ClockField
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import found_or_404, guarded, public
from teams import permissions
from teams.notifications import kinds, mailing, stopping
from teams.notifications.models import MailChoice
from teams.people.models import User

MAIL = "mail_"


def _clock(label: Any, hint: Any = "") -> forms.TimeField:
    return ClockField(label=label, help_text=hint)


class MailForm(forms.Form):
    """How each group of notices comes by email, and when not."""

    quiet_from = _clock(
        gettext_lazy("Quiet from"), gettext_lazy("Nothing is mailed then and nobody is asked; it comes afterwards.")
    )
    quiet_until = _clock(gettext_lazy("until"))
    days_off = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days without email"),
        coerce=int,
        required=False,
        choices=[(number + 1, name) for number, name in WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    digest_at = _clock(gettext_lazy("Daily summary at"), gettext_lazy("One email on days with news."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = {
            f"{MAIL}{group.key}": forms.ChoiceField(
                label=str(group.label), help_text=str(group.hint), choices=MailChoice.How.choices, widget=forms.Select
            )
            for group in kinds.groups()
        }
        self.fields = own | self.fields

    @classmethod
    def of(cls, user: User) -> MailForm:
        """Filled with what holds for a person."""
        now = mailing.rhythm_of(user)
        values = {f"{MAIL}{group}": how for group, how in mailing.choices_of(user.pk).items()}
        times = {"quiet_from": now.quiet_from, "quiet_until": now.quiet_until, "digest_at": now.digest_at}
        return cls(initial=values | times | {"days_off": sorted(now.days_off)})


def _choose(user: User, values: dict[str, Any]) -> None:
    choices = {name.removeprefix(MAIL): values.pop(name) for name in list(values) if name.startswith(MAIL)}
    mailing.choose(by=user, choices=choices, **values)


@guarded(permissions.oneself)
def mail_preferences(request: HttpRequest, me: User) -> HttpResponse:
    """Which notices the person gets by email, and when."""
    form, status = MailForm.of(me), 200
    if request.method == "POST":
        form = MailForm(request.POST)
        _done, status = attempt(form, lambda values: _choose(me, values))
        if status == 200:
            say(request, _("Your emails are set."))
            return back_to(request, reverse("mail_preferences"))
    context = {"form": form, "mails_leave": bool(settings.MAIL_HOST), "zone": mailing.rhythm_of(me).zone.key}
    return render(request, "teams/notifications/mail_preferences.html", context, status=status)


@public
@csrf_exempt
def mail_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop emails from outside, by one press or by the mail program (RFC 8058). Opening the page changes nothing."""
    stop = found_or_404(stopping.read(token))
    person = found_or_404(User.objects.filter(pk=stop.person).first())
    if request.method == "POST":
        mailing.stop(by=person, group=stop.group)
    group = kinds.GROUPS.get(stop.group)
    context = {"group": group.label if group else "", "done": request.method == "POST"}
    return render(request, "teams/notifications/mail_stop.html", context)
