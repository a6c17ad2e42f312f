"""``manage.py create_admin EMAIL``: make an administrator and print the link that lets them in."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import ProgrammingError, transaction

from cxportal.core import periods
from cxportal.core.violations import Answer
from teams.people import links, services
from teams.people.addresses import absolute
from teams.people.models import OneTimeLink, User
from teams.pods.memberships import grant_role
from teams.pods.models import RoleGrant


class Command(BaseCommand):
    """Safe to repeat: the same person gets a new link, and the older one ends."""

    help = "Make an administrator (or let one in again) and print a one-time link that sets the password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="how the person is called (default: from the email)")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email!r} is no email address. Write it like ada@example.org.") from error
        try:
            with transaction.atomic():
                link, secret = self._admit(email, options["name"])
        except Answer as error:
            raise CommandError(str(error)) from error
        except ProgrammingError as error:
            raise CommandError(
                "The database is empty yet. Start the portal once with `make run`, then repeat."
            ) from error
        self.stdout.write(f"{link.user.name} <{email}> is an administrator.")
        self.stdout.write(
            f"Open this address within 7 days to set the password; it works once:\n\n  "
            f"{absolute('one_time_link', secret=secret)}\n"
        )

    def _admit(self, email: str, name: str) -> tuple[OneTimeLink, str]:
        person = User.objects.filter(email=email).first()
        if person is None:
            words = name or email.partition("@")[0].replace(".", " ").replace("_", " ").title()
            person = services.add_person(by=None, name=words, email=email)
        grant_role(by=None, user=person, role=RoleGrant.Role.ADMINISTRATOR, first=periods.now().date())
        return links.make_link(by=None, person=person, purpose=OneTimeLink.Purpose.FIRST_ADMIN)
