"""Brings the tests a PostgreSQL of their own: the embedded one, in a temporary folder, without fsync.

Named in pyproject.toml by `-p`, because pytest-django reads the settings before any conftest.
With DATABASE_URL set the tests use that server instead (its role needs CREATEDB).
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote

from cxportal.serve import embedded

UNSAFE_BUT_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "autovacuum": "off",
}


def _start() -> None:
    data = Path(tempfile.mkdtemp(prefix="cxportal-tests-"))
    server = embedded.Server(data, settings=UNSAFE_BUT_FAST)

    def stop() -> None:
        server.stop()
        shutil.rmtree(data, ignore_errors=True)

    atexit.register(stop)
    server.start()
    embedded.prepare(data)
    with embedded.connect(data, embedded.SUPERUSER, "postgres") as connection:
        connection.execute(f"ALTER ROLE {embedded.OWNER} CREATEDB")
        connection.execute(f"GRANT {embedded.APP} TO {embedded.OWNER}")  # a test may act as the application's role
    socket = quote(str(embedded.socket_folder(data)), safe="")
    os.environ["DATABASE_URL"] = f"postgresql://{embedded.OWNER}@{socket}:5432/{embedded.DATABASE}"
    os.environ["CXPORTAL_DATA"] = str(data)


# Workers of xdist inherit the address from the process that started the server.
if "PYTEST_XDIST_WORKER" not in os.environ:
    for name in ("CXPORTAL_ORIGIN", "CXPORTAL_AS_OWNER", "CXPORTAL_SERVICE", "DATABASE_OWNER_URL", "PORT"):
        os.environ.pop(name, None)
    if not os.environ.get("DATABASE_URL"):
        _start()
    elif "CXPORTAL_DATA" not in os.environ:
        folder = tempfile.mkdtemp(prefix="cxportal-tests-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ["CXPORTAL_DATA"] = folder
