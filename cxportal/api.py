"""The API: every viewset of the house, listed once."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from customers.directory.api import CustomerOperations
from customers.routing.api import AgreementOperations, ContactOperations
from cxportal import api_docs
from cxportal.core.http import Mark, public
from cxportal.core.rest.problems import not_found
from rituals.scorecards.api import ScorecardOperations
from teams.consent.api import ProposalOperations
from teams.fairness.api import PointOperations
from teams.feeds.api import FeedOperations
from teams.leave.api import LeaveOperations
from teams.notifications.api import MailOperations
from teams.people.api import PeopleOperations
from teams.pods.api import PodOperations
from teams.scheduling.api import (
    ActOperations,
    CoverageOperations,
    GapOperations,
    PatternOperations,
    ShiftOperations,
    WeekOperations,
)
from teams.scheduling.availability.api import WishOperations
from teams.scheduling.opening.api import SeriesOperations
from teams.scheduling.opening.api_quiet import QuietOperations
from teams.scheduling.swaps.api import ExchangeOperations

router = SimpleRouter(use_regex_path=False)
router.register("pods", PodOperations, "api-pod")
router.register("people", PeopleOperations, "api-person")
router.register("claims", SeriesOperations, "api-claims")
router.register("contacts", ContactOperations, "api-contact")
router.register("customers", CustomerOperations, "api-customer")
router.register("exchanges", ExchangeOperations, "api-exchange")
router.register("overflow-agreements", AgreementOperations, "api-agreement")
router.register("proposals", ProposalOperations, "api-proposal")
router.register("scorecards", ScorecardOperations, "api-scorecard")
router.register("quiet-offers", QuietOperations, "api-quiet")
router.register("shifts", ShiftOperations, "api-shift")
router.register("patterns", PatternOperations, "api-pattern")
router.register("weeks", WeekOperations, "api-week")
router.register("acts", ActOperations, "api-act")
router.register("points", PointOperations, "api-point")
router.register("leave", LeaveOperations, "api-leave")

# What can be asked is no secret: the description holds no data of the company.
schema: Any = SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[])
schema.mark = Mark("public")

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", schema, name="api-schema"),
    path("docs/", api_docs.page, name="api-docs"),
    path("", include(router.urls)),
    path("coverage/", CoverageOperations.as_view({"get": "show"}), name="api-coverage"),
    path("gaps/", GapOperations.as_view({"get": "show"}), name="api-gaps"),
    path("gaps/ask/", GapOperations.as_view({"post": "ask"}), name="api-gaps-ask"),
    path("wishes/", WishOperations.as_view({"get": "show"}), name="api-wishes"),
    path("wishes/week/", WishOperations.as_view({"put": "usual"}), name="api-wishes-week"),
    path("wishes/day/", WishOperations.as_view({"put": "day"}), name="api-wishes-day"),
    path("mail-preferences/", MailOperations.as_view({"get": "show", "patch": "change"}), name="api-mail"),
    path("feeds/", FeedOperations.as_view({"get": "show"}), name="api-feeds"),
    path("feeds/<slug:slug>/", FeedOperations.as_view({"post": "make", "delete": "revoke"}), name="api-feed"),
    re_path(r"^.*$", public(not_found), name="api-unknown"),
]
