"""Programs: scopes, tokens, registering, the OAuth2 endpoints and the command for scripts."""
