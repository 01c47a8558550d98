"""Sending records to other FHIR systems: once each, and only what a person confirmed."""
