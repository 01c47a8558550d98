"""What programs may see and write over FHIR."""
