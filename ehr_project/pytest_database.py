"""pytest plugin: a scratch PostgreSQL for the run, and tests that act as the application.

It is loaded by ``-p`` (pyproject.toml) because Django reads its settings before any conftest.
With DATABASE_URL set already, that database is used and nothing is started.
"""

import contextlib
import os
from collections.abc import Generator, Iterator

import pytest

from ehr_project.database.roles import APP_ROLE
from ehr_project.database.tables import running_copy

# Set where the database is ours, so that workers know not to use their parent's.
OURS = "CHARTWAVE_SCRATCH_DATABASE"
NO_CLUSTER = {"-h", "--help", "--version", "--markers", "--fixtures"}


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, args: list[str]
) -> Generator[None, None, None]:
    """Start the database before Django's settings ask for it; each xdist worker has its own.

    Readers of the history wait for every transaction that runs in the cluster, also of another
    database: with one cluster for all, one worker's open test would hold up the other's feed.
    """
    demo_settings()
    inherited = OURS in os.environ and "PYTEST_XDIST_WORKER" in os.environ
    wanted = inherited or "DATABASE_URL" not in os.environ
    if wanted and not NO_CLUSTER.intersection(args):
        running = contextlib.ExitStack()
        early_config.add_cleanup(running.close)
        urls = running.enter_context(running_copy())
        running.callback(forget_database)
        # Test databases are made and migrated by the owner, then used as the application.
        os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"] = urls.owner_url
        os.environ["DATABASE_APP_ROLE"] = APP_ROLE
        os.environ[OURS] = "yes"
    return (yield)


def demo_settings() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ehr_project.settings")
    os.environ.setdefault("SECRET_KEY", "only-for-tests-" * 4)
    # Most tests sign in without a browser; accounts/tests/sign_in turn it on.
    os.environ.setdefault("CHARTWAVE_SECOND_FACTOR", "0")


def forget_database() -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_APP_ROLE", OURS):
        os.environ.pop(name, None)


class ApplicationRole:
    """While it is on, every connection Django opens acts with the application's rights."""

    def __init__(self) -> None:
        self.on = False

    def listen(self) -> None:
        from django.db.backends.signals import connection_created

        connection_created.connect(self._opened, dispatch_uid="application-role", weak=False)

    def _opened(self, *, connection: object, **_: object) -> None:
        if self.on:
            self.take(connection)

    def take(self, connection: object) -> None:
        role = os.environ.get("DATABASE_APP_ROLE")
        if role:
            with connection.cursor() as cursor:  # type: ignore[attr-defined]
                cursor.execute(f'SET ROLE "{role}"')

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Act as the application, and as the owner again for Django's clearing up."""
        from django.db import connection

        self.on = True
        self.take(connection)
        try:
            yield
        finally:
            self.on = False
            if not connection.in_atomic_block:  # else its rollback gives the owner back
                connection.close()


application_role = ApplicationRole()
