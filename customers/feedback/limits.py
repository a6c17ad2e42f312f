"""How often one address may try survey links."""

from __future__ import annotations

from cxportal.core.brake import Limit, count, wait

__all__ = ["FORGED", "POSTED", "count", "wait"]

FORGED = Limit("survey-forged", 30, 600)
POSTED = Limit("survey-posted", 60, 600)
