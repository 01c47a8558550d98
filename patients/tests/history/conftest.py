"""Rosa's chart, opened by the doctor who treats her."""

import pytest


@pytest.fixture
def chart(client, dr_ames):
    client.force_login(dr_ames)
    return client


@pytest.fixture
def post(chart, rosa):
    """Send a form about Rosa, as her page would."""

    def send(path, **said):
        return chart.post(path, {"patient": str(rosa.id)} | said)

    return send
