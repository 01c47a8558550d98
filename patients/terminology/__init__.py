"""Codes, units and the words they stand for."""
