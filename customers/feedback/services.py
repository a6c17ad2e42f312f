"""Inviting a customer to answer, and taking the one answer that a link allows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.contacts.models import Contact
from customers.feedback import rules, wishes
from customers.feedback.models import Response, Survey
from customers.feedback.queries import PURPOSE, find
from cxportal.core import periods
from cxportal.core.database import translate_errors
from cxportal.core.violations import Gone, Invalid, Refused, Violation
from teams.audit.tracking import recorded
from teams.people import digests
from teams.people.models import User
from teams.pods.channels import Channel

ASKED_BEFORE = frozenset({"asked_already", "asked_lately"})
USED = _("You have answered already. Each link takes one answer, so that everybody counts once.")


@dataclass(frozen=True)
class SurveyLink:
    """A link that was just made. Its token is nowhere else: who loses it makes a new one."""

    survey: Survey
    token: str

    @property
    def path(self) -> str:
        """The address below the portal's own, ``/s/<token>/``."""
        return reverse("survey", kwargs={"token": self.token})


@dataclass(frozen=True)
class Answer:
    """What a customer chose; every part may be left out, but not all of them."""

    csat: int | None = None
    nps: int | None = None
    comment: str = ""
    may_contact: bool = False

    @property
    def empty(self) -> bool:
        return self.csat is None and self.nps is None and not self.comment


@recorded
def invite(*, by: User | None, contact: Contact, at: dt.datetime | None = None) -> SurveyLink | None:
    """Make the survey link of a contact that was just resolved; None when no survey is due.

    Call it in the transaction of the closing, after ``rollups.contact_closed``: that one's lock
    lets closings of one customer wait for one another, so nobody is asked twice. ``by`` is None
    when the product resolves by itself.
    """
    at = at or periods.now()
    if rules.reasons_against(_asked(contact), at):
        return None
    return _new_link(Survey(contact=contact), by, at)


@recorded
def new_link(*, by: User, contact: Contact, at: dt.datetime | None = None) -> SurveyLink:
    """A link for a contact by hand: replaces one that was lost, or makes the first. The old link ends.

    Raises ``Refused`` (``not_resolved``, ``no_person``, ``customer_unknown``, ``asked_lately``, ``answered``).
    Locks the contact, then its survey.
    """
    at = at or periods.now()
    with translate_errors():
        contact = Contact.objects.select_for_update(of=("self",), no_key=True).get(pk=contact.pk)
        survey = Survey.objects.select_for_update().filter(contact=contact).first()
    if survey is not None and survey.answered_at is not None:
        raise Refused(Violation("answered", _("The customer has answered. The answer stands on this page.")))
    reasons = rules.reasons_against(_asked(contact), at)
    # A link that was lost is no second question.
    if broken := [r for r in reasons if survey is None or r.code not in ASKED_BEFORE]:
        raise Refused(broken)
    return _new_link(survey or Survey(contact=contact), by, at)


@recorded
def answer(*, token: str, given: Answer, at: dt.datetime | None = None, by: None = None) -> Response:
    """Keep the one answer of a link. Pressing Send twice gives the first answer again.

    Locks the survey's row; the unique survey of a response holds it besides. Raises ``Http404`` for
    a forged link, ``Gone`` for one that is used or expired, ``Invalid`` for an empty answer.
    """
    at = at or periods.now()
    if given.empty:
        raise Invalid({"": _("Choose a number or write a line. You may leave out the rest.")})
    survey = find(token, locked=True)
    if survey.answered_at is not None:
        kept = Response.objects.filter(survey=survey).first()
        if kept is not None and at - survey.answered_at < rules.DOUBLE_CLICK and _same(kept, given):
            return kept
        raise Gone(USED)
    if survey.expires_at <= at:
        raise Gone(_("This link has expired."))
    survey.answered_at = at
    survey.save(update_fields=["answered_at"])
    used = Violation("answered", USED)
    with translate_errors({"customers_response_survey_id_key": used, "response_once_per_contact": used}):
        kept = Response.objects.create(
            kind=Response.Kind.SURVEY,
            survey=survey,
            csat=given.csat,
            nps=given.nps,
            comment=given.comment,
            may_contact=given.may_contact,
            answered_at=at,
            **copied(survey.contact),
        )
    if given.may_contact:
        wishes.tell(survey.contact)
    return kept


def copied(contact: Contact) -> dict[str, object]:
    """The columns of a response that are copied from its contact, by which it is counted.

    A contact that was reopened has no business day at the moment; its answer counts on the day
    it was last closed, or else arrived, in the home pod's zone.
    """
    day = contact.business_day or periods.local_date(contact.closed_at or contact.arrived_at, contact.home_pod.tzinfo)
    return {
        "contact": contact,
        "home_pod_id": contact.home_pod_id,
        "serving_pod_id": contact.serving_pod_id,
        "area_id": contact.area_id,
        "segment_id": contact.segment_id,
        "day": day,
    }


def _asked(contact: Contact) -> rules.Asked:
    """The facts of the rule, one query."""
    invited = list(Survey.objects.filter(contact__customer=contact.customer_id).values_list("contact_id", "invited_at"))
    return rules.Asked(
        resolved=contact.state == Contact.State.RESOLVED,
        with_a_person=Channel(contact.channel).human and not contact.automated,
        customer_known=contact.customer_id is not None,
        last_invited=max((when for _contact, when in invited), default=None),
        invited_for_this=any(pk == contact.pk for pk, _when in invited),
    )


def _new_link(survey: Survey, by: User | None, at: dt.datetime) -> SurveyLink:
    token = digests.new_secret()
    survey.digest = digests.digest(PURPOSE, token)
    survey.by = by
    survey.invited_at = at
    survey.expires_at = at + rules.OPEN_FOR
    survey.save()
    return SurveyLink(survey, token)


def _same(kept: Response, given: Answer) -> bool:
    return Answer(kept.csat, kept.nps, kept.comment, kept.may_contact) == given
