"""What a person can do from anywhere: each act posts at once or leads to where it is done.

Only what the person may do is offered; the address that an act leads to judges again.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from customers.contacts.models import Contact
from customers.routing.queries.agreements import to_sign
from cxportal.core import periods
from cxportal.core.periods import local_date, week_label
from cxportal.find.lines import Found, words_match
from cxportal.shell import Shell, address
from teams.consent.queries import owed
from teams.people.models import User
from teams.pods.channels import Channel
from teams.pods.models import Pod
from teams.presence.models import Presence, State

IN_HAND = 3


def acts(shell: Shell, query: str) -> list[Found]:
    """The acts that a query names, those of the day first. Without a query no contact is looked up."""
    user = shell.user
    if user is None:
        return []
    found: list[Found] = []
    if shell.stand.member_of:
        found += _presence(user) + _hours()
    if shell.pod and shell.pod.pk in shell.stand.member_of:
        found += _in_pod(shell.pod) + (_with_contacts(user, shell.pod) if query else [])
    if shell.stand.member_of and query:
        found += _signatures(shell)
    if shell.pod and shell.pod.pk == shell.stand.home:
        found += _deciding(user, shell.pod, ask=bool(query))
    if shell.stand.is_administrator:
        found += _as_administrator()
    found += _themes(user) + _own()
    return [act for act in found if words_match(query, act.words, act.also)]


def _in_pod(pod: Pod) -> list[Found]:
    """What a member does in the own pod: each leads to where it is done."""
    slug = pod.slug
    week = week_label(local_date(periods.now(), pod.tzinfo))
    here = address("week", slug=slug, week=week)
    return [
        Found(_("New contact"), pod.name, "plus", address("new_contact", slug=slug), also=_("add log call")),
        Found(_("Claim an open shift"), pod.name, "check", f"{here}#panel", also=_("take work seat")),
        Found(_("Give a shift back, or offer it"), pod.name, "undo-2", f"{here}#grid", also=_("swap release")),
        Found(_("Take a contact from the queue"), pod.name, "list-filter", address("queue", slug=slug), also=_("next")),
        Found(
            _("Plan leave"),
            pod.name,
            "plane",
            f"{address('leave_now', slug=slug)}#plan",
            also=_("holiday vacation day off away"),
        ),
        Found(_("Report absence"), pod.name, "user-x", address("absence", slug=slug), also=_("sick ill away")),
        Found(
            _("Add shift"), pod.name, "calendar-plus", address("add_shift", slug=slug, week=week), also=_("new shift")
        ),
        Found(_("Add a customer"), pod.name, "user-plus", address("new_customer", slug=slug), also=_("new customer")),
        Found(
            _("Propose an overflow agreement"),
            pod.name,
            "handshake",
            address("new_overflow_agreement", slug=slug),
            also=_("new help partner"),
        ),
    ]


def _deciding(user: User, pod: Pod, *, ask: bool) -> list[Found]:
    """Proposing a change of the agreement, and with a query the votes that wait for the person."""
    url = address("propose", slug=pod.slug)
    found = [Found(_("Propose a change of the agreement"), pod.name, "scale", url, also=_("bound vote consent"))]
    for row in owed(user, periods.now()) if ask else []:
        words = _("Answer proposal %(n)s: %(title)s") % {"n": row.number, "title": row.title}
        url = address("proposal", slug=pod.slug, number=row.number)
        found.append(Found(words, pod.name, "vote", url, also=_("vote consent object agreement")))
    return found


def _hours() -> list[Found]:
    """One's own week and year, and the calendar that shows them elsewhere."""
    return [
        Found(_("My week"), _("Hours, next shift, what fits"), "clock", address("my_week"), also=_("time account")),
        Found(_("My year"), _("Week by week"), "calendar-range", address("my_year"), also=_("nights weekends hours")),
        Found(
            _("Quiet offers"),
            _("What you take if nobody else does"),
            "hourglass",
            address("quiet_offers"),
            also=_("later perhaps"),
        ),
        Found(
            _("Calendar feeds"),
            _("Shifts in your own calendar"),
            "calendar-sync",
            address("calendar_feeds"),
            also="ical",
        ),
    ]


def _presence(user: User) -> list[Found]:
    """Break, back, off duty: what fits what the person said last."""
    row = Presence.objects.filter(member=user).first()
    state = row.state if row else State.OFFLINE
    url = address("presence")
    if state not in (State.AVAILABLE, State.AFTER_WORK):
        words = _("I am back") if state == State.BREAK else _("I am here")
        return [
            Found(
                words,
                State(state).label,
                "play",
                url,
                post=("state", "available"),
                also=_("available sign on break pause duty"),
            )
        ]
    return [
        Found(_("Take a break"), _("Nothing new comes to you"), "pause", url, post=("state", "break"), also=_("pause")),
        Found(
            _("Go off duty"),
            _("Nothing new comes to you"),
            "bell-off",
            url,
            post=("state", "offline"),
            also=_("sign off end shift"),
        ),
    ]


def _with_contacts(user: User, pod: Pod) -> list[Found]:
    """Handing over or resolving what one has in hand; without any, the way to the queue."""
    mine = Contact.objects.filter(person=user, state__in=[Contact.State.IN_WORK, Contact.State.AFTER_WORK])
    found = []
    for contact in mine.order_by("-arrived_at", "pk")[:IN_HAND]:
        number = {"number": contact.pk}
        url, note = address("contact", contact=contact.pk), contact.subject or Channel(contact.channel).label
        found += [
            Found(_("Hand over contact %(number)s") % number, note, "arrow-right-to-line", f"{url}#c-res"),
            Found(_("Resolve contact %(number)s") % number, note, "check", f"{url}#c-res", also=_("close")),
        ]
    if found:
        return found
    note, url = _("You have no contact in hand."), address("queue", slug=pod.slug)
    return [
        Found(_("Hand over a contact"), note, "arrow-right-to-line", url),
        Found(_("Resolve a contact"), note, "check", url, also=_("close")),
    ]


def _signatures(shell: Shell) -> list[Found]:
    """Versions of overflow agreements that wait for a pod of one's own."""
    return [
        Found(
            _("Sign version %(number)s with %(other)s") % {"number": one.number, "other": one.other.name},
            one.pod.name,
            "handshake",
            address("overflow_agreement", slug=one.pod.slug, agreement=one.agreement_id),
            also=_("overflow agreement"),
        )
        for one in to_sign(shell.stand.member_of)
    ]


def _as_administrator() -> list[Found]:
    place = _("Settings")
    return [
        Found(_("Add a pod"), place, "plus", address("settings_new_pod"), also=_("new")),
        Found(_("Add a person"), place, "user-plus", address("settings_new_person"), also=_("new invite")),
    ]


def _themes(user: User) -> list[Found]:
    now = _("Now: %(theme)s") % {"theme": dict(User.Theme.choices)[user.theme]}
    url, also = address("theme"), _("mode colours")
    found = [
        Found(_("Dark theme"), now, "moon", url, post=("theme", "dark"), also=also),
        Found(_("Light theme"), now, "sun", url, post=("theme", "light"), also=also),
        Found(_("Theme as the device"), now, "monitor", url, post=("theme", ""), also=also),
    ]
    return [act for act in found if act.post != ("theme", user.theme)]


def _own() -> list[Found]:
    return [
        Found(
            _("Sign out"),
            _("On this device"),
            "log-out",
            address("account_logout"),
            post=("sign", "out"),
            also=_("log off"),
        ),
    ]
