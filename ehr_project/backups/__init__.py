"""Backups: made under load, sealed, tried by restoring them, put back.

Nothing here but the commands, the record of what was done and the nightly round needs Django, so
that a backup can be restored where the house no longer starts.
"""
