"""What leaves as a file, read back by other programs."""
