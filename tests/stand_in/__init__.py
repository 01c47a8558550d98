"""A FHIR server of our own that can be told to misbehave."""
