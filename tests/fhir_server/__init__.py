"""A FHIR R4 server that nobody here wrote, run under Node for the sync tests."""
