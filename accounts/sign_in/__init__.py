"""The door for people: passwords, second factors, sessions, and how often one may knock."""
