"""The invented electrocardiograph: leads that one heart could have, in a file that can be read."""

from datetime import date, datetime

import edfio
import numpy as np
import pytest

from demo.dipole import LEADS, twelve_leads
from demo.tracings import Person, tracing

SOLOMON = Person("AB-118812", "Tesfaye", "Solomon", "M", date(1985, 6, 1))


@pytest.fixture(scope="module")
def leads():
    traces = twelve_leads(10, 500, 84, seed=1)
    return dict(zip(LEADS, traces.T, strict=True))


def test_the_limb_leads_obey_einthoven(leads):
    assert np.allclose(leads["I"] + leads["III"], leads["II"])
    assert np.allclose(leads["aVR"] + leads["aVL"] + leads["aVF"], 0)


def test_r_grows_over_the_chest_and_aVR_is_negative(leads):  # noqa: N802 -- the lead's name
    assert leads["V1"].max() < leads["V3"].max() < leads["V5"].max()
    assert abs(leads["aVR"].min()) > leads["aVR"].max()


def test_the_file_holds_all_leads_and_whom_they_are_of(tmp_path):
    began = datetime(2026, 11, 22, 9, 30)  # noqa: DTZ001 -- EDF has no zone
    read = edfio.read_edf(tracing(tmp_path, SOLOMON, began, 84))
    assert [signal.label for signal in read.signals] == [f"ECG {name}" for name in LEADS]
    assert (read.patient.code, read.patient.birthdate) == (SOLOMON.number, SOLOMON.birth_date)
