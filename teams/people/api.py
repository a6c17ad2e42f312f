"""People over the API: those of your own pods; an administrator sees everybody."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cxportal.core import periods
from cxportal.core.rest.operations import Operations, PageInput, operation
from cxportal.core.rest.schema import page_of
from teams.people.models import User
from teams.pods.queries import standing


class PersonItem(serializers.Serializer[Any]):
    """A person with the pods in which they work now."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    pods = serializers.ListField(child=serializers.CharField(), help_text="Short names, home pod and visits.")
    is_active = serializers.BooleanField()


class PeopleInput(PageInput):
    """Filters of the list."""

    pod = serializers.SlugField(required=False, default="", help_text="Only people of this pod.")


def readable_people(user: User) -> QuerySet[User]:
    """Everybody for an administrator; else the people of pods in which one works or coaches."""
    day = periods.now().date()
    stand = standing(user)
    now = Q(memberships__period__contains=day, memberships__kind__in=["home", "guest"])
    people = User.objects.annotate(
        pods=ArrayAgg(
            "memberships__pod__slug", filter=now, distinct=True, default=[], order_by="memberships__pod__slug"
        )
    )
    if stand.is_administrator:
        return people
    near = User.objects.filter(memberships__pod__in=stand.pods, memberships__period__contains=day)
    return people.filter(Q(pk__in=near.values("pk")) | Q(pk=user.pk))


def readable_person(user: User, person: int) -> User:
    """One of the people that the user may see; 404 for others."""
    found = readable_people(user).filter(pk=person).first()
    if found is None:
        raise Http404
    return found


class PeopleOperations(Operations):
    """The people of your pods."""

    lookup_url_kwarg = "person"
    lookup_value_converter = "int"

    @extend_schema(summary="List people", parameters=[PeopleInput], responses=page_of(PersonItem, "Person"))
    @operation(scope="people:read", fetch=readable_people)
    def list(self, request: Request, rows: QuerySet[User]) -> Response:
        asked = self.query(request, PeopleInput)
        if asked["pod"]:
            there = User.objects.filter(
                memberships__pod__slug=asked["pod"], memberships__period__contains=periods.now().date()
            )
            rows = rows.filter(pk__in=there.values("pk"))
        return self.page(rows, asked, order=["name", "id"], item=PersonItem)

    @extend_schema(summary="Read a person", responses=PersonItem)
    @operation(scope="people:read", fetch=readable_person)
    def retrieve(self, request: Request, person: User) -> Response:
        return Response(PersonItem(person).data)
