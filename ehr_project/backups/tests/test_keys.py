"""The key of backups: made once, private, and refused where it is none."""

import base64
import stat

import pytest

from ehr_project.backups.errors import KeyTrouble
from ehr_project.backups.keys import KEY_FILE, keep, key_of, key_to_seal_with, new_key


def test_a_key_is_made_once(tmp_path):
    first, made = key_to_seal_with({}, tmp_path)
    again, made_again = key_to_seal_with({}, tmp_path)
    assert (made, made_again, first) == (True, False, again)


def test_only_its_owner_reads_the_file(tmp_path):
    key_to_seal_with({}, tmp_path)
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


def test_the_environment_goes_before_the_file(tmp_path):
    in_file, _ = key_to_seal_with({}, tmp_path)
    assert key_of({"CHARTWAVE_BACKUP_KEY": new_key().written()}, tmp_path) != in_file


def test_a_file_elsewhere_can_be_named(tmp_path):
    elsewhere = tmp_path / "stick"
    elsewhere.write_text(new_key().written())
    named = {"CHARTWAVE_BACKUP_KEY_FILE": str(elsewhere)}
    assert key_to_seal_with(named, tmp_path)[0] == key_of(named, tmp_path)


def test_a_named_file_that_is_gone_is_not_made_anew(tmp_path):
    with pytest.raises(KeyTrouble, match="stick"):
        key_to_seal_with({"CHARTWAVE_BACKUP_KEY_FILE": str(tmp_path / "stick")}, tmp_path)


@pytest.mark.parametrize("text", ["short", base64.b64encode(bytes(31)).decode(), "é", "=" * 44])
def test_what_is_no_key_is_refused_with_the_way_to_make_one(tmp_path, text):
    with pytest.raises(KeyTrouble, match="openssl rand"):
        key_of({"CHARTWAVE_BACKUP_KEY": text}, tmp_path)


def test_a_key_does_not_print_itself(tmp_path):
    key, _ = key_to_seal_with({}, tmp_path)
    assert (tmp_path / KEY_FILE).read_text().strip() not in repr(key)


def test_after_a_restore_the_house_goes_on_with_the_same_key(tmp_path):
    key = new_key()
    keep(key, {"CHARTWAVE_BACKUP_KEY": key.written()}, tmp_path)
    assert key_to_seal_with({}, tmp_path) == (key, False)
