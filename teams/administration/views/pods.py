"""The list of pods, a new one, and what one pod is made of."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cxportal.core import lists, periods
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import guarded, verb
from cxportal.core.violations import Text
from teams import permissions
from teams.administration import forms, queries
from teams.administration.views.forms import form_page
from teams.people.models import User
from teams.permissions import FoundPod
from teams.pods import services
from teams.pods.models import Area, Company, Membership, Pod, PodStage, SubTeam

OF_PODS = ("hours", "days", "promises", "stages")


@guarded(permissions.administrator)
def pods(request: HttpRequest, _by: User) -> HttpResponse:
    """Every pod by area, with its people, stage and how far it is."""
    context = {"rows": queries.pods(), "areas": Area.objects.exists(), "files": lists.of_kinds(*OF_PODS)}
    return render(request, "teams/administration/pods.html", context)


@guarded(permissions.administrator)
def new_pod(request: HttpRequest, by: User) -> HttpResponse:
    """A pod under set-up; then its set-up page opens."""
    made: list[Pod] = []

    def add(values: dict[str, Any]) -> Text:
        values |= {"category": values["category"] or 0, "country": values["country"].upper()}
        made.append(services.add_pod(by=by, **values))
        return _("%(pod)s is added. Here is what it needs before it opens.") % {"pod": made[0]}

    company = Company.objects.filter(pk=1).first() or Company()
    initial = {"zone": company.zone, "country": company.country, "category": services.least_used_category()}
    form = forms.NewPodForm(request.POST or None, initial=initial)
    response = form_page(request, form, add, back=reverse("settings_pods"), title=_("New pod"), submit=_("Add"))
    if made and response.has_header("Location"):
        response["Location"] = reverse("pod_setup", kwargs={"slug": made[0].slug})
    return response


@guarded(permissions.any_pod)
def pod(request: HttpRequest, found: FoundPod) -> HttpResponse:
    """What a pod is called and where it stands; its stages and sub-teams beside it."""
    it = found.pod

    def keep(values: dict[str, Any]) -> Text:
        values |= {"category": values["category"] or it.category, "country": values["country"].upper()}
        values["letters"] = (values["letters"] or values["name"])[:2].capitalize()
        services.change_pod(by=found.by, pod=it, **values)
        return _("%(pod)s is saved.") % {"pod": it}

    names = ("name", "area", "letters", "category", "purpose", "zone", "country", "partner")
    form = forms.PodForm(request.POST or None, initial={name: getattr(it, name) for name in names})
    context = {
        "pod": it,
        "state": queries.pod_state(it),
        "stages": it.stages.order_by("-starts_on"),
        "sub_teams": it.sub_teams.all(),
        "channels": [each for each in queries.channels_of(it) if each.lines],
        "size": Membership.objects.filter(pod=it, kind="home", period__contains=periods.now().date()).count(),
    }
    words: dict[str, Any] = {"title": str(it), "submit": _("Save"), "back": reverse("settings_pods")}
    return form_page(request, form, keep, context=context, template="teams/administration/pod.html", **words)


@guarded(permissions.any_pod)
def pod_people(request: HttpRequest, found: FoundPod) -> HttpResponse:
    """Who belongs to the pod, now and at other times."""
    rows = Membership.objects.filter(pod=found.pod).select_related("member", "sub_team").order_by("member__name")
    all_rows = queries.dated(list(rows))
    context = {
        "pod": found.pod,
        "now": [each for each in all_rows if each.now],
        "others": [each for each in all_rows if not each.now],
    }
    return render(request, "teams/administration/pod_people.html", context)


def _page(pod: Pod) -> str:
    return reverse("settings_pod", kwargs={"slug": pod.slug})


@guarded(permissions.any_pod)
def stage(request: HttpRequest, found: FoundPod) -> HttpResponse:
    """A stage of the pod from a day on."""

    def act(values: dict[str, Any]) -> Text:
        made = services.set_stage(by=found.by, pod=found.pod, **values)
        return _("%(pod)s is “%(stage)s” from %(day)s.") % {
            "pod": found.pod,
            "stage": made.get_stage_display(),
            "day": date_format(made.starts_on, "j M Y"),
        }

    form = forms.StageForm(request.POST or None, initial={"starts_on": periods.now().date()})
    intro = _("Classic works the old way and is only imported; pilot tries; changed works in the new way.")
    words: dict[str, Any] = {"title": _("Stage"), "submit": _("Save"), "context": {"sub": found.pod, "intro": intro}}
    return form_page(request, form, act, back=_page(found.pod), **words)


@verb
@guarded(permissions.any_pod)
def remove_stage(request: HttpRequest, found: FoundPod, row: int) -> HttpResponse:
    """Remove a stage that was written by mistake."""
    held = PodStage.objects.filter(pod=found.pod, pk=row).first()
    if held is not None:
        services.remove_stage(by=found.by, stage=held)
    say(request, _("The stage is removed."))
    return back_to(request, _page(found.pod))


@guarded(permissions.any_pod)
def sub_team(request: HttpRequest, found: FoundPod) -> HttpResponse:
    """A part of a large pod."""

    def act(values: dict[str, Any]) -> Text:
        return _("%(name)s is added.") % {
            "name": services.add_sub_team(by=found.by, pod=found.pod, name=values["name"])
        }

    form = forms.NameForm(request.POST or None)
    words: dict[str, Any] = {"title": _("New sub-team"), "submit": _("Add"), "context": {"sub": found.pod}}
    return form_page(request, form, act, back=_page(found.pod), **words)


@verb
@guarded(permissions.any_pod)
def remove_sub_team(request: HttpRequest, found: FoundPod, row: int) -> HttpResponse:
    """Remove a sub-team; its people stay in the pod."""
    held = SubTeam.objects.filter(pod=found.pod, pk=row).first()
    if held is not None:
        services.remove_sub_team(by=found.by, sub_team=held)
    say(request, _("The sub-team is removed; its people stay in the pod."))
    return back_to(request, _page(found.pod))
