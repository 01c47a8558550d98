"""Why a backup could not be made, read or put back; the message says what to do."""


class BackupTrouble(Exception):
    """A backup could not be made, verified or restored."""


class KeyTrouble(BackupTrouble):
    """There is no key, or not the right one."""


class DamagedBackup(BackupTrouble):
    """The file is not what was written: altered, cut short, or no backup at all."""


class NotEmpty(BackupTrouble):
    """The database to restore into holds something already."""
