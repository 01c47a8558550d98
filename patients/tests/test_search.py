"""Finding a patient by what one remembers."""

import pytest


@pytest.fixture
def search(client, dr_ames, rosa, otto):
    client.force_login(dr_ames)

    def find(query):
        return client.post(
            "/patients/search/", {"query": query}, headers={"HX-Request": "true"}
        ).content.decode()

    return find


@pytest.mark.parametrize(
    "query",
    ["lind", "Lindqvist rosa", "ROSA", "qvist", "ro", "100-1", "1960-03-12", "rosa 12-Mar-1960"],
)
def test_rosa_is_found_by(search, query):
    assert "LINDQVIST, Rosa" in search(query)


@pytest.mark.parametrize(
    "query", ["", "xyz", "rosa 13-Mar-1960", "%", "lindqvist<script>", "\0", "x" * 10_000]
)
def test_rosa_is_not_found_by(search, query):
    assert "LINDQVIST, Rosa" not in search(query)


def test_a_chart_one_may_not_open_shows_identity_only(search, otto):
    page = search("otto")
    assert "LINDQVIST-BERG, Otto" in page
    assert f"/patients/{otto.id}/" not in page
