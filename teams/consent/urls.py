"""Addresses of a working agreement and its votes."""

from __future__ import annotations

from django.urls import path

from teams.consent.views import agreement, votes

urlpatterns = [
    path("p/<slug:slug>/agreement/", agreement.agreement, name="agreement"),
    path("p/<slug:slug>/agreement/propose/", votes.propose, name="propose"),
    path("p/<slug:slug>/agreement/proposals/<int:number>/", votes.proposal, name="proposal"),
    path("p/<slug:slug>/agreement/proposals/<int:number>/vote", votes.vote, name="vote"),
    path("p/<slug:slug>/agreement/proposals/<int:number>/withdraw", votes.withdraw, name="withdraw_proposal"),
]
