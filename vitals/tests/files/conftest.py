"""Reading files in this process; the one that is killed has tests of its own."""

from __future__ import annotations

import pytest

from vitals.acts.importing import Order, import_recording
from vitals.files.bundle import Bundle
from vitals.files.layout import Layout
from vitals.files.reading import content_of
from vitals.files.refusals import Unreadable
from vitals.files.sorting import recordings_of
from vitals.storage.incoming import gathered


@pytest.fixture
def content(tmp_path):
    """What the files hold, before it is sorted into recordings."""

    def read(files, **layout):
        folder, scratch = tmp_path / "in", tmp_path / "out"
        folder.mkdir(exist_ok=True)
        scratch.mkdir(exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
        return content_of(Bundle(folder, tuple(files)), scratch, Layout.from_json(layout))

    return read


@pytest.fixture
def read(content):
    """The recordings in the files, and what is said about them."""

    def run(files, **layout):
        found, notes = recordings_of(content(files, **layout), Layout.from_json(layout))
        return found, [note.text % note.given for note in notes]

    return run


@pytest.fixture
def refused(read):
    """The code of the refusal; each names file, field and remedy."""

    def run(files, **layout):
        with pytest.raises(Unreadable) as no:
            read(files, **layout)
        told = no.value
        assert told.file in files or told.file == ""
        assert told.field % told.given
        assert told.what % told.given
        assert (told.remedy % told.given).endswith(".")
        return told.code

    return run


@pytest.fixture
def into(as_nurse, rosa):
    """Import files into Rosa's chart."""

    def run(files, *, by=as_nurse, patient=rosa, **said):
        with gathered((name, [data]) for name, data in files.items()) as paths:
            return import_recording(by=by, patient=patient, order=Order(files=paths, **said))

    return run
