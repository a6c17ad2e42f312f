"""Bare work in a Django process: what a service is measured against."""

from __future__ import annotations

from django.db import connection, transaction


def claim(shift: int, member: int) -> bool:
    """Lock the shift's row, count, insert, commit: the least that never over-claims."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT seats FROM bench_shift WHERE id = %s FOR UPDATE", [shift])
        seats = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM bench_claim WHERE shift_id = %s", [shift])
        if cursor.fetchone()[0] >= seats:
            return False
        cursor.execute("INSERT INTO bench_claim (shift_id, member) VALUES (%s, %s)", [shift, member])
        return True
