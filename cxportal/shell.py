"""What stands around every page: navigation, pod switcher, badges, the person's own line.

The template asks for it lazily: a fragment that draws no navigation pays no query.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from cxportal.core.violations import Text
from teams.people.models import User
from teams.pods.models import Company, Membership, Pod
from teams.pods.queries import Role, Standing, standing, visible_pods


@dataclass(frozen=True)
class Entry:
    """One line of the navigation, before it is known whether this person may open it.

    ``shown`` decides by standing and current pod; ``match`` and ``prefix`` name the pages that
    mark the entry as current; ``badge`` is the id of the live number beside it.
    """

    name: str
    label: Text
    icon: str
    shown: Callable[[Standing, Pod | None], bool]
    match: frozenset[str] = frozenset()
    of_pod: bool = False
    keys: str = ""
    badge: str = ""
    prefix: str = ""

    def stands_for(self, name: str) -> bool:
        """Whether a page of this URL name belongs to the entry."""
        return name == self.name or name in self.match or bool(self.prefix and name.startswith(self.prefix))


@dataclass(frozen=True)
class Item:
    """One line of the navigation as the template draws it."""

    label: Text
    icon: str
    url: str
    current: bool = False
    keys: str = ""
    badge: str = ""


@dataclass(frozen=True)
class Group:
    """Some lines under an optional title."""

    label: Text
    items: list[Item]
    title: Text = ""


@dataclass(frozen=True)
class PodChoice:
    """A line of the pod switcher: ``note`` says what the person is there, when not at home."""

    pod: Pod
    url: str
    current: bool = False
    note: Text = ""


def _works_in(stand: Standing, pod: Pod | None) -> bool:
    return pod is not None and pod.pk in stand.member_of


def _works_anywhere(stand: Standing, _pod: Pod | None) -> bool:
    return bool(stand.member_of)


def _reads_week(stand: Standing, pod: Pod | None) -> bool:
    return pod is not None and pod.pk in stand.pods


def _overlooks(stand: Standing, pod: Pod | None) -> bool:
    """Oversees this pod: sees its counts and agreements, never a roster or a contact."""
    if pod is None:
        return False
    return stand.has(Role.OPERATIONS_LEAD, pod.area_id) or stand.has(Role.EXECUTIVE, pod.area_id)


def _sees_counts(stand: Standing, pod: Pod | None) -> bool:
    return _works_in(stand, pod) or _overlooks(stand, pod)


def _sees_agreements(stand: Standing, pod: Pod | None) -> bool:
    return _reads_week(stand, pod) or _overlooks(stand, pod)


def _compares(stand: Standing, _pod: Pod | None) -> bool:
    return bool(stand.pods) or stand.has(Role.OPERATIONS_LEAD) or stand.has(Role.EXECUTIVE)


def _oversees(stand: Standing, _pod: Pod | None) -> bool:
    return stand.has(Role.OPERATIONS_LEAD) or stand.has(Role.EXECUTIVE)


def _administers(stand: Standing, _pod: Pod | None) -> bool:
    return stand.is_administrator


def _operates(stand: Standing, _pod: Pod | None) -> bool:
    return stand.is_administrator or stand.has(Role.OPERATIONS_LEAD)


def _everybody(_stand: Standing, _pod: Pod | None) -> bool:
    return True


WEEK_PAGES = frozenset(
    {
        "week",
        "shift",
        "shift_activities",
        "add_shift",
        "copy_week",
        "absence",
        "patterns",
        "pattern",
        "new_pattern",
        "requirement",
        "ask_exception",
        "swap",
        "exchanges",
        "exchange",
    }
)
SCREENS = (
    Entry("today", _("Today"), "sun", _everybody, keys="g t"),
    Entry("week_now", _("Week"), "calendar-days", _reads_week, WEEK_PAGES, True, "g w", "week"),
    Entry(
        "queue", _("Queue"), "list-filter", _sees_counts, frozenset({"contact", "new_contact"}), True, "g q", "queue"
    ),
    Entry(
        "customers",
        _("Customers"),
        "users",
        _sees_counts,
        frozenset({"customer", "new_customer", "change_customer"}),
        True,
        "g c",
    ),
    Entry("scorecards", _("Scorecards"), "chart-scatter", _compares, keys="g s"),
    Entry("my_week", _("My week"), "clock", _works_anywhere, frozenset({"my_year", "my_year_of", "quiet_offers"})),
)
POD_PAGES = (
    Entry("board", _("Board"), "layout-dashboard", _sees_agreements, of_pod=True, keys="g b"),
    Entry(
        "leave_now",
        _("Holidays"),
        "plane",
        _reads_week,
        frozenset({"leave_year", "leave_table", "leave_day", "new_peak", "peak_lot"}),
        True,
        "g h",
    ),
    Entry(
        "agreement",
        _("Agreement"),
        "scale",
        _sees_agreements,
        frozenset({"propose", "proposal", "override"}),
        True,
        badge="votes",
    ),
    Entry("fairness", _("Fairness"), "chart-bar", _works_in, of_pod=True),
    Entry(
        "overflow_agreements",
        _("Overflow agreements"),
        "handshake",
        _sees_agreements,
        frozenset({"overflow_agreement", "new_overflow_agreement", "change_overflow_agreement"}),
        True,
        badge="signs",
    ),
)
ADMINISTRATION = (
    Entry("settings", _("Settings"), "settings-2", _administers, prefix="settings_"),
    Entry("outbox", _("Mail"), "mail", _administers, frozenset({"mail"})),
    Entry("history", _("History"), "history", _administers),
    Entry("status", _("Status"), "activity", _operates),
)
MINE = (
    Entry("preferences", _("Preferences"), "sliders-horizontal", _everybody),
    Entry("availability", _("When I work gladly"), "heart", _everybody),
    Entry("notices", _("Notices"), "bell", _everybody),
    Entry("mail_preferences", _("Emails"), "mail", _everybody),
    Entry("calendar_feeds", _("Calendar feeds"), "calendar-sync", _works_anywhere, frozenset({"make_calendar_feed"})),
    Entry("own_leave", _("Leave account"), "plane", _everybody),
    Entry("account_change_password", _("Password"), "lock-keyhole", _everybody),
    Entry("sessions", _("Signed-in devices"), "monitor-smartphone", _everybody),
    Entry("tokens", _("API tokens"), "key-round", _everybody),
)


def address(name: str, **kwargs: Any) -> str:
    """The address of a page by its URL name."""
    return _address(name, tuple(kwargs.items()), get_script_prefix())


@lru_cache(maxsize=1024)
def _address(name: str, kwargs: tuple[tuple[str, Any], ...], _prefix: str) -> str:
    """Every page draws the same dozen; finding one takes longer than drawing it."""
    return reverse(name, kwargs=dict(kwargs) or None)


@dataclass
class Shell:
    """Everything that base.html draws around a page. Properties ask the database once each."""

    request: HttpRequest
    user: User | None = field(default=None)

    @property
    def signed_in(self) -> bool:
        return self.user is not None

    @property
    def theme(self) -> str:
        return self.user.theme if self.user else ""

    @property
    def keys(self) -> bool:
        return self.user.shortcuts if self.user else True

    @property
    def folded(self) -> bool:
        return self.request.COOKIES.get("side") == "folded"

    @cached_property
    def _at(self) -> str:
        match = self.request.resolver_match
        return (match.url_name or "") if match else ""

    @cached_property
    def stand(self) -> Standing:
        return standing(self.user) if self.user else Standing(user_id=0)

    @cached_property
    def _pods(self) -> list[Pod]:
        return list(visible_pods(self.user).select_related("area")) if self.user else []

    @cached_property
    def pod(self) -> Pod | None:
        """The pod named in the address, else the home pod, else the first that the person serves."""
        match = self.request.resolver_match
        slug = match.kwargs.get("slug") if match else None
        by_slug = self.pod_named(str(slug)) if slug else None
        if by_slug:
            return by_slug
        own = sorted(self.stand.pods, key=lambda pk: (pk != self.stand.home, pk not in self.stand.guest))
        return next((pod for pk in own for pod in self._pods if pod.pk == pk), None)

    def pod_named(self, slug: str) -> Pod | None:
        """The pod with this short name, when the person may open it in some form."""
        return next((pod for pod in self._pods if pod.slug == slug), None)

    @cached_property
    def zone(self) -> str:
        """The zone in which the reader sees times that belong to no pod."""
        if self.user and self.user.zone:
            return self.user.zone
        if self.pod:
            return self.pod.zone
        company = Company.objects.only("zone").first()
        return company.zone if company else settings.TIME_ZONE

    @property
    def place(self) -> Text:
        return self.pod.name if self.pod else _("All pods")

    @property
    def place_note(self) -> Text:
        return self.pod.area.name if self.pod else _("choose a pod")

    def _item(self, entry: Entry) -> Item | None:
        if not entry.shown(self.stand, self.pod):
            return None
        kwargs = {"slug": self.pod.slug} if entry.of_pod and self.pod else {}
        url = address(entry.name, **kwargs)
        return Item(entry.label, entry.icon, url, entry.stands_for(self._at), entry.keys, entry.badge)

    def _items(self, entries: tuple[Entry, ...]) -> list[Item]:
        return [item for entry in entries if (item := self._item(entry))]

    @cached_property
    def groups(self) -> list[Group]:
        """The side bar: screens, the pod's own pages, administration."""
        groups = [Group(_("Screens"), self._items(SCREENS))]
        of_pod = self._items(POD_PAGES)
        if self.pod and of_pod:
            groups.append(Group(self.pod.name, of_pod, self.pod.name))
        administration = self._items(ADMINISTRATION)
        if administration:
            groups.append(Group(_("Administration"), administration, _("Administration")))
        return groups

    @property
    def tabs(self) -> list[Item]:
        """At most four screens for the bar at the foot of a phone; the fifth is More."""
        return self.groups[0].items[:4]

    @property
    def more_current(self) -> bool:
        return not any(item.current for item in self.tabs)

    @cached_property
    def mine(self) -> list[Item]:
        return self._items(MINE)

    @cached_property
    def pods(self) -> list[PodChoice]:
        """The switcher: own pods first, then the others that the person oversees."""
        order = {pk: place for place, pk in enumerate(self._own_order())}
        known = sorted(self._pods, key=lambda pod: (order.get(pod.pk, len(order)), pod.name))
        return [
            PodChoice(pod, url, self.pod is not None and pod.pk == self.pod.pk, self._note(pod))
            for pod in known
            if (url := self._address_in(pod))
        ]

    def _own_order(self) -> list[int]:
        home = [self.stand.home] if self.stand.home else []
        return [*home, *sorted(self.stand.guest), *sorted(self.stand.coach)]

    def _note(self, pod: Pod) -> Text:
        if pod.pk in self.stand.guest:
            return Membership.Kind.GUEST.label
        if pod.pk in self.stand.coach:
            return Membership.Kind.COACH.label
        return ""

    def _address_in(self, pod: Pod) -> str:
        """The same screen in another pod, where the person may open it; else its week or its counts; else nothing."""
        for entry in (*SCREENS, *POD_PAGES):
            if entry.of_pod and entry.stands_for(self._at) and entry.shown(self.stand, pod):
                return address(entry.name, slug=pod.slug)
        if pod.pk in self.stand.pods:
            return address("week_now", slug=pod.slug)
        return address("queue", slug=pod.slug) if _overlooks(self.stand, pod) else ""

    @property
    def all_pods_url(self) -> str:
        """Where leads compare all their pods; empty for everybody else."""
        return address("scorecards") if _oversees(self.stand, None) else ""

    @cached_property
    def company(self) -> Company | None:
        """The company of this installation; None before it is named."""
        return Company.objects.filter(pk=1).first()

    @property
    def person(self) -> User | None:
        return self.user


def context(request: HttpRequest) -> dict[str, Any]:
    """The context processor: ``shell`` in every template."""

    def build() -> Shell:
        user = getattr(request, "user", None)
        return Shell(request, user if isinstance(user, User) and user.is_authenticated else None)

    return {"shell": SimpleLazyObject(build)}
