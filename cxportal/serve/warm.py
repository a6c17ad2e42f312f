"""What a worker of the pages does before its first answer, so that nobody waits for it.

Without it the first people after a start pay: the addresses of every room are imported (1.2 s) and each template
is read when it is first shown, in several threads at once. And the collector of garbage looked through all that a
worker ever imported each time it made a full round: 0.17 s in which nothing is answered.
"""

from __future__ import annotations

import gc
import logging
from pathlib import Path

from django.template import Engine, TemplateSyntaxError
from django.template.loader import get_template
from django.urls import get_resolver

logger = logging.getLogger("cxportal.serve")


def warm() -> None:
    """Read every address and every template of ours, and let the collector leave alone what stays for good.

    A template that can't be read is logged and fails where it is shown, as it would without this.
    """
    get_resolver()._populate()
    for folder in map(Path, Engine.get_default().dirs):
        for found in sorted(folder.rglob("*.html")):
            try:
                get_template(found.relative_to(folder).as_posix())
            except TemplateSyntaxError:
                logger.warning("a template could not be read", exc_info=True, extra={"template": str(found)})
    gc.collect()
    gc.freeze()
