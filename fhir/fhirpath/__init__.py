"""FHIRPath: read into a tree, turned into Python when the definitions are built."""
