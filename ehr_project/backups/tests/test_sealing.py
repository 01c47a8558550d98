"""The sealed stream: what comes out is what went in, or nothing."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehr_project.backups import parts as parts_module
from ehr_project.backups.errors import DamagedBackup, KeyTrouble
from ehr_project.backups.parts import PartsWriter, parts
from ehr_project.backups.sealing import (
    BLOCK,
    MAGIC,
    TAG,
    Header,
    Opener,
    Sealer,
    header_of,
    new_salt,
)
from ehr_project.backups.tests.conftest import KEY, OTHER_KEY

SEALED = BLOCK + TAG


def sealed(plain: bytes, salt: str | None = None) -> bytes:
    file = io.BytesIO()
    header = Header("an-id", "2026-11-23T02:15:00+00:00", KEY.id, salt or new_salt(), 18)
    sealer = Sealer(file, KEY, header)
    for at in range(0, len(plain), 300_000):
        sealer.write(plain[at : at + 300_000])
    sealer.close()
    return file.getvalue()


def opened(text: bytes, key=KEY) -> bytes:
    opener = Opener(io.BytesIO(text), key)
    return b"".join(iter(lambda: opener.read(123_457), b""))


def start_of_blocks(text: bytes) -> int:
    at = len(MAGIC)
    return at + 4 + int.from_bytes(text[at : at + 4], "big")


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 5])
def test_what_was_sealed_comes_out(size):
    plain = (bytes(range(251)) * (size // 251 + 1))[:size]
    assert opened(sealed(plain)) == plain


def test_nothing_of_the_content_stands_in_the_file():
    assert b"Lindqvist" not in sealed(b"Lindqvist, Rosa" * 10)


def test_two_files_of_the_same_content_share_no_block():
    one, other = sealed(b"same" * 100), sealed(b"same" * 100)
    assert one[start_of_blocks(one) :] != other[start_of_blocks(other) :]


THREE = sealed(b"x" * (2 * BLOCK + 100))
FIRST = start_of_blocks(THREE)


def flipped(at: int) -> bytes:
    return THREE[:at] + bytes([THREE[at] ^ 1]) + THREE[at + 1 :]


TAMPERED = {
    "a byte of the first block": flipped(FIRST + 5),
    "a byte of a middle block": flipped(FIRST + SEALED + 5),
    "the last byte": flipped(len(THREE) - 1),
    "its time in the header": THREE.replace(b"02:15:00", b"02:16:00"),
    "cut within a block": THREE[:-10],
    "cut between blocks": THREE[: FIRST + 2 * SEALED],
    "cut after the header": THREE[:FIRST],
    "a block left out": THREE[:FIRST] + THREE[FIRST + SEALED :],
    "a block doubled": THREE[: FIRST + SEALED] + THREE[FIRST:],
    "blocks in another order": THREE[:FIRST]
    + THREE[FIRST + SEALED : FIRST + 2 * SEALED]
    + THREE[FIRST : FIRST + SEALED]
    + THREE[FIRST + 2 * SEALED :],
    "something added": THREE + b"more",
    "no backup at all": b"PGDMP" + THREE,
    "empty": b"",
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_file_that_was_altered_is_refused(how):
    with pytest.raises(DamagedBackup):
        opened(TAMPERED[how])


def test_blocks_of_another_file_do_not_fit():
    other = sealed(b"y" * (2 * BLOCK + 100))
    with pytest.raises(DamagedBackup):
        opened(THREE[:FIRST] + other[start_of_blocks(other) :])


def test_another_key_is_told_by_its_id():
    with pytest.raises(KeyTrouble, match=KEY.id):
        opened(THREE, OTHER_KEY)


def test_the_header_is_read_without_a_key():
    assert header_of(io.BytesIO(THREE)).made_at == "2026-11-23T02:15:00+00:00"


named = st.lists(
    st.tuples(st.text(min_size=1, max_size=20), st.lists(st.binary(max_size=200), max_size=5)),
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(named)
def test_parts_come_out_as_they_went_in(content):
    file = io.BytesIO()
    writer = PartsWriter(Sealer(file, KEY, Header("i", "t", KEY.id, new_salt(), 18)))
    for name, pieces in content:
        writer.part(name, pieces)
    writer.close()
    found = [
        (name, b"".join(pieces)) for name, pieces in parts(Opener(io.BytesIO(file.getvalue()), KEY))
    ]
    assert found == [(name, b"".join(pieces)) for name, pieces in content]


def test_a_part_that_nobody_takes_is_passed_over():
    file = io.BytesIO()
    writer = PartsWriter(Sealer(file, KEY, Header("i", "t", KEY.id, new_salt(), 18)))
    writer.part("one", [b"a" * (3 * parts_module.PIECE)])
    writer.part("two", [b"b"])
    writer.close()
    assert [name for name, _ in parts(Opener(io.BytesIO(file.getvalue()), KEY))] == ["one", "two"]
