"""A command finds the house that runs on this machine, without being told where."""

import pytest

from ehr_project.database import Cluster, scratch_folder
from ehr_project.running_house import joined

KEY = "x" * 60


@pytest.fixture(scope="module")
def running():
    with scratch_folder() as data:
        cluster = Cluster(data, say=lambda _: None)
        cluster.start()
        (data / "secret-key").write_text(KEY)
        try:
            yield data, cluster.urls
        finally:
            cluster.stop()


def test_joins_the_database_that_runs(running):
    data, urls = running
    found = joined({"CHARTWAVE_DATA": str(data)})
    assert (found["DATABASE_URL"], found["SECRET_KEY"]) == (urls.app_url, KEY)


def test_works_there_as_the_application_not_as_the_owner(running):
    data, urls = running
    assert urls.owner_url not in joined({"CHARTWAVE_DATA": str(data)}).values()


def test_a_database_that_is_named_is_left_alone(running):
    assert joined({"CHARTWAVE_DATA": str(running[0]), "DATABASE_URL": "postgresql://x/y"}) == {}


def test_what_is_said_already_stays_as_it_is(running):
    said = {"CHARTWAVE_DATA": str(running[0]), "SECRET_KEY": "own", "CHARTWAVE_DEMO": "0"}
    assert not joined(said).keys() & said.keys()


def test_where_nothing_runs_there_is_nothing_to_join(tmp_path):
    assert joined({"CHARTWAVE_DATA": str(tmp_path)}) == {}
