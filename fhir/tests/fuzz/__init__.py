"""Nonsense for the FHIR doors, made from a seed; the same for the test and for the benchmark."""
