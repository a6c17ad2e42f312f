"""Scorecards over the API: the page's numbers, unrounded, each with n and its interval."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from customers.directory.models import Segment
from cxportal.core import periods
from cxportal.core.rest.operations import Operations, operation
from cxportal.core.statistics import Interval, NetPromoter, Share, wilson
from cxportal.core.violations import Invalid
from rituals import permissions
from rituals.permissions import Sight
from rituals.scorecards.forms import PERIODS, FilterForm
from rituals.scorecards.queries import PodScore, Totals, scorecard
from teams.pods.models import Area, Company


class ShareItem(serializers.Serializer[Any]):
    """A share from 0 to 1 with its 95 % interval (Wilson); no value without answers, nothing to compare below 30."""

    value = serializers.FloatField(allow_null=True)
    hits = serializers.IntegerField()
    n = serializers.IntegerField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    enough = serializers.BooleanField()


class PromoterItem(serializers.Serializer[Any]):
    """Net promoter score with its 95 % interval (adjusted Wald)."""

    score = serializers.FloatField()
    n = serializers.IntegerField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class ScoreItem(serializers.Serializer[Any]):
    """One pod over the period, or all that is shown together (without a pod)."""

    pod = serializers.CharField(allow_null=True)
    stage = serializers.CharField(allow_null=True)
    served = serializers.IntegerField(allow_null=True, help_text="Distinct customers; totals are counted anew.")
    closed = serializers.IntegerField(help_text="Contacts closed by people.")
    satisfied = ShareItem()
    before = ShareItem(help_text="The period before, as long as this one.")
    nps = PromoterItem(allow_null=True)
    word = serializers.CharField(allow_null=True, help_text="Against all pods of the company.")
    expected = serializers.FloatField(allow_null=True, help_text="The share pulled towards all pods'.")


class ScorecardTold(serializers.Serializer[Any]):
    """Business days from first to last, by pod and together."""

    first = serializers.DateField()
    last = serializers.DateField()
    pods = ScoreItem(many=True)
    total = ScoreItem()
    counted_at = serializers.DateTimeField()


class ScorecardInput(serializers.Serializer[Any]):
    """Filters; own dates win over the period."""

    period = serializers.ChoiceField(required=False, choices=[key for key, _label in PERIODS if key != "own"])
    first = serializers.DateField(required=False, help_text="With `last`.")
    last = serializers.DateField(required=False)
    area = serializers.SlugField(required=False, help_text="Short name of an area that you may see.")
    segment = serializers.SlugField(required=False)


class ScorecardOperations(Operations):
    """Satisfaction against customers served."""

    @extend_schema(summary="Compare pods", parameters=[ScorecardInput], responses=ScorecardTold)
    @operation(scope="scorecards:read", fetch=permissions.scorecards)
    def list(self, request: Request, sight: Sight) -> Response:
        """The pods that you may see; the same numbers as the page. There are no ranks."""
        card = scorecard(sight, _form(self.query(request, ScorecardInput), sight).filters())
        answer = {
            "first": card.filters.start,
            "last": card.filters.last,
            "pods": [_score(score) for score in card.pods],
            "total": _total(card.totals),
            "counted_at": card.counted_at,
        }
        return Response(ScorecardTold(answer).data)


def _form(asked: dict[str, Any], sight: Sight) -> FilterForm:
    """The page's own form, fed with the API's names; what it refuses is 422, what one may not see 404."""
    query = QueryDict(mutable=True)
    if "period" in asked:
        query["period"] = asked["period"]
    if "first" in asked or "last" in asked:
        query["period"] = "own"
        query["start"], query["until"] = str(asked.get("first", "")), str(asked.get("last", ""))
    for name, model, field in (("area", Area, "slug"), ("segment", Segment, "code")):
        if name in asked:
            found = model._default_manager.filter(**{field: asked[name]}).first()
            query[name] = str(found.pk if found else 0)
    company = Company.objects.filter(pk=1).first()
    today = periods.local_date(periods.now(), company.tzinfo) if company else periods.now().date()
    form = FilterForm(query, sight=sight, today=today)
    if not form.is_valid():
        raise Invalid({name.replace("__all__", ""): [str(e) for e in errors] for name, errors in form.errors.items()})
    return form


def _share(share: Share, interval: Interval | None) -> dict[str, Any]:
    return {
        "value": share.value,
        "hits": share.hits,
        "n": share.n,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "enough": share.enough,
    }


def _promoter(found: NetPromoter | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"score": found.score, "n": found.n, "low": found.interval.low, "high": found.interval.high}


def _score(score: PodScore) -> dict[str, Any]:
    judged = score.judgement
    return {
        "pod": score.pod.slug,
        "stage": score.stage or None,
        "served": score.served,
        "closed": score.closed,
        "satisfied": _share(score.share, judged.interval),
        "before": _share(score.before, wilson(score.before)),
        "nps": _promoter(score.nps),
        "word": judged.word.value,
        "expected": judged.expected,
    }


def _total(totals: Totals) -> dict[str, Any]:
    return {
        "pod": None,
        "stage": None,
        "served": totals.served,
        "closed": totals.closed,
        "satisfied": _share(totals.share, totals.interval),
        "before": _share(totals.before, wilson(totals.before)),
        "nps": _promoter(totals.nps),
        "word": None,
        "expected": None,
    }
