"""The house that runs on this machine: what a command needs to know to work in it."""

import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def joined(environment: Mapping[str, str]) -> dict[str, str]:
    """What to add to ``environment`` so that a command uses the database that ``bin/run`` runs.

    Nothing where a database is named already, or where none runs that this account may read.
    """
    if environment.get("DATABASE_URL"):
        return {}
    data = Path(environment.get("CHARTWAVE_DATA", ROOT / "var"))
    if not os.access(data / "database", os.R_OK | os.X_OK):
        return {}
    # Only now: most commands are told where their database is, and start faster without this.
    from ehr_project.database import running_urls
    from ehr_project.database.roles import APP_ROLE

    try:
        urls = running_urls(data)
        key = (data / "secret-key").read_text() if urls else ""
        old = data / "secret-key.old"
        older = old.read_text().split() if urls and old.exists() else []
    except OSError:
        return {}
    if urls is None:
        return {}
    found = {
        "DATABASE_URL": urls.app_url,
        "DATABASE_APP_ROLE": APP_ROLE,
        "CHARTWAVE_DATA": str(data),
        "CHARTWAVE_DEMO": "1" if (data / "database" / "demo-loaded").exists() else "0",
        "SECRET_KEY": key,
        "SECRET_KEY_FALLBACKS": ",".join(older),
    }
    return {name: value for name, value in found.items() if name not in environment}


@contextmanager
def own_database(environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The database of the data folder, started for one command; what to add to ``environment``.

    For a restore: no house runs there yet, and its secret key comes with the backup.
    """
    from ehr_project.database import Cluster, DatabaseTrouble
    from ehr_project.database.roles import APP_ROLE

    cluster = Cluster(Path(environment.get("CHARTWAVE_DATA", ROOT / "var")), say=print)
    try:
        urls = cluster.start()
        yield {
            "DATABASE_URL": urls.owner_url,
            "DATABASE_OWNER_URL": urls.owner_url,
            "DATABASE_APP_ROLE": APP_ROLE,
            "CHARTWAVE_DATA": str(cluster.data),
            "SECRET_KEY": environment.get("SECRET_KEY") or secrets.token_urlsafe(64),
        }
    except DatabaseTrouble as trouble:
        sys.exit(str(trouble))
    finally:
        cluster.stop()
