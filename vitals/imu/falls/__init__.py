"""Possible falls: impacts that look like one, and how much they do."""
