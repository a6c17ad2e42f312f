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
from teams.leave.api import LeaveOperations
from teams.people.api import PeopleOperations
from teams.pods.api import PodOperations
from teams.scheduling.api import ShiftOperations
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
router.register("points", PointOperations, "api-point")
router.register("leave", LeaveOperations, "api-leave")

# What can be asked is no secret: the description holds no data of the company.
schema: Any = SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[])
schema.mark = Mark("public")

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", schema, name="api-schema"),
    path("docs/", api_docs.page, name="api-docs"),
    path("", include(router.urls)),
    re_path(r"^.*$", public(not_found), name="api-unknown"),
]
