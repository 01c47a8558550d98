"""Sync with other systems."""
