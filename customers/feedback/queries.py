"""Which survey a link opens, and what customers answered."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from django.db import connection
from django.http import Http404

from customers.contacts.models import Contact
from customers.feedback.models import Response, Survey
from cxportal.core.statistics import NetPromoter, Share, net_promoter
from teams.people import digests

#: What the digest of a survey's token is bound to.
PURPOSE = "survey"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True)
class Answers:
    """Counts of answers: ``csat`` are 4 and 5 of those who rated, the rest split the recommendation."""

    csat: Share = field(default_factory=lambda: Share(0, 0))
    promoters: int = 0
    passives: int = 0
    detractors: int = 0
    latest: dt.datetime | None = None

    def __add__(self, other: Answers) -> Answers:
        """Answers add up over pods, unlike customers."""
        return Answers(
            self.csat + other.csat,
            self.promoters + other.promoters,
            self.passives + other.passives,
            self.detractors + other.detractors,
            max(filter(None, (self.latest, other.latest)), default=None),
        )

    @property
    def nps(self) -> NetPromoter | None:
        return net_promoter(self.promoters, self.passives, self.detractors)


@dataclass(frozen=True)
class Answered:
    """Answers of a period by pod and by area, and of all together; who has none is missing."""

    pods: dict[int, Answers]
    areas: dict[int, Answers]
    company: Answers


@dataclass(frozen=True)
class FeedbackOn:
    """What a contact's page says about its survey."""

    survey: Survey | None
    response: Response | None


def find(token: str, *, locked: bool = False) -> Survey:
    """The survey of a link, with contact, pod and person; ``locked`` holds its row until the end of the transaction.

    Raises ``Http404`` for a link that we never made. Used and expired ones are found.
    """
    if not _TOKEN.fullmatch(token):
        raise Http404
    surveys = Survey.objects.select_related("contact__home_pod", "contact__person")
    if locked:
        surveys = surveys.select_for_update(of=("self",))
    survey = surveys.filter(digest=digests.digest(PURPOSE, token)).first()
    if survey is None:
        raise Http404
    return survey


def of_contact(contact: Contact) -> FeedbackOn:
    """Survey and answer of a contact. Two queries. Only for people who may read the contact."""
    survey = Survey.objects.filter(contact=contact).first()
    response = Response.objects.filter(contact=contact).exclude(kind=Response.Kind.DISPUTED).first()
    return FeedbackOn(survey, response)


_ANSWERED = """
    SELECT home_pod_id, area_id,
           count(*) FILTER (WHERE csat >= 4), count(csat),
           count(*) FILTER (WHERE nps >= 9), count(*) FILTER (WHERE nps IN (7, 8)), count(*) FILTER (WHERE nps <= 6),
           max(answered_at)
    FROM {table}
    WHERE day >= %(start)s AND day < %(end)s AND kind <> 'disputed'
      AND (%(segment)s::bigint IS NULL OR segment_id = %(segment)s)
    GROUP BY home_pod_id, area_id
"""


def answered(start: dt.date, end: dt.date, segment_id: int | None = None) -> Answered:
    """Answers about contacts closed on the business days [start, end), by the pod that owned the customer. One query.

    "Disputed or not" of complaint files is no satisfaction and is left out.
    """
    pods: dict[int, Answers] = {}
    areas: dict[int, Answers] = {}
    company = Answers()
    values = {"start": start, "end": end, "segment": segment_id}
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERED.format(table=Response._meta.db_table), values)
        for pod, area, happy, rated, promoters, passives, detractors, latest in cursor.fetchall():
            answers = Answers(Share(happy, rated), promoters, passives, detractors, latest)
            pods[pod] = pods.get(pod, Answers()) + answers
            areas[area] = areas.get(area, Answers()) + answers
            company += answers
    return Answered(pods, areas, company)
