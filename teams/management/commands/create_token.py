"""``manage.py create_token EMAIL --scopes a,b``: print a new API token of a person."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cxportal.core.violations import Answer
from teams.people import tokens
from teams.people.models import User


class Command(BaseCommand):
    """The text of the token is the last line and is shown only here."""

    help = "Make an API token for a person. Scopes: " + ", ".join(tokens.SCOPES)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--scopes", required=True, help="separated by commas, e.g. contacts:read,contacts:write")
        parser.add_argument("--days", type=int, default=tokens.USUAL.days, help="valid for so many days, 1 to 365")
        parser.add_argument("--name", default="", help="what the token is for")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError(f"Nobody has the email {options['email']}.")
        try:
            token, text = tokens.create_token(
                by=user,
                user=user,
                name=options["name"] or "Command line",
                scopes=[scope.strip() for scope in options["scopes"].split(",") if scope.strip()],
                valid_for=dt.timedelta(days=options["days"]),
            )
        except Answer as error:
            raise CommandError(f"{error} The scopes are: {', '.join(tokens.SCOPES)}.") from error
        self.stdout.write(
            f"Token “{token.name}” for {user.name}, until {token.expires_at:%Y-%m-%d}. Keep it; it is shown once:"
        )
        self.stdout.write(text)
