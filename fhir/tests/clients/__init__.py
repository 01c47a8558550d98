"""Programs that others wrote use this server over real HTTP: Python, Node and plain XML."""
