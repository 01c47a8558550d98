"""Programs that use the FHIR API: registering them, their tokens, and the OAuth2 endpoints."""
