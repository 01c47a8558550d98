"""FHIR over HTTP: the door, what is asked and answered, and each interaction."""
