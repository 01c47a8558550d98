"""Searching resources: parameters, their values, and the engine that answers."""
