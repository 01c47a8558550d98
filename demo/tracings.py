"""What the clinic's invented electrocardiograph writes: ten seconds of twelve leads, as EDF+."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Final, Literal, NamedTuple

from demo.dipole import LEADS, twelve_leads

SECONDS: Final = 10
SAMPLING_RATE_HZ: Final = 500
RANGE_UV: Final = (-8192.0, 8191.75)  # 0.25 µV a step
SEED: Final = 12


class Person(NamedTuple):
    """Whom the file names."""

    number: str
    family: str
    given: str
    sex: Literal["F", "M", "X"]
    birth_date: date | None


def tracing(folder: Path, person: Person, began: datetime, rate_per_min: float) -> Path:
    """Write the recording of ``person`` into ``folder``.

    Args:
        folder: Where to.
        person: Whom it names.
        began: By the clock on the clinic's wall.
        rate_per_min: Mean heart rate.
    """
    import edfio  # half a second, and only once

    leads = twelve_leads(SECONDS, SAMPLING_RATE_HZ, rate_per_min, SEED)
    signals = [
        edfio.EdfSignal(
            1000 * trace,
            SAMPLING_RATE_HZ,
            label=f"ECG {name}",
            physical_dimension="uV",
            physical_range=RANGE_UV,
            prefiltering="HP:0.05Hz LP:150Hz",
        )
        for name, trace in zip(LEADS, leads.T, strict=True)
    ]
    named = edfio.Patient(
        code=person.number,
        sex=person.sex,
        birthdate=person.birth_date,
        name=f"{person.family}_{person.given}".replace(" ", "_"),
    )
    made = edfio.Edf(
        signals,
        patient=named,
        recording=edfio.Recording(startdate=began.date(), equipment_code="Simulated"),
        starttime=began.time().replace(microsecond=0),
    )
    path = folder / "resting-ecg.edf"
    made.write(path)
    return path
