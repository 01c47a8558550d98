"""The database launcher: a private PostgreSQL that lives and dies with the house.

Nothing happens at import, and nothing here needs Django.
"""

from ehr_project.database.binaries import DatabaseTrouble
from ehr_project.database.cluster import Cluster, Urls, running_urls
from ehr_project.database.folder import AlreadyRunning
from ehr_project.database.scratch import scratch_cluster, scratch_folder

__all__ = [
    "AlreadyRunning",
    "Cluster",
    "DatabaseTrouble",
    "Urls",
    "running_urls",
    "scratch_cluster",
    "scratch_folder",
]
