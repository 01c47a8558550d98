"""The access matrix: every address, for everybody who may ask, about everybody there is."""
